"""The map: one figure per area in classes, points of the plan's layers and of sensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tidar.command_center.queries.gauges import Gauge
from tidar.command_center.queries.plan import plan
from tidar.command_center.queries.tiles import state_text
from tidar.command_center.rules import Layer, MapClass, class_of, map_classes
from tidar.common import clock
from tidar.common.formats import number_text, short_number_text
from tidar.common.wording import language
from tidar.indicators import api as indicators
from tidar.indicators.api import ValueView
from tidar.lake import api as lake
from tidar.places import api as places

LEVELS = ("kelurahan", "desa")


@dataclass(frozen=True, slots=True)
class AreaFigure:
    """One area's value and class (0: no figure)."""

    code: str
    name: str
    value: ValueView | None
    number: int


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One class in words."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The chosen indicator over all areas."""

    code: str
    name: str
    unit: str
    areas: tuple[AreaFigure, ...]
    legend: tuple[LegendEntry, ...]
    sample: bool
    state: str
    late: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One marker."""

    code: str
    name: str
    layer: str
    icon: str
    lon: float
    lat: float
    note: str
    label: str = ""  # what is written beside the marker


def mapped_level() -> str:
    """The smallest level of areas that this region has whole: kelurahan in a city, desa in a regency."""
    return next((level for level in LEVELS if places.areas(level)), LEVELS[0])


def mapped_areas() -> tuple[places.AreaView, ...]:
    """Kelurahan and desa together: a regency has both."""
    return tuple(area for level in LEVELS for area in places.areas(level))


def figure(code: str) -> Figure | None:
    """Values of indicator `code` for every area; None when there is none."""
    areas = mapped_areas()
    values = {v.area_code: v for v in indicators.current_values(area_codes=[a.code for a in areas], indicators=[code])}
    if not values:
        return None
    one = next(iter(values.values()))
    classes = map_classes([float(v.value) for v in values.values()])
    worst = max(values.values(), key=lambda v: ("fresh", "unscheduled", "waiting", "late", "stale").index(v.freshness))
    return Figure(
        code=code,
        name=one.name,
        unit=one.unit,
        areas=tuple(_area_figure(area, values.get(area.code), classes) for area in areas),
        legend=legend(classes, decimals=one.decimals),
        sample=any(v.sample for v in values.values()),
        state=state_text(worst.freshness),
        late=worst.freshness in ("late", "stale"),
    )


def _area_figure(area: places.AreaView, value: ValueView | None, classes: Sequence[MapClass]) -> AreaFigure:
    return AreaFigure(area.code, area.name, value, class_of(float(value.value), classes) if value else 0)


def legend(classes: Sequence[MapClass], *, decimals: int) -> tuple[LegendEntry, ...]:
    """Classes as `2.000 – 4.500`, lowest first."""
    return tuple(
        LegendEntry(c.number, f"{number_text(c.lower, decimals=decimals)} – {number_text(c.upper, decimals=decimals)}")
        for c in classes
    )


def points() -> tuple[Point, ...]:
    """Sites of every layer whose lake tables exist and are not closed: a whole room reads the wall.

    A layer that cannot be read is left out: the wall stays up.
    """
    closed = {table.name for table in lake.tables() if table.access_class == "closed"}
    found: dict[str, list[Point]] = {}
    for layer in plan().layers:
        if not closed & set(layer.tables) and not found.get(layer.code):
            found[layer.code] = _layer_points(layer)
    return tuple(point for points in found.values() for point in points)


def _layer_points(layer: Layer) -> list[Point]:
    if any(lake.current_version(table) is None for table in layer.tables):
        return []
    today = clock.now().astimezone(places.region().zone).date()
    try:
        rows: list[dict[str, Any]] = lake.read(layer.sql, parameters={"as_of": today}).to_pylist()
    except lake.UnableToRead:
        return []
    return [_point(layer, row) for row in rows if row["lon"] is not None and row["lat"] is not None]


def _point(layer: Layer, row: dict[str, Any]) -> Point:
    working = row.get("working")
    note = "" if working is None else (_("beroperasi") if working else _("tidak beroperasi"))
    value = row.get("value")
    if value is not None and layer.value_words:
        note = layer.value_words.format(value=number_text(value, decimals=0))
    icon = layer.icons.get(str(row["kind"]), "signal")
    icon = f"{icon}-off" if working is False else icon
    label = "" if value is None else short_number_text(value, language=language())
    at = (float(row["lon"]), float(row["lat"]))
    return Point(str(row["code"]), str(row["name"]), layer.code, icon, *at, note, label)


def map_document(chosen: Figure | None, gauges: Sequence[Gauge], sites: Sequence[Point]) -> dict[str, Any]:
    """What the browser needs to draw: plain JSON."""
    return {
        "figure": None if chosen is None else _figure_document(chosen),
        "gauges": [
            {
                "id": g.reading.datastream_id, "name": g.reading.thing_name, "lon": g.reading.lon, "lat": g.reading.lat,
                "level": g.reading.level, "text": f"{number_text(g.reading.result, decimals=2)} {g.reading.unit}",
            }
            for g in gauges
            if g.reading.lon is not None and g.reading.lat is not None
        ],
        "sites": [
            {
                "code": p.code, "name": p.name, "layer": p.layer, "icon": p.icon,
                "lon": p.lon, "lat": p.lat, "note": p.note, "label": p.label,
            }
            for p in sites
        ],
    }  # fmt: skip


def _figure_document(chosen: Figure) -> dict[str, Any]:
    return {
        "code": chosen.code,
        "name": chosen.name,
        "unit": chosen.unit,
        "legend": [{"number": e.number, "text": e.text} for e in chosen.legend],
        "areas": {
            a.code: {"class": a.number, "text": _value_text(a.value), "id": _value_id(a.value)} for a in chosen.areas
        },
        "sample": chosen.sample,
        "late": chosen.late,
        "state": chosen.state,
    }


def _value_text(value: ValueView | None) -> str:
    return (
        _("belum ada angka") if value is None else f"{number_text(value.value, decimals=value.decimals)} {value.unit}"
    )


def _value_id(value: ValueView | None) -> str:
    return "" if value is None else str(value.id)
