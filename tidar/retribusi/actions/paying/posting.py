"""Recording a payment: once, whole, in one round trip; and using up advances.

`retribusi_pay` (migration 0004) does all of it in the database: the guard, the allocation oldest first, the ledger
group, the event, the case. Called outside a transaction it is one of its own; called inside one it joins it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import psycopg
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToAgree, UnableToAllow
from tidar.common.ids import uuid7
from tidar.documents.api import number_text
from tidar.hub.api import new_event_ids
from tidar.retribusi.actions.accounts import open_by_key, open_revenue
from tidar.retribusi.rules import accounts as names
from tidar.retribusi.rules import paying as rules

COLLECT, TREASURY = "levies.collect", "levies.treasury"
NO_ROW = "retribusi_pay answered nothing"
CLOSED_DAY = ("day of the journal", "closed")  # words of the ledger's trigger

PAY_SQL = """
SELECT outcome, payment, receipt, amount, allocated, advance, suspense, owed_after FROM retribusi_pay(
    %s::uuid, %s::text, %s::text, %s::bigint, %s::timestamptz, %s::timestamptz, %s::bigint, %s::text, %s::text,
    %s::text, %s::text, %s::text, %s::text, %s::uuid[], %s::text, %s::jsonb, %s::text, %s::text, %s::uuid[])
"""


class UnableToPay(UnableTo):
    """The payment cannot be recorded like this; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment as its channel tells it. Money is whole rupiah; `key` is the channel's own name for this payment.

    `only` names exactly the SKRD that are paid, in their order, and nothing else is paid by it; without it, oldest
    first. When one of them can no longer be paid, cash is refused with a sentence, while money that a bank already took
    goes to titipan with a case. What is left over goes to the payer's `advance` or to `suspense` (titipan and a case).
    `occupancy_id` None is an unknown payer: titipan, with a case — but for a karcis (`channel` "karcis" with
    `levy_kind`), which is assessment and receipt in one and becomes revenue at once.
    """

    id: uuid.UUID
    key: str
    channel: str
    amount_rupiah: int
    happened_at: datetime
    occupancy_id: int | None
    cash_account_key: str
    receipt_number: str
    agency: str
    collector_id: str = ""
    surplus: Literal["advance", "suspense"] = "suspense"
    only: tuple[uuid.UUID, ...] = ()
    market: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    levy_kind: str = ""


@dataclass(frozen=True, slots=True)
class Allocated:
    """How much of a payment went to which SKRD."""

    assessment_id: uuid.UUID
    number: str
    period: str
    amount_rupiah: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a payment did. `is_new` False: it came before, and this is what it did then (`owed_after` is of now)."""

    payment_id: uuid.UUID
    number: str
    amount_rupiah: int
    allocated: tuple[Allocated, ...]
    advance_rupiah: int
    suspense_rupiah: int
    owed_after: int
    is_new: bool


def record_payment(*, payment: NewPayment, by: Actor, at: datetime) -> Receipt:
    """Record one payment and everything that follows from it, once: the same key again gives the same receipt.

    Raises `UnableToPay` (wrong amount, time or channel, a bill that cannot be paid, a closed day of the journal),
    `UnableToAllow` (neither keeps the treasury of this agency nor collects for it into their own bag) and
    `UnableToAgree` (the same key with other content). Then nothing is written.
    """
    _must_be_theirs(payment, by)
    _must_be_payable(payment, at=at)
    return post_payment(payment=payment, by=by, at=at)


def _must_be_theirs(payment: NewPayment, by: Actor) -> None:
    """Who collects answers for their own bag, and puts nothing into anybody else's."""
    if by.may(TREASURY, agency=payment.agency):
        return
    if not by.may(COLLECT, agency=payment.agency):
        raise UnableToAllow(_("Anda tidak memiliki wewenang mencatat pembayaran perangkat daerah ini."))
    if payment.collector_id != by.id or payment.cash_account_key != names.collector_cash_key(by.id):
        raise UnableToAllow(_("Juru pungut hanya mencatat uang yang diterimanya sendiri, di kasnya sendiri."))


