"""How each column of a delivery will be read, decided from all its cells before any row is accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tidar.common.formats import number_text
from tidar.hub.rules.areas import AreaIndex, AreaReading, read_areas
from tidar.hub.rules.book import MARKS, NUMBER
from tidar.hub.rules.checked import CheckContext
from tidar.hub.rules.contract import Column, Contract
from tidar.hub.rules.dates import date_order
from tidar.hub.rules.headings import unit_factor
from tidar.hub.rules.numbers import number_style
from tidar.hub.rules.values import Manner, read_value
from tidar.lake import api as lake

LakeType = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
LAKE_TYPES: dict[str, LakeType] = {
    "text": "text", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date", "month": "text",
    "year": "integer", "timestamp": "timestamp", "area": "text", "lon": "number", "lat": "number",
}  # fmt: skip
_PLAIN: dict[str, Literal["point", "comma", "digits"]] = {
    "": "point",
    "id": "comma",
    "en": "point",
    "mixed": "digits",
    "ambiguous": "digits",
}
_NUMBERS = ("integer", "number", "year")


@dataclass(slots=True)
class Plans:
    """The decisions: a plan per contract column, styles for next time, notes in words, offers per bad spelling."""

    columns: list[lake.ColumnPlan] = field(default_factory=list)
    styles: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    areas: dict[str, dict[str, AreaReading]] = field(default_factory=dict)

    def of(self, name: str) -> lake.ColumnPlan:
        """The plan of one contract column."""
        return next(plan for plan in self.columns if plan.name == name)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the contract's columns are in the grid, and what the file says about them."""

    mapping: Mapping[str, int]
    headings: Sequence[str]
    date1904: bool = False

    def heading(self, name: str) -> str:
        """The heading over a contract column, "" when unmapped."""
        index = self.mapping.get(name)
        return self.headings[index] if index is not None and index < len(self.headings) else ""


def plan_columns(grid: lake.Grid, contract: Contract, source: Source, context: CheckContext) -> Plans:
    """Decide every column. Swapped coordinates are swapped back here, when the whole file shows them swapped."""
    plans = Plans()
    for column in contract.columns:
        plans.columns.append(_planned(grid, column, source, context, plans))
    _follow_neighbours(contract, plans)
    _swap_back(grid, contract, context, plans)
    for place, plan in enumerate(plans.columns):
        column = contract.column(plan.name)
        plans.columns[place] = replace(plan, readings=_readings(grid, column, plan, context, plans, source))
    return plans


def _planned(grid: lake.Grid, column: Column, source: Source, context: CheckContext, plans: Plans) -> lake.ColumnPlan:
    index = source.mapping.get(column.name)
    plan = lake.ColumnPlan(
        name=column.name, type=LAKE_TYPES[column.type], source=index, required=column.required,
        limits=(column.minimum, column.maximum), offset_hours=context.utc_offset_hours,
    )  # fmt: skip
    if index is None:
        return plan
    if column.type in ("lon", "lat"):
        return replace(plan, plain="point")
    if column.codes:
        return plan
    if column.type in _NUMBERS:
        style, factor = _number_manner(grid, column, index, source, context, plans)
        return replace(plan, plain=_PLAIN[style], factor=factor)
    if column.type in ("date", "month", "timestamp"):
        return _dated(grid, column, plan, context, plans)
    remembered = context.value_memory.get(column.name)
    return replace(plan, plain="words") if column.type == "text" and not remembered else plan


def _number_manner(
    grid: lake.Grid, column: Column, index: int, source: Source, context: CheckContext, plans: Plans
) -> tuple[str, float]:
    """(style, factor) of a number column, from its own cells, then from what is known of this delivery or the last."""
    shapes = grid.shapes(index)
    said, _, said_factor = context.styles.get(column.name, "").partition("*")
    factor, foreign = (float(said_factor), "") if said_factor else unit_factor(source.heading(column.name), column)
    style: str = said or number_style(shapes, unit=column.unit)
    if style == "ambiguous" and (column.type == "number" or factor != 1.0):
        before = ((context.previous_profile or {}).get("styles") or {}).get(column.name, "").partition("*")[0]
        style = before if before in ("id", "en") else style
        if style != "ambiguous":
            plans.notes.append(f"Tanda desimal '{column.title}' dibaca seperti kiriman sebelumnya.")
    if factor != 1.0 and not said_factor:
        plans.notes.append(
            f"'{column.title}' ditulis dalam '{source.heading(column.name)}'; "
            f"tiap nilai dikalikan {factor:g} menjadi {column.unit}."
        )
    if foreign and column.unit:
        plans.held.append(
            f"Judul '{source.heading(column.name)}' menyebut satuan '{foreign}', sedangkan '{column.title}' bersatuan "
            f"'{column.unit}'. Periksa sebelum diterbitkan."
        )
    # Number cells are shown to people with a comma; a column of nothing but such cells is Indonesian from then on.
    kept = "id" if not style and any(shape.startswith(NUMBER) for shape in shapes) else style
    plans.styles[column.name] = kept if factor == 1.0 else f"{kept}*{factor!r}"
    return style, factor


