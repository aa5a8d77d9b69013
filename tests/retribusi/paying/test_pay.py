"""Recording a payment: oldest first, whole, once, in one statement; money that fits nowhere is held with a case."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from tests.retribusi.paying.builders import AGENCY, AT, BY, KIND, MARKET, actor, counts, new, occupancy, pay, skrd
from tidar.common.errors import UnableToAgree, UnableToAllow
from tidar.common.ids import uuid7
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.retribusi.actions.paying import UnableToPay, record_payment
from tidar.retribusi.models import Allocation, Case, Payment
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db
CASH = names.collector_cash_key("budi")


def balances(holder) -> dict[str, int]:
    npwrd = holder.payer.npwrd
    keys = [CASH, names.receivable_key(KIND, npwrd), names.advance_key(KIND, npwrd), names.suspense_key(AGENCY)]
    found = ledger.balances(keys)
    return {word: found.get(key, 0) for word, key in zip(("cash", "owes", "advance", "held"), keys, strict=True)}


def test_oldest_first_and_what_is_paid_in_full_is_closed() -> None:
    holder = occupancy()
    first, second, third = skrd(holder, [3000, 3000, 3000])
    receipt = pay(holder, 4000)
    assert [(a.assessment_id, a.amount_rupiah) for a in receipt.allocated] == [(first.pk, 3000), (second.pk, 1000)]
    assert receipt.allocated[0].number == f"SKRD/2026/{first.sequence:07}"
    assert (receipt.allocated[0].period, receipt.owed_after, receipt.is_new) == ("1 November 2026", 5000, True)
    for one in (first, second, third):
        one.refresh_from_db()
    assert (first.closed_at, first.closed_by) == (AT, "lunas")
    assert second.closed_at is None
    assert balances(holder) == {"cash": 4000, "owes": 5000, "advance": 0, "held": 0}


def test_a_second_part_continues_where_the_first_ended() -> None:
    holder = occupancy()
    bills = skrd(holder, [3000, 3000])
    pay(holder, 1000)
    receipt = pay(holder, 5000)
    assert [a.amount_rupiah for a in receipt.allocated] == [2000, 3000]
    assert receipt.owed_after == 0
    assert {b.closed_by for b in type(bills[0]).objects.all()} == {"lunas"}


def test_the_event_tells_what_was_paid_and_nothing_personal() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 3000)
    event = Event.objects.get(kind="levy.paid")
    assert event.source_id == str(receipt.payment_id)
    assert event.data["amount_rupiah"] == 3000
    assert (event.data["agency"], event.data["market"], event.data["levy_kind"]) == (AGENCY, MARKET, KIND)
    assert (event.permission, event.area_code) == ("levies.see", "33.71.02.1007")
    assert holder.payer.name not in f"{event.subject} {event.data}"


def test_the_same_key_again_is_the_same_receipt() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    payment = new(holder, 5000)
    first = record_payment(payment=payment, by=BY, at=AT)
    before = counts()
    again = record_payment(payment=payment, by=BY, at=AT + timedelta(hours=1))
    assert again == dataclasses.replace(first, is_new=False)
    assert counts() == before


@pytest.mark.parametrize("other", [{"amount_rupiah": 2000}, {"channel": "qris"}, {"receipt_number": "lain"}])
def test_the_same_key_with_other_content_is_a_conflict(other) -> None:
    holder = occupancy()
    payment = new(holder, 3000)
    record_payment(payment=payment, by=BY, at=AT)
    before = counts()
    with pytest.raises(UnableToAgree, match="isi yang lain"):
        record_payment(payment=dataclasses.replace(payment, **other), by=BY, at=AT)
    assert counts() == before


def test_a_receipt_number_belongs_to_one_payment() -> None:
    holder = occupancy()
    pay(holder, 3000, receipt_number="K07-000001")
    before = counts()
    with pytest.raises(UnableToPay, match="sudah dipakai"):
        pay(holder, 3000, receipt_number="K07-000001")
    assert counts() == before


def test_what_is_over_is_held_with_a_case_and_never_lost() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 5000)
    assert (receipt.suspense_rupiah, receipt.advance_rupiah) == (2000, 0)
    case = Case.objects.get()
    assert (case.kind, case.held_rupiah, case.occupancy_id) == ("kelebihan", 2000, holder.pk)
    assert "Rp2.000" in case.sentence
    assert holder.levy_object.number in case.sentence
    assert balances(holder) == {"cash": 5000, "owes": 0, "advance": 0, "held": 2000}
    assert Event.objects.filter(kind="levy.case_opened", source_id=str(case.pk)).count() == 1


def test_a_payer_may_pay_ahead() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 5000, surplus="advance")
    assert (receipt.suspense_rupiah, receipt.advance_rupiah) == (0, 2000)
    assert balances(holder) == {"cash": 5000, "owes": 0, "advance": 2000, "held": 0}
    assert not Case.objects.exists()


def test_an_unknown_payer_is_held_with_a_case() -> None:
    receipt = pay(None, 7000, channel="qris", cash_account_key=names.channel_cash_key("palsu"))
    assert receipt.suspense_rupiah == 7000
    case = Case.objects.get()
    assert (case.kind, case.held_rupiah, case.occupancy_id) == ("tak-dikenal", 7000, None)
    assert ledger.balance(names.suspense_key(AGENCY)) == ledger.balance(names.channel_cash_key("palsu")) == 7000


def test_a_karcis_without_a_stall_is_revenue_at_once() -> None:
    pay(None, 2000, channel="karcis", levy_kind=KIND)
    assert ledger.balance(names.revenue_key(KIND, MARKET)) == 2000
    assert Payment.objects.get().revenue_rupiah == 2000
    assert not Case.objects.exists()


def test_only_the_wanted_bills_are_paid() -> None:
    holder = occupancy()
    _first, second, third = skrd(holder, [3000, 3000, 3000])
    receipt = pay(holder, 7000, only=(third.pk, second.pk))
    assert [(a.assessment_id, a.amount_rupiah) for a in receipt.allocated] == [(third.pk, 3000), (second.pk, 3000)]
    assert (receipt.suspense_rupiah, receipt.owed_after) == (1000, 3000)


def test_a_bill_paid_twice_in_two_channels_is_held_not_netted() -> None:
    holder = occupancy()
    first, _other = skrd(holder, [3000, 3000])
    pay(holder, 3000)
    receipt = pay(holder, 3000, channel="qris", only=(first.pk,), surplus="advance")
    assert (receipt.allocated, receipt.suspense_rupiah, receipt.owed_after) == ((), 3000, 3000)
    assert Case.objects.get().kind == "bayar-ganda"


def _refused(holder, **more) -> str:
    before = counts()
    with pytest.raises(UnableToPay) as caught:
        pay(holder, more.pop("amount", 3000), **more)
    assert counts() == before
    return caught.value.sentence


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "nol"), (-3000, "negatif"), (3000.0, "pecahan"), (2500.5, "pecahan"), (True, "pecahan"), ("3000", "pecahan"),
     (10**12 + 1, "melebihi")],
)  # fmt: skip
def test_a_wrong_amount_gets_a_sentence_and_changes_nothing(amount, words) -> None:
    holder = occupancy()
    skrd(holder, [3000])
    assert words in _refused(holder, amount=amount)


def test_an_unsigned_bill_cannot_be_paid() -> None:
    holder = occupancy()
    (bill,) = skrd(holder, [3000], signed=False)
    assert "belum ditandatangani" in _refused(holder, only=(bill.pk,))
    receipt = pay(holder, 3000)
    assert (receipt.allocated, receipt.suspense_rupiah) == ((), 3000)


def test_a_page_that_is_stale_is_told() -> None:
    holder = occupancy()
    (bill,) = skrd(holder, [3000])
    pay(holder, 3000)
    assert "sudah lunas" in _refused(holder, only=(bill.pk,))


def test_somebody_elses_bill_is_refused() -> None:
    holder, other = occupancy(), occupancy()
    (bill,) = skrd(other, [3000])
    assert "bukan milik" in _refused(holder, only=(bill.pk,))


def test_a_time_to_come_and_one_without_zone_are_refused() -> None:
    holder = occupancy()
    assert "belum terjadi" in _refused(holder, happened_at=AT + timedelta(minutes=6))
    assert "zona" in _refused(holder, happened_at=AT.replace(tzinfo=None))


def test_unknown_channels_places_and_empty_keys_are_refused() -> None:
    holder = occupancy()
    assert "Cara bayar" in _refused(holder, channel="uang-muka")
    assert "kunci" in _refused(holder, key="")
    assert "register" in _refused(holder, occupancy_id=10**9)


def test_another_agencys_stall_is_refused() -> None:
    stranger = occupancy(kind="persampahan", agency="dlh", code="muntilan")
    assert "perangkat daerah lain" in _refused(stranger)


def test_a_payment_does_not_enter_a_closed_day_of_the_journal() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    ledger.close_day(day=AT.date(), at=AT + timedelta(days=1), by=BY)
    before = counts()
    with pytest.raises(UnableToPay, match="sudah ditutup"), transaction.atomic():
        pay(holder, 3000)
    assert counts() == before


def test_only_collectors_and_the_treasury_of_the_agency_record_payments() -> None:
    holder = occupancy()
    payment = new(holder, 3000)
    for who in (actor("levies.see"), actor("levies.collect", agency="dlh"), actor("levies.assess")):
        with pytest.raises(UnableToAllow):
            record_payment(payment=payment, by=who, at=AT)
    assert record_payment(payment=payment, by=actor("levies.collect", id="budi"), at=AT).is_new


def test_one_statement_does_it_all(django_assert_num_queries) -> None:
    holder = occupancy()
    skrd(holder, [3000])
    pay(holder, 1000)
    with connection.execute_wrapper(lambda *_: pytest.fail("a second statement")):
        pay(holder, 1000)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE retribusi_payment SET amount_rupiah = 1",
        "DELETE FROM retribusi_allocation",
        "DELETE FROM retribusi_payment",
        "UPDATE retribusi_allocation SET amount_rupiah = 1",
        "TRUNCATE retribusi_payment CASCADE",
    ],
)
def test_payments_and_allocations_never_change(sql: str) -> None:
    holder = occupancy()
    skrd(holder, [3000])
    pay(holder, 3000)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql)


def test_a_bill_is_never_paid_beyond_its_amount_whoever_writes() -> None:
    holder = occupancy()
    (bill,) = skrd(holder, [3000])
    payment = pay(holder, 5000)
    with pytest.raises(IntegrityError, match="above its amount"), transaction.atomic():
        other = pay(occupancy(), 2000)
        Allocation.objects.create(payment_id=other.payment_id, assessment=bill, amount_rupiah=1)
    assert Allocation.objects.get().payment_id == payment.payment_id


def test_allocations_are_what_the_payment_says_whoever_writes() -> None:
    holder = occupancy()
    bills = skrd(holder, [3000, 3000])
    receipt = pay(holder, 3000)
    with pytest.raises(IntegrityError, match="not what it says"), transaction.atomic():
        Allocation.objects.create(payment_id=receipt.payment_id, assessment=bills[1], amount_rupiah=500)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_allocation_points_to_what_exists_whoever_writes() -> None:
    holder = occupancy()
    (bill,) = skrd(holder, [3000])
    receipt = pay(holder, 1000)
    for values in (
        {"payment_id": uuid7(), "assessment": bill},
        {"payment_id": receipt.payment_id, "assessment_id": uuid7()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Allocation.objects.create(amount_rupiah=1, **values)
