"""What a region ships: `region.toml`, `areas.csv`, `holidays.toml`, read into plain values and checked."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation

import msgspec

from tidar.places.rules.calendar import WEEKDAYS, Correction, HolidayKind, OfficeHours
from tidar.places.rules.codes import BPS_CODE, parse_code

HEADINGS = ("code", "bps_code", "name", "level", "parent", "postal_code", "km2", "lat", "lon", "source")


class Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the map opens, and the rectangle outside of which a position is a mistake."""

    lon: float
    lat: float
    bounds: tuple[float, float, float, float]  # west, south, east, north


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One published figure with its source; `area` is empty for the region itself."""

    name: str
    value: float
    unit: str
    source: str
    area: str = ""
    period: str = ""


class RegionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`region.toml`."""

    code: str
    bps_code: str
    name: str
    short_name: str
    kind: str
    zone: str
    zone_name: str
    map: Map
    office_hours: dict[str, str | tuple[time, time]]
    facts: tuple[Fact, ...] = ()
    programs: tuple[str, ...] = ()  # folders of programs/ that the region has adopted


class HolidayEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[holiday]]` of `holidays.toml`."""

    date: dt.date
    name: str
    source: str
    kind: HolidayKind = "national"
    replaces: dt.date | None = None


class WorkingDayEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[working_day]]` of `holidays.toml`."""

    date: dt.date
    source: str


class HolidayFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`holidays.toml`."""

    holiday: tuple[HolidayEntry, ...] = ()
    working_day: tuple[WorkingDayEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One line of `areas.csv`; `row` is the record's number as a spreadsheet shows it (the heading is row 1)."""

    row: int
    code: str
    bps_code: str
    name: str
    level: str
    parent: str
    postal_code: str
    km2: Decimal | None
    lat: float | None
    lon: float | None
    source: str


def read_region(text: str) -> RegionFile:
    """`region.toml` as values; raises `ValueError` with the path that is wrong."""
    region = msgspec.convert(tomllib.loads(text), RegionFile, strict=False)
    west, south, east, north = region.map.bounds
    if not (west < region.map.lon < east and south < region.map.lat < north):
        raise ValueError("map.bounds: the centre is not inside (order: west, south, east, north)")
    return region


def office_hours(region: RegionFile) -> OfficeHours:
    """The office hours by weekday number; raises `ValueError` on an unknown weekday or a closing before the opening."""
    hours = {}
    for name, value in region.office_hours.items():
        if isinstance(value, str):
            continue
        if name not in WEEKDAYS or value[0] >= value[1]:
            raise ValueError(f"office_hours.{name}: not a weekday, or closes before it opens")
        hours[WEEKDAYS.index(name)] = value
    return OfficeHours(hours=hours, source=str(region.office_hours.get("source", "")))


def read_corrections(text: str) -> tuple[Correction, ...]:
    """`holidays.toml` as corrections; raises `ValueError` with the path that is wrong."""
    file = msgspec.convert(tomllib.loads(text), HolidayFile)
    days = [
        Correction(day=h.date, name=h.name, kind=h.kind, replaces=h.replaces, source=h.source) for h in file.holiday
    ]
    return (*days, *(Correction(day=w.date, source=w.source) for w in file.working_day))


def read_areas(text: str) -> tuple[AreaRow, ...]:
    """`areas.csv` as rows, parents before children.

    Raises `ValueError` that names the row: other headings, a code whose structure contradicts `level` or `parent`, a
    code or BPS code that comes twice, a parent that is not in the file, a number that is none.
    """
    rows = sorted(_rows(text), key=lambda r: r.code)
    seen: dict[str, int] = {}
    bps: dict[str, int] = {}
    for row in rows:
        _check_row(row, seen)
        if row.code in seen or (row.bps_code and row.bps_code in bps):
            raise ValueError(f"row {row.row}: {row.code} or its BPS code comes twice")
        seen[row.code] = bps[row.bps_code] = row.row
    if sum(row.level == "region" for row in rows) != 1:
        raise ValueError("exactly one row must be the region")
    return tuple(rows)


def raw_row(text: str, row: int) -> tuple[tuple[str, str], ...]:
    """Row number `row` of a CSV as (heading, text) pairs; empty when there is no such row."""
    for number, record in enumerate(csv.reader(io.StringIO(text)), start=1):
        if number == 1:
            headings = record
        elif number == row:
            return tuple(zip(headings, record, strict=False))
    return ()


def _rows(text: str) -> Iterator[AreaRow]:
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != HEADINGS:
        raise ValueError(f"headings must be {', '.join(HEADINGS)}")
    for number, r in enumerate(reader, start=2):
        if None in r or None in r.values():
            raise ValueError(f"row {number}: not {len(HEADINGS)} fields")
        try:
            km2 = Decimal(r["km2"]) if r["km2"] else None
            lat, lon = (float(r[name]) if r[name] else None for name in ("lat", "lon"))
        except (ValueError, InvalidOperation):
            raise ValueError(f"row {number}: km2, lat or lon is not a number") from None
        words = {name: r[name].strip() for name in HEADINGS if name not in ("km2", "lat", "lon")}
        yield AreaRow(row=number, km2=km2, lat=lat, lon=lon, **words)


def _check_row(row: AreaRow, seen: dict[str, int]) -> None:
    parsed = parse_code(row.code)
    if parsed is None or parsed.level != row.level:
        raise ValueError(f"row {row.row}: code {row.code!r} is not the code of a {row.level}")
    if row.bps_code and not BPS_CODE.fullmatch(row.bps_code):
        raise ValueError(f"row {row.row}: BPS code {row.bps_code!r} is not 4, 7 or 10 digits")
    expected = "" if row.level == "region" else parsed.parent
    if row.parent != expected or (expected and expected not in seen):
        raise ValueError(f"row {row.row}: parent of {row.code} must be {expected!r} and stand in the file")