def _must_be_payable(payment: NewPayment, *, at: datetime) -> None:
    fault = rules.amount_fault(payment.amount_rupiah) or rules.time_fault(
        payment.happened_at, at=at, channel=payment.channel
    )
    if payment.channel not in rules.TAKEN:
        fault = _("Cara bayar %s tidak dikenal.") % payment.channel
    if not payment.key or not payment.receipt_number:
        fault = _("Pembayaran harus mempunyai kunci dan nomor bukti.")
    if fault:
        raise UnableToPay(fault)


def post_payment(*, payment: NewPayment, by: Actor, at: datetime) -> Receipt:
    """`record_payment` for other actions of this app, which have checked their own authority and amounts."""
    row = _pay(payment, by=by, at=at)
    if row[0] == "no-account":
        _open_accounts(payment, at=at)
        row = _pay(payment, by=by, at=at)
    outcome = row[0]
    if outcome == "conflict":
        raise UnableToAgree(rules.REFUSALS[outcome])
    if outcome not in ("new", "same"):
        raise UnableToPay(rules.REFUSALS[outcome], code=outcome)
    return _receipt(row)


def _pay(payment: NewPayment, *, by: Actor, at: datetime) -> tuple[Any, ...]:
    """One prepared statement on Django's own connection: inside its transaction if there is one."""
    parameters = (
        payment.id, payment.key, payment.channel, payment.amount_rupiah, payment.happened_at, at,
        payment.occupancy_id, payment.market, payment.levy_kind, payment.cash_account_key, payment.receipt_number,
        payment.collector_id, payment.surplus, _array(payment.only), payment.agency, json.dumps(payment.details),
        by.kind, by.id, _array(new_ids()),
    )  # fmt: skip
    connection.ensure_connection()
    try:
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            row = cursor.execute(PAY_SQL, parameters, prepare=True).fetchone()
    except DatabaseError as error:
        if all(word in str(error) for word in CLOSED_DAY):
            raise UnableToPay(_("Buku hari itu sudah ditutup; pembayaran tidak dapat dicatat di dalamnya.")) from error
        raise
    if row is None:
        raise RuntimeError(NO_ROW)
    return tuple(row)


def _array(ids: Sequence[uuid.UUID]) -> str:
    """An array literal; ids need no quoting, and the driver's own arrays cost more than all other values together."""
    return f"{{{','.join(map(str, ids))}}}"


def new_ids() -> list[uuid.UUID]:
    """Ids for what a payment may write: ledger group, event, case, event of the case."""
    event, case_event = new_event_ids(2)
    return [uuid7(), event, uuid7(), case_event]


def _open_accounts(payment: NewPayment, *, at: datetime) -> None:
    open_by_key(payment.cash_account_key, at=at)
    open_by_key(names.suspense_key(payment.agency), at=at)
    if payment.channel == "karcis" and payment.levy_kind:
        open_revenue(levy_kind=payment.levy_kind, market=payment.market, at=at)


def _receipt(row: tuple[Any, ...]) -> Receipt:
    outcome, payment, receipt, amount, allocated, advance, suspense, owed_after = row
    return Receipt(
        payment_id=payment,
        number=receipt,
        amount_rupiah=amount,
        allocated=tuple(_allocated(*one) for one in json.loads(allocated)),
        advance_rupiah=advance,
        suspense_rupiah=suspense,
        owed_after=owed_after,
        is_new=outcome == "new",
    )


def _allocated(assessment: str, year: int, sequence: int, from_date: str, to_date: str, amount: int) -> Allocated:
    period = rules.period_words(date.fromisoformat(from_date), date.fromisoformat(to_date))
    return Allocated(uuid.UUID(assessment), number_text("SKRD", year, sequence), period, amount)
