"""Many events of one act in one statement: staged by the caller's own SQL, recorded in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

# As the caller fills it; `id` from `new_event_ids`, so that events of one process sort in the order of its calls.
STAGE_SQL = """
CREATE TEMPORARY TABLE IF NOT EXISTS hub_staged_event (
    id uuid, subject text, area_code text, lon double precision, lat double precision, source_id text, data jsonb
) ON COMMIT DELETE ROWS
"""
RECORD_SQL = """
INSERT INTO hub_event (id, kind, happened_at, recorded_at, subject, severity, area_code, lon, lat, source_kind,
    source_id, data, permission)
SELECT id, %(kind)s, %(happened_at)s, %(at)s,
    CASE WHEN length(subject) > 200 THEN left(subject, 199) || '…' ELSE subject END,
    0, area_code, lon, lat, 'action', source_id, data, %(permission)s
FROM hub_staged_event
"""


def stage_events() -> None:
    """The temporary table `hub_staged_event` exists and is empty; fill it by SQL, then `record_staged_events`."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE_SQL)
        cursor.execute("DELETE FROM hub_staged_event")


def record_staged_events(*, kind: str, happened_at: datetime, at: datetime, permission: str) -> int:
    """Record every staged event as one kind at one moment, by one statement; returns how many.

    As `record_event`, they exist if and only if the caller's transaction commits; outside one it raises `RuntimeError`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record_staged_events belongs in the transaction of the change that it tells of")
    with connection.cursor() as cursor:
        cursor.execute(RECORD_SQL, {"kind": kind, "happened_at": happened_at, "at": at, "permission": permission})
        count = int(cursor.rowcount)
        cursor.execute("DELETE FROM hub_staged_event")
    return count
