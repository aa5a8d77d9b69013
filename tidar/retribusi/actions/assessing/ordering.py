"""Long work is ordered by a person and done by the worker: the page waits for nothing, a kill costs one chunk.

The order and its job are one transaction. The job acts in the person's name, with only the permission that was checked
when they ordered it. What stands still without having been stopped is taken up again.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tidar.common.actor import Actor, ActorKind, Grant
from tidar.common.errors import UnableTo
from tidar.retribusi.actions.assessing.issuing import begin_issue, issue_run
from tidar.retribusi.actions.assessing.previewing import compute_run, open_run, open_stall_run
from tidar.retribusi.actions.assessing.signing import ADVANCES, begin_signing, settle_advances, sign_run
from tidar.retribusi.models import Run

State = Run.State
TASK = "retribusi.work_on_run"
QUEUE = "retribusi"
STILL = timedelta(minutes=2)  # a chunk takes well under a second; who has not moved for so long was killed
LOOK_BACK = timedelta(days=7)
NEEDED = {
    State.PREVIEWING: "levies.assess",
    State.ISSUING: "levies.assess",
    State.SIGNING: "levies.sign",
    State.SIGNED: "levies.sign",  # its advances
}
WORKING = (State.PREVIEWING, State.ISSUING, State.SIGNING)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person asked a preview for; with an occupancy, that one alone."""

    levy_kind: str
    market: str | None
    from_date: date
    to_date: date
    occupancy_id: int | None = None


def order_preview(*, terms: Terms, by: Actor, at: datetime) -> uuid.UUID:
    """Open a preview and let the worker compute it; returns the run's id. Raises `UnableToPreview`."""
    days: dict[str, Any] = {"from_date": terms.from_date, "to_date": terms.to_date, "by": by, "at": at}
    with transaction.atomic():
        if terms.occupancy_id is not None:
            run_id = open_stall_run(occupancy_id=terms.occupancy_id, **days)
        else:
            run_id = open_run(levy_kind=terms.levy_kind, market=terms.market, **days)
        _again(run_id)
        _defer(run_id)
    return run_id


def _again(run_id: uuid.UUID) -> None:
    """A preview that stands already is computed anew."""
    Run.objects.filter(pk=run_id, state=State.PREVIEWED).update(state=State.PREVIEWING, error="")


def order_recount(*, run_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Compute a preview anew, after a tariff or a place changed. Raises `UnableToPreview` once it is issued."""
    run = Run.objects.get(pk=run_id)
    terms = Terms(run.levy_kind_id, run.market_id, run.from_date, run.to_date, run.occupancy_id)
    if run.state not in (State.PREVIEWING, State.PREVIEWED):
        compute_run(run_id=run_id, by=by, at=at)  # refuses, in words
    order_preview(terms=terms, by=by, at=at)


def order_issue(*, run_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """`begin_issue`, and the worker does it; returns how many lines wait."""
    with transaction.atomic():
        waiting = begin_issue(run_id=run_id, by=by, at=at)
        _defer(run_id)
    return waiting


def order_signing(*, run_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """`begin_signing`, and the worker does it; returns how many SKRD wait."""
    with transaction.atomic():
        waiting = begin_signing(run_id=run_id, by=by, at=at)
        _defer(run_id)
    return waiting


def _defer(run_id: uuid.UUID) -> None:
    """One waiting job for a run is enough; two at work exclude each other chunk by chunk."""
    task = app.configure_task(TASK, queue=QUEUE, queueing_lock=f"run:{run_id}")
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(run_id=str(run_id))


def work_on_run(*, run_id: uuid.UUID, at: datetime) -> str:
    """Do what a run waits for, as whoever ordered it; returns its state. A refusal is kept on the run, in words."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None or run.state not in NEEDED or run.stop_wanted:
        return run.state if run else ""
    by = _person(run)
    try:
        if run.state == State.PREVIEWING:
            compute_run(run_id=run_id, by=by, at=at)
        elif run.state == State.ISSUING:
            issue_run(run_id=run_id, by=by, at=at)
        elif run.state == State.SIGNING:
            sign_run(run_id=run_id, by=by, at=at)
        else:
            settle_advances(run_id=run_id, by=by, at=at)
    except UnableTo as error:
        Run.objects.filter(pk=run_id).update(error=error.sentence[:300])
    return str(Run.objects.values_list("state", flat=True).get(pk=run_id))


def _person(run: Run) -> Actor:
    """Who ordered what the run waits for, with just that permission, for just its agency."""
    permission = NEEDED[State(run.state)]
    person_id, name = run.notes["people"][permission]
    kind: ActorKind = "user" if not person_id.startswith("system:") else "system"
    return Actor(kind=kind, id=person_id, name=name, grants=frozenset({Grant(permission, run.agency_code)}))


def take_up_runs(*, at: datetime) -> int:
    """Let the worker go on with every run that stands still and was neither stopped nor refused; returns how many."""
    still = Run.objects.filter(stop_wanted=False, error="", moved_at__lt=at - STILL)
    busy = Q(state__in=WORKING)
    unsettled = Q(state=State.SIGNED, signed_at__gt=at - LOOK_BACK) & ~Q(notes__has_key=ADVANCES)
    ids = list(still.filter(busy | unsettled).values_list("pk", flat=True)[:50])
    for run_id in ids:
        _defer(run_id)
    return len(ids)
