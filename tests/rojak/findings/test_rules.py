"""States from steps, near in place and time, days for fixing: tables of cases and properties."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.rojak.models import Evidence
from tidar.rojak.rules import findings as rules

NOON = datetime(2026, 11, 25, 5, 0, tzinfo=timezone.utc)
STEPS = st.lists(st.sampled_from([str(kind) for kind in Evidence.Kind.values]), max_size=12)
PLACES = st.tuples(st.floats(110.0, 110.5), st.floats(-7.6, -7.3))


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ("", rules.OPEN),
        ("temuan", rules.OPEN),
        ("temuan foto perbaikan", rules.OPEN),
        ("temuan permohonan", rules.PASSED_ON),
        ("temuan insiden perintah-kerja foto-sesudah", rules.PASSED_ON),
        ("temuan permohonan perintah-kerja foto-sesudah konfirmasi", rules.FIXED),
        ("temuan konfirmasi", rules.FIXED),
        ("temuan konfirmasi dibuka-lagi", rules.REOPENED),
        ("temuan konfirmasi dibuka-lagi permohonan", rules.PASSED_ON),
        ("temuan duplikat", rules.DUPLICATE),
        ("temuan duplikat dibuka-lagi", rules.REOPENED),
        ("temuan konfirmasi dihapus", rules.FIXED),
    ],
)
def test_steps_decide(steps: str, state: rules.State) -> None:
    assert rules.state_after(steps.split()) == state


@given(STEPS, st.sampled_from(["foto", "foto-sesudah", "perbaikan", "dihapus"]))
def test_a_step_that_decides_nothing_changes_nothing(steps: list[str], more: str) -> None:
    assert rules.state_after([*steps, more]) == rules.state_after(steps)


@given(STEPS, st.sampled_from(sorted(rules.AFTER_STEP)))
def test_the_last_deciding_step_is_all_that_counts(steps: list[str], last: str) -> None:
    assert rules.state_after([*steps, last]) == rules.state_after([last]) == rules.AFTER_STEP[last]


def test_every_deciding_step_is_a_step() -> None:
    assert set(rules.DECIDING) <= set(Evidence.Kind.values)
    assert set(rules.WORDS) == set(rules.AFTER_STEP.values())


@given(PLACES, PLACES, st.integers(-100, 100), st.integers(1, 500), st.integers(1, 100))
def test_near_is_symmetric(one: tuple, other: tuple, hours: int, metres: int, within: int) -> None:
    a = rules.Spot("L1", *one, NOON)
    b = rules.Spot("L2", *other, NOON + timedelta(hours=hours))
    assert rules.are_near(a, b, metres=metres, hours=within) == rules.are_near(b, a, metres=metres, hours=within)


@given(PLACES, st.integers(1, 500))
def test_a_spot_is_near_itself(place: tuple, metres: int) -> None:
    spot = rules.Spot("", *place, NOON)
    assert rules.are_near(spot, spot, metres=metres, hours=1)


@given(PLACES, PLACES, st.integers(0, 200), st.integers(1, 50_000))
def test_wider_keeps_what_was_near(one: tuple, other: tuple, hours: int, metres: int) -> None:
    a, b = rules.Spot("", *one, NOON), rules.Spot("", *other, NOON + timedelta(hours=hours))
    if rules.are_near(a, b, metres=metres, hours=100):
        assert rules.are_near(a, b, metres=metres + 10, hours=101)


@given(PLACES, PLACES, st.floats(1, 60_000))
def test_the_box_holds_all_that_is_within(one: tuple, other: tuple, metres: float) -> None:
    wide, tall = rules.degrees_around(one[1], metres=metres)
    if rules.metres_between(*one, other_lon=other[0], other_lat=other[1]) <= metres:
        assert abs(one[0] - other[0]) <= wide
        assert abs(one[1] - other[1]) <= tall


@pytest.mark.parametrize(
    ("segments", "positions", "near"),
    [
        (("L1", "L1"), (None, None), True),
        (("L1", "L2"), (None, None), False),
        (("", ""), (None, None), False),
        (("L1", "L1"), ((110.22, -7.47), None), True),
        (("L1", "L1"), ((110.22, -7.47), (110.23, -7.47)), False),  # positions say more than the segment
        (("L1", "L2"), ((110.22, -7.47), (110.2202, -7.47)), True),
    ],
)
def test_place_by_position_else_by_segment(segments: tuple, positions: tuple, near: bool) -> None:
    a, b = (rules.Spot(s, *(p or (None, None)), NOON) for s, p in zip(segments, positions, strict=True))
    assert rules.are_near(a, b, metres=30, hours=72) is near


def test_a_known_distance() -> None:
    """One minute of latitude is a nautical mile, 1,852 m, within half a per cent."""
    assert rules.metres_between(110.2, -7.0, other_lon=110.2, other_lat=-7.0 - 1 / 60) == pytest.approx(1852, rel=0.005)


def test_days_for_fixing_come_from_the_program_first() -> None:
    assert rules.fix_by(severity=3, since=NOON) == NOON + timedelta(days=3)
    assert rules.fix_by(severity=3, since=NOON, fix_days={"3": 1}) == NOON + timedelta(days=1)


@given(st.sampled_from(sorted(rules.WORDS)), st.integers(-10, 10))
def test_only_what_is_open_is_overdue(state: rules.State, days: int) -> None:
    overdue = rules.is_overdue(state, due_at=NOON, at=NOON + timedelta(days=days))
    assert overdue == (rules.is_open(state) and days > 0)
