from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.places.rules import calendar
from tidar.places.rules.calendar import Correction, Holiday, OfficeHours

MON_TO_FRI = frozenset(range(5))
NATAL = date(2026, 12, 25)
OFF = frozenset({NATAL, date(2026, 12, 24), date(2026, 12, 26)})  # Thursday, Friday; the Saturday counts nothing
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
offs = st.frozensets(days, max_size=40)
weeks = st.frozensets(st.integers(0, 6), min_size=1)


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2026, 11, 25), date(2026, 11, 25), 0),
        (date(2026, 11, 25), date(2026, 11, 26), 1),
        (date(2026, 11, 27), date(2026, 11, 30), 1),  # Friday to Monday
        (date(2026, 11, 28), date(2026, 11, 29), 0),  # Saturday to Sunday
        (date(2026, 12, 23), date(2026, 12, 28), 1),  # over Christmas and its shared leave
        (date(2026, 12, 28), date(2026, 12, 23), -1),
        (date(2026, 1, 1), date(2026, 12, 31), 260 - 2 + 0),
    ],
)
def test_working_days_between(start, end, count):
    assert calendar.working_days_between(start, end, holidays=OFF, weekdays=MON_TO_FRI) == count


@given(days, days, offs, weeks)
def test_counting_by_weeks_agrees_with_walking_day_by_day(start, end, off, week):
    counted = calendar.working_days_between(start, end, holidays=off, weekdays=week)
    low, high = min(start, end), max(start, end)
    walked = sum(
        calendar.is_working_day(low + timedelta(days=n), holidays=off, weekdays=week)
        for n in range(1, (high - low).days + 1)
    )
    assert counted == (walked if end >= start else -walked)


@given(days, st.integers(0, 60), offs)
def test_adding_working_days_is_the_inverse_of_counting_them(start, count, off):
    end = calendar.add_working_days(start, count, holidays=off, weekdays=MON_TO_FRI)
    assert calendar.working_days_between(start, end, holidays=off, weekdays=MON_TO_FRI) == count
    assert count == 0 or calendar.is_working_day(end, holidays=off, weekdays=MON_TO_FRI)


def test_a_deadline_that_never_comes_is_refused():
    with pytest.raises(ValueError, match="within a year"):
        calendar.add_working_days(NATAL, 1, holidays=(), weekdays=())
    with pytest.raises(ValueError, match="negative"):
        calendar.add_working_days(NATAL, -1, holidays=(), weekdays=MON_TO_FRI)


def test_a_regions_correction_wins_over_the_estimate():
    estimate = Holiday(date(2027, 3, 10), "Idul Fitri", "national", is_estimate=True)
    moved = Correction(date(2027, 3, 11), "Idul Fitri", replaces=date(2027, 3, 10), source="SKB")
    assert calendar.corrected([estimate], [moved]) == {
        date(2027, 3, 11): Holiday(date(2027, 3, 11), "Idul Fitri", "national", source="SKB")
    }


def test_a_working_day_takes_a_holiday_away():
    assert calendar.corrected([Holiday(NATAL, "Natal", "national")], [Correction(NATAL, source="SE")]) == {}


HOURS = OfficeHours({weekday: (time(7, 30), time(16, 0)) for weekday in range(5)})


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=7)))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (local(2026, 11, 25, 7, 29, 59), False),
        (local(2026, 11, 25, 7, 30), True),
        (local(2026, 11, 25, 15, 59, 59), True),
        (local(2026, 11, 25, 16, 0), False),
        (local(2026, 11, 28, 10, 0), False),
        (local(2026, 12, 25, 10, 0), False),
    ],
)
def test_offices_open_and_close_on_the_minute(moment, is_open):
    assert calendar.is_office_open(moment, holidays=OFF, hours=HOURS) is is_open
