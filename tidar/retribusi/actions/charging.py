"""Offering bills on cashless channels, and booking what a bank says was paid.

One bill may be offered on several channels; what pays it first closes the others (consumer `retribusi charges`). The
bank is asked outside of any transaction; what it answered is written in one. An answer that never came leaves the
offer UNKNOWN, which is asked about again under the same reference and never offered anew.
Locks: occupancies by id, SKRD by id (inside `retribusi_pay`), the charge.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor, system
from tidar.common.errors import UnableTo, UnableToAgree, UnableToFind
from tidar.common.ids import uuid7
from tidar.gateways.api import Answer, Bank, Notice, Offer, connected_bank
from tidar.retribusi.actions.paying import NewPayment, Receipt, UnableToPay, post_payment
from tidar.retribusi.models import Assessment, Charge, Occupancy, Payment
from tidar.retribusi.queries.dues import Due, open_dues
from tidar.retribusi.rules import charging as rules
from tidar.retribusi.rules.accounts import channel_cash_key

LIFE = timedelta(minutes=30)  # of a QRIS for one bill
LIVE = (Charge.State.CREATING, Charge.State.ACTIVE, Charge.State.UNKNOWN)
BY = system("bank")
STATES = {
    "active": Charge.State.ACTIVE,
    "paid": Charge.State.PAID,
    "over": Charge.State.CLOSED,
    "unknown": Charge.State.UNKNOWN,
}
CHANNEL = {Charge.Kind.QRIS_STATIC: "qris", Charge.Kind.QRIS_DYNAMIC: "qris", Charge.Kind.VA: "va"}


class UnableToCharge(UnableTo):
    """The bill cannot be offered like this; nothing was offered."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bills on which channel, or a stall's own static code (no bills)."""

    occupancy_id: int
    kind: str
    assessment_ids: tuple[uuid.UUID, ...] = ()


def make_charge(*, wanted: Wanted, by: Actor, at: datetime) -> uuid.UUID:
    """Offer bills on one channel and return the charge; the same bills again while they are offered: the same charge.

    Raises `UnableToCharge` when no bank is connected, or a bill is not signed, not open, or not this stall's.
    """
    bank = _bank()
    charge = _opened(wanted, bank=bank, by=by, at=at)
    if charge.state == Charge.State.CREATING:
        _offer(charge, bank=bank, at=at)
    return charge.pk


def _bank() -> Bank:
    bank = connected_bank()
    if bank is None:
        raise UnableToCharge(_("Pembayaran nontunai belum disambungkan di daerah ini."))
    return bank


@transaction.atomic
def _opened(wanted: Wanted, *, bank: Bank, by: Actor, at: datetime) -> Charge:
    """The charge row, made under the occupancy's lock so that two presses make one."""
    occupancy = _occupancy(wanted.occupancy_id, agency=bank.agency)
    bills = _bills(wanted)
    amount = sum(due.owed for due in bills) if wanted.kind == Charge.Kind.QRIS_DYNAMIC else None
    known = _same_offer(wanted, amount=amount, at=at)
    if known is not None:
        return known
    charge = Charge.objects.create(
        occupancy=occupancy,
        kind=wanted.kind,
        amount_rupiah=amount,
        gateway=bank.gateway.name,
        reference=uuid7().hex,
        expires_at=at + LIFE if wanted.kind == Charge.Kind.QRIS_DYNAMIC else None,
        made_at=at,
        state_at=at,
    )
    charge.assessments.set(Assessment.objects.filter(pk__in=[due.assessment_id for due in bills]))
    after = {"kind": charge.kind, "amount_rupiah": amount, "occupancy": occupancy.pk, "reference": charge.reference}
    audit.record("charge.made", by=by, at=at, subject=("charge", str(charge.pk)), after=after)
    return charge


def _occupancy(occupancy_id: int, *, agency: str) -> Occupancy:
    """The occupancy, locked; the bank's account is one agency's, so it can take that agency's bills only."""
    held = Occupancy.objects.select_for_update(no_key=True, of=("self",)).select_related("levy_object__levy_kind")
    found = held.filter(pk=occupancy_id).first()
    if found is None:
        raise UnableToFind(_("Penempatan lapak itu tidak ada di register."))
    if found.levy_object.levy_kind.agency_id != agency:
        raise UnableToCharge(_("Tagihan perangkat daerah ini belum dapat dibayar nontunai; bayarlah tunai."))
    return found


