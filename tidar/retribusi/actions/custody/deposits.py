"""A deposit: the treasurer brings counted hand-overs to the regional treasury (RKUD), gross, with an STS.

Nobody types the amount: it is the sum of the hand-overs, and the database refuses any other. No fee, no pay, no change
leaves the money on its way (the findings of `domain.md` 2.3 are impossible here, or visible).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAgree
from tidar.common.money import rupiah_text
from tidar.hub import api as hub
from tidar.ledger import api as ledger
from tidar.places import api as places
from tidar.retribusi.actions.accounts import open_by_key
from tidar.retribusi.actions.custody import papers
from tidar.retribusi.models import Deposit, Handover
from tidar.retribusi.rules.accounts import RKUD, treasurer_cash_key

MOST_HANDOVERS = 100  # in one STS: its lines stay readable


class UnableToDeposit(UnableTo):
    """The deposit cannot be made like this."""


class Slip(TypedDict):
    """What the treasurer says: the deposit's id, which hand-overs, into which account, when, the reference."""

    id: uuid.UUID
    handover_ids: Sequence[uuid.UUID]
    bank_account: str
    bank_reference: NotRequired[str]
    deposited_at: datetime


@dataclass(frozen=True, slots=True)
class Deposited:
    """A deposit after the act, and whether the act was new."""

    id: uuid.UUID
    number: str
    agency: str
    amount_rupiah: int
    handover_count: int
    is_new: bool


def deposit(*, by: Actor, at: datetime, **slip: Unpack[Slip]) -> Deposited:
    """Bring hand-overs to the RKUD: `deposit(id=, handover_ids=, bank_account=, bank_reference=, deposited_at=, …)`.

    One transaction: the hand-overs are held, the sum is posted (Dr RKUD, Cr the treasurer's cash), the STS gets the
    next number and its document. The same deposit again is the same answer; the same id with other content is
    `UnableToAgree`. Raises `UnableToDeposit` for hand-overs that are not counted, already in a deposit or of several
    agencies, and for a moment before the cash was counted or after now.
    """
    wanted = sorted(set(slip["handover_ids"]))
    with transaction.atomic():
        handovers = _locked(wanted)
        if (known := _known(slip)) is not None:
            return known
        agency = _agency_of(handovers, wanted)
        by.must("levies.treasury", agency=agency)
        if by.kind != "user":
            raise UnableToDeposit(_("Setoran dibuat oleh bendahara, bukan oleh sistem."))
        _must_be_whole(slip, handovers, at=at)
        made = _slip(slip, agency, handovers, by=by, at=at)
        _booked(made, by=by, at=at)
        _tell(made, handovers, by=by, at=at)
        number = papers.next_number(papers.STS, made.year)
        made.sequence, made.number = number.sequence, number.text
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise UnableToAgree(_("Setoran dengan nomor ini sudah tercatat dengan isi lain.")) from error
        Handover.objects.filter(pk__in=wanted).update(deposit=made)
        papers.issue_sts(made, handovers, number, by=by)
    return Deposited(made.pk, made.number, agency, made.amount_rupiah, len(handovers), is_new=True)


def _locked(wanted: Sequence[uuid.UUID]) -> list[Handover]:
    """The hand-overs in the order of their ids, held against every other deposit until the transaction ends."""
    return list(Handover.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))


def _known(slip: Slip) -> Deposited | None:
    known = Deposit.objects.filter(pk=slip["id"]).first()
    if known is None:
        return None
    held = set(known.handovers.values_list("pk", flat=True))
    said = (slip["bank_account"].strip(), slip.get("bank_reference", "").strip(), slip["deposited_at"])
    if held != set(slip["handover_ids"]) or said != (known.bank_account, known.bank_reference, known.deposited_at):
        raise UnableToAgree(_("Setoran dengan nomor ini sudah tercatat dengan isi lain (%s).") % known.number)
    return Deposited(known.pk, known.number, known.agency_id, known.amount_rupiah, len(held), is_new=False)


