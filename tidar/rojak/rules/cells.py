"""How much of patrol time a set of segments was covered: by day and hour, for any number of segments at once.

Everything happens on one line: patrol time in whole microseconds, nights and days off cut out. A certain check covers
its segment for the due interval from its place on the line. Of overlapping intervals of a segment the earlier ends
where the later begins, so nothing counts twice, and the covered time before a place x is a sum over all intervals that
two sorted arrays answer at once. No loop over segments, hours or days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from tidar.rojak.rules.clock import HOUR, PatrolClock

Numbers = npt.NDArray[np.int64]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one day that holds patrol time; where it starts and ends on the line."""

    day: date
    hour: int
    start: int
    end: int


class Line:
    """Patrol time from one day until another (both included) as one line of microseconds that begins at 0."""

    def __init__(self, clock: PatrolClock, first: date, last: date) -> None:
        days = [
            first + n * ONE_DAY for n in range(-1, (last - first).days + 1)
        ]  # a window may come from the day before
        spans = [span for day in days for span in clock.spans(day)]
        self.clock = clock
        self._starts = np.array([number(start) for start, _end in spans], np.int64)
        self._ends = np.array([number(end) for _start, end in spans], np.int64)
        lengths = self._ends - self._starts
        self._before = np.cumsum(lengths) - lengths
        self._begin = int(self._place(np.array([number(_midnight(first, clock))]))[0]) if spans else 0

    def places(self, moments: Numbers) -> Numbers:
        """Where these moments (microseconds since 1970) lie on the line; what is before its start lies at 0."""
        return np.maximum(self._place(moments) - self._begin, 0)

    def place(self, moment: datetime) -> int:
        """Where one moment lies."""
        return int(self.places(np.array([number(moment)], np.int64))[0])

    def holds(self, moments: Numbers) -> npt.NDArray[np.bool_]:
        """Which of these moments lie in patrol time."""
        if not len(self._starts):
            return np.zeros(len(moments), bool)
        at = np.searchsorted(self._starts, moments, side="right") - 1
        found: npt.NDArray[np.bool_] = (at >= 0) & (moments < self._ends[at])
        return found

    def cells(self, first: date, last: date, *, until: datetime) -> list[Cell]:
        """The hours with patrol time of these days, none of it after `until`."""
        found = []
        end = self.place(until)
        for n in range((last - first).days + 1):
            day = first + n * ONE_DAY
            midnight = _midnight(day, self.clock)
            edges = [midnight.replace(hour=hour) for hour in range(24)] + [_midnight(day + ONE_DAY, self.clock)]
            places = self.places(np.array([number(edge) for edge in edges], np.int64)).tolist()
            for hour, (a, b) in enumerate(pairwise(places)):
                if min(b, end) > a:
                    found.append(Cell(day, hour, a, min(b, end)))
        return found

    def _place(self, moments: Numbers) -> Numbers:
        if not len(self._starts):
            return np.zeros(len(moments), np.int64)
        at = np.searchsorted(self._starts, moments, side="right") - 1
        inside = np.minimum(moments, self._ends[at]) - self._starts[at] + self._before[at]
        return np.where(at < 0, 0, inside)


def number(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def first_day_that_matters(clock: PatrolClock, first: date, due_hours: float) -> date:
    """The earliest day on which a check could still cover something on `first`."""
    day, left = first, float(due_hours)
    for _n in range(3660):
        if left <= 0:
            break
        day -= ONE_DAY
        left -= sum((end - start) / timedelta(hours=1) for start, end in clock.spans(day))
    return day


def intervals(
    segments: Numbers, places: Numbers, *, due: Numbers, alive: tuple[Numbers, Numbers]
) -> tuple[Numbers, Numbers]:
    """What checks cover, as intervals (starts, ends) on the line that do not overlap within a segment.

    `segments` number the segment of each check (an index into `due`, microseconds, and into `alive`, where each segment
    begins and ends on the line), `places` lie on the line; both in any order.
    """
    order = np.lexsort((places, segments))
    owner, starts = segments[order], places[order]
    ends = starts + due[owner]
    if len(ends) > 1:
        same = owner[1:] == owner[:-1]
        ends[:-1] = np.where(same, np.minimum(ends[:-1], starts[1:]), ends[:-1])
    starts = np.maximum(starts, alive[0][owner])
    ends = np.maximum(np.minimum(ends, alive[1][owner]), starts)
    return starts, ends


def covered_before(starts: Numbers, ends: Numbers, places: Numbers) -> Numbers:
    """For each place the length of all the intervals that lies before it, together."""
    return _sum_of_minima(ends, places) - _sum_of_minima(starts, places)


def covered_in(starts: Numbers, ends: Numbers, cells: Sequence[Cell]) -> Numbers:
    """For each cell how much of it all the intervals cover, together."""
    if not len(cells):
        return np.zeros(0, np.int64)
    edges = np.array([(cell.start, cell.end) for cell in cells], np.int64)
    return covered_before(starts, ends, edges[:, 1]) - covered_before(starts, ends, edges[:, 0])


def _sum_of_minima(values: Numbers, places: Numbers) -> Numbers:
    """For each place x the sum of min(x, v) over all values."""
    found = np.sort(values)
    sums: Any = np.concatenate((np.zeros(1, np.int64), np.cumsum(found)))
    below = np.searchsorted(found, places, side="right")
    total: Numbers = sums[below] + (len(found) - below) * places
    return total


def _midnight(day: date, clock: PatrolClock) -> datetime:
    return datetime.combine(day, time(0), tzinfo=clock.zone)


__all__ = ["HOUR", "Cell", "Line", "covered_in", "first_day_that_matters", "intervals", "number"]
