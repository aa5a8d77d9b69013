"""Which payments are new money: together they are the cash that stands somewhere, wherever takings are counted."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.retribusi.custody import builders as b
from tests.retribusi.paying.builders import AGENCY, AT, BY, MARKET, new, occupancy, pay, skrd
from tidar.ledger import api as ledger
from tidar.retribusi.actions.cases import settle_case
from tidar.retribusi.actions.paying import record_payment, reverse_payment, use_advances
from tidar.retribusi.metrics import PAYMENTS
from tidar.retribusi.models import Case, Market, Payment
from tidar.retribusi.queries import boards, books
from tidar.retribusi.queries.payments import NEW_MONEY, sums_of
from tidar.retribusi.queries.takings import takings
from tidar.retribusi.rules import accounts as names
from tidar.retribusi.rules.paying import NEW_MONEY_SQL

pytestmark = pytest.mark.django_db
BUDI, TRI = b.collector("budi"), b.treasurer("tri")
DAY = date(2026, 11, 25)
LATER = AT + timedelta(hours=1)
BANK = names.channel_cash_key("palsu")
SELECT = "SELECT p.id FROM retribusi_payment p WHERE "


def back(payment_id: uuid.UUID) -> None:
    reverse_payment(payment_id=payment_id, reason="salah", by=TRI, at=LATER)


def in_the_lake() -> int:
    """The sum of what the lake calls new money."""
    ids = list(Payment.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(PAYMENTS.sql, {"ids": ids, "rows": list(range(len(ids))), "zone": "Asia/Jakarta"})
        rows = [dict(zip([c.name for c in PAYMENTS.columns], row, strict=False)) for row in cursor.fetchall()]
    return sum(row["amount_rupiah"] for row in rows if row["new_money"])


def a_day_of_everything() -> None:
    """Cash kept, taken back in the bag, and taken back after it was handed over; a bank; an advance; titipan."""
    holder = occupancy()
    skrd(holder, [3000, 3000])
    pay(holder, 2000, surplus="advance")
    back(pay(holder, 4000).payment_id)
    paid = pay(holder, 9000, surplus="advance")
    handed = b.handed_over(11000, by=BUDI, to=TRI, at=AT)
    assert handed is not None
    skrd(holder, [1000], first=date(2026, 11, 20))
    use_advances(occupancy_ids=[holder.pk], by=BY, at=AT)
    for used in Payment.objects.filter(channel="uang-muka"):
        back(used.pk)
    back(paid.payment_id)
    bank = {"channel": "qris", "cash_account_key": BANK, "collector_id": ""}
    back(record_payment(payment=new(holder, 7000, **bank), by=BY, at=AT).payment_id)
    case = Case.objects.filter(settled_at=None, held_rupiah=7000).get()
    settle_case(case_id=case.pk, decision="terapkan", note="benar", by=TRI, at=LATER, occupancy_id=holder.pk)


def test_new_money_is_the_cash_that_stands_somewhere() -> None:
    a_day_of_everything()
    stands = ledger.balances([names.collector_cash_key("budi"), names.treasurer_cash_key(AGENCY), BANK])
    assert sum(stands.values()) == 18000
    assert sums_of(Payment.objects.all()).rupiah == 18000
    assert sum(one.rupiah for one in takings(AGENCY, DAY, DAY)) == 18000
    assert in_the_lake() == 18000


def test_both_forms_of_the_predicate_agree() -> None:
    a_day_of_everything()
    with connection.cursor() as cursor:
        cursor.execute(SELECT + NEW_MONEY_SQL)
        said = {row[0] for row in cursor.fetchall()}
    assert said == set(Payment.objects.filter(NEW_MONEY).values_list("pk", flat=True))
    assert 0 < len(said) < Payment.objects.count()


def test_taking_back_what_was_handed_over_is_no_money_that_went_out() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 3000)
    b.handed_over(3000, by=BUDI, to=TRI, at=AT)
    back(receipt.payment_id)
    found = books.three_way(AGENCY, DAY, DAY)
    assert found.agrees and (found.received_rupiah, found.counted_rupiah) == (3000, 3000)
    assert [one.rupiah for one in boards.at_work(Market.objects.get(pk=MARKET), DAY)] == [3000]
    assert books.collector_book(AGENCY, "budi", DAY, DAY).in_rupiah == 3000
    assert sums_of(Payment.objects.all()).rupiah == 3000
