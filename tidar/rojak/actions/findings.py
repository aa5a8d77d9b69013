"""What becomes of a finding: passed on, work ordered, the same as another, fixed, opened again. Each is one step.

Every act locks the finding, looks at its steps, and leaves a step, an event and an audit entry, or nothing at all. The
same act twice is one step.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.rojak.actions.evidence import link
from tidar.rojak.actions.telling import tell_finding
from tidar.rojak.models import Evidence, Finding, StepNote
from tidar.rojak.queries.findings import state_of
from tidar.rojak.queries.reach import may_coordinate, may_handle, may_read
from tidar.rojak.rules import findings as rules

Kind = Evidence.Kind
WANTS: Mapping[str, Evidence.Kind] = {"permohonan": Kind.REQUEST, "insiden": Kind.INCIDENT}


class UnableToFollowUp(UnableTo):
    """This cannot be done with the finding as it stands."""


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """What an agency ordered to be done; `to` is a unit, never a person."""

    number: str
    to: str
    due_date: date | None = None


@transaction.atomic
def pass_on(*, finding_id: uuid.UUID, want: str, note: str = "", by: Actor, at: datetime) -> Evidence:
    """Hand a finding to the agency as a request or an incident; asked again while it is handed on, nothing happens.

    The event `patrol.passed_on` (`data.want`) is what other programs act on. Raises `UnableToFollowUp`.
    """
    finding = locked(finding_id, by)
    if want not in WANTS:
        raise UnableToFollowUp(_("Pilih: permohonan atau insiden."))
    step, state = _last_deciding(finding), state_of(finding)
    if step is not None and state == rules.PASSED_ON and step.kind in WANTS.values():
        if step.kind == WANTS[want]:
            return step
        raise UnableToFollowUp(_("Temuan ini sudah diteruskan."))
    _must_be(state, rules.OPEN, rules.REOPENED)
    made = _step(finding, WANTS[want], _Said({"agency": finding.kind.agency_id or ""}, note), by=by, at=at)
    _tell(finding, "patrol.passed_on", made, at=at, data={"want": want})
    return made


@transaction.atomic
def order_work(*, finding_id: uuid.UUID, order: WorkOrder, by: Actor, at: datetime) -> Evidence:
    """Note the work order by which a finding is mended; the same number again is the same order."""
    finding = locked(finding_id, by)
    number, to = order.number.strip(), _words(order.to)
    if not number or len(number) > 60:
        raise UnableToFollowUp(_("Isi nomor perintah kerja, paling panjang 60 huruf."))
    if known := finding.evidence.filter(kind=Kind.WORK, reference=number).first():
        return known
    _must_be(state_of(finding), *rules.STILL_OPEN)
    due = order.due_date.isoformat() if order.due_date else None
    made = _step(finding, Kind.WORK, _Said({"to": to, "due_date": due}, reference=number), by=by, at=at)
    _tell(finding, "patrol.finding_changed", made, at=at)
    return made


@transaction.atomic
def confirm_fixed(*, finding_id: uuid.UUID, note: str = "", by: Actor, at: datetime) -> Evidence:
    """The head of the RW says that it is fixed: they see it, whoever mended it. Said again, nothing happens."""
    finding = _led(finding_id, by)
    state = state_of(finding)
    if state == rules.FIXED and (step := _last_deciding(finding)):
        return step
    _must_be(state, *rules.STILL_OPEN)
    made = _step(finding, Kind.CONFIRMED, _Said({}, note), by=by, at=at)
    _tell(finding, "patrol.fixed", made, at=at)
    return made


@transaction.atomic
def reopen(*, finding_id: uuid.UUID, why: str, by: Actor, at: datetime) -> Evidence:
    """It was not fixed after all, or was no duplicate. Raises `UnableToFollowUp` unless it was closed."""
    finding = _led(finding_id, by)
    if not _words(why):
        raise UnableToFollowUp(_("Tuliskan mengapa dibuka lagi."))
    _must_be(state_of(finding), rules.FIXED, rules.DUPLICATE)
    made = _step(finding, Kind.REOPENED, _Said({}, why), by=by, at=at)
    _tell(finding, "patrol.finding_changed", made, at=at)
    return made


@transaction.atomic
def mark_duplicate(*, finding_id: uuid.UUID, of: uuid.UUID, by: Actor, at: datetime) -> Evidence:
    """It is the same as another finding of the post, which goes on; chains and circles are refused."""
    rows = list(Finding.objects.select_for_update().filter(pk__in=(finding_id, of)).order_by("pk"))
    finding = _led(finding_id, by)
    other = next((row for row in rows if row.pk == of), None)
    if other is None or other.pk == finding.pk or other.post_id != finding.post_id or not may_read(by, other):
        raise UnableToFollowUp(_("Pilih temuan lain dari pos yang sama."))
    step = _last_deciding(finding)
    if step is not None and step.kind == Kind.DUPLICATE and step.reference == str(of):
        return step
    if state_of(other) == rules.DUPLICATE:
        raise UnableToFollowUp(_("Temuan itu sendiri sudah ditandai sama dengan yang lain; pilih yang asli."))
    if finding.pk in set(_duplicates_of(finding)):
        raise UnableToFollowUp(_("Temuan lain sudah ditandai sama dengan temuan ini."))
    _must_be(state_of(finding), *rules.STILL_OPEN)
    made = _step(finding, Kind.DUPLICATE, _Said({}, reference=str(of)), by=by, at=at)
    _tell(finding, "patrol.finding_changed", made, at=at)
    return made


def _duplicates_of(finding: Finding) -> list[uuid.UUID]:
    """This finding's id when others are now marked as the same as it."""
    said = Evidence.objects.filter(kind=Kind.DUPLICATE, reference=str(finding.pk)).values_list("finding_id", flat=True)
    others = Finding.objects.filter(pk__in=list(said))
    return [finding.pk for one in others if state_of(one) == rules.DUPLICATE]


