"""Share of patrol time that was covered: per day, hour and group of segments (an RT, or a segment alone)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
from django.db import connection

from tidar.places import api as places
from tidar.rojak.queries.coverage import clocks
from tidar.rojak.rules.cells import (
    HOUR,
    Cell,
    Line,
    Numbers,
    covered_in,
    first_day_that_matters,
    intervals,
    number,
)
from tidar.rojak.rules.clock import PatrolClock

ONE_DAY = timedelta(days=1)
MINUTE = HOUR // 60
By = Literal["rt", "segment"]
Checks = tuple[Numbers, Numbers, npt.NDArray[np.bool_]]  # index of the segment, moment, is it certain

SEGMENTS = """
SELECT s.id, s.post_id, p.program_id, coalesce(nullif(s.area_code, ''), p.area_code), s.due_hours,
    greatest(s.from_date, p.from_date), least(s.until_date, p.until_date)
FROM rojak_segment s JOIN rojak_post p ON p.id = s.post_id
WHERE greatest(s.from_date, p.from_date) <= %(last)s
    AND coalesce(least(s.until_date, p.until_date), %(first)s) >= %(first)s
    AND (%(posts)s::bigint[] IS NULL OR s.post_id = ANY(%(posts)s::bigint[]))
ORDER BY s.id
"""
CHECKS = """
SELECT k.segment_id, (extract(epoch FROM k.happened_at) * 1000000)::bigint, k.is_certain
FROM rojak_check k
WHERE k.segment_id = ANY(%(ids)s) AND k.happened_at >= %(since)s AND k.happened_at <= %(until)s
"""


@dataclass(frozen=True, slots=True)
class CellRow:
    """One hour of one day for one group. Minutes are patrol minutes × segments.

    `due_minutes` should have been covered; of those `covered_minutes` were, by certain checks, and `unknown_minutes`
    only if uncertain checks are believed.
    """

    program: str
    post_id: int
    group: str
    first_segment_id: int  # the lowest of the group's
    day: date
    hour: int
    segments: int
    due_minutes: float
    covered_minutes: float
    unknown_minutes: float
    checks: int
    uncertain_checks: int


@dataclass(frozen=True, slots=True)
class _Segment:
    id: int
    post_id: int
    program: str
    area_code: str
    due_hours: int
    from_date: date
    until_date: date | None


def coverage(post_ids: Sequence[int] | None, first: date, last: date, *, at: datetime, by: By = "rt") -> list[CellRow]:
    """Every hour with patrol time from `first` until `last` (both included), up to `at`, for every group.

    Groups are a post's RT (its RW where a segment has none), or segments, by their id. A check covers its segment from
    its moment until it is due again; checks before `first` count as far as they reach. Three queries.
    """
    with connection.cursor() as cursor:
        cursor.execute(SEGMENTS, {"first": first, "last": last, "posts": None if post_ids is None else list(post_ids)})
        found = [_Segment(*row) for row in cursor.fetchall()]
    known, rows = clocks(), []
    for program in sorted({one.program for one in found}):
        own = [one for one in found if one.program == program]
        rows += _of_program(known[program], own, (first, last), at=at, by=by)
    return rows


def _of_program(
    clock: PatrolClock, segments: list[_Segment], days: tuple[date, date], *, at: datetime, by: By
) -> list[CellRow]:
    begin = first_day_that_matters(clock, days[0], max(one.due_hours for one in segments))
    line = Line(clock, begin, days[1])
    cells = line.cells(*days, until=at)
    if not cells:
        return []
    owner, moments, certain = _checks(segments, _midnight(begin, clock), min(at, _midnight(days[1] + ONE_DAY, clock)))
    work = _Work(line, cells, segments)
    names = [(one.post_id, one.area_code if by == "rt" else str(one.id)) for one in segments]
    groups = sorted(set(names))
    number_of = {name: n for n, name in enumerate(groups)}
    group_of = np.array([number_of[name] for name in names], np.int64)
    order = np.argsort(group_of[owner], kind="stable")
    owner, moments, certain = owner[order], moments[order], certain[order]
    edges = np.searchsorted(group_of[owner], np.arange(len(groups) + 1))
    rows: list[CellRow] = []
    for n, name in enumerate(groups):
        part = slice(edges[n], edges[n + 1])
        rows += work.rows(name, np.flatnonzero(group_of == n), (owner[part], moments[part], certain[part]))
    return rows


def _checks(segments: list[_Segment], since: datetime, until: datetime) -> Checks:
    """The checks as (index of the segment, moment, is it certain), without those from before a segment began."""
    index = {one.id: n for n, one in enumerate(segments)}
    with connection.cursor() as cursor:
        cursor.execute(CHECKS, {"ids": list(index), "since": since, "until": until})
        found = cursor.fetchall()
    owner = np.array([index[row[0]] for row in found], np.int64)
    moments = np.array([row[1] for row in found], np.int64)
    certain = np.array([row[2] for row in found], bool)
    zone = places.region().zone
    begins = np.array([number(datetime.combine(one.from_date, time(0), tzinfo=zone)) for one in segments], np.int64)
    alive = moments >= begins[owner] if len(owner) else np.zeros(0, bool)
    return owner[alive], moments[alive], certain[alive]


class _Work:
    """What all groups of a program share: the line, its cells, each segment's life and due interval."""

    def __init__(self, line: Line, cells: list[Cell], segments: list[_Segment]) -> None:
        self.line, self.cells, self.program = line, cells, segments[0].program
        self.ids = np.array([one.id for one in segments], np.int64)
        self.due = np.array([one.due_hours * HOUR for one in segments], np.int64)
        self.begins = np.array([line.place(_midnight(one.from_date, line.clock)) for one in segments], np.int64)
        self.ends = np.array([self._end(one) for one in segments], np.int64)
        self.starts_of_cells = np.array([cell.start for cell in cells], np.int64)
        self.ends_of_cells = np.array([cell.end for cell in cells], np.int64)

    def _end(self, one: _Segment) -> int:
        last = self.cells[-1].end
        if one.until_date is None:
            return last
        return min(last, self.line.place(_midnight(one.until_date + ONE_DAY, self.line.clock)))

    def rows(self, group: tuple[int, str], members: Numbers, checks: Checks) -> list[CellRow]:
        owner, moments, certain = checks
        spots, alive = self.line.places(moments), (self.begins, self.ends)
        due = covered_in(self.begins[members], self.ends[members], self.cells)
        sure = covered_in(*intervals(owner[certain], spots[certain], due=self.due, alive=alive), self.cells)
        either = covered_in(*intervals(owner, spots, due=self.due, alive=alive), self.cells)
        counts, doubted = self._counts(moments[certain]), self._counts(moments[~certain])
        segments, lowest = self._alive(members), int(self.ids[members].min())
        return [
            CellRow(
                self.program, *group, lowest, cell.day, cell.hour, int(segments[n]), due[n] / MINUTE, sure[n] / MINUTE,
                (either[n] - sure[n]) / MINUTE, int(counts[n]), int(doubted[n]),
            )
            for n, cell in enumerate(self.cells)
            if due[n]
        ]  # fmt: skip

    def _alive(self, members: Numbers) -> Numbers:
        begun = np.searchsorted(np.sort(self.begins[members]), self.ends_of_cells, side="left")
        over = np.searchsorted(np.sort(self.ends[members]), self.starts_of_cells, side="right")
        return begun - over

    def _counts(self, moments: Numbers) -> Numbers:
        """How many of these checks happened in each cell; those outside patrol time are in none."""
        spots = self.line.places(moments[self.line.holds(moments)])
        at = np.searchsorted(self.starts_of_cells, spots, side="right") - 1
        return np.bincount(at[at >= 0], minlength=len(self.cells))


def _midnight(day: date, clock: PatrolClock) -> datetime:
    return datetime.combine(day, time(0), tzinfo=clock.zone)
