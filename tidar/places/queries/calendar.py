"""The working calendar of the region: national days off, the region's own corrections, office hours."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date, datetime

import holidays as national_days

from tidar.places.queries.region import corrections, office_hours, region
from tidar.places.rules import calendar
from tidar.places.rules.calendar import Correction, Holiday, HolidayKind

ESTIMATE = "(perkiraan)"  # how the library marks a day computed from the moon and not decreed yet
SOURCE = "Kalender nasional (pustaka holidays)"
CATEGORIES: tuple[tuple[str, HolidayKind], ...] = (("government", "shared_leave"), ("public", "national"))


def days_off(year: int) -> dict[date, Holiday]:
    """Days of `year` on which the offices are closed beside weekends, by day, in order."""
    return dict(_days_off(year, corrections()))


def holidays_between(first: date, last: date) -> frozenset[date]:
    """All days off from the year of `first` through the year of `last`, in either order."""
    years = range(min(first.year, last.year), max(first.year, last.year) + 1)
    return frozenset(day for year in years for day in _days_off(year, corrections()))


def is_working_day(day: date) -> bool:
    """Whether the region's offices open on `day`."""
    return calendar.is_working_day(day, holidays=holidays_between(day, day), weekdays=office_hours().weekdays)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    off = holidays_between(start, end)
    return calendar.working_days_between(start, end, holidays=off, weekdays=office_hours().weekdays)


def add_working_days(start: date, count: int) -> date:
    """The `count`-th working day after `start`: the last day of a deadline of `count` working days."""
    last = date(start.year + 2 + count // 100, 12, 31)
    off = holidays_between(start, last)
    return calendar.add_working_days(start, count, holidays=off, weekdays=office_hours().weekdays)


def is_office_open(moment: datetime) -> bool:
    """Whether the region's offices are open at an aware moment."""
    local = moment.astimezone(region().zone)
    off = holidays_between(local.date(), local.date())
    return calendar.is_office_open(local, holidays=off, hours=office_hours())


@functools.lru_cache(maxsize=64)
def _days_off(year: int, corrected_by: tuple[Correction, ...]) -> dict[date, Holiday]:
    merged = calendar.corrected(_national(year), corrected_by)
    return {day: merged[day] for day in sorted(merged) if day.year == year}


def _national(year: int) -> Iterator[Holiday]:
    """Shared leave first, so that a holiday on the same day keeps its name."""
    for category, kind in CATEGORIES:
        days = national_days.country_holidays("ID", years=year, language="id", categories=(category,))
        for day, name in days.items():
            plain = name.replace(ESTIMATE, "").strip()
            yield Holiday(day=day, name=plain, kind=kind, is_estimate=ESTIMATE in name, source=SOURCE)
