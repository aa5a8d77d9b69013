"""Taking a payment back: mirrored, with a reason, once. The receipt stays; a negative payment stands beside it.

Whether money can go back the way it came depends on where it is. In the bag or the drawer it is mirrored. Once it was
handed over, deposited, or is in a bank, taking it out of the books would net it against takings; then the bill is
opened again and the money waits in titipan with a case. No one person takes cash out of a bag: the treasury decides
about what others took, in its own area, and a collector only corrects a receipt given minutes ago. Locks: the payer's
occupancies, the payment, the case.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.money import rupiah_text
from tidar.documents import api as documents
from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.ledger import api as ledger
from tidar.retribusi.actions.accounts import open_by_key
from tidar.retribusi.actions.cases.opening import open_case, tell_settled
from tidar.retribusi.models import Allocation, Assessment, Case, Deposit, Handover, Occupancy, Payment
from tidar.retribusi.queries.devices import limits_on
from tidar.retribusi.rules import accounts as names
from tidar.retribusi.rules.doubts import Taken, too_late_to_void
from tidar.retribusi.rules.reach import covers

OWN, TREASURY = "levies.collect", "levies.treasury"
GONE = ("qris", "va", "kartu")  # the money is in a bank


class UnableToReversePayment(UnableTo):
    """The payment cannot be taken back like this; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """A payment that was taken back: the payment that says so, and the case that holds its money, if any does."""

    payment_id: uuid.UUID
    case_id: uuid.UUID | None


def reverse_payment(
    *, payment_id: uuid.UUID, reason: str, by: Actor, at: datetime, said_at: datetime | None = None
) -> Reversal:
    """Take one payment back, whole; its bills are owed again. One transaction.

    The treasury may, whose area holds the market and who did not take the money; and its own collector within the
    minutes of a correction (`said_at`: when their phone signed it, before it arrived here). Raises `UnableToAllow` for
    everybody else; `UnableToReversePayment` without a reason, for a reversal, for what was taken back before, for a
    bill that was cancelled meanwhile, for an advance or titipan that was used, and for a collector's money that was
    handed over.
    """
    words = " ".join(reason.split())[:300]
    with transaction.atomic():
        payment = _locked(payment_id)
        _must_be_allowed(payment, by, said_at=said_at, at=at)
        _must_be_reversible(payment, words)
        in_hand = is_in_hand(payment)
        if not in_hand:
            _must_keep_treasury(payment, by)
        _must_be_unused(payment)
        held = _settle_old_case(payment, by=by, at=at)
        made = _mirror(payment, words, in_hand=in_hand, at=at)
        _post(payment, made, words, in_hand=in_hand, by=by, at=at)
        case = _hold(payment, made, held, in_hand=in_hand, by=by, at=at)
        _ask_for_karcis(payment, by=by, at=at)
        _tell(payment, made, words, by=by, at=at)
    return Reversal(made.pk, case)


