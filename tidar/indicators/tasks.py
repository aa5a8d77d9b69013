"""Numbers follow the data: a consumer of the spine recomputes what a publication touched."""

from __future__ import annotations

from tidar.common import clock
from tidar.common.actor import system
from tidar.hub.api import EventView, consumer
from tidar.indicators.api import compute_indicators

CONSUMER = "indicators"
KINDS = ("delivery.published", "quarantine.released")


@consumer(CONSUMER, kinds=KINDS)
def recompute(event: EventView) -> None:
    """Compute the indicators that read the published table. Idempotent: without a new version nothing is computed."""
    table = event.data.get("lake_table")
    compute_indicators(by=system(CONSUMER), at=clock.now(), tables=[table] if table else None)
