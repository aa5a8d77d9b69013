"""Levies follow the spine into the lake: what was assessed, paid, deposited and occupied since the last export.

Guarantees. The cursor, the versions and the events that tell of them are one transaction, so every event's record is
in the lake exactly once, whenever the process dies. The cursor's row lock lets one export run at a time. A version's
rows are read after its events, so they are at least as new as what the events said.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from tidar.hub import api as hub
from tidar.hub.api import EventFields, EventView, SourceRef
from tidar.lake import api as lake
from tidar.places import api as places
from tidar.retribusi.metrics import ASSESSMENTS, DEPOSITS, OCCUPANCY, PAYMENTS, TABLES, LevyTable, write_rows
from tidar.retribusi.models import LakeCursor

KINDS = (
    "levy.assessed", "levy.assessment_cancelled", "levy.paid", "levy.payment_reversed", "levy.deposited",
    "levy.occupied", "levy.vacated",
)  # fmt: skip
EXPORTED = "lake.exported"  # tells indicators and whoever else reads the lake
CURSOR = "levies"
PAGE, MOST_EVENTS = 1_000, 20_000  # events read at once, and in one transaction
FEW_PLACES = 50  # more changed places than that are written as all places
SOURCE = "app:retribusi"
ACCESS_CLASS = "limited"  # numbers may be shown to anybody; single rows only inside the government


@dataclass(slots=True)
class _Batch:
    """What some events name: records by table, payments with the number of their event."""

    seq: int
    is_last: bool
    payments: dict[str, int] = field(default_factory=dict)
    assessments: set[str] = field(default_factory=set)
    deposits: set[str] = field(default_factory=set)
    objects: set[int] = field(default_factory=set)


def export_levies(*, at: datetime) -> tuple[lake.VersionView, ...]:
    """Bring the lake's levy tables up to the spine; returns the versions that were added, none when nothing is new.

    While another export runs it does nothing: that one reads up to the head, and the next event asks again.
    """
    made: list[lake.VersionView] = []
    while True:
        added, is_last = _export_once(at=at)
        made += added
        if is_last:
            break
    for table in {version.table for version in made}:
        lake.compact(table, at=at)
    return tuple(made)


def exported_seq() -> int:
    """The number of the event up to which the lake's levy tables are written."""
    cursor = LakeCursor.objects.filter(pk=CURSOR).first()
    return cursor.seq if cursor else 0


@transaction.atomic
def _export_once(*, at: datetime) -> tuple[list[lake.VersionView], bool]:
    LakeCursor.objects.bulk_create([LakeCursor(name=CURSOR)], ignore_conflicts=True)
    cursor = LakeCursor.objects.select_for_update(skip_locked=True).filter(pk=CURSOR).first()
    if cursor is None:
        return [], True
    batch = _batch_after(cursor.seq)
    today = at.astimezone(places.region().zone).date()
    is_new_day = cursor.snapshot_date != today
    if is_new_day:
        declare_tables(at=at)
    all_places = is_new_day or len(batch.objects) > FEW_PLACES
    if batch.seq == cursor.seq and not all_places:
        return [], True
    made = _add_all(batch, all_places=all_places, at=at)
    cursor.seq, cursor.snapshot_date, cursor.moved_at = batch.seq, today, at
    cursor.save(update_fields=["seq", "snapshot_date", "moved_at"])
    return made, batch.is_last


def _batch_after(seq: int) -> _Batch:
    """The next events up to the head of this moment, at most `MOST_EVENTS`."""
    head, batch, read = hub.spine_head(), _Batch(seq, is_last=False), 0
    while not batch.is_last and read < MOST_EVENTS:
        page = hub.events_after(batch.seq, limit=PAGE, kinds=KINDS)
        for event in page:
            _note(batch, event)
            batch.seq = event.seq
        read, batch.is_last = read + len(page), len(page) < PAGE
    if batch.is_last:
        batch.seq = max(batch.seq, head)  # nothing of ours stands between
    return batch


def _note(batch: _Batch, event: EventView) -> None:
    record = event.source.id.rpartition(":")[2]  # "skrd:<uuid>", or the id alone
    if event.kind in ("levy.paid", "levy.payment_reversed"):
        batch.payments[record] = event.seq
    elif event.kind in ("levy.assessed", "levy.assessment_cancelled"):
        batch.assessments.add(record)
    elif event.kind == "levy.deposited":
        batch.deposits.add(record)
    else:
        batch.objects.add(int(event.data["object"]))


def _add_all(batch: _Batch, *, all_places: bool, at: datetime) -> list[lake.VersionView]:
    objects = None if all_places else sorted(batch.objects)
    source = f"retribusi:{batch.seq}"
    found = [
        _add(PAYMENTS, list(batch.payments), source=source, at=at, rows=list(batch.payments.values())),
        _add(ASSESSMENTS, sorted(batch.assessments), source=source, at=at),
        _add(DEPOSITS, sorted(batch.deposits), source=source, at=at),
        _add(OCCUPANCY, objects, source=source, at=at),
    ]
    return [version for version in found if version is not None]


def _add(
    table: LevyTable, ids: Sequence[Any] | None, *, source: str, at: datetime, rows: Sequence[int] = ()
) -> lake.VersionView | None:
    """A version with the rows of these records (None: of all, which replace what was there), and its event."""
    if ids is not None and not ids:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{table.name}.parquet"
        count = write_rows(table, ids=ids, zone=places.region().zone.key, path=path, rows=rows)
        if not count:
            return None
        version = lake.add_version(
            table.name, parquet=path, mode="replace" if ids is None else "append", source_id=source, at=at
        )
    _tell(table, version, count, at=at)
    return version


def _tell(table: LevyTable, version: lake.VersionView, count: int, *, at: datetime) -> None:
    hub.record_event(
        kind=EXPORTED,
        happened_at=at,
        at=at,
        source=SourceRef("action", version.source_id),
        fields=EventFields(
            subject=f"{table.title}: {count} baris",  # kept: Indonesian for everybody
            data={"lake_table": table.name, "lake_version": version.number, "rows": count},
            permission="hub.administer",  # nobody's news: the payments themselves are
        ),
    )


def declare_tables(*, at: datetime) -> None:
    """Describe the levy tables in the lake. Idempotent; every day's first export does it."""
    for table in TABLES:
        lake.declare_table(
            table.name,
            at=at,
            title=table.title,
            columns=table.columns,
            access_class=ACCESS_CLASS,
            agency_code="",
            source=SOURCE,
            key=table.key,
        )
