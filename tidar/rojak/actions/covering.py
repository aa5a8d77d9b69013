"""The night's work: yesterday's coverage into the lake, and again the days that late items touched.

A day's rows are computed from the checks as sets (`queries.cells`) and replace those of the same day, hour and RT, so
the night may run twice, late, or after a week without, and the lake is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from tidar.lake import api as lake
from tidar.places import api as places
from tidar.rojak.actions.lake_tables import add_rows, declare_tables, locked_cursor, move
from tidar.rojak.metrics import COVERAGE
from tidar.rojak.models import Check, Post
from tidar.rojak.queries.cells import CellRow, coverage
from tidar.rojak.queries.coverage import clocks
from tidar.rojak.queries.touched import Touched, touched_since
from tidar.rojak.rules.lake import hour_row

HISTORY_DAYS, AT_ONCE_DAYS = 400, 92
ONE_DAY = timedelta(days=1)


@transaction.atomic
def cover_nights(*, at: datetime) -> tuple[lake.VersionView, ...]:
    """Every whole day up to yesterday that is not in the lake yet, and those before that late checks touched.

    The first time goes back to the first post, 400 days at most. Returns the versions added; none while another runs.
    """
    cursor = locked_cursor(COVERAGE.name, at=at)
    if cursor is None:
        return ()
    declare_tables(at=at)
    yesterday = at.astimezone(places.region().zone).date() - ONE_DAY
    touched = touched_since({k: v for k, v in cursor.position.items() if k != "day"}, at=at)
    done = date.fromisoformat(cursor.position["day"]) if "day" in cursor.position else None
    first = _first_day(yesterday) if done is None else done + ONE_DAY
    made = [*_new_days(first, yesterday, at=at, replace=done is None)]
    if done is not None:
        made += _again(touched, done, at=at)
    move(cursor, touched.position | {"day": max(yesterday, done or yesterday).isoformat()}, at=at)
    if made:
        lake.compact(COVERAGE.name, at=at)
    return tuple(made)


def _first_day(yesterday: date) -> date:
    earliest = Post.objects.aggregate(day=Min("from_date"))["day"] or yesterday
    return max(earliest, yesterday - timedelta(days=HISTORY_DAYS))


def _new_days(first: date, last: date, *, at: datetime, replace: bool) -> Iterable[lake.VersionView]:
    """All posts, a season at a time."""
    begin, is_fresh = first, replace
    while begin <= last:
        end = min(last, begin + timedelta(days=AT_ONCE_DAYS - 1))
        rows = lake_rows(coverage(None, begin, end, at=at))
        if (version := add_rows(COVERAGE, rows, mode="replace" if is_fresh else "append", at=at)) is not None:
            is_fresh = False
            yield version
        begin = end + ONE_DAY


def _again(touched: Touched, done: date, *, at: datetime) -> Iterable[lake.VersionView]:
    """The days, until `done`, that checks which came since the last night reach over, for their posts alone."""
    for (first, last), posts in sorted(days_touched(touched, done).items()):
        rows = lake_rows(coverage(sorted(posts), first, last, at=at))
        if (version := add_rows(COVERAGE, rows, mode="append", at=at)) is not None:
            yield version


def days_touched(touched: Touched, done: date) -> dict[tuple[date, date], set[int]]:
    """Spans of days until `done` that the touched checks reach over, each with its posts.

    A check reaches from its own day to the day on which its segment is due again.
    """
    known, zone = clocks(), places.region().zone
    checks = Check.objects.filter(pk__in=touched.checks).values_list(
        "segment__post_id", "segment__post__program_id", "segment__due_hours", "happened_at"
    )
    spans: dict[int, list[tuple[date, date]]] = {}
    for post_id, program, due_hours, happened_at in checks:
        first = happened_at.astimezone(zone).date()
        if first <= done:
            last = min(done, known[program].after(happened_at, due_hours).date())
            spans.setdefault(post_id, []).append((first, last))
    found: dict[tuple[date, date], set[int]] = {}
    for post_id, some in spans.items():
        for span in _merged(some):
            found.setdefault(span, set()).add(post_id)
    return found


def _merged(spans: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    kept: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if kept and first <= kept[-1][1] + ONE_DAY:
            kept[-1] = (kept[-1][0], max(kept[-1][1], last))
        else:
            kept.append((first, last))
    return kept


def lake_rows(rows: Sequence[CellRow]) -> list[Sequence[Any]]:
    """Rows of `patrol_coverage`, with `_row` at the end."""
    codes = dict(Post.objects.filter(pk__in={row.post_id for row in rows}).values_list("pk", "code"))
    return [
        (
            row.program, codes[row.post_id], row.group, row.day, row.hour, row.segments, row.due_minutes,
            row.covered_minutes, row.unknown_minutes, row.checks, row.uncertain_checks,
            hour_row(row.day, row.hour, row.first_segment_id),
        )
        for row in rows
    ]  # fmt: skip
