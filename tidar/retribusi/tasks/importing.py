"""The register follows the agency's spreadsheet: a published delivery, and rows released later, are held against it."""

from __future__ import annotations

from tidar.common import clock
from tidar.common.actor import system
from tidar.hub.api import EventView, consumer
from tidar.retribusi.actions.importing.applying import apply_delivery
from tidar.retribusi.actions.importing.reading import TABLE

CONSUMER = "retribusi register"


@consumer(CONSUMER, kinds=("delivery.published", "quarantine.released"))
def follow_spreadsheet(event: EventView) -> None:
    """Apply the lines of that publication which were not applied yet; other tables are nothing to the register."""
    if event.data.get("lake_table") != TABLE:
        return
    version = event.data.get("lake_version")
    apply_delivery(delivery_id=event.source.id, version=version, by=system("impor register"), at=clock.now())