def _bills(wanted: Wanted) -> list[Due]:
    """The bills to be paid, oldest first; none for a stall's static code and for a virtual account, which take all."""
    if wanted.kind != Charge.Kind.QRIS_DYNAMIC:
        return []
    dues = {due.assessment_id: due for due in open_dues([wanted.occupancy_id]).get(wanted.occupancy_id, ())}
    if not wanted.assessment_ids or not set(wanted.assessment_ids) <= set(dues):
        raise UnableToCharge(_("Ada tagihan yang sudah lunas atau bukan milik lapak ini. Muat ulang halamannya."))
    chosen = [due for key, due in dues.items() if key in wanted.assessment_ids]
    if any(not due.signed for due in chosen):
        raise UnableToCharge(_("Ada SKRD yang belum ditandatangani, jadi belum dapat dibayar."))
    return chosen


def _same_offer(wanted: Wanted, *, amount: int | None, at: datetime) -> Charge | None:
    """The offer that stands already: of this stall, or the trader's one virtual account whichever stall asks."""
    live = Charge.objects.filter(kind=wanted.kind, state__in=LIVE)
    if wanted.kind == Charge.Kind.VA:
        payer = Occupancy.objects.filter(pk=wanted.occupancy_id).values("payer_id")
        live = live.filter(occupancy__payer_id__in=payer)
    else:
        live = live.filter(occupancy_id=wanted.occupancy_id)
    for charge in live.filter(amount_rupiah=amount).prefetch_related("assessments").order_by("-made_at"):
        expired = charge.expires_at is not None and charge.expires_at <= at and charge.state == Charge.State.ACTIVE
        if not expired and {a.pk for a in charge.assessments.all()} == set(wanted.assessment_ids):
            return charge
    return None


def _offer(charge: Charge, *, bank: Bank, at: datetime) -> Charge:
    """Ask the bank, then write what it said."""
    offer = _wording(charge)
    ask = bank.gateway.offer_va if charge.kind == Charge.Kind.VA else bank.gateway.offer_qr
    return _heard(charge.pk, ask(offer, at=at), at=at)


def _wording(charge: Charge) -> Offer:
    occupancy = Occupancy.objects.select_related("levy_object__market").get(pk=charge.occupancy_id)
    place = occupancy.levy_object
    market = place.market.name if place.market else place.levy_kind_id
    terminal = rules.terminal(market, place.number)
    return Offer(
        reference=charge.reference,
        name=f"RETRIBUSI {terminal}"[:25],
        amount_rupiah=charge.amount_rupiah,
        terminal=terminal,
        customer_number=rules.customer_number(occupancy.payer_id),
        expires_at=charge.expires_at,
    )


@transaction.atomic
def _heard(charge_id: uuid.UUID, answer: Answer, *, at: datetime) -> Charge:
    """Write what a bank answered about an offer. What is paid or closed here is never taken back by an answer."""
    charge = Charge.objects.select_for_update(no_key=True).get(pk=charge_id)
    charge.asked_at = at
    charge.gateway_reference = charge.gateway_reference or answer.gateway_reference
    charge.qr_content = charge.qr_content or answer.content
    state = STATES[answer.standing]
    if charge.state in LIVE and state != charge.state and state != Charge.State.PAID:
        charge.state, charge.state_at = state, at
    if charge.state == Charge.State.CLOSING and answer.standing in ("over", "paid"):
        charge.state, charge.state_at = Charge.State.CLOSED, at
    if charge.kind == Charge.Kind.VA and answer.content and answer.standing == "active":
        payers = Occupancy.objects.filter(payer_id=charge.occupancy.payer_id, va_number="")
        payers.update(va_number=answer.content)
    charge.save(update_fields=["asked_at", "gateway_reference", "qr_content", "state", "state_at"])
    return charge


