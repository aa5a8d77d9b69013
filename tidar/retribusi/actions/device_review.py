"""What a person decides about a held record, once, with a note: it was a real receipt, or no money was taken for it.

Its cash stands in the collector's bag and in titipan since it arrived. Accepting puts it on the bills of the trader
that the reviewer names; a supervisor may, for nothing leaves. Refusing it, or carrying out a late correction, takes
cash out of the bag again, so that needs the treasury: who supervises the collector cannot make the collector's cash
disappear. Nobody decides about what they signed themselves, and who is bound to an area only inside it.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor, Grant
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.retribusi.actions.cases import settle_case, tell_settled
from tidar.retribusi.actions.paying import reverse_payment
from tidar.retribusi.models import Case, Device, DeviceRecord, Occupancy
from tidar.retribusi.queries.devices import case_of
from tidar.retribusi.queries.reach import decides_at, decides_for, market_of
from tidar.retribusi.rules import devices as rules
from tidar.retribusi.rules.devices import Correction, Record

State = DeviceRecord.State
TREASURY = "levies.treasury"


class UnableToReview(UnableTo):
    """The record cannot be accepted or refused like this; nothing was moved."""


def accept_record(
    *, record_id: int, note: str, by: Actor, at: datetime, occupancy_id: int | None = None
) -> DeviceRecord:
    """The record is real: its cash pays the bills of that trader (the rest in advance), its correction is carried out.

    Raises `UnableToReview` without a note, for a receipt whose trader nobody named, and when it was decided before;
    `UnableToAllow` for its signer, and for who does not decide about it.
    """
    with transaction.atomic():
        row = _held(record_id, note)
        _must_decide(row, deciding(row, accepting=True), by, at)
        if row.payment_id is not None:
            _apply(row, occupancy_id, note, by=by, at=at)
        else:
            _carry_out(row, note, by=by, at=at)
        return _settled(row, note, accepted=True, by=by, at=at)


def refuse_record(*, record_id: int, note: str, by: Actor, at: datetime) -> DeviceRecord:
    """No money was taken for it, or what it asks is not done: booked cash is reversed with the reason.

    Raises `UnableToAllow` for its signer, and when cash would leave the bag for who is not of the treasury.
    """
    with transaction.atomic():
        row = _held(record_id, note)
        _must_decide(row, deciding(row, accepting=False), by, at)
        if row.payment_id is not None:
            reverse_payment(payment_id=row.payment_id, reason=note.strip()[:300], by=by, at=at)
        return _settled(row, note, accepted=False, by=by, at=at)


def deciding(row: DeviceRecord, *, accepting: bool) -> str:
    """The permission that it takes: the treasury's where cash leaves the bag."""
    leaves = row.kind == "void" if accepting else row.payment_id is not None
    return TREASURY if leaves else "levies.supervise"


def _must_decide(row: DeviceRecord, permission: str, by: Actor, at: datetime) -> None:
    collector = row.device.collector_id
    if by.id == collector:
        raise UnableToAllow(_("Catatan sendiri diputuskan oleh orang lain."))
    if not decides_for(by, [permission], agency=row.agency_code, collector_id=collector, at=at):
        if permission == TREASURY:
            raise UnableToAllow(_("Hanya bendahara yang dapat memutuskan uang yang keluar dari kas juru pungut."))
        raise UnableToAllow(_("Catatan ini diputuskan oleh kepala pasar di wilayah juru pungutnya."))


def _held(record_id: int, note: str) -> DeviceRecord:
    """The record, with its phone's row held first as everywhere."""
    if not note.strip():
        raise UnableToReview(_("Tuliskan alasan keputusan ini."))
    found = DeviceRecord.objects.filter(pk=record_id).values_list("device_id", flat=True).first()
    if found is None:
        raise UnableToFind(_("Catatan itu tidak ada."))
    Device.objects.select_for_update(no_key=True).get(pk=found)
    row = DeviceRecord.objects.select_related("device", "payment").get(pk=record_id)
    if row.state != State.HELD:
        raise UnableToReview(_("Catatan ini sudah diputuskan."))
    return row


def _apply(row: DeviceRecord, occupancy_id: int | None, note: str, *, by: Actor, at: datetime) -> None:
    case = case_of(row)
    if case is None or case.settled_at is not None:
        return  # its money was decided where cases are decided; what is left is to say so
    holders = Occupancy.objects.filter(levy_object__levy_kind__agency=row.agency_code)
    if occupancy_id is None or not holders.filter(pk=occupancy_id).exists():
        raise UnableToReview(_("Pilih lapak yang membayar; lapaknya tidak ditemukan di register."))
    if not decides_at(by, ["levies.supervise"], agency=row.agency_code, market=market_of(occupancy_id)):
        raise UnableToAllow(_("Lapak itu di luar wilayah Anda."))
    authority = replace(by, grants=by.grants | {Grant(TREASURY, agency=row.agency_code)})
    settle_case(case_id=case.pk, decision="terapkan", note=note, by=authority, at=at, occupancy_id=occupancy_id)


def _carry_out(row: DeviceRecord, note: str, *, by: Actor, at: datetime) -> None:
    """A late or doubtful correction that a person finds right; a hand-over is declared anew by its collector."""
    found = rules.read_record(bytes(row.body))
    if isinstance(found.facts, Correction):
        sold = _sold(row, found, found.facts)
        reverse_payment(payment_id=sold, reason=f"{found.facts.reason}. {note.strip()}"[:300], by=by, at=at)


def _sold(row: DeviceRecord, found: Record, facts: Correction) -> uuid.UUID:
    rows = DeviceRecord.objects.filter(device=row.device_id, counter=facts.voids, state=State.POSTED, kind="payment")
    sold = rows.values_list("payment_id", flat=True).first()
    if sold is None or facts.voids >= found.counter:
        raise UnableToReview(_("Kuitansi yang dibatalkan belum sampai atau tidak dibukukan."))
    return sold


def _settled(row: DeviceRecord, note: str, *, accepted: bool, by: Actor, at: datetime) -> DeviceRecord:
    row.state, row.accepted, row.settled_at = State.SETTLED, accepted, at
    row.settled_by, row.settlement = by.name[:200], note.strip()[:300]
    row.save(update_fields=["state", "accepted", "settled_at", "settled_by", "settlement"])
    _close_case(row, accepted=accepted, by=by, at=at)
    after = {"accepted": accepted, "note": row.settlement, "amount_rupiah": row.amount_rupiah}
    record("device.review", by=by, at=at, subject=("device_record", str(row.pk)), after=after)
    return row


def _close_case(row: DeviceRecord, *, accepted: bool, by: Actor, at: datetime) -> None:
    """The question that the record itself opened is answered; money cases were settled with their money."""
    case = Case.objects.select_for_update().filter(key=f"alat:{row.device_id}:{row.counter}:{row.content_hash[:12]}")
    for found in case.filter(settled_at=None):
        found.settled_at, found.settled_by, found.decision = at, by.id[:80], "terima"
        found.settlement = row.settlement
        found.save(update_fields=["settled_at", "settled_by", "decision", "settlement"])
        tell_settled(found, at=at)
