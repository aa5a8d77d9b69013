"""A route as a small drawing: positions in degrees to whole units of a view box, north up. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 640, 360, 24
Line = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Sketch:
    """Points of each line ("x,y x,y …", "" for one that is not drawn) and of each spot, within `WIDTH` × `HEIGHT`."""

    lines: tuple[str, ...]
    spots: tuple[tuple[int, int], ...]
    metres_wide: int  # of the whole drawing, for its scale


def sketch(lines: Sequence[Line], spots: Sequence[tuple[float, float]] = ()) -> Sketch | None:
    """Lines and spots at one scale, centred; None when there is nothing to draw."""
    points = [(p[0], p[1]) for line in lines for p in line] + list(spots)
    if not points:
        return None
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    left, top = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2

    def place(lon: float, lat: float) -> tuple[int, int]:
        return round(left + (lon - west) * squeeze * scale), round(top + (north - lat) * scale)

    drawn = tuple(" ".join("{},{}".format(*place(p[0], p[1])) for p in line) for line in lines)
    return Sketch(drawn, tuple(place(*spot) for spot in spots), round(WIDTH / scale * 111_320))
