"""All printed SKRD of a run in one ZIP, made by the worker outside the billing run; the same run gives the same papers.

The file is at `TIDAR_HOME/retribusi/skrd/<run>.zip`, whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import uuid
import zipfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.documents import api as documents
from tidar.retribusi.models import Assessment, Run

TASK = "retribusi.print_run"
QUEUE = "retribusi"
BATCH = 200
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of every entry: the same papers give the same bytes


class UnableToPrint(UnableTo):
    """There is nothing to print yet."""


def papers_path(run_id: uuid.UUID) -> Path:
    """Where the ZIP of a run is, once it is made."""
    return Path(settings.TIDAR_HOME) / "retribusi" / "skrd" / f"{run_id}.zip"


def order_papers(*, run_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Let the worker print a signed run. Raises `UnableToPrint` before it is signed."""
    run = Run.objects.select_related("market").get(pk=run_id)
    by.must("levies.see", agency=run.agency_code, area=run.area_code or None)
    if run.state != Run.State.SIGNED:
        raise UnableToPrint(_("SKRD dicetak sesudah seluruh penetapan ditandatangani."))
    with transaction.atomic():
        _note(run_id, {"done": 0, "of": run.signed_count})
        record("levy_run.print", by=by, at=at, subject=("levy_run", str(run_id)), after={"papers": run.signed_count})
        task = app.configure_task(TASK, queue=QUEUE, queueing_lock=f"print:{run_id}")
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            task.defer(run_id=str(run_id))


def print_run(*, run_id: uuid.UUID) -> int:
    """Make the ZIP, one batch of papers in memory at a time; returns how many papers it holds."""
    subjects = [f"skrd:{pk}" for pk in _in_order(run_id)]
    target = papers_path(run_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    making, count = target.with_suffix(f".{os.getpid()}.part"), 0
    try:
        with zipfile.ZipFile(making, "w", zipfile.ZIP_STORED) as book:
            for first in range(0, len(subjects), BATCH):
                batch = subjects[first : first + BATCH]
                found = documents.find_many("skrd", batch)
                names = {found[one].id: found[one].number for one in batch if one in found}
                for document_id, content in documents.pdfs(names):
                    entry = zipfile.ZipInfo(f"{names[document_id].replace('/', '-')}.pdf", FIRST_DAY)
                    book.writestr(entry, content)
                    count += 1
                _note(run_id, {"done": count, "of": len(subjects)})
        making.replace(target)
    finally:
        making.unlink(missing_ok=True)
    return count


def _in_order(run_id: uuid.UUID) -> list[uuid.UUID]:
    kept = Assessment.objects.filter(run_id=run_id).exclude(closed_by="batal")
    return list(kept.order_by("year", "sequence").values_list("pk", flat=True))


def _note(run_id: uuid.UUID, papers: dict[str, int]) -> None:
    """How far the printing is, for the page."""
    with transaction.atomic():
        run = Run.objects.select_for_update(no_key=True).get(pk=run_id)
        run.notes = run.notes | {"papers": papers}
        run.save(update_fields=["notes"])
