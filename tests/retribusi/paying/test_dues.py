"""What is owed, as pages and phones show it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.retribusi.paying.builders import occupancy, pay, skrd
from tidar.retribusi.queries.dues import open_dues

pytestmark = pytest.mark.django_db


def test_open_bills_oldest_first_with_what_is_left(django_assert_num_queries) -> None:
    holder, other = occupancy(), occupancy()
    skrd(holder, [3000, 2000, 4000])
    pay(holder, 3500)
    with django_assert_num_queries(1):
        found = open_dues([holder.pk, other.pk])
    assert [(d.period_from, d.amount, d.paid, d.owed) for d in found[holder.pk]] == [
        (date(2026, 11, 2), 2000, 500, 1500),
        (date(2026, 11, 3), 4000, 0, 4000),
    ]
    assert found[other.pk] == ()


def test_an_unsigned_bill_is_shown_as_such() -> None:
    holder = occupancy()
    skrd(holder, [3000], signed=False)
    assert [d.signed for d in open_dues([holder.pk])[holder.pk]] == [False]
