"""Issuing: draft lines become SKRD with gap-free numbers, ledger transfers and events, chunk by chunk.

A chunk is one transaction of set-based statements: killed inside one, nothing of it is there; killed between two, the
next start goes on with the lines that are left. A line leaves the preview in the transaction that makes its SKRD, so
nothing is issued twice; numbers are taken last, so the series is held only while the chunk's SKRD are written, and a
chunk that fails gives its numbers back.

Locks, in this order: the run, its markets by code (advisory), the series.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.formats import number_text
from tidar.documents import api as documents
from tidar.hub import api as hub
from tidar.ledger import api as ledger
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.actions.assessing.statements import (
    AS_BEFORE_SQL,
    BY_INDEX_SQL,
    EVENTS_SQL,
    LEDGER_SQL,
    LOCK_SQL,
    REACH_SQL,
    SKRD_SQL,
    STAGE_SQL,
    TAKE_SQL,
)
from tidar.retribusi.models import Run
from tidar.retribusi.queries.assessing.inputs import digest_of, inputs_of
from tidar.retribusi.queries.register import parameter
from tidar.retribusi.rules.formula import span_text

State = Run.State
SERIES = "SKRD"
CHUNK = 5_000
DUE_DAYS = "due-days"


class UnableToIssue(UnableTo):
    """The run cannot be issued, or not any more from this preview."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one chunk did; `is_last` when no line is left or somebody wants to stop."""

    issued_count: int
    is_last: bool


