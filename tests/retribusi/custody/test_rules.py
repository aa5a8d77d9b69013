"""Rules about cash, ages, pace and sentences: tables of cases and properties; no database."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.retribusi.rules.ageing import age_of, three_years_after
from tidar.retribusi.rules.custody import (
    CashReceipt,
    counted_words,
    declared_words,
    due_at,
    lateness,
    oldest_held,
    span_held,
    surplus_words,
)
from tidar.retribusi.rules.narrative import arrears_words, cases_words, custody_words, today_words, year_words
from tidar.retribusi.rules.targets import standing, year_share

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)  # a Friday
RECEIPTS = st.lists(st.integers(1, 50_000), max_size=12).map(
    lambda amounts: [CashReceipt(NOON + timedelta(minutes=n), rupiah) for n, rupiah in enumerate(amounts)]
)


def minutes(*numbers: int) -> list[datetime]:
    return [NOON + timedelta(minutes=n) for n in numbers]


@pytest.mark.parametrize(("held", "oldest"), [(0, None), (1, 2), (30, 2), (31, 1), (50, 1), (51, 0), (60, 0), (99, 0)])
def test_what_is_still_held_are_the_newest_receipts(held, oldest) -> None:
    receipts = [CashReceipt(at, rupiah) for at, rupiah in zip(minutes(0, 1, 2), (10, 20, 30), strict=True)]
    assert oldest_held(receipts, held_rupiah=held) == (None if oldest is None else minutes(oldest)[0])


@given(RECEIPTS, st.data())
def test_oldest_held_is_first_in_first_out(receipts, data) -> None:
    total = sum(r.rupiah for r in receipts)
    held = data.draw(st.integers(0, total))
    gone, expected = total - held, None
    for receipt in receipts:  # a naive bag: what leaves takes from the oldest
        leaves = min(gone, receipt.rupiah)
        gone -= leaves
        if receipt.rupiah > leaves and expected is None:
            expected = receipt.at
    assert oldest_held(receipts, held_rupiah=held) == expected


@given(RECEIPTS, st.data())
def test_taking_everything_spans_the_bag_and_taking_nothing_nothing(receipts, data) -> None:
    held = data.draw(st.integers(0, sum(r.rupiah for r in receipts)))
    taken = data.draw(st.integers(0, held))
    span = span_held(receipts, held_rupiah=held, taken_rupiah=taken)
    assert (span is None) == (taken == 0)
    if span:
        assert span[0] == oldest_held(receipts, held_rupiah=held)
        assert span[1] <= receipts[-1].at


def test_a_limit_moves_off_days_only_where_the_rule_says_so() -> None:
    working = lambda day: day.isoweekday() < 6  # noqa: E731
    assert due_at(NOON, hours=24) == NOON + timedelta(days=1)
    assert due_at(NOON, hours=24, is_working_day=working) == NOON + timedelta(days=3)


@pytest.mark.parametrize(
    ("hours", "severity", "words"),
    [(1, 0, "tepat waktu"), (17, 0, "tepat waktu"), (19, 1, "segera"), (24, 1, "segera"), (25, 2, "terlambat"),
     (72, 2, "terlambat"), (73, 3, "sangat terlambat")],
)  # fmt: skip
def test_lateness_grows_with_time(hours, severity, words) -> None:
    late = lateness(NOON, due=NOON + timedelta(hours=24), at=NOON + timedelta(hours=hours))
    assert (late.severity, late.words) == (severity, words)
    assert late.overdue_seconds == max(hours - 24, 0) * 3600


def test_words_say_the_difference_and_nothing_when_there_is_none() -> None:
    assert declared_words(declared_rupiah=5, held_rupiah=5) == ""
    assert "lebih Rp1" in declared_words(declared_rupiah=6, held_rupiah=5)
    assert counted_words(declared_rupiah=5, counted_rupiah=5) == ""
    assert "kurang Rp2" in counted_words(declared_rupiah=5, counted_rupiah=3)
    assert "lebih Rp2" in counted_words(declared_rupiah=3, counted_rupiah=5)
    assert "Rp2 masuk titipan" in surplus_words(counted_rupiah=5, held_rupiah=3)


@pytest.mark.parametrize(
    ("due", "age"),
    [
        (date(2026, 11, 25), "not_due"), (date(2026, 12, 1), "not_due"), (date(2026, 11, 24), "to_30_days"),
        (date(2026, 10, 26), "to_30_days"), (date(2026, 10, 25), "to_90_days"), (date(2026, 8, 27), "to_90_days"),
        (date(2026, 8, 26), "to_1_year"), (date(2025, 11, 25), "to_1_year"), (date(2025, 11, 24), "to_3_years"),
        (date(2023, 11, 25), "to_3_years"), (date(2023, 11, 24), "older"), (date(2010, 1, 1), "older"),
    ],
)  # fmt: skip
def test_debts_age_from_their_due_date(due, age) -> None:
    assert age_of(due, day=date(2026, 11, 25)) == age


def test_a_leap_day_expires_on_the_28th() -> None:
    assert three_years_after(date(2024, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("realised", "pace"), [(0, "tertinggal"), (400, "tertinggal"), (500, "sesuai"), (520, "sesuai"), (900, "di depan")]
)
def test_pace_compares_the_share_of_the_target_with_that_of_the_year(realised, pace) -> None:
    found = standing(target_rupiah=1_000, realised_rupiah=realised, day=date(2026, 7, 2))
    assert found.pace == pace
    assert found.missing_rupiah == 1_000 - realised
    assert found.needed_per_day_rupiah * 182 >= found.missing_rupiah


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.dates(date(2024, 1, 1), date(2028, 12, 31)))
def test_a_standing_is_never_absurd(target, realised, day) -> None:
    found = standing(target_rupiah=target, realised_rupiah=realised, day=day)
    assert 0 < year_share(day) <= 1
    assert found.year_end_rupiah >= realised
    assert found.missing_rupiah >= 0
    assert (found.percent is None) == (target == 0)


def test_sentences_for_the_leader() -> None:
    day, late = date(2026, 11, 25), lateness(NOON, due=NOON, at=NOON + timedelta(hours=5))
    assert "20 % lebih banyak daripada Rabu" in today_words(rupiah=120, count=3, week_ago_rupiah=100, day=day)
    assert "Belum ada" in today_words(rupiah=0, count=0, week_ago_rupiah=100, day=day)
    assert "tercapai" in year_words(standing(target_rupiah=10, realised_rupiah=12, day=day))
    assert "belum dicatat" in year_words(standing(target_rupiah=0, realised_rupiah=12, day=day))
    assert "yang terlama 5 jam" in custody_words(bags_rupiah=5, purse_rupiah=0, late=late, late_count=1)
    assert "sudah disetor" in custody_words(bags_rupiah=0, purse_rupiah=0, late=None, late_count=0)
    assert "dalam batas" in custody_words(bags_rupiah=5, purse_rupiah=0, late=None, late_count=0)
    old = arrears_words(owed_rupiah=9, overdue_rupiah=8, old_rupiah=7, expired_rupiah=6)
    assert old.startswith("Rp8 sudah lewat jatuh tempo, Rp7 di antaranya berumur lebih dari setahun")
    assert old.endswith("Rp6 lewat 3 tahun dan terancam kedaluwarsa.")
    assert "2 perkara" in cases_words(count=2, held_rupiah=5, oldest_seconds=90_000)
