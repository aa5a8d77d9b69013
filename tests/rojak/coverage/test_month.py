"""A month with gaps that were planted: what is flagged is exactly what was planted, on every day of the month.

May 2026 has five days off on weekdays (1, 14, 15, 27 and 28 May). The patrol days are written out below, so nothing of
the code under test makes the expectation. Every segment is due after 16 hours of patrol time, two patrol days, and is
checked at 10.00 on every patrol day outside its planted gap. A gap over the patrol days a … b therefore is overdue from
10.00 of the day a + 1 (two patrol days after the last check at 10.00 of a - 1) until 10.00 of the day b + 1.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.rojak import builders as patrol
from tidar.places import api as places
from tidar.rojak.models import Check, Segment
from tidar.rojak.queries.coverage import segment_states

pytestmark = pytest.mark.django_db
DAYS = [date(2026, 5, day) for day in (4, 5, 6, 7, 8, 11, 12, 13, 18, 19, 20, 21, 22, 25, 26, 29)]
FIRST = date(2026, 4, 20)


@dataclass
class Month:
    """What was planted: (segment, day) that must be flagged at 12.30, and those whose state nobody can know."""

    zone: ZoneInfo
    gaps: set[tuple[int, date]] = field(default_factory=set)
    unknown: set[tuple[int, date]] = field(default_factory=set)
    segments: list[Segment] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)

    def checked(self, segment: Segment, day: date, *, certain: bool = True, late: bool = False) -> None:
        at = self.at(day, 10)
        received = at + timedelta(days=3) if late else at
        self.checks.append(
            Check(id=patrol.uuid7(), segment=segment, how="qr" if certain else "ketuk", is_certain=certain,
                  happened_at=at, received_at=received)
        )  # fmt: skip


def plant(seed: int, zone: str) -> Month:
    """Sixty segments: gaps of three to six days, doubted days, beginnings, endings, late items, and none at all."""
    made, rng = patrol.city(segments=0), random.Random(seed)
    month = Month(ZoneInfo(zone))
    for number in range(60):
        segment = patrol.make_segment(made.post, f"L{number}", due_hours=16, from_date=FIRST)
        month.segments.append(segment)
        (_gap, _doubted, _begins, _ends, _clean)[number % 5](month, segment, rng)
    Check.objects.bulk_create(month.checks)
    return month


def _daily(month: Month, segment: Segment, *, missing: range = range(0), late: bool = False) -> None:
    month.checked(segment, date(2026, 4, 30))  # the last patrol day before the month
    for n, day in enumerate(DAYS):
        if n not in missing:
            month.checked(segment, day, late=late)


def _gap(month: Month, segment: Segment, rng: random.Random) -> None:
    first, length = rng.randrange(0, 10), rng.randrange(1, 7)  # one day without a check is no gap
    _daily(month, segment, missing=range(first, first + length))
    month.gaps |= {(segment.pk, DAYS[n]) for n in range(first + 1, first + length)}


def _doubted(month: Month, segment: Segment, rng: random.Random) -> None:
    """The planted days have checks of a bad fix: nobody knows, so it is neither a gap nor fine."""
    first = rng.randrange(0, 10)
    days = range(first, first + 4)
    _daily(month, segment, missing=days)
    for n in days:
        month.checked(segment, DAYS[n], certain=False)
    month.unknown |= {(segment.pk, DAYS[n]) for n in days[1:]}


def _begins(month: Month, segment: Segment, rng: random.Random) -> None:
    """Begun on a patrol day and never checked: due at the end of its second patrol day."""
    n = rng.randrange(0, 12)
    segment.from_date = DAYS[n]
    segment.save()
    month.checked(segment, date(2026, 4, 30))  # before it began: counts for nothing
    month.gaps |= {(segment.pk, day) for day in DAYS[n + 2 :]}


def _ends(month: Month, segment: Segment, rng: random.Random) -> None:
    """Not checked any more and given up some days later: a gap only until then."""
    n = rng.randrange(0, 8)
    segment.until_date = DAYS[n + 5]
    segment.save()
    _daily(month, segment, missing=range(n, len(DAYS)))
    month.gaps |= {(segment.pk, day) for day in DAYS[n + 1 : n + 6]}


def _clean(month: Month, segment: Segment, _rng: random.Random) -> None:
    _daily(month, segment, late=True)  # all of it came three days late; asked today, it was checked then


@pytest.mark.parametrize(("region", "zone"), [("33.71", "Asia/Jakarta"), ("63.03", "Asia/Makassar")])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flagged_gaps_are_exactly_the_planted_ones(settings, region: str, zone: str, seed: int):
    settings.TIDAR_REGION = region
    month = plant(seed, zone)
    assert places.region().zone.key == zone
    flagged, unknown = set(), set()
    for day in DAYS:
        states = segment_states(None, month.at(day, 12, 30))
        flagged |= {(pk, day) for pk, state in states.items() if state.is_gap}
        unknown |= {(pk, day) for pk, state in states.items() if state.kind == "tidak-diketahui"}
    hits = len(flagged & month.gaps)
    assert len(month.gaps) > 100
    assert (hits / len(flagged), hits / len(month.gaps)) == (1.0, 1.0)  # precision and recall
    assert unknown == month.unknown


def test_nights_weekends_and_days_off_make_nothing_overdue():
    month = plant(4, "Asia/Jakarta")
    friday, monday = month.at(date(2026, 5, 8), 16, 30), month.at(date(2026, 5, 11), 7, 59)
    assert _gaps(friday, month) == _gaps(monday, month)
    before, after = month.at(date(2026, 5, 26), 16, 30), month.at(date(2026, 5, 29), 7, 59)  # over Idul Adha
    assert _gaps(before, month) == _gaps(after, month)


def _gaps(at: datetime, month: Month) -> set[int]:
    alive = {s.pk for s in month.segments if s.from_date == FIRST and s.until_date is None}
    return {pk for pk, state in segment_states(None, at).items() if state.is_gap and pk in alive}


def test_overdue_days_are_days_of_the_calendar():
    month = Month(ZoneInfo("Asia/Jakarta"))
    segment = patrol.city(segments=1).segments[0]
    Segment.objects.update(from_date=FIRST)
    patrol.check(segment, month.at(date(2026, 5, 12), 10))  # due on Monday 18th at 10.00: 14th and 15th are off
    (state,) = segment_states(None, month.at(date(2026, 5, 18), 10)).values()
    assert (state.is_gap, state.kind, state.due_at) == (False, "hari-ini", month.at(date(2026, 5, 18), 10))
    (state,) = segment_states(None, month.at(date(2026, 5, 18), 10, 1)).values()
    assert (state.is_gap, state.kind, state.overdue_days) == (True, "lewat", 0)
    (state,) = segment_states(None, month.at(date(2026, 5, 25), 9)).values()
    assert (state.kind, state.overdue_days) == ("lewat", 7)


def test_an_uncertain_check_hides_no_gap_for_longer_than_it_could():
    month = Month(ZoneInfo("Asia/Jakarta"))
    segment = patrol.city(segments=1).segments[0]
    Segment.objects.update(from_date=FIRST)
    patrol.check(segment, month.at(date(2026, 5, 5), 10), certain=False)
    kinds = [
        next(iter(segment_states(None, month.at(date(2026, 5, day), 12)).values())).kind for day in (4, 5, 6, 7, 8)
    ]
    assert kinds == ["belum", "tidak-diketahui", "tidak-diketahui", "lewat", "lewat"]


def test_a_certain_check_outweighs_a_later_uncertain_one():
    month = Month(ZoneInfo("Asia/Jakarta"))
    segment = patrol.city(segments=1).segments[0]
    Segment.objects.update(from_date=FIRST)
    patrol.check(segment, month.at(date(2026, 5, 5), 10))
    patrol.check(segment, month.at(date(2026, 5, 6), 10), certain=False)
    (state,) = segment_states(None, month.at(date(2026, 5, 6), 12)).values()
    assert (state.kind, state.is_certain, state.last_at) == (
        "terperiksa", False, month.at(date(2026, 5, 6), 10)
    )  # fmt: skip
    (state,) = segment_states(None, month.at(date(2026, 5, 7), 12)).values()
    assert state.kind == "tidak-diketahui"


def test_two_queries_however_many_segments(django_assert_num_queries):
    made = patrol.city(segments=12)
    for segment in made.segments:
        patrol.check(segment, patrol.wib(25, 9))
    with django_assert_num_queries(2):
        assert len(segment_states(None, patrol.AT)) == 12
    with django_assert_num_queries(2):
        assert segment_states([0], patrol.AT) == {}
