"""Tracks stay broken where they are, summaries name nobody, months compare, drawings keep their shape."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.rojak.rules import recap, summary
from tidar.rojak.rules.drawing import fitted
from tidar.rojak.rules.tracks import BREAK_SECONDS, fixes, track

NOON = datetime(2026, 11, 25, 5, 0, tzinfo=timezone.utc)
WIB = timezone(timedelta(hours=7))
POINTS = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.integers(110_210_000, 110_220_000),
        st.integers(-7_480_000, -7_470_000),
        st.integers(1, 90),
    ),
    max_size=40,
)


def points(*rows: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Fixes (second, accuracy) on a line."""
    return [(s, 110_210_000 + s * 10, -7_470_000, accuracy) for s, accuracy in rows]


def test_a_poor_fix_and_a_silence_break_the_line() -> None:
    walked = points((0, 8), (30, 8), (60, 70), (90, 8), (120, 8), (120 + BREAK_SECONDS + 1, 8))
    drawn = track(fixes([(NOON, walked)]), worst_metres=30)
    assert [len(line) for line in drawn.lines] == [2, 2, 1]
    assert (len(drawn.unknown), drawn.break_count) == (1, 2)


@given(POINTS)
def test_no_line_ever_bridges_what_nobody_knows(walked: list[tuple[int, int, int, int]]) -> None:
    found = fixes([(NOON, walked)])
    drawn = track(found, worst_metres=30)
    assert drawn.certain_count + len(drawn.unknown) == len(found)
    at = {(f.lon, f.lat): f for f in found}
    for line in drawn.lines:
        assert all(at[point].accuracy_metres <= 30 for point in line if point in at and point not in drawn.unknown)
    assert len(drawn.lines) == drawn.break_count + (1 if drawn.lines else 0)


@given(POINTS)
def test_parts_in_any_order_and_twice_are_one_track(walked: list[tuple[int, int, int, int]]) -> None:
    once = fixes([(NOON, walked)])
    assert fixes([(NOON, walked[::-1]), (NOON, walked)]) == once


ROUND = summary.RoundSummary(
    post="RW 04 Kemirirejo", words={"segment": "lorong", "round": "ronda"},
    started_at=datetime(2026, 11, 25, 8, 15, tzinfo=WIB), ended_at=datetime(2026, 11, 25, 9, 40, tzinfo=WIB),
    checked_count=12, segment_count=18, uncertain_count=2, distance_metres=3180,
    findings=(("Sampah menumpuk", 2), ("Lampu mati", 1)), activities=(("Penyuluhan", 14),),
    worst_gap=summary.Gap("Lorong 7", 3), following_at=datetime(2026, 11, 26, 8, 0, tzinfo=WIB),
)  # fmt: skip


def test_the_message_reads_like_one() -> None:
    assert summary.summary_text(ROUND).splitlines() == [
        "*Ronda RW 04 Kemirirejo*",
        "Rabu, 25 November 2026, 08.15–09.40",
        "",
        "✓ 12 dari 18 lorong diperiksa, 3,2 km",
        "? 2 di antaranya letaknya tidak pasti",
        "! Paling lama menunggu: Lorong 7, 3 hari",
        "• 3 temuan: 2 sampah menumpuk, 1 lampu mati",
        "• Penyuluhan, 14 peserta",
        "",
        "Berikutnya: Kamis, 26 November 2026, 08.00",
    ]


def test_a_river_is_told_in_its_own_words() -> None:
    text = summary.summary_text(replace(ROUND, words={"segment": "ruas sungai", "round": "susur"}, worst_gap=None))
    assert "*Susur RW 04" in text
    assert "12 dari 18 ruas sungai" in text
    assert "Semua ruas sungai sudah diperiksa" in text


def test_nothing_in_a_summary_could_hold_a_person() -> None:
    held = {one.name for one in fields(summary.RoundSummary)}
    assert not held & {"names", "members", "leader", "houses", "notes", "persons"}


@given(st.text(max_size=200))
def test_the_share_link_carries_the_whole_text_and_stays_one_link(text: str) -> None:
    address = urlsplit(summary.share_address(text.encode("utf-8", "ignore").decode()))
    assert (address.netloc, address.path) == ("wa.me", "/")
    assert parse_qs(address.query, keep_blank_values=True)["text"] == [text.encode("utf-8", "ignore").decode()]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026-11", (date(2026, 11, 1), date(2026, 11, 30))),
        ("2028-02", (date(2028, 2, 1), date(2028, 2, 29))),
        ("2026-13", None), ("2026-1", None), ("1999-01", None), ("abcd-ef", None), ("", None),
    ],
)  # fmt: skip
def test_months(text: str, span: tuple[date, date] | None) -> None:
    assert recap.month_of(text) == span


@given(st.integers(-30, 30))
def test_months_shift_both_ways(months: int) -> None:
    first = date(2026, 11, 1)
    assert recap.shifted(recap.shifted(first, months), -months) == first


def month(**more: object) -> recap.PostMonth:
    made = recap.PostMonth(
        post="A", code="a", area="x", rounds=4, hours=5.0, metres=9000, segments=10, checked=8, checks=30, gaps=2,
        members=7, found=(("Sampah", 3),), fixed=1, open=2, late=1, fix_days=2.5, participants=20,
    )  # fmt: skip
    return replace(made, **more)


def test_posts_compare_by_effort() -> None:
    assert month().coverage_percent == 80
    assert month().found_per_ten_hours == 6
    assert month(hours=0.0).found_per_ten_hours is None
    assert month(segments=0).coverage_percent is None


@pytest.mark.parametrize(("members", "told"), [(0, "kurang dari 5"), (4, "kurang dari 5"), (5, "5")])
def test_a_number_that_could_point_at_somebody_is_not_told(members: int, told: str) -> None:
    assert month(members=members).members_text == told
    assert told in recap.effort_cells(month(members=members))


def test_all_posts_together_add_up() -> None:
    both = recap.total([month(), month(found=(("Sampah", 1), ("Lampu", 2)))], title="Kelurahan")
    assert (both.rounds, both.checked, both.segments, both.fix_days) == (8, 16, 20, None)
    assert both.found == (("Sampah", 4), ("Lampu", 2))


@given(st.lists(st.lists(st.tuples(st.floats(110, 110.1), st.floats(-7.5, -7.4)), min_size=1, max_size=5), max_size=5))
def test_a_drawing_stays_inside_its_frame(lines: list[list[tuple[float, float]]]) -> None:
    drawn = fitted(lines, width=480, height=300)
    assert [len(line) for line in drawn] == [len(line) for line in lines]
    assert all(-1e-6 <= x <= 480 + 1e-6 and -1e-6 <= y <= 300 + 1e-6 for line in drawn for x, y in line)
