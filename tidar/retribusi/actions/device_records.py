"""Taking one signed record of a phone: kept as it came, and the money that it tells of booked exactly once.

A valid signature means that a receipt was given and cash is in the collector's bag. So its money is always booked there
at once: to the payer's bills when nothing about the record is doubtful, else to titipan with a case, while the record
waits for a supervisor. Doubt never loses money, and the same record never books it twice.

Each record is one transaction that holds the phone's row first, then whatever a payment locks (decision 0005); records
of one phone are therefore taken one after another, in whatever order they come.
"""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.common.money import rupiah_text
from tidar.common.signed_records import UnableToRead
from tidar.people import api as people
from tidar.retribusi.actions import device_store as store
from tidar.retribusi.actions import karcis
from tidar.retribusi.actions.cases import open_case
from tidar.retribusi.actions.custody import declare_handover
from tidar.retribusi.actions.device_store import Here
from tidar.retribusi.actions.paying import NewPayment, Receipt, post_payment, reverse_payment
from tidar.retribusi.models import Case, Device, DeviceRecord, Handover, LevyObject, Market, Payment
from tidar.retribusi.queries.register import holder_on
from tidar.retribusi.rules import devices as rules
from tidar.retribusi.rules import doubts as doubting
from tidar.retribusi.rules.accounts import collector_cash_key
from tidar.retribusi.rules.devices import CashSale, Correction, Declared, KarcisSale, Record
from tidar.retribusi.rules.doubts import TIME_DOUBTS, Doubt, Taken
from tidar.retribusi.rules.register import stall_number

State = DeviceRecord.State


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes and the signature over them, which the caller has verified against the phone's key."""

    body: bytes
    signature: bytes
    content_hash: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What the region allows a phone: days until a record must be here, minutes to take a receipt back."""

    oldest_days: int
    void_minutes: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record that came to its phone, which is locked; `careful`: a refused payment must not end the transaction."""

    device: Device
    signed: Signed
    limits: Limits
    by: Actor
    at: datetime
    careful: bool


@dataclass(frozen=True, slots=True)
class Taking:
    """One record while it is taken."""

    device: Device
    signed: Signed
    record: Record
    limits: Limits
    by: Actor
    at: datetime
    here: Here
    careful: bool

    @property
    def key(self) -> str:
        """What cases and payments of this very content are called."""
        return f"alat:{self.device.pk}:{self.record.counter}:{self.signed.content_hash[:12]}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a record."""

    state: str
    sentence: str
    receipt: dict[str, Any] | None = None
    payment_id: uuid.UUID | None = None


class _Again(Exception):
    """The database refused a payment, which ended its transaction: the record is taken anew, with savepoints."""


def take_record(*, device_id: uuid.UUID, signed: Signed, limits: Limits, by: Actor, at: datetime) -> None:
    """Keep a validly signed record and do what it says, once; the same again changes nothing. One transaction."""
    try:
        record: Record | UnableToRead = _read(device_id, signed)
    except UnableToRead as error:
        record = error
    for careful in (False, True):
        try:
            with transaction.atomic():
                device = store.lock_phone(device_id)
                _take(Arrival(device, signed, limits, by, at, careful), record)
                return
        except _Again:
            continue


def _take(arrival: Arrival, record: Record | UnableToRead) -> None:
    device, signed = arrival.device, arrival.signed
    if isinstance(record, UnableToRead):
        around = store.here_of(device, rules.claimed_counter(signed.body), record_id=None, occupancy_id=None).around
        if all(held.content_hash != signed.content_hash for held in around):
            _keep_unreadable(device, signed, record, by=arrival.by, at=arrival.at)
        return
    named = record.facts.occupancy if isinstance(record.facts, CashSale) else None
    here = store.here_of(device, record.counter, record_id=record.id, occupancy_id=named)
    if any(held.content_hash == signed.content_hash for held in here.around):
        return
    taking = Taking(device, signed, record, arrival.limits, arrival.by, arrival.at, here, arrival.careful)
    outcome = _booked(taking, _doubts(taking))
    _keep(taking, outcome)
    if here.awaited and isinstance(record.facts, CashSale) and outcome.state == State.POSTED:
        _run_waiting_voids(taking)


def _read(device_id: uuid.UUID, signed: Signed) -> Record:
    record = rules.read_record(signed.body)
    if record.device != device_id:
        raise UnableToRead("Catatan ini untuk alat lain.", counter=record.counter)
    return record