def _locked(payment_id: uuid.UUID) -> Payment:
    """The payment, with all occupancies of its payer and itself locked, in this order."""
    found = Payment.objects.filter(pk=payment_id).values("occupancy_id", "occupancy__payer_id").first()
    if found is None:
        raise UnableToFind(_("Pembayaran itu tidak ada."))
    if found["occupancy_id"]:
        of_payer = Occupancy.objects.filter(payer_id=found["occupancy__payer_id"])
        list(of_payer.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return (
        Payment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("cash_account", "market", "occupancy__levy_object__market", "occupancy__advance")
        .get(pk=payment_id)
    )


def _must_be_allowed(payment: Payment, by: Actor, *, said_at: datetime | None, at: datetime) -> None:
    if decides(payment, by) or corrects(payment, by, said_at=said_at, at=at):
        return
    if payment.collector_id == by.id:
        raise UnableToAllow(_("Waktu koreksi sendiri sudah lewat; bendahara lain yang membatalkan penerimaan Anda."))
    raise UnableToAllow(_("Pembayaran ini hanya dapat dibatalkan oleh bendahara di wilayahnya."))


def decides(payment: Payment, by: Actor) -> bool:
    """Whether `by` keeps the treasury where the payment was taken, and did not take it."""
    stall = payment.occupancy.levy_object if payment.occupancy else None
    area = (stall.area_code if stall else "") or (payment.market.area_code if payment.market else "")
    return payment.collector_id != by.id and covers(by, TREASURY, agency=payment.agency_id, areas=[area or None])


def corrects(payment: Payment, by: Actor, *, at: datetime, said_at: datetime | None = None) -> bool:
    """Whether `by` took the money so short a time ago that they may still say it was a mistake."""
    if payment.collector_id != by.id or not by.may(OWN, agency=payment.agency_id):
        return False
    sold, voided = Taken(payment.happened_at, payment.recorded_at), Taken(said_at or at, at)
    return not too_late_to_void(sold=sold, voided=voided, minutes=limits_on(at).void_minutes)


def _must_be_reversible(payment: Payment, words: str) -> None:
    if not words:
        raise UnableToReversePayment(_("Tuliskan alasan pembatalan pembayaran."))
    if payment.reverses_id:
        raise UnableToReversePayment(_("Pembatalan tidak dapat dibatalkan lagi."))
    if Payment.objects.filter(reverses=payment).exists():
        raise UnableToReversePayment(_("Pembayaran ini sudah dibatalkan."))
    if payment.allocations.filter(assessment__closed_by="batal").exists():
        raise UnableToReversePayment(
            _("Sebagian membayar SKRD yang sudah batal; uangnya sudah menjadi titipan. Selesaikan perkaranya.")
        )


def _must_keep_treasury(payment: Payment, by: Actor) -> None:
    if not decides(payment, by):
        raise UnableToReversePayment(
            _("Uangnya tidak lagi di tangan juru pungut. Hanya bendahara yang dapat memutuskan pembatalannya.")
        )


def is_in_hand(payment: Payment) -> bool:
    """Whether the money of a payment is still where it was taken, so that its booking can be mirrored."""
    if payment.channel in Payment.NO_NEW_MONEY:
        return True
    if payment.channel in GONE:
        return False
    key = payment.cash_account.key
    if ledger.balances([key]).get(key, 0) < payment.amount_rupiah:
        return False
    if key == names.collector_cash_key(payment.collector_id):
        handed = Handover.objects.filter(collector_id=payment.collector_id, declared_at__gte=payment.happened_at)
        return not handed.exclude(state=Handover.State.WITHDRAWN).exists()
    return not Deposit.objects.filter(agency_id=payment.agency_id, recorded_at__gte=payment.recorded_at).exists()


def _must_be_unused(payment: Payment) -> None:
    if payment.advance_rupiah and payment.occupancy:
        key = payment.occupancy.advance.key
        if ledger.balances([key]).get(key, 0) < payment.advance_rupiah:
            raise UnableToReversePayment(
                _("Uang muka dari pembayaran ini sudah dipakai. Batalkan pemakaiannya dahulu.")
            )


def _settle_old_case(payment: Payment, *, by: Actor, at: datetime) -> int:
    """What the payment left in titipan: its case ends with it. Returns how much that is."""
    if not payment.suspense_rupiah:
        return 0
    case = Case.objects.select_for_update(of=("self",)).filter(key=f"titipan:{payment.pk}").first()
    if case is None or case.settled_at is not None:
        raise UnableToReversePayment(_("Titipan dari pembayaran ini sudah diputuskan; batalkan akibatnya dahulu."))
    case.settled_at, case.settled_by, case.decision = at, by.id[:80], "batal"
    case.settlement = "Pembayarannya dibatalkan."  # kept: Indonesian for everybody
    case.save(update_fields=["settled_at", "settled_by", "decision", "settlement"])
    tell_settled(case, at=at)
    return payment.suspense_rupiah


def _mirror(payment: Payment, words: str, *, in_hand: bool, at: datetime) -> Payment:
    """The negative payment and allocations; the bills that it had closed are open again."""
    account = payment.cash_account_id if in_hand else open_by_key(names.suspense_key(payment.agency_id), at=at)
    made = Payment(
        id=uuid7(), key=f"balik:{payment.pk}", channel=payment.channel, occupancy_id=payment.occupancy_id,
        market_id=payment.market_id, agency_id=payment.agency_id, amount_rupiah=-payment.amount_rupiah,
        allocated_rupiah=-payment.allocated_rupiah, advance_rupiah=-payment.advance_rupiah,
        suspense_rupiah=-payment.suspense_rupiah, revenue_rupiah=-payment.revenue_rupiah,
        receipt_number=f"BATAL {payment.pk}", collector_id=payment.collector_id, cash_account_id=account,
        happened_at=at, recorded_at=at, reverses=payment, reason=words,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToReversePayment(_("Pembayaran ini baru saja dibatalkan oleh orang lain.")) from error
    given = list(payment.allocations.order_by("assessment_id"))
    bills = [a.assessment_id for a in given]
    list(Assessment.objects.filter(pk__in=bills).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    Allocation.objects.bulk_create(
        Allocation(payment=made, assessment_id=a.assessment_id, amount_rupiah=-a.amount_rupiah) for a in given
    )
    Assessment.objects.filter(pk__in=bills, closed_by="lunas").update(closed_at=None, closed_by="")
    return made


def _post(payment: Payment, made: Payment, words: str, *, in_hand: bool, by: Actor, at: datetime) -> None:
    key = f"pembayaran:{made.pk}"
    if in_hand:
        ledger.reverse_group(
            group_key=f"pembayaran:{payment.pk}", by_key=key, happened_at=at, at=at, by=by, reason=words
        )
        return
    lines = _to_suspense(payment, made, key)
    if not lines:
        raise UnableToReversePayment(_("Seluruh uangnya masih titipan. Selesaikan perkaranya."))
    ledger.post(group_key=key, kind="payment.reversed", lines=lines, happened_at=at, at=at, by=by, reason=words)


def _to_suspense(payment: Payment, made: Payment, key: str) -> Sequence[ledger.Line]:
    """From what the money had paid to titipan; the cash itself stays where it is booked."""
    group = ledger.find_group(f"pembayaran:{payment.pk}")
    suspense = names.suspense_key(payment.agency_id)
    moved = [t for t in (group.transfers if group else ()) if t.credit != suspense]
    ids = ledger.account_ids([t.credit for t in moved])
    return [
        ledger.Line(ids[t.credit], made.cash_account_id, t.amount_rupiah, f"{key}:{place}", f"pembayaran:{payment.pk}")
        for place, t in enumerate(moved, 1)
    ]


def _hold(payment: Payment, made: Payment, held: int, *, in_hand: bool, by: Actor, at: datetime) -> uuid.UUID | None:
    """The case of money that has no place any more: it was handed over, or had come from titipan."""
    if in_hand and payment.channel != Payment.Channel.SUSPENSE:
        return None
    amount = payment.amount_rupiah
    return open_case(
        kind=Case.Kind.SURPLUS.value, key=f"titipan:{made.pk}", agency=payment.agency_id,
        subject=f"pembayaran:{payment.pk}", occupancy_id=payment.occupancy_id, amount_rupiah=amount,
        held_rupiah=amount, by=by, at=at,
        sentence=f"{rupiah_text(amount)} ({payment.receipt_number}) dibatalkan; uangnya menunggu keputusan.",
    )  # fmt: skip


def _ask_for_karcis(payment: Payment, *, by: Actor, at: datetime) -> None:
    """A serial ends once: karcis whose sale is taken back stay sold, without money, until a person says why."""
    if payment.channel != Payment.Channel.KARCIS:
        return
    open_case(
        kind=Case.Kind.KARCIS.value, key=f"{payment.key}:batal", agency=payment.agency_id,
        subject=f"pembayaran:{payment.pk}", amount_rupiah=payment.amount_rupiah, by=by, at=at,
        sentence=f"{payment.receipt_number} tercatat terjual, tetapi penjualannya dibatalkan.",
    )  # fmt: skip


def _tell(payment: Payment, made: Payment, words: str, *, by: Actor, at: datetime) -> None:
    subject = f"pembayaran:{payment.pk}"
    receipt = documents.find("ssrd", subject)
    if receipt is not None:
        documents.cancel(kind="ssrd", subject=subject, reason=words, by=by, at=at)
    stall = payment.occupancy.levy_object if payment.occupancy else None
    place = stall.market if stall else payment.market
    data = {
        "agency": payment.agency_id, "market": place.code if place else None,
        "levy_kind": stall.levy_kind_id if stall else None, "channel": payment.channel,
        "amount_rupiah": made.amount_rupiah, "stall": stall.number if stall else "", "payment": str(made.pk),
        "reverses": str(payment.pk), "receipt": payment.receipt_number,
    }  # fmt: skip
    fields = EventFields(
        subject=f"{payment.receipt_number} dibatalkan", area_code=place.area_code if place else "",
        lon=place.lon if place else None, lat=place.lat if place else None, data=data, permission="levies.see",
    )  # fmt: skip
    source = SourceRef("action", str(made.pk))
    record_event(kind="levy.payment_reversed", happened_at=at, at=at, source=source, fields=fields)
    after = {"reversal": str(made.pk), "amount_rupiah": payment.amount_rupiah, "reason": words}
    record("payment.reverse", by=by, at=at, subject=("payment", str(payment.pk)), after=after)
