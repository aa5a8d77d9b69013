"""Names a bank sees, one payment over several stalls, and when an offer is asked about."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.retribusi.rules.charging import customer_number, next_step, split, terminal

AT = datetime(2026, 11, 25, 3, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("market", "number", "expected"),
    [
        ("Rejowinangun", "A-001", "REJOWINANGUN-A-001"),
        ("Gotong Royong", "B 12/3", "GOTONG-ROYONG-B-12-3"),
        ("Pasar yang Namanya Panjang Sekali", "H-142", "PASAR-YANG-NAMANYA-H-142"),
        ("", "A-1", "A-1"),
        ("Señor", "Á1", "SENOR-A1"),
    ],
)
def test_a_stall_s_name_at_the_bank(market: str, number: str, expected: str) -> None:
    assert terminal(market, number) == expected


@given(market=st.text(max_size=60), number=st.text(max_size=30))
def test_a_terminal_is_never_longer_than_the_standard_allows(market: str, number: str) -> None:
    found = terminal(market, number)
    assert len(found) <= 25
    assert set(found) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


@given(
    amount=st.integers(1, 10**9),
    owed=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 10**6)), min_size=1, max_size=20),
)
def test_the_portions_add_up_and_nobody_s_stall_gets_more_than_owed_but_the_first(
    amount: int, owed: list[tuple[int, int]]
) -> None:
    portions = split(amount, owed)
    assert sum(p.amount_rupiah for p in portions) == amount
    for portion in portions:
        most = sum(rupiah for occupancy, rupiah in owed if occupancy == portion.occupancy_id)
        assert portion.amount_rupiah <= most or portion.occupancy_id == owed[0][0]


def test_oldest_bills_are_paid_first_over_stalls() -> None:
    assert [(p.occupancy_id, p.amount_rupiah) for p in split(5000, [(1, 3000), (2, 3000), (1, 3000)])] == [
        (1, 3000), (2, 2000),
    ]  # fmt: skip
    assert split(5000, []) == ()


@pytest.mark.parametrize(
    ("state", "asked_seconds", "state_seconds", "expired", "expected"),
    [
        ("dibuat", None, 10, False, "wait"),
        ("dibuat", None, 50, False, "offer"),
        ("tidak-pasti", 30, 30, False, "wait"),
        ("tidak-pasti", 60, 60, False, "ask"),
        ("aktif", None, 600, False, "nothing"),
        ("aktif", 61, 3600, True, "ask"),
        ("menutup", None, 0, False, "withdraw"),
        ("menutup", 5, 5, False, "wait"),
        ("dibayar", None, 0, True, "nothing"),
        ("ditutup", None, 0, True, "nothing"),
    ],
)
def test_what_to_do_about_an_offer(
    state: str, asked_seconds: int | None, state_seconds: int, expired: bool, expected: str
) -> None:
    asked = None if asked_seconds is None else AT - timedelta(seconds=asked_seconds)
    since = AT - timedelta(seconds=state_seconds)
    assert next_step(state, asked_at=asked, state_at=since, expired=expired, at=AT) == expected


def test_an_unclear_offer_is_never_offered_anew() -> None:
    long_ago = AT - timedelta(days=30)
    assert next_step("tidak-pasti", asked_at=long_ago, state_at=long_ago, expired=True, at=AT) == "ask"


def test_customer_numbers_are_twelve_digits() -> None:
    assert customer_number(42) == "000000000042"