def _keep_unreadable(device: Device, signed: Signed, error: UnableToRead, *, by: Actor, at: datetime) -> None:
    """The phone signed what our app never signs: kept, refused, and once a day told to a supervisor."""
    DeviceRecord.objects.create(
        device=device, counter=error.counter, previous_hash="", content_hash=signed.content_hash, body=signed.body,
        signature=signed.signature, received_at=at, state=State.REFUSED, sentence=error.sentence[:300],
    )  # fmt: skip
    open_case(
        kind=Case.Kind.DEVICE, key=f"alat:{device.pk}:tak-terbaca:{at.date()}", agency=device.agency_id,
        subject=f"alat:{device.pk}:{error.counter}",
        sentence=f"Alat {device.code} menandatangani catatan yang bukan dari aplikasi: {error.sentence}"[:300],
        by=by, at=at,
    )  # fmt: skip


def _doubts(taking: Taking) -> list[Doubt]:
    device, record = taking.device, taking.record
    standing = doubting.Standing(
        code=device.code, approved_at=device.approved_at, revoked_at=device.revoked_at, now=taking.at,
        oldest_days=taking.limits.oldest_days, around=taking.here.around,
    )  # fmt: skip
    found = list(doubting.doubts(record, body_hash=taking.signed.content_hash, standing=standing))
    if record.amount and taking.here.paid:
        found.append(Doubt.AGAIN)
    return found


def _keep(taking: Taking, outcome: Outcome) -> None:
    record, signed = taking.record, taking.signed
    row = DeviceRecord(
        device_id=taking.device.pk, counter=record.counter, previous_hash=record.previous,
        content_hash=signed.content_hash, body=signed.body, signature=signed.signature, happened_at=record.at,
        received_at=taking.at, kind=record.kind, amount_rupiah=record.amount, state=outcome.state,
        sentence=outcome.sentence[:300], receipt=outcome.receipt, payment_id=outcome.payment_id,
    )  # fmt: skip
    store.keep(row)


def _booked(taking: Taking, doubts: list[Doubt]) -> Outcome:
    facts = taking.record.facts
    if isinstance(facts, CashSale):
        return _cash(taking, facts, doubts)
    if isinstance(facts, KarcisSale):
        return _karcis(taking, facts, doubts)
    if isinstance(facts, Correction):
        return _void(taking, facts, doubts)
    return _handover(taking, facts, doubts)


# --- cash ---------------------------------------------------------------------------------------------------------


def _cash(taking: Taking, facts: CashSale, doubts: list[Doubt]) -> Outcome:
    occupancy = _occupancy_of(taking, facts)
    if occupancy is None:
        doubts.append(Doubt.STALL)
    if doubts or occupancy is None:
        return _to_suspense(taking, doubts)
    payment = replace(_payment(taking), occupancy_id=occupancy, receipt_number=facts.receipt, surplus="advance")
    if taking.here.awaited:
        store.lock_payer_of(occupancy)  # what takes it back right after needs all of them
    try:
        with transaction.atomic() if taking.careful else nullcontext():
            receipt = post_payment(payment=payment, by=taking.by, at=taking.at)
    except UnableTo as error:
        if not taking.careful:
            raise _Again from error
        return _to_suspense(taking, doubts, why=error.sentence)
    words = doubting.booked_words(
        amount=facts.amount, shown_owed=facts.shown_owed, advance=receipt.advance_rupiah,
        owed_before=receipt.owed_after + sum(part.amount_rupiah for part in receipt.allocated),
    )  # fmt: skip
    return Outcome(State.POSTED, words, receipt_data(receipt), receipt.payment_id)


def _occupancy_of(taking: Taking, facts: CashSale) -> int | None:
    """Whom the cash is from: the trader that the receipt named, else who holds the stall on that day.

    A route may be older than a change of trader; what counts is whom the receipt was given to. None when the register
    knows no such stall of this agency, or the stall and the trader do not belong together.
    """
    if facts.occupancy is not None:
        return facts.occupancy if _fits(taking.here.stall, facts) else None
    place = _place_of(taking.device, facts)
    holder = holder_on(place.pk, taking.record.at.date()) if place is not None else None
    return holder.pk if holder is not None else None


def _fits(stall: tuple[str, str] | None, facts: CashSale) -> bool:
    """Whether the trader that the receipt names holds the stall that it names."""
    if stall is None:
        return False
    return facts.stall == stall[0] if facts.stall else stall_number(facts.number) in ("", stall[1])