def _agency_of(handovers: Sequence[Handover], wanted: Sequence[uuid.UUID]) -> str:
    if not wanted:
        raise UnableToDeposit(_("Pilih serah terima yang disetor."))
    if len(handovers) != len(wanted):
        raise UnableToDeposit(_("Ada serah terima yang tidak ditemukan."))
    if len(wanted) > MOST_HANDOVERS:
        raise UnableToDeposit(_("Satu STS memuat paling banyak %d serah terima.") % MOST_HANDOVERS)
    agencies = {one.agency_id for one in handovers}
    if len(agencies) > 1:
        raise UnableToDeposit(_("Serah terima dari beberapa perangkat daerah tidak dapat menjadi satu STS."))
    return agencies.pop()


def _must_be_whole(slip: Slip, handovers: Sequence[Handover], *, at: datetime) -> None:
    for one in handovers:
        if one.state != Handover.State.CONFIRMED or one.confirmed_at is None:
            raise UnableToDeposit(_("Serah terima %s belum dihitung bendahara.") % one.collector_name)
        if one.deposit_id is not None:
            raise UnableToDeposit(_("%s sudah masuk STS lain.") % one.tbp_number)
        if slip["deposited_at"] < one.confirmed_at:
            raise UnableToDeposit(_("Waktu setor lebih awal daripada %s dihitung.") % one.tbp_number)
    if slip["deposited_at"] > at:
        raise UnableToDeposit(_("Waktu setor belum terjadi."))
    if not 1 <= len(slip["bank_account"].strip()) <= 60:
        raise UnableToDeposit(_("Isi nomor rekening kas umum daerah."))
    if len(slip.get("bank_reference", "").strip()) > 80:
        raise UnableToDeposit(_("Nomor bukti bank paling panjang 80 huruf."))


def _slip(slip: Slip, agency: str, handovers: Sequence[Handover], *, by: Actor, at: datetime) -> Deposit:
    zone = places.region().zone
    moments = [m for h in handovers for m in (h.receipts_from_at, h.receipts_to_at) if m is not None]
    days = [timezone.localtime(m, zone).date() for m in moments or [h.declared_at for h in handovers]]
    return Deposit(
        id=slip["id"],
        agency_id=agency,
        year=timezone.localtime(slip["deposited_at"], zone).year,
        amount_rupiah=sum(int(h.counted_rupiah or 0) for h in handovers),
        period_from_date=min(days),
        period_to_date=max(days),
        bank_account=slip["bank_account"].strip(),
        bank_reference=slip.get("bank_reference", "").strip(),
        deposited_at=slip["deposited_at"],
        recorded_at=at,
        treasurer_id=by.id[:80],
        treasurer_name=by.name[:200],
    )


def _booked(made: Deposit, *, by: Actor, at: datetime) -> None:
    key = treasurer_cash_key(made.agency_id)
    held = ledger.balances([key]).get(key, 0)
    if held < made.amount_rupiah:
        raise UnableToDeposit(
            _("Kas bendahara di buku besar hanya %(held)s, sedangkan serah terimanya %(amount)s. Periksa dulu.")
            % {"held": rupiah_text(held), "amount": rupiah_text(made.amount_rupiah)}
        )
    treasury, cash = open_by_key(RKUD, at=at), open_by_key(key, at=at)
    line = ledger.Line(treasury, cash, made.amount_rupiah, f"sts:{made.pk}:1", f"sts:{made.pk}")
    ledger.post(group_key=f"sts:{made.pk}", kind="deposit", lines=[line], happened_at=made.deposited_at, at=at, by=by)


def _tell(made: Deposit, handovers: Sequence[Handover], *, by: Actor, at: datetime) -> None:
    data = {
        "agency": made.agency_id,
        "deposit": str(made.pk),
        "amount_rupiah": made.amount_rupiah,
        "handovers": [str(one.pk) for one in handovers],
        "period_from": made.period_from_date.isoformat(),
        "period_to": made.period_to_date.isoformat(),
    }
    hub.record_event(
        kind="levy.deposited",
        happened_at=made.deposited_at,
        at=at,
        source=hub.SourceRef("action", str(made.pk)),
        fields=hub.EventFields(
            subject=f"Setoran {rupiah_text(made.amount_rupiah)} ke kas daerah",  # kept: Indonesian
            data=data,
            permission="levies.see",
        ),
    )
    record("deposit.make", by=by, at=at, subject=("deposit", str(made.pk)), after=data)
