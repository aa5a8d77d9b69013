"""Taking a payment back: whole, once, with a reason; money that was handed over is not taken out of the books."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from tests.retribusi.paying.builders import (
    AGENCY,
    AT,
    BY,
    KIND,
    actor,
    counts,
    new,
    occupancy,
    pay,
    skrd,
)  # fmt: skip
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.retribusi.actions.cases import settle_case
from tidar.retribusi.actions.custody import confirm_handover, declare_handover
from tidar.retribusi.actions.paying import (
    UnableToReversePayment,
    record_payment,
    reverse_payment,
    use_advances,
)  # fmt: skip
from tidar.retribusi.models import Assessment, Case, Payment
from tidar.retribusi.queries.checking import check
from tidar.retribusi.queries.dues import open_dues
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)  # while a collector may still correct
BUDI = actor("levies.collect", id="budi")
TREASURER = actor("levies.treasury", id="tri")
CASH = names.collector_cash_key("budi")


@pytest.fixture(autouse=True)
def _all_agrees():
    yield
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert check() == ()
    assert ledger.check() == ()


def _hand_over(amount: int) -> None:
    id = uuid7()
    declare_handover(id=id, collector_id="budi", declared_rupiah=amount, happened_at=AT, by=BUDI, at=AT)
    confirm_handover(handover_id=id, counted_rupiah=amount, by=TREASURER, at=AT)


def test_the_bill_is_owed_again_and_the_bag_is_lighter() -> None:
    holder = occupancy()
    first, second = skrd(holder, [3000, 3000])
    receipt = pay(holder, 4000)
    done = reverse_payment(payment_id=receipt.payment_id, reason="salah lapak", by=BUDI, at=LATER)
    assert done.case_id is None
    assert [d.owed for d in open_dues([holder.pk])[holder.pk]] == [3000, 3000]
    assert ledger.balance(CASH) == 0
    first.refresh_from_db()
    assert (first.closed_at, first.closed_by, second.closed_by) == (None, "", "")
    made = Payment.objects.get(pk=done.payment_id)
    assert (made.amount_rupiah, made.reverses_id, made.reason) == (-4000, receipt.payment_id, "salah lapak")
    assert Event.objects.filter(kind="levy.payment_reversed", source_id=str(made.pk)).count() == 1
    assert AuditEntry.objects.filter(action="payment.reverse", subject_id=str(receipt.payment_id)).count() == 1


def test_once_and_never_of_a_reversal() -> None:
    receipt = pay(occupancy(), 4000)
    done = reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER)
    before = counts()
    for id, words in ((receipt.payment_id, "sudah dibatalkan"), (done.payment_id, "tidak dapat dibatalkan lagi")):
        with pytest.raises(UnableToReversePayment, match=words):
            reverse_payment(payment_id=id, reason="lagi", by=TREASURER, at=LATER)
    assert counts() == before


def test_a_reason_authority_and_a_payment_are_needed() -> None:
    receipt = pay(occupancy(), 4000)
    with pytest.raises(UnableToReversePayment, match="alasan"):
        reverse_payment(payment_id=receipt.payment_id, reason="  ", by=BUDI, at=LATER)
    others = (actor("levies.collect", id="lain"), actor("levies.treasury", agency="dlh"), actor("levies.see"))
    for who in others:
        with pytest.raises(UnableToAllow):
            reverse_payment(payment_id=receipt.payment_id, reason="x", by=who, at=LATER)
    with pytest.raises(UnableToFind):
        reverse_payment(payment_id=uuid7(), reason="x", by=BUDI, at=LATER)


def test_after_the_hand_over_only_the_treasury_decides_and_the_money_waits_in_titipan() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 3000)
    _hand_over(3000)
    with pytest.raises(UnableToReversePayment, match="bendahara"):
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER)
    done = reverse_payment(payment_id=receipt.payment_id, reason="salah", by=TREASURER, at=LATER)
    case = Case.objects.get(pk=done.case_id)
    assert (case.held_rupiah, case.occupancy_id) == (3000, holder.pk)
    assert ledger.balance(names.suspense_key(AGENCY)) == ledger.balance(names.treasurer_cash_key(AGENCY)) == 3000
    assert [d.owed for d in open_dues([holder.pk])[holder.pk]] == [3000]


def test_a_declared_hand_over_counts_already() -> None:
    receipt = pay(occupancy(), 3000)
    declare_handover(id=uuid7(), collector_id="budi", declared_rupiah=3000, happened_at=AT, by=BUDI, at=AT)
    with pytest.raises(UnableToReversePayment, match="bendahara"):
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER)


def test_money_in_a_bank_never_leaves_the_books_by_a_reversal() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 3000, channel="qris", cash_account_key=names.channel_cash_key("palsu"), collector_id="")
    done = reverse_payment(payment_id=receipt.payment_id, reason="salah lapak", by=TREASURER, at=LATER)
    assert ledger.balance(names.channel_cash_key("palsu")) == 3000
    assert Case.objects.get(pk=done.case_id).held_rupiah == 3000


def test_what_the_payment_left_in_titipan_ends_with_it() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 5000)
    reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER)
    assert ledger.balance(names.suspense_key(AGENCY)) == 0
    assert Case.objects.get().decision == "batal"


def test_titipan_of_handed_over_money_stays_under_one_new_case() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 5000)
    _hand_over(5000)
    done = reverse_payment(payment_id=receipt.payment_id, reason="salah", by=TREASURER, at=LATER)
    assert [c.held_rupiah for c in Case.objects.filter(settled_at=None)] == [5000]
    assert Case.objects.get(pk=done.case_id).held_rupiah == ledger.balance(names.suspense_key(AGENCY)) == 5000


def test_titipan_that_was_decided_stands_in_the_way() -> None:
    holder = occupancy()
    receipt = pay(holder, 5000)
    settle_case(case_id=Case.objects.get().pk, decision="kembalikan", note="diminta", by=TREASURER, at=LATER)
    with pytest.raises(UnableToReversePayment, match="sudah diputuskan"):
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=TREASURER, at=LATER)


def test_wholly_titipan_and_handed_over_has_nothing_to_reverse() -> None:
    receipt = pay(None, 5000)
    _hand_over(5000)
    with pytest.raises(UnableToReversePayment, match="masih titipan"):
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=TREASURER, at=LATER)
    assert Case.objects.get().settled_at is None


def test_an_advance_that_was_used_stands_in_the_way() -> None:
    holder = occupancy()
    receipt = pay(holder, 5000, surplus="advance")
    skrd(holder, [2000])
    assert use_advances(occupancy_ids=[holder.pk], by=BY, at=AT) == 2000
    with pytest.raises(UnableToReversePayment, match="Uang muka"):
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER)
    used = Payment.objects.get(channel="uang-muka")
    reverse_payment(payment_id=used.pk, reason="salah", by=TREASURER, at=LATER)
    assert reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER).case_id is None
    assert ledger.balance(names.advance_key(KIND, holder.payer.npwrd)) == 0


def test_an_applied_titipan_taken_back_is_titipan_again() -> None:
    holder = occupancy()
    pay(None, 3000)
    skrd(holder, [3000])
    case = Case.objects.get()
    settled = settle_case(
        case_id=case.pk, decision="terapkan", note="bukti ada", by=TREASURER, at=LATER, occupancy_id=holder.pk
    )
    done = reverse_payment(payment_id=settled.payment_id, reason="salah orang", by=TREASURER, at=LATER)
    assert Case.objects.get(pk=done.case_id).held_rupiah == ledger.balance(names.suspense_key(AGENCY)) == 3000


def test_a_bill_cancelled_meanwhile_stands_in_the_way() -> None:
    from tidar.retribusi.actions.assessing import cancel_assessment

    holder = occupancy()
    (bill,) = skrd(holder, [3000])
    receipt = pay(holder, 3000)
    cancel_assessment(assessment_id=bill.pk, reason="pasar tutup", by=BY, at=LATER)
    assert Case.objects.get(kind="skrd-batal").held_rupiah == 3000
    with pytest.raises(UnableToReversePayment, match="sudah batal"):
        reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER)


def test_a_payment_after_a_reversal_starts_anew() -> None:
    holder = occupancy()
    (bill,) = skrd(holder, [3000])
    payment = new(holder, 3000)
    record_payment(payment=payment, by=BY, at=AT)
    reverse_payment(payment_id=payment.id, reason="salah", by=BUDI, at=LATER)
    assert not record_payment(payment=payment, by=BY, at=LATER).is_new  # the phone sends it again: still the same one
    assert pay(holder, 3000).owed_after == 0
    assert Assessment.objects.get(pk=bill.pk).closed_by == "lunas"


def test_the_database_refuses_a_second_reversal_whoever_writes() -> None:
    receipt = pay(occupancy(), 3000)
    reverse_payment(payment_id=receipt.payment_id, reason="salah", by=BUDI, at=LATER)
    made = Payment.objects.get(reverses_id=receipt.payment_id)
    made.pk, made.key, made.receipt_number = uuid7(), "lain", "lain"
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_a_karcis_is_taken_back_from_revenue() -> None:
    receipt = pay(None, 2000, channel="karcis", levy_kind=KIND)
    reverse_payment(payment_id=receipt.payment_id, reason="salah hitung", by=BUDI, at=LATER)
    assert ledger.balance(CASH) == 0
