"""From a row of the lake table `wilayah` back to the row of the region's file that it was read from."""

from __future__ import annotations

from tidar.common.actor import Actor
from tidar.lake.api import RecordCell, RecordView
from tidar.places.queries import region


def record_of_area(delivery: str, row: int, reader: Actor) -> RecordView | None:
    """The row of `areas.csv` ("region:33.71", row 2); None for other sources. Areas are open: every reader sees it."""
    kind, _, code = delivery.partition(":")
    pairs = region.raw_row(code, row) if kind == "region" and code == region.region().code else ()
    if not pairs:
        return None
    cells = tuple(RecordCell(heading, text, (heading, f"area_{heading}")) for heading, text in pairs)
    return RecordView(title=f"regions/{code}/areas.csv", cells=cells)
