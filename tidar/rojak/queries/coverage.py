"""How every segment stands now: read from the checks, never stored."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from tidar.places import api as places
from tidar.rojak.models import Program
from tidar.rojak.rules.clock import PatrolClock, Window
from tidar.rojak.rules.coverage import SegmentState, state_of

__all__ = ["SegmentRow", "SegmentState", "clock_of", "clocks", "segment_rows", "segment_states", "state_of_row"]

# The last check is one step into the index `check_last`; only after an uncertain one the last certain one is looked up.
ROWS = """
SELECT s.id, s.post_id, p.program_id, s.due_hours, greatest(s.from_date, p.from_date),
    l.happened_at, l.is_certain, c.happened_at,
    s.code, s.title, s.area_code, s.importance, p.code, p.title, p.area_code
FROM rojak_segment s
JOIN rojak_post p ON p.id = s.post_id
LEFT JOIN LATERAL (
    SELECT k.happened_at, k.is_certain FROM rojak_check k
    WHERE k.segment_id = s.id AND k.happened_at <= %(at)s
        AND k.happened_at >= (greatest(s.from_date, p.from_date)::timestamp AT TIME ZONE %(zone)s)
    ORDER BY k.happened_at DESC LIMIT 1
) l ON true
LEFT JOIN LATERAL (
    SELECT k.happened_at FROM rojak_check k
    WHERE NOT l.is_certain AND k.segment_id = s.id AND k.happened_at <= %(at)s AND k.is_certain
        AND k.happened_at >= (greatest(s.from_date, p.from_date)::timestamp AT TIME ZONE %(zone)s)
    ORDER BY k.happened_at DESC LIMIT 1
) c ON true
WHERE greatest(s.from_date, p.from_date) <= %(day)s
    AND coalesce(s.until_date, %(day)s) >= %(day)s AND coalesce(p.until_date, %(day)s) >= %(day)s
    AND (%(posts)s::bigint[] IS NULL OR s.post_id = ANY(%(posts)s::bigint[]))
ORDER BY p.title, p.id, s."order", s.id
"""
Names = tuple[str, str, str, int, str, str, str]  # code, title, area and importance; code, title and area of its post


class SegmentRow(NamedTuple):
    """A segment that is patrolled at the moment asked for, and its last checks."""

    id: int
    post_id: int
    program: str
    due_hours: int
    since: date
    last: tuple[datetime, bool] | None
    last_certain_at: datetime | None
    names: Names


def segment_states(post_ids: Sequence[int] | None, at: datetime) -> dict[int, SegmentState]:
    """How each segment of these posts (None: of all) stands at `at`, by segment id; two queries, however many.

    Only segments that are patrolled on that day: begun and not ended, like their posts. Checks after `at` do not count,
    so the state of any past moment can be asked for, as it is known today.
    """
    known = clocks()
    return {row.id: state_of_row(row, known[row.program], at) for row in segment_rows(post_ids, at)}


def state_of_row(row: SegmentRow, clock: PatrolClock, at: datetime) -> SegmentState:
    """How the segment of a row stands at `at`."""
    return state_of(
        clock,
        due_hours=row.due_hours,
        since=row.since,
        last=row.last,
        last_certain_at=row.last_certain_at,
        at=at,
    )


def segment_rows(post_ids: Sequence[int] | None, at: datetime) -> Iterator[SegmentRow]:
    """The segments of these posts (None: of all) patrolled on the day of `at`, with their last checks, by post."""
    zone = places.region().zone
    values: dict[str, Any] = {"at": at, "zone": zone.key, "day": at.astimezone(zone).date(), "posts": _list(post_ids)}
    with connection.cursor() as cursor:
        cursor.execute(ROWS, values)
        for segment, post, program, due, since, last_at, is_certain, certain_at, *names in cursor.fetchall():
            last = None if last_at is None else (last_at, is_certain)
            sure = last_at if is_certain else certain_at
            yield SegmentRow(segment, post, program, due, since, last, sure, tuple(names))


def clocks() -> dict[str, PatrolClock]:
    """The patrol clock of every program, by its key; one query."""
    return {key: clock_of(windows) for key, windows in Program.objects.values_list("pk", "windows")}


def clock_of(windows: Sequence[Mapping[str, Any]]) -> PatrolClock:
    """The clock of a program with these `windows` in this region. Raises `ValueError` on windows that say nothing."""
    region = places.region()
    return _clock(json.dumps(list(windows)), region.code, region.zone)


@functools.lru_cache(maxsize=64)
def _clock(windows: str, region: str, zone: ZoneInfo) -> PatrolClock:
    """Kept per region, because its calendar is read from its files once per process."""
    return PatrolClock([Window.read(one) for one in json.loads(windows)], places.days_off, zone)


def _list(ids: Sequence[int] | None) -> list[int] | None:
    return None if ids is None else list(ids)
