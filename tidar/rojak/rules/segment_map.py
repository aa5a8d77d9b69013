"""Many lines of a route as one drawing that fills any frame: north up, whole units, small enough for a page. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST, MARGIN, SMALLEST = 1000, 60, 1e-6
METRES_PER_DEGREE, WIDE_METRES = 111_320, 1_500
NAME_WIDTH, NAME_HEIGHT = 110, 40  # units: half of what a name takes
Point = Sequence[float]
Line = Sequence[Point]
Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outline:
    """An area behind the lines: its name and its rings."""

    name: str
    rings: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Path data of each line ("" for one that has no point) and of the areas near them; names of areas with their spot.

    The longer side of what the lines cover is `LONGEST` units; `view_box` has a margin around it. `scale` is the path
    of a line below them that is `scale_metres` long. `is_wide`: so much is shown that names of areas help.
    """

    paths: tuple[str, ...]
    ground: tuple[str, ...]
    names: tuple[tuple[int, int, str], ...]
    view_box: str
    scale: str
    scale_metres: int
    is_wide: bool


def drawing(lines: Sequence[Line], ground: Iterable[Outline] = ()) -> Drawing | None:
    """Lines and the areas behind them at one scale; None when no line has a point.

    Equirectangular about the middle latitude: within a city no line is off by more than its own width.
    """
    points = [point for line in lines for point in line]
    if not points:
        return None
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = LONGEST / max((east - west) * squeeze, north - south, SMALLEST)
    across, down = scale * squeeze, scale
    size = (round((east - west) * across), round((north - south) * down))

    def place(lon: float, lat: float) -> Spot:
        return round((lon - west) * across), round((north - lat) * down)

    def path(line: Line) -> str:
        return _path([place(p[0], p[1]) for p in line])

    near = [one for one in ground if _reaches(one, (west, south, east, north))]
    placed = [" ".join(f"{path(ring)}z" for ring in one.rings) for one in near]
    spots = [place(p[0], p[1]) for p in points]
    metres = METRES_PER_DEGREE / scale  # of one unit
    long = _round_number(LONGEST / 4 * metres)
    return Drawing(
        paths=tuple(map(path, lines)),
        ground=tuple(placed),
        names=tuple((*_clear(place(*_middle(one)), spots), one.name) for one in near),
        view_box=f"{-MARGIN} {-MARGIN} {size[0] + 2 * MARGIN} {size[1] + 2 * MARGIN}",
        scale=f"M0,{size[1] + MARGIN // 2}h{round(long / metres)}",
        scale_metres=long,
        is_wide=LONGEST * metres > WIDE_METRES,
    )


def _path(points: Sequence[Spot]) -> str:
    """ "M1,2 3,4": without points that fall on the one before; a line that is only a spot still leaves a dot."""
    kept = [one for n, one in enumerate(points) if n == 0 or one != points[n - 1]]
    if not kept:
        return ""
    return "M" + " ".join(f"{x},{y}" for x, y in kept) + ("h0" if len(kept) == 1 else "")


def _clear(name: Spot, spots: Sequence[Spot]) -> Spot:
    """Where a name stands: in the middle of its area, or below the lines that are there."""
    under = [y for x, y in spots if abs(x - name[0]) < NAME_WIDTH and abs(y - name[1]) < 2 * NAME_HEIGHT]
    return (name[0], max(under) + NAME_HEIGHT) if under else name


def _round_number(most: float) -> int:
    """The longest of 1, 2, 5, 10, 20, 50 … that is not longer than `most`; at least 1."""
    ten = 10 ** max(math.floor(math.log10(max(most, 1))), 0)
    return int(max(step for step in (ten, 2 * ten, 5 * ten) if step <= max(most, 1)))


def _box(one: Outline) -> tuple[float, float, float, float]:
    lons = [p[0] for ring in one.rings for p in ring]
    lats = [p[1] for ring in one.rings for p in ring]
    return min(lons), min(lats), max(lons), max(lats)


def _middle(one: Outline) -> tuple[float, float]:
    west, south, east, north = _box(one)
    return (west + east) / 2, (south + north) / 2


def _reaches(one: Outline, box: tuple[float, float, float, float]) -> bool:
    """Whether an area comes near what the lines cover: within twice its size."""
    west, south, east, north = _box(one)
    reach = max(2 * (box[2] - box[0]), 2 * (box[3] - box[1]), SMALLEST)
    return west <= box[2] + reach and east >= box[0] - reach and south <= box[3] + reach and north >= box[1] - reach
