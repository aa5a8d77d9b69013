"""Shares of patrol time against a count minute by minute, and by hand."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime

import pytest

from tests.rojak import builders as patrol
from tidar.rojak.models import Segment
from tidar.rojak.queries.cells import CellRow, coverage

pytestmark = pytest.mark.django_db
PATROL_DAYS = [date(2026, 5, day) for day in (4, 5, 6, 7, 8, 11, 12, 13, 18, 19, 20, 21, 22, 25, 26, 29)]
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
END = datetime(2026, 6, 1, tzinfo=patrol.WIB)


def may(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=patrol.WIB)


def totals(rows: list[CellRow]) -> tuple[float, float, float]:
    return tuple(sum(getattr(row, k) for row in rows) for k in ("due_minutes", "covered_minutes", "unknown_minutes"))  # type: ignore[return-value]


def test_one_check_covers_its_due_interval_by_hand():
    """Four patrol hours from 14.00: two on that day, then the holidays and the weekend, two on Monday 18th."""
    made = patrol.city(segments=1, due_hours=4)
    patrol.check(made.segments[0], may(13, 14))
    rows = coverage(None, FIRST, LAST, at=END)
    covered = {(row.day.day, row.hour): row.covered_minutes for row in rows if row.covered_minutes}
    assert covered == {(13, 14): 60, (13, 15): 60, (18, 8): 60, (18, 9): 60}
    assert totals(rows)[0] == len(PATROL_DAYS) * 8 * 60
    assert [(row.day.day, row.hour) for row in rows if row.checks] == [(13, 14)]
    assert {row.group for row in rows} == {f"{patrol.RW}.001"}


def test_two_checks_do_not_cover_the_same_minute_twice():
    made = patrol.city(segments=1, due_hours=4)
    patrol.check(made.segments[0], may(4, 8))
    patrol.check(made.segments[0], may(4, 9, 30))  # until 13.30
    rows = coverage(None, FIRST, LAST, at=END)
    assert totals(rows)[1] == 5.5 * 60


def test_uncertain_checks_are_unknown_where_no_certain_one_covers():
    made = patrol.city(segments=1, due_hours=2)
    patrol.check(made.segments[0], may(4, 8))  # until 10.00
    patrol.check(made.segments[0], may(4, 9), certain=False)  # until 11.00, of which an hour is certain anyway
    assert totals(coverage(None, FIRST, LAST, at=END))[1:] == (120, 60)


def test_a_check_of_the_month_before_reaches_into_this_one():
    made = patrol.city(segments=1, due_hours=16)
    patrol.check(made.segments[0], datetime(2026, 4, 30, 12, tzinfo=patrol.WIB))  # four hours left that day
    assert totals(coverage(None, FIRST, LAST, at=END))[1] == 12 * 60


def test_what_lies_in_the_future_is_not_due_yet():
    made = patrol.city(segments=2)
    rows = coverage([made.post.pk], FIRST, LAST, at=may(5, 9, 30))
    assert totals(rows)[0] == 2 * (8 * 60 + 90)
    assert {row.segments for row in rows} == {1}  # two RT


def test_groups_are_segments_when_asked_and_other_posts_stay_out():
    made = patrol.city(segments=2)
    other = patrol.make_segment(patrol.make_post(made.program), due_hours=8)
    assert {row.group for row in coverage(None, FIRST, LAST, at=END, by="segment")} == {
        str(one.pk) for one in (*made.segments, other)
    }
    assert {row.group for row in coverage([made.post.pk], FIRST, LAST, at=END, by="segment")} == {
        str(one.pk) for one in made.segments
    }


@pytest.mark.parametrize("seed", range(5))
def test_a_random_month_is_what_counting_every_minute_gives(seed: int):
    rng = random.Random(seed)
    made = patrol.city(segments=0)
    segments = [_segment(made.post, n, rng) for n in range(7)]
    checks = defaultdict(list)
    for segment in segments:
        for _n in range(rng.randrange(12)):
            day = rng.choice([*PATROL_DAYS, date(2026, 4, 29), date(2026, 5, 9), date(2026, 5, 14)])
            at = datetime(day.year, day.month, day.day, rng.randrange(6, 18), rng.randrange(60), tzinfo=patrol.WIB)
            certain = rng.random() < 0.7
            patrol.check(segment, at, certain=certain)
            if at.date() >= segment.from_date:
                checks[segment.pk].append((at, certain))
    rows = coverage(None, FIRST, LAST, at=END, by="segment")
    found = {
        (row.group, row.day, row.hour): (row.due_minutes, row.covered_minutes, row.unknown_minutes) for row in rows
    }
    expected = {}
    for segment in segments:
        expected |= _counted(segment, checks[segment.pk])
    assert found == expected


def _segment(post: patrol.Post, n: int, rng: random.Random) -> Segment:
    begins = date(2026, 5, 7) if n == 0 else date(2026, 1, 1)
    ends = date(2026, 5, 20) if n == 1 else None
    return patrol.make_segment(post, due_hours=rng.choice([1, 3, 8, 16, 30]), from_date=begins, until_date=ends)


def _counted(segment: Segment, checks: list[tuple[datetime, bool]]) -> dict[tuple[str, date, int], tuple[int, ...]]:
    """Every patrol minute looked at by itself."""
    line = [datetime(d.year, d.month, d.day, h, m, tzinfo=patrol.WIB)
            for d in (date(2026, 4, 27), date(2026, 4, 28), date(2026, 4, 29), date(2026, 4, 30), *PATROL_DAYS)
            for h in range(8, 16) for m in range(60)]  # fmt: skip
    left = {True: 0, False: 0}
    found: dict[tuple[str, date, int], list[int]] = {}
    pending = sorted(checks)
    for minute in line:
        while pending and pending[0][0] <= minute:
            _at, certain = pending.pop(0)
            left[False] = segment.due_hours * 60
            if certain:
                left[True] = segment.due_hours * 60
        day = minute.date()
        alive = segment.from_date <= day and (segment.until_date is None or day <= segment.until_date)
        if day >= FIRST and alive:
            cell = found.setdefault((str(segment.pk), day, minute.hour), [0, 0, 0])
            cell[0] += 1
            cell[1] += left[True] > 0
            cell[2] += left[False] > 0 and left[True] <= 0
        left = {k: v - 1 for k, v in left.items()}
    return {key: tuple(values) for key, values in found.items()}


def test_three_queries_however_much(django_assert_num_queries):
    made = patrol.city(segments=6)
    for segment in made.segments:
        patrol.check(segment, may(5, 9))
    with django_assert_num_queries(3):
        coverage(None, FIRST, LAST, at=END)
    assert coverage([0], FIRST, LAST, at=END) == []
    assert coverage(None, date(2026, 5, 2), date(2026, 5, 3), at=END) == []  # a weekend
