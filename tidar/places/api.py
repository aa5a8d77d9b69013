"""The front door of `places`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tidar.places.actions.importing import import_boundaries
from tidar.places.actions.loading import Loaded, UnableToLoad, load_region
from tidar.places.actions.neighbourhoods import (
    Neighbourhoods,
    NewArea,
    UnableToAddArea,
    add_area,
    import_neighbourhoods,
)
from tidar.places.queries import areas as _areas
from tidar.places.queries import boundaries as _boundaries
from tidar.places.queries import calendar as _calendar
from tidar.places.queries import checking as _checking
from tidar.places.queries import edition as _edition
from tidar.places.queries import region as _region
from tidar.places.queries.region import UnableToReadRegion
from tidar.places.rules import codes as _codes
from tidar.places.rules.boundary_check import Report
from tidar.places.rules.calendar import Holiday, OfficeHours
from tidar.places.rules.region_file import Fact
from tidar.places.rules.values import AreaView, RegionView

__all__ = [
    "AreaView", "Fact", "Holiday", "Loaded", "Neighbourhoods", "NewArea", "OfficeHours", "RegionView", "Report",
    "UnableToAddArea", "UnableToLoad", "UnableToReadRegion", "add_area", "add_working_days", "ancestors", "area",
    "area_at", "areas", "areas_at", "areas_matching", "boundaries", "boundaries_json", "check", "days_off", "edition",
    "forget", "import_boundaries", "import_neighbourhoods", "is_office_open", "is_working_day", "load_region",
    "office_hours", "region", "source_row", "villages", "working_days_between",
]  # fmt: skip


def region() -> RegionView:
    """The region this deployment runs (`TIDAR_REGION`). Raises `UnableToReadRegion`; no database."""
    return _region.region()


def areas(level: str | None = None) -> tuple[AreaView, ...]:
    """All areas, or those of exactly one level, ordered by code. Cached until the next write."""
    return _areas.at_level(level or "")


def villages() -> tuple[AreaView, ...]:
    """Every kelurahan and desa together, ordered by code: the smallest areas that have a boundary."""
    return _areas.villages()


def area(code: str) -> AreaView | None:
    """One area by its Kemendagri code, or None."""
    return _areas.by_code().get(code)


def areas_matching(text: str, *, level: str = "") -> tuple[AreaView, ...]:
    """Areas that a text may mean: Kemendagri code (dotted or not), BPS code, or a name however it is spelt.

    Exactly one answer is certain; several share a name (Banjar has three such pairs); none is unknown.
    """
    return _areas.matching(text, level=level)


def ancestors(code: str) -> tuple[str, ...]:
    """Codes that contain `code`, nearest first, without itself. By the code's own structure; no database."""
    return _codes.ancestors(code)


def area_at(lon: float, lat: float) -> str:
    """Code of the kelurahan or desa that covers the point, "" when none does.

    A point on a shared border belongs to the village with the lower code. Without official boundaries the answer is
    that of the approximate cells.
    """
    return str(areas_at([lon], [lat])[0])


def areas_at(lons: Any, lats: Any) -> Any:
    """Codes for arrays of points (NumPy float64 in, NumPy text out, "" where none): 1,000,000 points in ≤ 3 s."""
    return _boundaries.areas_at(lons, lats)


def boundaries(level: str) -> dict[str, Any]:
    """GeoJSON FeatureCollection of one level, light enough to draw; do not change the dictionary, it is cached.

    Features have `id` and properties `code`, `name`, `level`, `approximate`; the top-level `approximate` is true when
    any of them is ("batas perkiraan"). "kelurahan" and "desa" both give all villages; "kecamatan" and "region" are
    unions of villages; RW and RT have none.
    """
    return _boundaries.collection(level)


def boundaries_json(level: str) -> bytes:
    """`boundaries` as UTF-8 JSON, encoded once per edition."""
    return _boundaries.collection_json(level)


def edition() -> str:
    """A token that changes with every write to areas or boundaries: for ETags and caches of other apps."""
    return _edition.token()


def forget() -> None:
    """Look at the database again before the next answer: for tests that roll back."""
    _edition.look_again()


def days_off(year: int) -> dict[date, Holiday]:
    """Days of `year` on which offices are closed beside weekends; days computed from the moon say `is_estimate`."""
    return _calendar.days_off(year)


def office_hours() -> OfficeHours:
    """When the region's offices are open, with the source of the rule."""
    return _region.office_hours()


def is_working_day(day: date) -> bool:
    """Whether the region's offices open on `day`."""
    return _calendar.is_working_day(day)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    return _calendar.working_days_between(start, end)


def add_working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start`: the last day of a deadline of `count` working days."""
    return _calendar.add_working_days(start, count)


def is_office_open(moment: datetime) -> bool:
    """Whether the region's offices are open at an aware moment."""
    return _calendar.is_office_open(moment)


def source_row(delivery: str, row: int) -> tuple[tuple[str, str], ...]:
    """What a row of the lake table `wilayah` was read from: (heading, text) pairs of `areas.csv`; else empty.

    `delivery` is the row's `_delivery` ("region:33.71"), `row` its `_row`.
    """
    kind, _, code = delivery.partition(":")
    return _region.raw_row(code, row) if kind == "region" and code == region().code else ()


def check() -> tuple[str, ...]:
    """What is wrong with the stored areas, one sentence each: codes, parents, boundaries, the lake table."""
    return _checking.check()