def _place_of(device: Device, facts: CashSale) -> LevyObject | None:
    places = LevyObject.objects.filter(levy_kind__agency=device.agency_id)
    if facts.stall:
        return places.filter(qr_code=facts.stall).first()
    found = places.filter(number=stall_number(facts.number), market_id=facts.market or None)[:2]
    return found[0] if len(found) == 1 else None


def _payment(taking: Taking) -> NewPayment:
    """The payment that the record tells of, without whom and what it is for."""
    device, record = taking.device, taking.record
    return NewPayment(
        id=record.id, key=f"alat:{device.pk}:{record.counter}", channel=Payment.Channel.CASH.value,
        amount_rupiah=record.amount, happened_at=min(record.at, taking.at), occupancy_id=None,
        cash_account_key=collector_cash_key(device.collector_id), receipt_number="", agency=device.agency_id,
        collector_id=device.collector_id, market=_market_of(record) or None, details={"alat": device.code},
    )  # fmt: skip


def _market_of(record: Record) -> str:
    return record.facts.market if isinstance(record.facts, CashSale | KarcisSale) else ""


def _to_suspense(taking: Taking, doubts: list[Doubt], *, why: str = "") -> Outcome:
    """The cash is in the bag, so it is booked there now; what it was for is settled by a person.

    Its name is made of its content, so that it never takes the place of another payment. A time that is doubted does
    not decide the day: then the money is of the day on which it was learnt of.
    """
    sentence = doubting.said(doubts, what=why)
    day = taking.at if set(doubts) & TIME_DOUBTS else min(taking.record.at, taking.at)
    suffix = taking.signed.content_hash[:8]
    payment = replace(
        _payment(taking), id=uuid.uuid5(taking.device.pk, taking.signed.content_hash), key=taking.key,
        receipt_number=f"{rules.receipt_number(taking.device.code, taking.record.counter)}/{suffix}",
        happened_at=day, surplus="suspense", market=_known_market(taking),
        details={"alat": taking.device.code, "sebab": sentence, "kuitansi": _shown_receipt(taking.record)},
    )  # fmt: skip
    receipt = post_payment(payment=payment, by=taking.by, at=taking.at)
    words = f"{sentence} {rupiah_text(taking.record.amount)} dibukukan sebagai titipan sampai diperiksa."
    return Outcome(State.HELD, words, receipt_data(receipt), receipt.payment_id)


def _known_market(taking: Taking) -> str | None:
    name = _market_of(taking.record)
    known = Market.objects.filter(pk=name, agency_id=taking.device.agency_id).exists() if name else False
    return name if known else None


def _shown_receipt(record: Record) -> str:
    return record.facts.receipt if isinstance(record.facts, CashSale) else ""