def begin_issue(*, run_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """A person orders a run to be issued (or a stopped one to go on); returns how many lines wait.

    Raises `UnableToIssue` when nothing is to be issued, or when a tariff, closure, relief or place changed since the
    preview was computed: what was seen is what is issued. Changes nothing else; `issue_run` does the work.
    """
    with transaction.atomic():
        run = _locked(run_id)
        by.must("levies.assess", agency=run.agency_code, area=run.area_code or None)
        if run.state not in (State.PREVIEWED, State.ISSUING):
            raise UnableToIssue(_refusal(run))
        _must_be_fresh(run)
        waiting = run.lines.count()
        if not waiting and run.state == State.PREVIEWED:
            raise UnableToIssue(_("Tidak ada yang perlu diterbitkan: semua tempat sudah ber-SKRD atau tidak dikenai."))
        before = run.state
        if run.state == State.PREVIEWED:
            run.due_date = due_date(local_day(at))
            run.issued_by, run.state = by.name[:200], State.ISSUING
        run.stop_wanted, run.error, run.moved_at = False, "", at
        run.notes["people"] = run.notes.get("people", {}) | {"levies.assess": [by.id, by.name]}
        run.save(update_fields=["due_date", "issued_by", "state", "stop_wanted", "error", "moved_at", "notes"])
        after = {"lines": waiting, "total_rupiah": run.total_rupiah, "due_date": run.due_date}
        record("levy_run.issue", by=by, at=at, subject=("levy_run", str(run.pk)), before={"state": before}, after=after)
    return waiting


def issue_run(*, run_id: uuid.UUID, by: Actor, at: datetime, chunk: int = CHUNK) -> int:
    """Issue what is left of a run, chunk by chunk, until it is done or somebody wants to stop; returns how many now.

    Resumable: call it again after a kill. On an issued run it does nothing. Raises what `begin_issue` raises.
    """
    run = _found(run_id)
    if run.state == State.PREVIEWED:
        begin_issue(run_id=run_id, by=by, at=at)
    elif run.state == State.ISSUING:
        by.must("levies.assess", agency=run.agency_code, area=run.area_code or None)
        _must_be_fresh(run)
    elif run.state in (State.PREVIEWING, State.DROPPED):
        raise UnableToIssue(_refusal(run))
    issued = 0
    while True:
        done = issue_chunk(run_id=run_id, by=by, at=at, chunk=chunk)
        issued += done.issued_count
        if done.is_last:
            return issued


def issue_chunk(*, run_id: uuid.UUID, by: Actor, at: datetime, chunk: int = CHUNK) -> _Chunk:
    """One chunk in one transaction; the last one marks the run as issued."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state != State.ISSUING or run.stop_wanted:
            return _Chunk(0, is_last=True)
        with connection.cursor() as cursor:
            cursor.execute(BY_INDEX_SQL)
            taken, issued = _take(cursor, run, chunk)
            if issued:
                _write(cursor, run, issued, by=by, at=at)
            cursor.execute(AS_BEFORE_SQL)
        run.issued_count += issued
        is_last = taken < chunk
        if is_last:
            run.state, run.issued_at = State.ISSUED, at
            after = {"issued": run.issued_count, "to_issue": run.line_count}
            record("levy_run.issued", by=by, at=at, subject=("levy_run", str(run.pk)), after=after)
            _tell_signers(run, at=at)
        run.moved_at = Now()
        run.save(update_fields=["issued_count", "state", "issued_at", "moved_at"])
    return _Chunk(issued, is_last=is_last)


def _tell_signers(run: Run, *, at: datetime) -> None:
    """Whoever signs hears that SKRD wait, once for each run."""
    if not run.issued_count:
        return
    place = run.market.name if run.market else "seluruh kota"
    span = span_text(run.from_date, run.to_date)
    people.notify(
        agency=run.agency_code,
        permission="levies.sign",
        sentence=f"{number_text(run.issued_count)} SKRD {place}, {span}, menunggu tanda tangan.",  # kept: Indonesian
        url=reverse("retribusi:run", args=[run.pk]),
        about=f"levy_run.issued:{run.pk}",
        at=at,
    )


def _take(cursor: CursorWrapper, run: Run, chunk: int) -> tuple[int, int]:
    """Stage the next lines, each with its id; returns how many left the preview, and how many of them are staged."""
    cursor.execute(STAGE_SQL)
    cursor.execute("DELETE FROM retribusi_staged_skrd")
    cursor.execute(LOCK_SQL, {"levy_kind": run.levy_kind_id, "place": _place(run)})
    cursor.execute(REACH_SQL, {"run": run.pk, "chunk": chunk})
    taken, last = cursor.fetchone() or (0, None)
    if not taken:
        return 0, 0
    ids = ",".join(one.hex for one in hub.new_event_ids(taken))  # as one text: cheaper to send than a list of values
    cursor.execute(TAKE_SQL, _period(run) | {"last": last, "ids": f"{{{ids}}}"})
    return int(taken), int(cursor.rowcount)


def _place(run: Run) -> str | None:
    """What the run locks: its market, "-" for a place without one, None for all of them."""
    return run.market_id or ("-" if run.occupancy_id else None)


def _write(cursor: CursorWrapper, run: Run, count: int, *, by: Actor, at: datetime) -> None:
    """Transfers, events, and last of all numbers and SKRD, for the `count` rows that are staged."""
    ledger.stage()
    cursor.execute(LEDGER_SQL)
    key = f"skrd:{run.pk}:{run.issued_count}"  # the run is locked, so each chunk begins at its own count
    ledger.post_staged(group_key=key, kind="skrd.issued", happened_at=at, at=at, by=by)
    hub.stage_events()
    cursor.execute(EVENTS_SQL, {"shared": json.dumps(_shared(run))})
    hub.record_staged_events(kind="levy.assessed", happened_at=at, at=at, permission="levies.see")
    year = local_day(at).year
    first = documents.take_numbers(SERIES, year, count)
    cursor.execute(SKRD_SQL, _period(run) | {"year": year, "first": first, "due": run.due_date, "at": at})
    if cursor.rowcount != count:
        raise RuntimeError("fewer SKRD were written than numbers were taken")


def _shared(run: Run) -> dict[str, str]:
    """What all events of a run say."""
    return {
        "agency": run.agency_code,
        "levy_kind": run.levy_kind_id,
        "run": str(run.pk),
        "period_from": run.from_date.isoformat(),
        "period_to": run.to_date.isoformat(),
    }


def _period(run: Run) -> dict[str, Any]:
    earliest = run.from_date - timedelta(days=31)
    return {"run": run.pk, "from": run.from_date, "to": run.to_date, "earliest": earliest}


def _locked(run_id: uuid.UUID) -> Run:
    run = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("market").filter(pk=run_id).first()
    if run is None:
        raise UnableToFind(_("Penetapan itu tidak ada."))
    return run


def _found(run_id: uuid.UUID) -> Run:
    run = Run.objects.select_related("market").filter(pk=run_id).first()
    if run is None:
        raise UnableToFind(_("Penetapan itu tidak ada."))
    return run


def _must_be_fresh(run: Run) -> None:
    if run.notes.get("digest") == digest_of(run, inputs_of(run)):
        return
    if run.state == State.ISSUING:
        raise UnableToIssue(
            _(
                "Tarif, hari libur, keringanan, atau penempatan berubah di tengah penerbitan. Akhiri penetapan ini, "
                "lalu buat penetapan baru untuk sisanya."
            )
        )
    raise UnableToIssue(
        _(
            "Tarif, hari libur, keringanan, atau penempatan berubah sesudah pratinjau dihitung. Hitung ulang "
            "pratinjaunya, lalu periksa sekali lagi."
        )
    )


def _refusal(run: Run) -> str:
    if run.state == State.PREVIEWING:
        return _("Pratinjaunya belum selesai dihitung.")
    if run.state == State.DROPPED:
        return _("Penetapan ini sudah dibatalkan sebelum terbit.")
    return _("Penetapan ini sudah terbit seluruhnya.")


def local_day(at: datetime) -> date:
    """The calendar day of a moment in the region's own zone."""
    return at.astimezone(places.region().zone).date()


def due_date(day: date) -> date:
    """The last day to pay what is issued on `day`: the region's "due-days" in force (old regional rules: 15 days)."""
    return day + timedelta(days=int(parameter(DUE_DAYS, day)))
