"""The working calendar: holidays, working days and office hours as pure functions over plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

HolidayKind = Literal["national", "shared_leave", "local"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONE_DAY = timedelta(days=1)
LONGEST_CLOSURE_DAYS = 366


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day on which the offices are closed. `is_estimate`: computed from the moon, not decreed yet."""

    day: date
    name: str
    kind: HolidayKind
    is_estimate: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a region's file says: a holiday (perhaps in place of another day), or that a day is worked (no name)."""

    day: date
    name: str = ""
    kind: HolidayKind = "national"
    replaces: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Opening time and closing time by weekday (Monday is 0); a weekday that is missing is not worked."""

    hours: Mapping[int, tuple[time, time]]
    source: str = ""

    @property
    def weekdays(self) -> frozenset[int]:
        """Weekdays on which the offices open at all."""
        return frozenset(self.hours)


def corrected(national: Iterable[Holiday], corrections: Iterable[Correction]) -> dict[date, Holiday]:
    """The calendar by day: the national one with the region's dated corrections, which win."""
    calendar = {holiday.day: holiday for holiday in national}
    for correction in corrections:
        calendar.pop(correction.replaces or correction.day, None)
        if correction.name:
            calendar[correction.day] = Holiday(
                day=correction.day, name=correction.name, kind=correction.kind, source=correction.source
            )
    return calendar


def is_working_day(day: date, *, holidays: Collection[date], weekdays: Collection[int]) -> bool:
    """Whether the offices open on `day`."""
    return day.weekday() in weekdays and day not in holidays


def working_days_between(start: date, end: date, *, holidays: Collection[date], weekdays: Collection[int]) -> int:
    """Working days after `start` up to and including `end`: the way a deadline of n working days is counted.

    Zero when both are the same day; negative, and the mirror image, when `end` lies before `start`.
    """
    if end < start:
        return -working_days_between(end, start, holidays=holidays, weekdays=weekdays)
    weeks, rest = divmod((end - start).days, 7)
    count = weeks * len(frozenset(weekdays))
    count += sum((end - i * ONE_DAY).weekday() in weekdays for i in range(rest))
    return count - sum(start < day <= end and day.weekday() in weekdays for day in frozenset(holidays))


def add_working_days(start: date, count: int, *, holidays: Collection[date], weekdays: Collection[int]) -> date:
    """The `count`-th working day after `start`; `start` itself, worked or not, when `count` is zero.

    Raises `ValueError` on a negative count, and when no working day comes within a year.
    """
    if count < 0:
        raise ValueError("count is negative")
    day, closed = start, 0
    while count:
        day += ONE_DAY
        worked = is_working_day(day, holidays=holidays, weekdays=weekdays)
        count -= worked
        closed = 0 if worked else closed + 1
        if closed > LONGEST_CLOSURE_DAYS:
            raise ValueError("no working day within a year")
    return day


def is_office_open(local: datetime, *, holidays: Collection[date], hours: OfficeHours) -> bool:
    """Whether the offices are open at a moment that is already in the region's own zone; closing time is closed."""
    if not is_working_day(local.date(), holidays=holidays, weekdays=hours.weekdays):
        return False
    opening, closing = hours.hours[local.weekday()]
    return opening <= local.time() < closing
