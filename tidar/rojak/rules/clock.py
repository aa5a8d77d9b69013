"""Patrol time: the hours in which a program patrols. A segment's due interval is counted in these hours only.

Patrol time is a program's windows (weekdays and hours by the region's own clock) without the region's days off. Nights,
weekends and holidays are no patrol time, so nothing becomes overdue in them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Self
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
HOUR = 3_600_000_000  # microseconds: whole numbers, so that the end of a window is exactly its end
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
LONGEST_YEARS = 40  # further than that nobody plans

DaysOff = Callable[[int], Collection[date]]
Span = tuple[int, int]  # microseconds since 1970


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some weekdays (ISO: Monday is 1). When it ends at or before its start it ends on the next day."""

    weekdays: frozenset[int]
    starts: time
    ends: time

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """From a program's `windows`: {"weekdays": [1, 2], "starts": "08:00", "ends": "16:00"}; "24:00" is midnight.

        Raises `ValueError` when a part is missing or is no weekday or time.
        """
        try:
            weekdays = frozenset(int(day) for day in raw["weekdays"])
            starts, ends = (time.fromisoformat("00:00" if raw[k] == "24:00" else raw[k]) for k in ("starts", "ends"))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"jam ronda tidak terbaca: {dict(raw)}") from error
        if not weekdays <= frozenset(range(1, 8)):
            raise ValueError(f"hari dalam jam ronda bukan 1 sampai 7: {sorted(weekdays)}")
        return cls(weekdays, starts, ends)


ALWAYS = Window(frozenset(range(1, 8)), time(0), time(0))


class PatrolClock:
    """Counts patrol time. `days_off(year)` are the days of that year without any; no windows at all means always.

    Days are the region's own (`zone`). Moments are aware; answers are aware, in `zone`. A window belongs to the day on
    which it starts, also where it runs past midnight.
    """

    def __init__(self, windows: Iterable[Window], days_off: DaysOff, zone: ZoneInfo) -> None:
        self.windows = tuple(windows) or (ALWAYS,)
        self.zone = zone
        self._days_off = days_off
        self._years: tuple[int, int] | None = None
        self._first = 0  # where the table begins
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []  # patrol time before each span, from the first span on

    def after(self, moment: datetime, hours: float) -> datetime:
        """The earliest moment at which `hours` of patrol time have passed since `moment`; `moment` itself for 0.

        Raises `ValueError` on negative hours, and when they do not pass within forty years.
        """
        if hours < 0:
            raise ValueError("hours are negative")
        if hours == 0:
            return moment.astimezone(self.zone)
        number, wanted = _number(moment), round(hours * HOUR)
        if self._years is not None and self._first <= number and (found := self._after(number, wanted)) is not None:
            return found
        year = moment.astimezone(self.zone).year
        for ahead in (1, 3, 10, LONGEST_YEARS):
            self._cover(year, year + ahead)
            if (found := self._after(number, wanted)) is not None:
                return found
        raise ValueError("so much patrol time does not pass")

    def _after(self, number: int, wanted: int) -> datetime | None:
        """`after` within the table; None when its end comes first."""
        target = self._time_until(number) + wanted
        at = bisect_left(self._before, target) - 1
        if at < 0:
            return None
        end = self._starts[at] + target - self._before[at]
        return self._moment(end) if end <= self._ends[at] else None

    def hours_between(self, start: datetime, end: datetime) -> float:
        """Hours of patrol time from `start` to `end`; negative when `end` lies before `start`."""
        years = sorted((start.astimezone(self.zone).year, end.astimezone(self.zone).year))
        self._cover(years[0], years[1])
        return (self._time_until(_number(end)) - self._time_until(_number(start))) / HOUR

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """When patrol time that belongs to `day` starts and ends, in order, without overlaps; none on a day off."""
        return tuple(
            (self._moment(start), self._moment(end)) for start, end in self._spans(day, self._days_off(day.year))
        )

    def is_patrol_time(self, moment: datetime) -> bool:
        """Whether `moment` lies in patrol time; the end of a window lies outside."""
        year = moment.astimezone(self.zone).year
        self._cover(year, year)
        at = bisect_right(self._starts, _number(moment)) - 1
        return at >= 0 and _number(moment) < self._ends[at]

    def cells(self, day: date) -> tuple[int, ...]:
        """The hours of `day` (0 to 23, by the region's clock; 8 is 08.00 to 09.00) that hold any patrol time.

        An hour of a window that began the day before and runs past midnight is among them.
        """
        start = datetime.combine(day, time(0), tzinfo=self.zone)
        return tuple(
            hour for hour in range(24) if self.hours_between(start.replace(hour=hour), _end_of_hour(start, hour)) > 0
        )

    def _moment(self, number: int) -> datetime:
        whole, part = divmod(number, 1_000_000)
        return datetime.fromtimestamp(whole, self.zone).replace(microsecond=part)

    def _cover(self, first: int, last: int) -> None:
        """The table of spans holds at least these years and one day around them."""
        if self._years is not None:
            if self._years[0] <= first and last <= self._years[1]:
                return
            first, last = min(first, self._years[0]), max(last, self._years[1])
        found: list[Span] = []
        day, end = date(first, 1, 1) - ONE_DAY, date(last, 12, 31)
        off: Collection[date] = self._days_off(day.year)
        while day <= end:
            if day.month == day.day == 1:
                off = self._days_off(day.year)
            found += self._spans(day, off)
            day += ONE_DAY
        self._keep(_merged(found))
        self._years = (first, last)
        self._first = _number(datetime.combine(date(first, 1, 1), time(0), tzinfo=self.zone))

    def _keep(self, spans: list[Span]) -> None:
        self._starts, self._ends = [s for s, _e in spans], [e for _s, e in spans]
        self._before, total = [], 0
        for start, end in spans:
            self._before.append(total)
            total += end - start

    def _spans(self, day: date, off: Collection[date]) -> list[Span]:
        if day in off:
            return []
        found = []
        for window in self.windows:
            if day.isoweekday() in window.weekdays:
                last = day if window.ends > window.starts else day + ONE_DAY
                start = datetime.combine(day, window.starts, tzinfo=self.zone)
                end = datetime.combine(last, window.ends, tzinfo=self.zone)
                found.append((_number(start), _number(end)))
        return _merged(found)

    def _time_until(self, moment: int) -> int:
        at = bisect_right(self._starts, moment) - 1
        if at < 0:
            return 0
        return self._before[at] + min(moment, self._ends[at]) - self._starts[at]


def _number(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _merged(spans: list[Span]) -> list[Span]:
    """In order, overlapping and touching spans as one."""
    kept: list[Span] = []
    for start, end in sorted(spans):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end))
        else:
            kept.append((start, end))
    return kept


def _end_of_hour(start: datetime, hour: int) -> datetime:
    return start + ONE_DAY if hour == 23 else start.replace(hour=hour + 1)
