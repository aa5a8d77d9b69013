"""How numbers become shapes: map classes, small charts, what changed. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Literal

Direction = Literal["up", "down", "same"]
CHART_WIDTH, CHART_HEIGHT, CHART_MARGIN = 100.0, 32.0, 3.0


@dataclass(frozen=True, slots=True)
class MapClass:
    """One class of a choropleth: `lower` ≤ value < `upper` (the last includes its upper bound). Numbered from 1."""

    number: int
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Chart:
    """SVG path data in a 100 × 32 box: the line, the area under it, its last point, heights of limits."""

    line: str
    area: str
    end: str
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A value against an earlier one. `percent` is None when the earlier value is zero."""

    direction: Direction
    difference: Decimal
    percent: Decimal | None
    since: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Points for the map, from lake tables: `sql` gives code, name, kind, lon, lat and optionally working (boolean).

    It may also give `value`, which is written beside the marker in short and said in full by `value_words`, and may ask
    for `$as_of`, the region's day. Of layers with one code the first that can be read is shown.
    """

    code: str
    title: str
    sql: str
    tables: tuple[str, ...]
    icons: Mapping[str, str] = field(default_factory=dict)
    value_words: str = ""  # "Rp{value} hari ini"


@dataclass(frozen=True, slots=True)
class WallPlan:
    """What a program package wants on the wall: indicators by importance, the map's first figure, layers of points."""

    tiles: tuple[str, ...] = ()
    choropleth: str = ""
    layers: tuple[Layer, ...] = ()


def map_classes(values: Sequence[float], *, count: int = 5) -> tuple[MapClass, ...]:
    """At most `count` classes with about equally many values, bounds rounded to what a legend can say.

    Every value falls in exactly one class; equal bounds are merged, so few distinct values give fewer classes.
    """
    if not values:
        return ()
    ordered = sorted(values)
    inner = [_rounded(_quantile(ordered, i / count), ordered) for i in range(1, count)]
    bounds = [ordered[0], *(b for b in sorted(set(inner)) if ordered[0] < b <= ordered[-1]), ordered[-1]]
    if len(bounds) > 2 and bounds[-2] == bounds[-1]:
        bounds.pop(-2)
    return tuple(MapClass(i, low, high) for i, (low, high) in enumerate(pairwise(bounds), start=1))


def class_of(value: float, classes: Sequence[MapClass]) -> int:
    """Number of the class that holds `value`; 0 when there is none."""
    for each in classes:
        if value < each.upper or each is classes[-1]:
            return each.number if value >= classes[0].lower else 0
    return 0


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _rounded(value: float, ordered: Sequence[float]) -> float:
    """`value` to a step of 1, 2 or 5 times a power of ten, about a fortieth of the range."""
    span = ordered[-1] - ordered[0]
    if span <= 0:
        return value
    raw = span / 40
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw)
    return round(round(value / step) * step, 10)


def chart(values: Sequence[float], *, limits: Sequence[float] = ()) -> Chart | None:
    """A line through `values`, scaled to the box; None with fewer than two.

    Limits outside the values' range are left out, but for the next one above it, which a rising river meets first.
    """
    if len(values) < 2:
        return None
    above = sorted(limit for limit in limits if limit > max(values))
    shown = [limit for limit in limits if min(values) <= limit <= max(values)] + above[:1]
    low, high = min([*values, *shown]), max([*values, *shown])
    span = (high - low) or 1.0
    usable = CHART_HEIGHT - 2 * CHART_MARGIN

    def height(value: float) -> float:
        flat = high == low
        return CHART_HEIGHT / 2 if flat else CHART_HEIGHT - CHART_MARGIN - (value - low) / span * usable

    step = CHART_WIDTH / (len(values) - 1)
    points = [f"{_short(i * step)} {_short(height(v))}" for i, v in enumerate(values)]
    line = "M" + "L".join(points)
    return Chart(
        line=line,
        area=f"{line}L{_short(CHART_WIDTH)} {_short(CHART_HEIGHT)}L0 {_short(CHART_HEIGHT)}Z",
        end=f"M{points[-1]}h0.01",
        limits=tuple(_short(height(limit)) for limit in shown),
    )


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def thinned(values: Sequence[float], *, most: int = 96) -> tuple[float, ...]:
    """At most `most` values, by the largest of each stretch: a flood's peak never disappears."""
    if len(values) <= most:
        return tuple(values)
    size = len(values) / most
    return tuple(
        max(values[math.floor(i * size) : max(math.floor((i + 1) * size), math.floor(i * size) + 1)])
        for i in range(most)
    )


def change(value: Decimal, history: Sequence[tuple[str, Decimal]], *, period: str) -> Change | None:
    """`value` of `period` against the newest earlier value; a correction of the same period counts."""
    if not history:
        return None
    since, before = history[-1]
    difference = value - before
    direction: Direction = "up" if difference > 0 else "down" if difference < 0 else "same"
    percent = (difference / abs(before) * 100) if before else None
    return Change(direction, difference, percent, since if since != period else "")


def by_importance(codes: Sequence[str], plan: Sequence[str]) -> list[str]:
    """`codes` in the plan's order; those that it does not name follow in their own order."""
    place = {code: i for i, code in enumerate(plan)}
    return sorted(codes, key=lambda code: place.get(code, len(place)))


def wall_plan(documents: Sequence[Mapping[str, object]]) -> WallPlan:
    """One plan from every program's `wall.toml`, in order; the first that names a choropleth decides."""
    tiles: list[str] = []
    layers: list[Layer] = []
    choropleth = ""
    for document in documents:
        tiles += [code for code in _texts(document.get("tiles")) if code not in tiles]
        choropleth = choropleth or str(document.get("choropleth", ""))
        found = document.get("layer", [])
        layers += [_layer(entry) for entry in (found if isinstance(found, list) else [])]
    return WallPlan(tuple(tiles), choropleth, tuple(layers))


def _layer(entry: Mapping[str, object]) -> Layer:
    icons = entry.get("icons", {})
    return Layer(
        code=str(entry["code"]),
        title=str(entry["title"]),
        sql=str(entry["sql"]),
        tables=_texts(entry.get("tables")),
        icons={str(k): str(v) for k, v in icons.items()} if isinstance(icons, Mapping) else {},
        value_words=str(entry.get("value_words", "")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
