"""A surplus that later receipts explain: each receipt explains once, and every book agrees afterwards."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from tests.retribusi.custody import builders
from tests.retribusi.custody.builders import AT
from tests.retribusi.paying import builders as paying
from tidar.common.actor import Actor
from tidar.common.ids import uuid7
from tidar.retribusi.actions.custody import confirm_handover, declare_handover, explain_surplus
from tidar.retribusi.actions.custody.handovers import UnableToHandOver
from tidar.retribusi.actions.paying import record_payment
from tidar.retribusi.queries.books import collector_book, three_way
from tidar.retribusi.queries.checking import check
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db


def _after(hours: int) -> datetime:
    return AT + timedelta(hours=hours)


def _hand_over(collector: Actor, treasurer: Actor, rupiah: int, at: datetime) -> uuid.UUID:
    made = uuid7()
    declare_handover(id=made, collector_id=collector.id, declared_rupiah=rupiah, happened_at=at, by=collector, at=at)
    confirm_handover(handover_id=made, counted_rupiah=rupiah, by=treasurer, at=at)
    return made


def _take(collector: Actor, rupiah: int, *, happened_at: datetime, at: datetime) -> None:
    key = names.collector_cash_key(collector.id)
    payment = paying.new(None, rupiah, cash_account_key=key, collector_id=collector.id, happened_at=happened_at)
    record_payment(payment=payment, by=collector, at=at)


def test_one_late_receipt_explains_one_surplus() -> None:
    collector, treasurer = builders.collector(), builders.treasurer()
    paying.market()
    one = _hand_over(collector, treasurer, 5000, _after(1))  # its receipt is still on the phone
    two = _hand_over(collector, treasurer, 5000, _after(2))  # nobody knows where this came from
    _take(collector, 5000, happened_at=_after(0), at=_after(3))
    _take(collector, 5000, happened_at=_after(3), at=_after(3))  # new cash, in the bag
    explain_surplus(handover_id=one, by=treasurer, at=_after(4))
    assert builders.bag(collector) == 5000
    with pytest.raises(UnableToHandOver):
        explain_surplus(handover_id=two, by=treasurer, at=_after(4))
    assert builders.bag(collector) == 5000


def test_every_book_agrees_after_explaining() -> None:
    collector, treasurer = builders.collector(), builders.treasurer()
    paying.market()
    made = _hand_over(collector, treasurer, 5000, _after(1))
    _take(collector, 5000, happened_at=_after(0), at=_after(3))
    explain_surplus(handover_id=made, by=treasurer, at=_after(4))
    day = AT.date()
    assert three_way(builders.AGENCY, day, day).agrees
    assert collector_book(builders.AGENCY, collector.id, day, day).difference_rupiah == 0
    assert check() == ()