def settle_notice(*, notice: Notice, at: datetime) -> tuple[Receipt, ...]:
    """Book what a bank says was paid: once, however often it says so, whatever became of the bill meanwhile.

    A bill that is paid already, a surplus and a payer nobody knows end in titipan with a case; money is never refused.
    """
    bank = _bank()
    charge = Charge.objects.filter(reference=notice.reference).first() if notice.reference else None
    with transaction.atomic():
        try:
            with transaction.atomic():
                receipts = _posted(charge, notice, agency=bank.agency, at=at)
        except UnableToPay as error:  # the money is at the bank whatever our tables say: it waits in titipan
            unknown = _payment(None, notice, agency=bank.agency, said=error.sentence)
            receipts = (post_payment(payment=unknown, by=BY, at=at),)
        if charge is not None and charge.kind == Charge.Kind.QRIS_DYNAMIC:
            states = [*LIVE, Charge.State.CLOSING, Charge.State.CLOSED, Charge.State.EXPIRED]
            Charge.objects.filter(pk=charge.pk, state__in=states).update(state=Charge.State.PAID, state_at=at)
    return receipts


def _posted(charge: Charge | None, notice: Notice, *, agency: str, at: datetime) -> tuple[Receipt, ...]:
    payment = _payment(charge, notice, agency=agency)
    if charge is not None and charge.kind == Charge.Kind.VA:
        return _over_stalls(charge, payment, at=at)
    if charge is not None and charge.kind == Charge.Kind.QRIS_DYNAMIC:
        bills = charge.assessments.order_by("period_from_date", "sequence").values_list("pk", flat=True)
        payment = replace(payment, only=tuple(bills))
    return (post_payment(payment=payment, by=BY, at=at),)


def _payment(charge: Charge | None, notice: Notice, *, agency: str, said: str = "") -> NewPayment:
    """The payment that a notice tells of; without a charge its payer is unknown."""
    channel = CHANNEL[Charge.Kind(charge.kind)] if charge else "qris"
    name = rules.payment_name(notice.gateway, notice.gateway_reference, notice.rrn)
    return NewPayment(
        id=uuid7(),
        key=f"{channel}:{name}",
        channel=channel,
        amount_rupiah=notice.amount_rupiah,
        happened_at=notice.paid_at,
        occupancy_id=charge.occupancy_id if charge else None,
        cash_account_key=channel_cash_key(notice.gateway),
        receipt_number=f"{channel.upper()}-{name}",
        agency=agency,
        surplus="suspense",
        details=dict(notice.details) | ({"sebab": said, "rujukan": notice.reference} if said else {}),
    )


def _over_stalls(charge: Charge, payment: NewPayment, *, at: datetime) -> tuple[Receipt, ...]:
    """A trader's virtual account pays all of the trader's stalls, oldest bill first: one payment a stall, one act."""
    payer = charge.occupancy.payer_id
    held = Occupancy.objects.select_for_update(no_key=True, of=("self",)).filter(
        payer_id=payer, levy_object__levy_kind__agency=payment.agency
    )
    occupancies = [one.pk for one in held.order_by("pk")]
    earlier = Payment.objects.filter(key__startswith=payment.key + "/").order_by("key")
    if parts := [(p.key, p.amount_rupiah, p.occupancy_id, p.receipt_number, p.pk) for p in earlier]:
        if sum(part[1] for part in parts) != payment.amount_rupiah:
            raise UnableToAgree(_("Pemberitahuan yang sama datang lagi dengan jumlah yang lain."))
        again = [
            replace(payment, id=pk, key=key, amount_rupiah=rupiah, occupancy_id=occupancy, receipt_number=number)
            for key, rupiah, occupancy, number, pk in parts
        ]
        return tuple(post_payment(payment=one, by=BY, at=at) for one in again)
    portions = rules.split(payment.amount_rupiah, _owed(occupancies)) or (
        rules.Portion(charge.occupancy_id, payment.amount_rupiah),
    )
    return tuple(
        post_payment(
            payment=replace(
                payment, id=uuid7(), key=f"{payment.key}/{n:02d}", amount_rupiah=portion.amount_rupiah,
                occupancy_id=portion.occupancy_id, receipt_number=f"{payment.receipt_number}/{n:02d}",
            ),
            by=BY, at=at,
        )
        for n, portion in enumerate(portions, start=1)
    )  # fmt: skip


