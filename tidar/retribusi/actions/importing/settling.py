"""Settling lines of a spreadsheet that wait: accept, link to a payer who is registered, dismiss; and undoing a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from tidar.common import sealing
from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.places import api as places
from tidar.retribusi.actions.importing.applying import new_object
from tidar.retribusi.actions.importing.changing import change
from tidar.retribusi.actions.importing.reading import LEVY_KIND
from tidar.retribusi.actions.register import (
    NIK_PURPOSE,
    NewPayer,
    Right,
    must_know_payer,
    occupy_proven,
    payer_with_nik,
    register_object,
    register_payer,
    tell_occupancy,
    vacate,
)
from tidar.retribusi.actions.rights import resume_occupancy
from tidar.retribusi.models import ImportLine, Occupancy
from tidar.retribusi.queries.register import holder_on, object_by_number

State = ImportLine.State
WAITING = (State.DUPLICATE, State.CONFLICT)


class UnableToSettle(UnableTo):
    """The line cannot be settled like this."""


def accept_line(*, line_id: int, by: Actor, at: datetime) -> ImportLine:
    """Do what the spreadsheet says, its trader being a person of their own; who held the stall leaves the day before.

    A line without a trader empties the stall.

    With a NIK that is registered the trader is that payer. Raises `UnableToSettle` when the line cannot be used at all.
    """
    with transaction.atomic():
        line = _waiting(line_id, by=by)
        if not line.facts["name"]:
            return _emptied(line, by=by, at=at)
        known = payer_with_nik(_nik(line))
        payer_id = known.pk if known else _registered(line, by=by, at=at)
        return _applied(line, payer_id, new_payer=known is None, by=by, at=at)


def link_line(*, line_id: int, payer_id: int, by: Actor, at: datetime) -> ImportLine:
    """Do what the spreadsheet says, its trader being a payer who is registered already.

    A payer of other agencies only where the line's own NIK is theirs; otherwise raises `UnableToOccupy`.
    """
    with transaction.atomic():
        line = _waiting(line_id, by=by)
        own = payer_with_nik(_nik(line))
        if own is None or own.pk != payer_id:
            must_know_payer(payer_id, by=by)
        return _applied(line, payer_id, new_payer=False, by=by, at=at)


def dismiss_line(*, line_id: int, reason: str, by: Actor, at: datetime) -> ImportLine:
    """The line changes nothing, for a reason."""
    if not reason.strip():
        raise UnableToSettle(_("Tuliskan alasan mengapa baris ini diabaikan."))
    with transaction.atomic():
        line = _waiting(line_id, by=by)
        return _settled(line, State.DISMISSED, reason.strip(), by=by, at=at)


def undo_line(*, line_id: int, by: Actor, at: datetime) -> ImportLine:
    """Take back what a line did: its occupancy goes, its changes return, a dismissed line waits again.

    The payer and the stall that it added stay registered. Raises `UnableToSettle` when SKRD or payments rest on it.
    """
    with transaction.atomic():
        line = _locked(line_id, by=by)
        if line.state == State.DISMISSED:
            return _settled(line, State.CONFLICT, "", by=by, at=at)
        if line.state != State.APPLIED or line.done.get("act", "add") == "add":
            raise UnableToSettle(_("Baris ini tidak mengubah apa pun, jadi tidak ada yang dibatalkan."))
        if line.done["act"] == "update":
            _restore(line, by=by, at=at)
        else:
            _take_back(line.done, by=by, at=at)
        return _settled(line, State.UNDONE, _("Dibatalkan; register kembali seperti sebelumnya."), by=by, at=at)


def _locked(line_id: int, *, by: Actor) -> ImportLine:
    line = ImportLine.objects.select_for_update().filter(pk=line_id).first()
    if line is None:
        raise UnableToFind(_("Baris itu tidak ada."))
    by.must("levies.register", agency=line.agency_id)
    return line


def _waiting(line_id: int, *, by: Actor) -> ImportLine:
    line = _locked(line_id, by=by)
    if line.state not in WAITING:
        raise UnableToSettle(_("Baris ini sudah diputuskan."))
    return line


def _nik(line: ImportLine) -> str:
    closed = str(line.facts.get("sealed", ""))
    return sealing.opened_text(closed, purpose=NIK_PURPOSE) if closed else ""


def _registered(line: ImportLine, *, by: Actor, at: datetime) -> int:
    facts = line.facts
    new = NewPayer(facts["name"], _nik(line), facts["phone"], facts["address"])
    return register_payer(payer=new, agency=line.agency_id, by=by, at=at)


def _applied(line: ImportLine, payer_id: int, *, new_payer: bool, by: Actor, at: datetime) -> ImportLine:
    if line.market_id is None or not line.number:
        raise UnableToSettle(
            _("Pasar atau nomor lapak baris ini tidak dikenal; perbaiki lembar kerja lalu kirim lagi.")
        )
    source = f"delivery:{line.delivery_id}:{line.row_number}"
    stall = object_by_number(LEVY_KIND, line.market_id, line.number)
    new = stall is None
    object_id = stall.pk if stall else register_object(
        obj=new_object(line.number, line.market_id, line.facts, source=source), by=by, at=at
    )  # fmt: skip
    from_date = _first_day(line.facts, at=at)
    done: dict[str, Any] = {"act": "occupy", "new_payer": new_payer, "new_object": new}
    if held := _making_room(object_id, payer_id, from_date, by=by, at=at):
        done["vacated"], from_date = held.pk, max(from_date, (held.to_date or from_date) + timedelta(days=1))
    right = Right(line.facts["right"], line.facts["right_number"], _day(line.facts["right_until"]), source)
    done["occupancy"] = occupy_proven(
        object_id=object_id, payer_id=payer_id, from_date=from_date, right=right, by=by, at=at
    )
    line.payer_id, line.levy_object_id, line.done = payer_id, object_id, done
    said = (
        _("Diterima sebagai wajib retribusi baru.") if new_payer else _("Ditautkan ke wajib retribusi yang sudah ada.")
    )
    return _settled(line, State.APPLIED, said, by=by, at=at)


def _emptied(line: ImportLine, *, by: Actor, at: datetime) -> ImportLine:
    today = at.astimezone(places.region().zone).date()
    holder = holder_on(line.levy_object_id, today) if line.levy_object_id else None
    if holder is None:
        raise UnableToSettle(_("Lapak itu sudah kosong di register."))
    last = max(today - timedelta(days=1), holder.from_date)
    vacate(occupancy_id=holder.pk, last_date=last, reason=_("Menurut lembar kerja dinas"), by=by, at=at)
    line.done = {"act": "vacate", "vacated": holder.pk}
    return _settled(line, State.APPLIED, _("Lapak dikosongkan."), by=by, at=at)


def _making_room(object_id: int, payer_id: int, from_date: date, *, by: Actor, at: datetime) -> Occupancy | None:
    """Who held the stall leaves the day before; never before their own first day, nor before what is assessed ends."""
    today = at.astimezone(places.region().zone).date()
    holder = holder_on(object_id, today)
    if holder is None:
        return None
    if holder.payer_id == payer_id:
        raise UnableToSettle(_("Wajib retribusi itu sudah menempati lapak ini."))
    last_billed = holder.assessments.exclude(closed_by="batal").order_by("-period_to_date").first()
    last = max(from_date - timedelta(days=1), holder.from_date)
    if last_billed is not None:
        last = max(last, last_billed.period_to_date)
    vacate(occupancy_id=holder.pk, last_date=last, reason=_("Menurut lembar kerja dinas"), by=by, at=at)
    holder.refresh_from_db()
    return holder


def _first_day(facts: Mapping[str, Any], *, at: datetime) -> date:
    return _day(facts["from_date"]) or at.astimezone(places.region().zone).date()


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _take_back(done: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    if "occupancy" in done:
        _unoccupy(done["occupancy"], by=by, at=at)
    if done.get("vacated"):
        resume_occupancy(occupancy_id=done["vacated"], by=by, at=at)


def _unoccupy(occupancy_id: int, *, by: Actor, at: datetime) -> None:
    query = Occupancy.objects.select_related("levy_object__levy_kind", "levy_object__market", "payer")
    occupancy = query.select_for_update(of=("self",)).filter(pk=occupancy_id).first()
    if occupancy is None:
        raise UnableToSettle(_("Penempatan itu sudah tidak ada."))
    tell_occupancy("levy.vacated", occupancy, at=at, undone=True)
    subject, before = ("occupancy", str(occupancy.pk)), {"object": occupancy.levy_object.number}
    try:
        with transaction.atomic():
            occupancy.delete()
            connection.check_constraints()
    except IntegrityError as error:
        raise UnableToSettle(
            _("SKRD, pembayaran, atau perpanjangan hak sudah bertumpu pada penempatan ini; kosongkan lapaknya saja.")
        ) from error
    record("occupancy.undo", by=by, at=at, subject=subject, before=before)


def _restore(line: ImportLine, *, by: Actor, at: datetime) -> None:
    before = dict(line.done["before"])
    if "nik" in before:
        before["nik"] = ""  # there was none: only a missing NIK is filled in by an import
    occupancy = Occupancy.objects.filter(levy_object=line.levy_object, payer=line.payer).latest("from_date")
    change(
        object_id=occupancy.levy_object_id, payer_id=occupancy.payer_id, occupancy_id=occupancy.pk,
        values=before, by=by, at=at,
    )  # fmt: skip


def _settled(line: ImportLine, state: ImportLine.State, said: str, *, by: Actor, at: datetime) -> ImportLine:
    before = {"state": line.state}
    waits = state in WAITING
    line.state, line.settled_at, line.settled_by = state, None if waits else at, "" if waits else by.id[:80]
    line.settlement = said[:300]
    line.save()
    after = {"state": state, "settlement": line.settlement}
    record("import_line.settle", by=by, at=at, subject=("import_line", str(line.pk)), before=before, after=after)
    return line
