"""Patrol time: windows without days off, counted exactly."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidar.rojak.rules.clock import PatrolClock, Window

WIB, WITA = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar")
DAYTIME = Window.read({"weekdays": [1, 2, 3, 4, 5], "starts": "08:00", "ends": "16:00"})
HOLIDAY = date(2026, 11, 25)  # a Wednesday


def clock(*windows: Window, off: tuple[date, ...] = (HOLIDAY,), zone: ZoneInfo = WIB) -> PatrolClock:
    return PatrolClock(windows or (DAYTIME,), lambda year: {day for day in off if day.year == year}, zone)


def at(day: int, hour: int, minute: int = 0, *, zone: ZoneInfo = WIB) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("since", "hours", "due"),
    [
        (at(23, 8), 8, at(23, 16)),  # a whole day's patrol time is over when the day's is
        (at(23, 10), 4, at(23, 14)),
        (at(23, 10), 8, at(24, 10)),
        (at(23, 6), 1, at(23, 9)),  # before the window
        (at(23, 20), 1, at(24, 9)),  # after it
        (at(24, 15), 2, at(26, 9)),  # the holiday in between counts nothing
        (at(27, 15), 2, at(30, 9)),  # nor does the weekend
        (at(28, 12), 8, at(30, 16)),  # from a Saturday
        (at(23, 10), 0, at(23, 10)),
        (at(23, 8), 40, datetime(2026, 11, 30, 16, tzinfo=WIB)),  # five patrol days, a holiday and a weekend
    ],
)
def test_due_is_counted_in_patrol_time(since: datetime, hours: float, due: datetime):
    assert clock().after(since, hours) == due


def test_the_same_hours_in_another_zone_are_other_moments():
    assert clock(zone=WITA).after(at(23, 10, zone=WITA), 8) == at(24, 10, zone=WITA)
    # 10.00 WIB is 11.00 WITA: five hours are left of that day's window
    assert clock(zone=WITA).after(at(23, 10), 6) == at(24, 9, zone=WITA)


def test_cells_are_the_hours_of_the_day():
    assert clock().cells(date(2026, 11, 23)) == (8, 9, 10, 11, 12, 13, 14, 15)
    assert clock().cells(HOLIDAY) == ()
    assert clock().cells(date(2026, 11, 28)) == ()
    half = Window(frozenset({1}), time(8, 30), time(9, 15))
    assert clock(half).cells(date(2026, 11, 23)) == (8, 9)


def test_a_window_may_run_past_midnight_and_belongs_to_the_day_it_starts():
    night = Window(frozenset({2}), time(22), time(2))
    assert clock(night).cells(date(2026, 11, 24)) == (22, 23)
    assert clock(night).cells(HOLIDAY) == (0, 1)
    assert clock(night).after(at(24, 23), 2) == at(25, 1)


def test_overlapping_windows_count_once_and_no_windows_mean_always():
    both = (DAYTIME, Window(frozenset({1}), time(12), time(18)))
    assert clock(*both).hours_between(at(23, 0), at(24, 0)) == 10
    always = PatrolClock((), lambda _year: (), WIB)
    assert always.after(at(28, 22), 5) == at(29, 3)


def test_is_patrol_time_ends_with_the_window():
    found = [clock().is_patrol_time(moment) for moment in (at(23, 7, 59), at(23, 8), at(23, 15, 59), at(23, 16))]
    assert found == [False, True, True, False]


def test_spans_of_a_day_are_merged():
    assert clock().spans(date(2026, 11, 23)) == ((at(23, 8), at(23, 16)),)
    assert clock().spans(HOLIDAY) == ()


def test_hours_that_never_pass_are_refused():
    with pytest.raises(ValueError, match="does not pass"):
        PatrolClock((DAYTIME,), lambda year: {date(year, 1, 1) + timedelta(n) for n in range(366)}, WIB).after(
            at(23, 8), 1
        )
    with pytest.raises(ValueError, match="negative"):
        clock().after(at(23, 8), -1)


@pytest.mark.parametrize(
    "raw",
    [{}, {"weekdays": [0], "starts": "08:00", "ends": "16:00"}, {"weekdays": [1], "starts": "8", "ends": "25:00"},
     {"weekdays": None, "starts": "08:00", "ends": "16:00"}],
)  # fmt: skip
def test_windows_that_say_nothing_are_refused(raw: dict[str, object]):
    with pytest.raises(ValueError, match=r"jam ronda|1 sampai 7"):
        Window.read(raw)


YEAR_START = datetime(2026, 1, 1, tzinfo=WIB)
MOMENTS = st.integers(0, 365 * 24 * 60 * 60).map(lambda seconds: YEAR_START + timedelta(seconds=seconds))


@settings(max_examples=200, deadline=None)
@given(since=MOMENTS, minutes=st.integers(1, 200 * 60))
def test_after_undoes_hours_between(since: datetime, minutes: int):
    ours = clock()
    due = ours.after(since, minutes / 60)
    assert ours.hours_between(since, due) == pytest.approx(minutes / 60)
    assert ours.hours_between(since, due - timedelta(microseconds=1)) < minutes / 60


@settings(max_examples=50, deadline=None)
@given(first=MOMENTS, second=MOMENTS)
def test_hours_between_is_what_a_minute_by_minute_count_gives(first: datetime, second: datetime):
    first, second = (moment.replace(second=0, microsecond=0) for moment in sorted((first, second)))
    second = min(second, first + timedelta(days=9))
    minutes = int((second - first).total_seconds() // 60)
    counted = sum(
        1
        for n in range(minutes)
        if (now := first + n * timedelta(minutes=1)).isoweekday() <= 5 and now.date() != HOLIDAY and 8 <= now.hour < 16
    )
    assert clock().hours_between(first, second) == pytest.approx(counted / 60)