def locked(finding_id: uuid.UUID, by: Actor) -> Finding:
    """The finding, locked until the transaction ends, for somebody who may handle it."""
    return _handled(_locked(finding_id), by)


def may_be_handled(finding_id: uuid.UUID, by: Actor) -> None:
    """Raise unless somebody may handle the finding; nothing is locked."""
    found = Finding.objects.select_related("kind", "post").filter(pk=finding_id).first()
    if found is None:
        raise UnableToFind(_("Temuan itu tidak ada."))
    _handled(found, by)


def _handled(finding: Finding, by: Actor) -> Finding:
    if not may_read(by, finding):
        raise UnableToFind(_("Temuan itu tidak ada."))
    if not may_handle(by, finding):
        raise UnableToAllow(_("Anda tidak memiliki wewenang untuk tindakan ini."))
    return finding


def _led(finding_id: uuid.UUID, by: Actor) -> Finding:
    finding = _locked(finding_id)
    if not may_read(by, finding):
        raise UnableToFind(_("Temuan itu tidak ada."))
    if not may_coordinate(by, finding.post):
        raise UnableToAllow(_("Hanya ketua RW yang dapat memutuskan ini."))
    return finding


def _locked(finding_id: uuid.UUID) -> Finding:
    rows = Finding.objects.select_for_update(of=("self",)).select_related("kind", "post__program", "segment")
    finding = rows.filter(pk=finding_id).first()
    if finding is None:
        raise UnableToFind(_("Temuan itu tidak ada."))
    return finding


def _last_deciding(finding: Finding) -> Evidence | None:
    return finding.evidence.filter(kind__in=rules.DECIDING).order_by("-sequence").first()


def _must_be(state: rules.State, *states: rules.State) -> None:
    if state not in states:
        raise UnableToFollowUp(_("Tidak bisa: temuan ini berkeadaan “%s”.") % rules.WORDS[state])


def _words(text: str) -> str:
    return " ".join(text.split())[:300]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a step says: what the chain keeps for ever, words that can be erased, and what it refers to."""

    content: Mapping[str, Any]
    note: str = ""
    reference: str = ""


def _step(finding: Finding, kind: Evidence.Kind, said: _Said, *, by: Actor, at: datetime) -> Evidence:
    text, salt, content = _words(said.note), secrets.token_hex(16), dict(said.content)
    if text:
        content["note_hash"] = hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()
    made = link(
        finding_id=finding.pk, kind=kind, happened_at=at, at=at, by=by, reference=said.reference, content=content
    )
    if text:
        StepNote.objects.create(step=made, text=text, salt=salt)
    record(f"rojak.finding.{kind.value}", by=by, at=at, subject=("finding", str(finding.pk)), after={"step": made.pk})
    return made


def _tell(finding: Finding, kind: str, step: Evidence, *, at: datetime, data: Mapping[str, Any] | None = None) -> None:
    tell_finding(
        kind,
        finding=finding,
        subject=f"{finding.kind.title}, {finding.post.title}",
        at=at,
        source=f"rojak.evidence:{step.pk}",
        data={"step": step.kind, **(data or {})},
    )