def _owed(occupancies: Sequence[int]) -> list[tuple[int, int]]:
    dues = [(key, due) for key, found in open_dues(occupancies).items() for due in found if due.signed]
    dues.sort(key=lambda one: (one[1].period_from, one[1].number))
    return [(key, due.owed) for key, due in dues]


def close_other_charges(*, payment_id: uuid.UUID, at: datetime) -> tuple[uuid.UUID, ...]:
    """After a payment: offers of bills that it closed are being closed at their banks; returns which."""
    paid = Charge.objects.filter(assessments__allocations__payment_id=payment_id, assessments__closed_by="lunas")
    return _closing(paid, at=at)


def close_charges_of(*, assessment_id: uuid.UUID, at: datetime) -> tuple[uuid.UUID, ...]:
    """After an SKRD was cancelled: offers that contain it are being closed at their banks; returns which."""
    return _closing(Charge.objects.filter(assessments=assessment_id), at=at)


@transaction.atomic
def _closing(concerned: QuerySet[Charge], *, at: datetime) -> tuple[uuid.UUID, ...]:
    live = Charge.objects.select_for_update(no_key=True).filter(pk__in=concerned.values("pk"), state__in=LIVE)
    found = list(live.order_by("pk"))
    for charge in found:
        charge.state, charge.state_at = Charge.State.CLOSING, at
        charge.save(update_fields=["state", "state_at"])
    return tuple(charge.pk for charge in found)


def follow_charge(*, charge_id: uuid.UUID, at: datetime) -> str:
    """Bring one offer forward: offer, ask, withdraw, or leave it; returns its state after.

    A payment that a lost notice would have told of is found here and booked under the same key.
    """
    bank, charge = _bank(), Charge.objects.select_related("occupancy").get(pk=charge_id)
    expired = charge.expires_at is not None and charge.expires_at <= at
    step = rules.next_step(
        charge.state, asked_at=charge.asked_at, state_at=charge.state_at, expired=expired, at=at
    )  # fmt: skip
    if step == "offer":
        return str(_offer(charge, bank=bank, at=at).state)
    if step in ("ask", "withdraw"):
        return _asked(charge, bank=bank, expired=expired, at=at)
    return str(charge.state)


def _asked(charge: Charge, *, bank: Bank, expired: bool, at: datetime) -> str:
    number = rules.customer_number(charge.occupancy.payer_id)
    if charge.state == Charge.State.CLOSING and charge.kind == Charge.Kind.VA:
        answer = bank.gateway.withdraw_va(charge.reference, number, at=at)
    elif charge.kind == Charge.Kind.VA:
        answer = bank.gateway.ask_va(charge.reference, number, at=at)
    else:
        answer = bank.gateway.ask_qr(charge.reference, charge.gateway_reference, at=at)
    if answer.standing == "paid" and answer.paid_rupiah and answer.rrn:
        settle_notice(notice=_as_notice(charge, answer, at=at), at=at)
    heard = _heard(charge.pk, answer, at=at)
    done = {Charge.State.ACTIVE: Charge.State.EXPIRED, Charge.State.CLOSING: Charge.State.CLOSED}
    if answer.standing == "active" and (expired or heard.state == Charge.State.CLOSING) and charge.kind != "va":
        # a QRIS cannot be withdrawn (SNAP has no such service): it runs out, and what still comes is titipan
        Charge.objects.filter(pk=charge.pk, state=heard.state).update(
            state=done[Charge.State(heard.state)], state_at=at
        )
    return str(Charge.objects.values_list("state", flat=True).get(pk=charge.pk))


def _as_notice(charge: Charge, answer: Answer, *, at: datetime) -> Notice:
    return Notice(
        gateway=charge.gateway,
        gateway_reference=charge.gateway_reference or answer.gateway_reference,
        rrn=answer.rrn,
        reference=charge.reference,
        terminal="",
        amount_rupiah=answer.paid_rupiah or 0,
        paid_at=answer.paid_at or at,
        details={"rrn": answer.rrn, "asal": "status"},
    )
