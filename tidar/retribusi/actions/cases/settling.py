"""Deciding a case: what it holds goes to bills or back to the payer, in one ledger group, once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.ids import uuid7
from tidar.ledger import api as ledger
from tidar.retribusi.actions.accounts import open_by_key
from tidar.retribusi.actions.cases.opening import tell_settled
from tidar.retribusi.actions.paying.posting import NewPayment, post_payment
from tidar.retribusi.models import Case, Occupancy
from tidar.retribusi.rules import accounts as names
from tidar.retribusi.rules import cases as rules

Decision = Literal["terapkan", "kembalikan", "terima"]


class UnableToSettle(UnableTo):
    """The case cannot be settled like this; nothing was moved."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A settled case, and the payment that its money became, if it was applied to bills."""

    case_id: uuid.UUID
    decision: str
    payment_id: uuid.UUID | None


def settle_case(
    *, case_id: uuid.UUID, decision: Decision, note: str, by: Actor, at: datetime, occupancy_id: int | None = None
) -> Settled:
    """Decide a case, once: "terapkan" pays bills with what it holds (the rest becomes the payer's advance),
    "kembalikan" makes it money that the city owes back, "terima" closes a case that holds no money.

    `occupancy_id` says whose bills, where the case does not know. Raises `UnableToSettle` without a note, for a
    decision that does not fit and for a case that was settled before; `UnableToAllow` for people without authority.
    """
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise UnableToFind(_("Perkara itu tidak ada."))
    must_decide(case, by)
    words = " ".join(note.split())
    if not words:
        raise UnableToSettle(_("Tuliskan alasan keputusan ini."))
    holder = case.occupancy_id or occupancy_id
    with transaction.atomic():
        if decision == "terapkan" and holder:
            Occupancy.objects.select_for_update(no_key=True).filter(pk=holder).first()
        case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
        if fault := rules.fault(case.held_rupiah, decision, settled=case.settled_at is not None, payer=bool(holder)):
            raise UnableToSettle(fault)
        payment = _move(case, decision, holder, by=by, at=at)
        _close(case, decision, words, by=by, at=at)
    return Settled(case.pk, decision, payment)


def must_decide(case: Case, by: Actor) -> None:
    """Raise `UnableToAllow` unless `by` may settle this case: the treasury, the signer, or, without money, a
    supervisor."""
    enough = ("levies.treasury", "levies.sign") if case.held_rupiah else rules.DECIDERS
    if not any(by.may(permission, agency=case.agency_id) for permission in enough):
        raise UnableToAllow(_("Anda tidak memiliki wewenang memutuskan perkara ini."))


def _move(case: Case, decision: Decision, holder: int | None, *, by: Actor, at: datetime) -> uuid.UUID | None:
    """The ledger group of the decision; returns the payment that it made."""
    if decision == "terapkan":
        receipt = post_payment(payment=_applied(case, holder, at), by=by, at=at)
        case.group_key = f"pembayaran:{receipt.payment_id}"
        return receipt.payment_id
    if decision == "kembalikan":
        suspense = open_by_key(names.suspense_key(case.agency_id), at=at)
        refund = open_by_key(names.refund_key(case.agency_id), at=at)
        case.group_key = f"perkara:{case.pk}"
        line = ledger.Line(suspense, refund, case.held_rupiah, case.group_key, case.group_key)
        ledger.post(group_key=case.group_key, kind="case.refund", lines=[line], happened_at=at, at=at, by=by)
    return None


def _applied(case: Case, holder: int | None, at: datetime) -> NewPayment:
    return NewPayment(
        id=uuid7(), key=f"perkara:{case.pk}", channel="titipan", amount_rupiah=case.held_rupiah, happened_at=at,
        occupancy_id=holder, cash_account_key=names.suspense_key(case.agency_id),
        receipt_number=f"PERKARA {case.pk}", agency=case.agency_id, surplus="advance",
        details={"perkara": str(case.pk)},
    )  # fmt: skip


def _close(case: Case, decision: str, words: str, *, by: Actor, at: datetime) -> None:
    case.settled_at, case.settled_by, case.decision, case.settlement = at, by.id[:80], decision, words[:300]
    case.save(update_fields=["settled_at", "settled_by", "decision", "settlement", "group_key"])
    tell_settled(case, at=at)
    after = {"decision": decision, "note": words[:300], "held_rupiah": case.held_rupiah, "group": case.group_key}
    record("case.settle", by=by, at=at, subject=("case", str(case.pk)), after=after)
