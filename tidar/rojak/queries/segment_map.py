"""The lines of segments as one drawing with the villages behind them; what was drawn once is kept."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import connection

from tidar.places import api as places
from tidar.rojak.rules.segment_map import Drawing, Outline, drawing

LINES = (
    "SELECT id, line::text FROM rojak_segment WHERE id = ANY(%s::bigint[]) AND jsonb_array_length(line) > 1 ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class SegmentMap:
    """A drawing, and the path of each segment that has a line, by its id."""

    drawing: Drawing
    paths: dict[int, str]
    is_approximate: bool  # some of the villages' boundaries behind it are not official


def segment_map(segment_ids: Sequence[int]) -> SegmentMap | None:
    """The map of these segments; None when none of them has a line. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, [list(segment_ids)])
        lines = dict(cursor.fetchall())
    made = _drawn(tuple(lines.values()), places.edition())
    if made is None:
        return None
    approximate = bool(places.boundaries("kelurahan").get("approximate"))
    return SegmentMap(made, dict(zip(lines, made.paths, strict=True)), approximate)


@functools.lru_cache(maxsize=24)
def _drawn(lines: tuple[str, ...], edition: str) -> Drawing | None:
    """Kept by what the lines say: a line that is drawn anew is another key, as are other boundaries."""
    return drawing([msgspec.json.decode(text) for text in lines], _villages())


def _villages() -> Iterator[Outline]:
    for feature in places.boundaries("kelurahan")["features"]:
        yield Outline(feature["properties"]["name"], tuple(_rings(feature["geometry"])))


def _rings(geometry: dict[str, Any]) -> Iterator[Any]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in parts:
        yield from polygon
