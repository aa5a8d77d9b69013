"""Advances: used as soon as there are signed bills, once, never beyond what the payer has."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.retribusi.paying.builders import AT, BY, KIND, occupancy, pay, run, skrd
from tidar.ledger import api as ledger
from tidar.retribusi.actions.paying import use_advances
from tidar.retribusi.models import Assessment, Payment
from tidar.retribusi.queries.checking import check
from tidar.retribusi.queries.dues import open_dues
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_agrees():
    yield
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert check() == ()


def test_used_oldest_first_and_only_once() -> None:
    holder = occupancy()
    pay(holder, 5000, surplus="advance")
    first, second = skrd(holder, [3000, 3000])
    assert use_advances(occupancy_ids=[holder.pk], by=BY, at=AT) == 5000
    assert use_advances(occupancy_ids=[holder.pk], by=BY, at=AT) == 0
    assert [d.owed for d in open_dues([holder.pk])[holder.pk]] == [1000]
    used = Payment.objects.get(channel="uang-muka")
    assert (used.amount_rupiah, used.allocated_rupiah) == (5000, 5000)
    assert Assessment.objects.get(pk=first.pk).closed_by == "lunas"
    assert Assessment.objects.get(pk=second.pk).closed_by == ""


def test_a_run_uses_the_advances_of_its_own_stalls() -> None:
    holder, other = occupancy(), occupancy()
    pay(holder, 9000, surplus="advance")
    pay(other, 9000, surplus="advance")
    (bill,) = skrd(holder, [3000])
    skrd(other, [3000])
    assert use_advances(run_id=bill.run_id, by=BY, at=AT) == 3000
    assert ledger.balance(names.advance_key(KIND, holder.payer.npwrd)) == 6000
    assert ledger.balance(names.advance_key(KIND, other.payer.npwrd)) == 9000


def test_nothing_is_used_for_unsigned_bills_nor_without_an_advance() -> None:
    holder, poor = occupancy(), occupancy()
    pay(holder, 5000, surplus="advance")
    skrd(holder, [3000], signed=False)
    skrd(poor, [3000])
    assert use_advances(occupancy_ids=[holder.pk, poor.pk], by=BY, at=AT) == 0
    assert use_advances(run_id=run().pk, by=BY, at=AT) == 0


def test_two_stalls_of_one_payer_share_one_advance() -> None:
    first = occupancy()
    second = occupancy(first.payer)
    pay(first, 4000, surplus="advance")
    skrd(first, [3000])
    skrd(second, [3000])
    with transaction.atomic():
        assert use_advances(occupancy_ids=[first.pk, second.pk], by=BY, at=AT) == 4000
    assert ledger.balance(names.advance_key(KIND, first.payer.npwrd)) == 0
    assert [d.owed for d in open_dues([second.pk])[second.pk]] == [2000]


def test_an_advance_pays_no_bill_of_another_levy() -> None:
    """Cash that the market office took and deposits under its own account closes nothing of the waste office."""
    market = occupancy()
    waste = occupancy(market.payer, kind="persampahan", agency="dlh", code="tps")
    pay(market, 5000, surplus="advance")
    skrd(waste, [5000])
    assert use_advances(occupancy_ids=[waste.pk], by=BY, at=AT) == 0
    assert [d.owed for d in open_dues([waste.pk])[waste.pk]] == [5000]
    assert ledger.balance(names.advance_key(KIND, market.payer.npwrd)) == 5000


def test_accounts_name_nobody() -> None:
    """The journal keeps its accounts for ever: a payer is there by number only."""
    holder = occupancy()
    titles = [account.title for account in (holder.receivable, holder.advance, holder.revenue)]
    assert all(holder.payer.npwrd in title for title in titles[:2])
    assert not any(holder.payer.name in title for title in titles)
