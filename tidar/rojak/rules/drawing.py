"""Lines on the earth fitted into a rectangle of a picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

Point = tuple[float, float]
Line = tuple[Point, ...]
SMALLEST = 1e-9


def fitted(lines: Sequence[Sequence[Sequence[float]]], *, width: float, height: float) -> list[Line]:
    """The lines (WGS 84) in points of a picture, north up, true to shape, centred, as large as fits.

    Equirectangular about the middle latitude: within one RW or village no line is off by more than a hair.
    """
    points = [(float(p[0]), float(p[1])) for line in lines for p in line]
    if not points:
        return [() for _ in lines]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    shrink = cos(radians((south + north) / 2))
    across, up = max((east - west) * shrink, SMALLEST), max(north - south, SMALLEST)
    scale = min(width / across, height / up)
    left, top = (width - across * scale) / 2, (height - up * scale) / 2
    return [
        tuple(((float(p[0]) - west) * shrink * scale + left, (north - float(p[1])) * scale + top) for p in line)
        for line in lines
    ]