def _follow_neighbours(contract: Contract, plans: Plans) -> None:
    """A column of nothing but `1.234` is read like the file's other number columns, when those are of one style."""
    said = {
        name: style.partition("*")[0] for name, style in plans.styles.items() if contract.column(name).type in _NUMBERS
    }
    certain = {style for style in said.values() if style in ("id", "en", "mixed")}
    if len(certain) != 1 or "mixed" in certain:
        return
    style = certain.pop()
    for place, plan in enumerate(plans.columns):
        column = contract.column(plan.name)
        if said.get(plan.name) == "ambiguous" and (column.type == "number" or plan.factor != 1.0):
            plans.columns[place] = replace(plan, plain=_PLAIN[style])
            plans.styles[plan.name] = plans.styles[plan.name].replace("ambiguous", style)
            plans.notes.append(f"Tanda desimal '{column.title}' dibaca seperti kolom angka lainnya di berkas ini.")


def _dated(
    grid: lake.Grid, column: Column, plan: lake.ColumnPlan, context: CheckContext, plans: Plans
) -> lake.ColumnPlan:
    assert plan.source is not None  # noqa: S101 (for the type checker; the caller made sure)
    over_first, over_second = grid.date_parts(plan.source)
    order = context.styles.get(column.name) or date_order(over_first, over_second)
    if order == "mdy":
        plans.notes.append(f"Tanggal di '{column.title}' dibaca bulan/hari/tahun, karena ada bagian kedua di atas 12.")
    if order == "mixed":
        plans.notes.append(
            f"Tanggal di '{column.title}' memakai dua urutan; yang dapat berarti dua hal masuk karantina."
        )
    plans.styles[column.name] = order
    return replace(plan, plain="moment") if column.type == "timestamp" else plan


def _swap_back(grid: lake.Grid, contract: Contract, context: CheckContext, plans: Plans) -> None:
    """When (nearly) every point lies in the region only with lon and lat exchanged, exchange them."""
    pair = coordinate_pair(contract)
    if pair is None or plans.of(pair[0]).source is None or plans.of(pair[1]).source is None:
        return
    lon, lat = plans.of(pair[0]), plans.of(pair[1])
    right, swapped, total = grid.inside(lon, lat, context.bounds)
    if total and swapped >= 0.9 * total and right == 0:
        plans.columns[plans.columns.index(lon)] = replace(lon, source=lat.source)
        plans.columns[plans.columns.index(lat)] = replace(lat, source=lon.source)
        plans.notes.append("Bujur dan lintang tertukar di seluruh berkas; keduanya sudah dikembalikan ke tempatnya.")


def coordinate_pair(contract: Contract) -> tuple[str, str] | None:
    """Names of the lon and lat columns, when the contract has both."""
    lon = next((column.name for column in contract.columns if column.type == "lon"), None)
    lat = next((column.name for column in contract.columns if column.type == "lat"), None)
    return (lon, lat) if lon and lat else None


def _readings(
    grid: lake.Grid, column: Column, plan: lake.ColumnPlan, context: CheckContext, plans: Plans, source: Source
) -> tuple[lake.Reading, ...]:
    """What the engine cannot read plainly, read once per distinct text."""
    texts = grid.residue(plan)
    if not texts:
        return ()
    if column.type == "area" and not column.codes:
        return _area_readings(column, texts, context, plans)
    style = plans.styles.get(column.name, "").partition("*")[0]
    memory = {spelling.strip(MARKS): code for spelling, code in context.value_memory.get(column.name, {}).items()}
    manner = Manner(
        style=style, factor=plan.factor, offset_hours=context.utc_offset_hours, date1904=source.date1904, memory=memory
    )  # fmt: skip
    readings = []
    for text in texts:
        value, fault = read_value(text, column, manner)
        readings.append(lake.Reading(text, value, fault))
    _note_serials(column, texts, readings, plans)
    return tuple(readings)


def _note_serials(column: Column, texts: Mapping[str, int], readings: Sequence[lake.Reading], plans: Plans) -> None:
    if column.type not in ("date", "month", "timestamp"):
        return
    serials = sum(
        texts[r.text]
        for r in readings
        if r.value
        and r.text.lstrip(NUMBER).replace(".", "", 1).isdigit()
        and len(r.text.lstrip(NUMBER).partition(".")[0]) == 5
    )
    if serials:
        plans.notes.append(
            f"{number_text(serials)} sel '{column.title}' berupa nomor hari Excel; dibaca sebagai tanggal."
        )


def _area_readings(
    column: Column, texts: Mapping[str, int], context: CheckContext, plans: Plans
) -> tuple[lake.Reading, ...]:
    index = AreaIndex(context.areas, column=column.name)
    memory = context.value_memory.get(column.name, {})
    found = read_areas(texts, index, memory=memory, system=context.styles.get(column.name, ""))
    plans.notes += [f"{column.title}: {note}" for note in found.notes]
    plans.styles[column.name] = found.system
    plans.areas[column.name] = found.readings
    return tuple(lake.Reading(text, read.code or None, read.fault) for text, read in found.readings.items())
