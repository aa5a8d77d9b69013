"""Signing: each SKRD of an issued run becomes a signed, verifiable document; when all are, the run can be paid.

Chunk by chunk, each one transaction with how far it came, so a kill loses nothing and signs nothing twice.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.documents import api as documents
from tidar.people import api as people
from tidar.retribusi.actions.assessing.issuing import SERIES
from tidar.retribusi.actions.paying import use_advances
from tidar.retribusi.models import Run
from tidar.retribusi.queries.assessing.papers import Letterhead, letterhead_of, papers_after

State = Run.State
CHUNK = 2_000
ADVANCES = "advances_rupiah"  # in a run's notes: advances were used for it, and how much


class UnableToSign(UnableTo):
    """The run cannot be signed, or not yet."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one chunk did; `is_last` when every SKRD is signed or somebody wants to stop."""

    signed_count: int
    is_last: bool


def begin_signing(*, run_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """An official orders an issued run to be signed (or a stopped one to go on); returns how many SKRD wait.

    Whoever previewed or issued the run may sign it too where they hold the permission; the run names all of them.
    """
    with transaction.atomic():
        run = _locked(run_id)
        by.must("levies.sign", agency=run.agency_code, area=run.area_code or None)
        if run.state not in (State.ISSUED, State.SIGNING):
            raise UnableToSign(_refusal(run))
        before = run.state
        run.state, run.stop_wanted, run.error, run.moved_at = State.SIGNING, False, "", at
        run.signed_by = run.signed_by or _signature(by, run)
        run.notes["people"] = run.notes.get("people", {}) | {"levies.sign": [by.id, by.name]}
        run.save(update_fields=["state", "stop_wanted", "error", "signed_by", "moved_at", "notes"])
        waiting = run.issued_count - run.signed_count
        subject, after = ("levy_run", str(run.pk)), {"waiting": waiting, "signed_by": run.signed_by}
        record("levy_run.sign", by=by, at=at, subject=subject, before={"state": before}, after=after)
    return waiting


def sign_run(*, run_id: uuid.UUID, by: Actor, at: datetime, chunk: int = CHUNK) -> int:
    """Sign what is left of a run until it is done or somebody wants to stop; returns how many now.

    At the end `run.signed_at` is set: its SKRD can be paid, and advances that payers hold are used for them.
    Resumable; on a signed run it does nothing. Raises what `begin_signing` raises.
    """
    run = Run.objects.select_related("market").filter(pk=run_id).first()
    if run is None:
        raise UnableToFind(_("Penetapan itu tidak ada."))
    if run.state != State.SIGNED:
        if run.state != State.SIGNING:
            begin_signing(run_id=run_id, by=by, at=at)
        by.must("levies.sign", agency=run.agency_code, area=run.area_code or None)
    signed = 0
    while True:
        done = sign_chunk(run_id=run_id, by=by, at=at, chunk=chunk)
        signed += done.signed_count
        if done.is_last:
            settle_advances(run_id=run_id, by=by, at=at)
            return signed


def settle_advances(*, run_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """Pay the bills of a signed run from what payers paid ahead, once; returns how many rupiah.

    Killed in between it goes on: what was used is used, and the run is marked only at the end.
    """
    run = Run.objects.get(pk=run_id)
    if run.state != State.SIGNED or ADVANCES in run.notes:
        return 0
    used = use_advances(run_id=run_id, by=by, at=at)
    with transaction.atomic():
        run = _locked(run_id)
        run.notes = run.notes | {ADVANCES: used}
        run.save(update_fields=["notes"])
    return used


def sign_chunk(*, run_id: uuid.UUID, by: Actor, at: datetime, chunk: int = CHUNK) -> _Chunk:
    """One chunk in one transaction; the last one makes the run payable."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state != State.SIGNING or run.stop_wanted:
            return _Chunk(0, is_last=True)
        papers, reached = papers_after(run, _letterhead(run), limit=chunk)
        new = [documents.NewDocument(p.year, p.sequence, f"skrd:{p.id}", p.data) for p in papers]
        if new:
            documents.issue_many(kind="skrd", series=SERIES, rows=new, signed_by=run.signed_by, at=at, by=by)
        run.signed_count += len(new)
        run.notes = run.notes | {"signed_to": reached}
        is_last = reached is None
        if is_last:
            run.state, run.signed_at = State.SIGNED, at
            after = {"signed": run.signed_count, "issued": run.issued_count}
            record("levy_run.signed", by=by, at=at, subject=("levy_run", str(run.pk)), after=after)
        run.moved_at = Now()
        run.save(update_fields=["signed_count", "notes", "state", "signed_at", "moved_at"])
    return _Chunk(len(new), is_last=is_last)


def _signature(by: Actor, run: Run) -> str:
    """Name and office, one a line, as the signature block prints it; the office is the signer's role at the agency."""
    agency = people.agency(run.agency_code)
    office = (people.office_title(by, "levies.sign"), agency.name if agency else run.agency_code)
    return f"{by.name[:70]}\n{', '.join(filter(None, office))}"[:200]


def _letterhead(run: Run) -> Letterhead:
    agency = people.agency(run.agency_code)
    return letterhead_of(run, agency.name if agency else run.agency_code)


def _locked(run_id: uuid.UUID) -> Run:
    run = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("market").filter(pk=run_id).first()
    if run is None:
        raise UnableToFind(_("Penetapan itu tidak ada."))
    return run


def _refusal(run: Run) -> str:
    if run.state == State.SIGNED:
        return _("Penetapan ini sudah ditandatangani.")
    return _("Penetapan ini belum terbit seluruhnya; yang belum terbit tidak dapat ditandatangani.")
