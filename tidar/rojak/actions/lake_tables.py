"""Adding rows of the patrol to the lake, and keeping the place up to where that was done."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.lake import api as lake
from tidar.rojak.metrics import TABLES, PatrolTable, write_rows
from tidar.rojak.models import LakeCursor

EXPORTED = "lake.exported"  # tells indicators and whoever else reads the lake
SOURCE = "app:rojak"


def locked_cursor(table: str, *, at: datetime) -> LakeCursor | None:
    """The cursor of a table, locked until the transaction ends; None while another export holds it."""
    LakeCursor.objects.bulk_create([LakeCursor(table=table, moved_at=at)], ignore_conflicts=True)
    return LakeCursor.objects.select_for_update(skip_locked=True).filter(pk=table).first()


def move(cursor: LakeCursor, position: dict[str, Any], *, at: datetime) -> None:
    """Everything up to `position` is in the lake."""
    cursor.position, cursor.moved_at = position, at
    cursor.save(update_fields=["position", "moved_at"])


def declare_tables(*, at: datetime) -> None:
    """Describe the patrol's tables in the lake. Idempotent."""
    for table in TABLES:
        lake.declare_table(
            table.name,
            at=at,
            title=table.title,
            columns=table.columns,
            access_class=table.access_class,
            agency_code="",
            source=SOURCE,
            key=table.key,
        )


def add_rows(
    table: PatrolTable, rows: Sequence[Sequence[Any]], *, mode: Literal["replace", "append"], at: datetime
) -> lake.VersionView | None:
    """A version with these rows, and the event that tells of it; None when there is nothing to append."""
    if not rows and mode == "append":
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{table.name}.parquet"
        write_rows(table, rows, path)
        source = f"rojak:{table.name}:{at:%Y%m%dT%H%M%S}"
        version = lake.add_version(table.name, parquet=path, mode=mode, source_id=source, at=at)
    record_event(
        kind=EXPORTED,
        happened_at=at,
        at=at,
        source=SourceRef("action", version.source_id),
        fields=EventFields(
            subject=f"{table.title}: {len(rows)} baris",  # kept: Indonesian for everybody
            data={"lake_table": table.name, "lake_version": version.number, "rows": len(rows)},
            permission="hub.administer",  # nobody's news: the rounds themselves are
        ),
    )
    return version