def receipt_data(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the phone shows it."""
    return {
        "number": receipt.number,
        "amount": receipt.amount_rupiah,
        "allocated": [[part.number, part.period, part.amount_rupiah] for part in receipt.allocated],
        "advance": receipt.advance_rupiah,
        "suspense": receipt.suspense_rupiah,
        "owed_after": receipt.owed_after,
    }


# --- karcis -------------------------------------------------------------------------------------------------------


def _karcis(taking: Taking, facts: KarcisSale, doubts: list[Doubt]) -> Outcome:
    if doubts:
        return _to_suspense(taking, doubts)
    sale = karcis.Sale(
        serials=karcis.Serials(facts.book, facts.first, facts.last), collector_id=taking.device.collector_id,
        market=_known_market(taking), amount_rupiah=facts.amount, happened_at=min(taking.record.at, taking.at),
        payment_id=taking.record.id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            receipt = karcis.sell(sale=sale, agency=taking.device.agency_id, by=taking.by, at=taking.at)
            if not receipt.is_new and DeviceRecord.objects.filter(payment=receipt.payment_id).exists():
                raise UnableToRead("Karcis nomor itu sudah dijual dengan catatan lain.")
    except UnableTo as error:
        return _to_suspense(taking, [Doubt.KARCIS], why=error.sentence)
    words = doubting.booked_words(amount=facts.amount, shown_owed=None, owed_before=0, advance=0)
    return Outcome(State.POSTED, words, receipt_data(receipt), receipt.payment_id)


# --- corrections --------------------------------------------------------------------------------------------------


def _void(taking: Taking, facts: Correction, doubts: list[Doubt]) -> Outcome:
    """A receipt that the collector took back: reversed at once when it was soon, unhanded, and nothing is doubtful."""
    if doubts:
        return _wait(taking, doubts)
    rows = DeviceRecord.objects.filter(device=taking.device, counter=facts.voids)
    sold = rows.filter(state=State.POSTED, kind="payment").first()
    if sold is None and not rows.exists() and facts.voids < taking.record.counter:
        return Outcome(State.HELD, doubting.waiting_for(facts.voids))
    if sold is None or not _may_void(taking, sold):
        return _wait(taking, [Doubt.VOID])
    try:
        with transaction.atomic():
            return _reversed(taking, facts, sold)
    except UnableTo as error:
        return _wait(taking, [Doubt.VOID], why=error.sentence)


def _may_void(taking: Taking, sold: DeviceRecord) -> bool:
    if sold.happened_at is None or sold.counter >= taking.record.counter or sold.payment_id is None:
        return False
    late = doubting.too_late_to_void(
        sold=Taken(sold.happened_at, sold.received_at), voided=Taken(taking.record.at, taking.at),
        minutes=taking.limits.void_minutes,
    )  # fmt: skip
    handed = Handover.objects.filter(
        collector_id=taking.device.collector_id, declared_at__gte=sold.happened_at
    ).exclude(state=Handover.State.WITHDRAWN)
    return not late and not handed.exists()


def _reversed(taking: Taking, facts: Correction, sold: DeviceRecord) -> Outcome:
    if sold.payment_id is None:
        raise UnableToRead("Kuitansi itu tidak mempunyai pembayaran.")
    reverse_payment(
        payment_id=sold.payment_id, reason=facts.reason, by=_collector(taking), at=taking.at, said_at=taking.record.at
    )
    return Outcome(State.POSTED, f"Kuitansi nomor {sold.counter} sebesar {rupiah_text(sold.amount_rupiah)} dibatalkan.")


def _run_waiting_voids(taking: Taking) -> None:
    """The receipt that a correction waited for is here: do what the correction says."""
    waiting = DeviceRecord.objects.filter(
        device=taking.device, kind="void", state=State.HELD, sentence=doubting.waiting_for(taking.record.counter)
    )
    for row in waiting.order_by("counter"):
        signed = Signed(bytes(row.body), bytes(row.signature), row.content_hash)
        correction = replace(taking, signed=signed, record=rules.read_record(signed.body))
        facts = correction.record.facts
        if not isinstance(facts, Correction):
            continue
        outcome = _void(correction, facts, [])
        if outcome.state == State.POSTED:
            row.state, row.settled_at, row.settlement = State.SETTLED, taking.at, outcome.sentence[:300]
            row.settled_by, row.accepted = taking.by.name[:200], True
            row.save(update_fields=["state", "settled_at", "settlement", "settled_by", "accepted"])


# --- hand-over ----------------------------------------------------------------------------------------------------


def _handover(taking: Taking, facts: Declared, doubts: list[Doubt]) -> Outcome:
    """The collector declares cash; it is their act, whoever's session brought the record here."""
    if doubts:
        return _wait(taking, doubts)
    by, collector = _collector(taking), taking.device.collector_id
    try:
        with transaction.atomic():
            done = declare_handover(
                id=taking.record.id, collector_id=collector, declared_rupiah=facts.amount,
                happened_at=min(taking.record.at, taking.at), by=by, at=taking.at,
            )  # fmt: skip
    except UnableTo as error:
        return _wait(taking, [Doubt.HANDOVER], why=error.sentence)
    words = [f"Serah terima {rupiah_text(facts.amount)} diajukan.", *done.sentences]
    return Outcome(State.POSTED, " ".join(words))


def _collector(taking: Taking) -> Actor:
    """The phone's collector, whose act the record is, whoever brought it here."""
    collector = taking.device.collector_id
    return taking.by if taking.by.id == collector else people.actor_for_user(collector, at=taking.at)


def _wait(taking: Taking, doubts: list[Doubt], *, why: str = "") -> Outcome:
    """A record without new money waits for a person; its case says which."""
    device, record, sentence = taking.device, taking.record, doubting.said(doubts, what=why)
    open_case(
        kind=Case.Kind.DEVICE, key=taking.key, agency=device.agency_id,
        subject=f"alat:{device.pk}:{record.counter}",
        sentence=f"Alat {device.code} nomor {record.counter}: {sentence}"[:300], by=taking.by, at=taking.at,
    )  # fmt: skip
    return Outcome(State.HELD, sentence)
