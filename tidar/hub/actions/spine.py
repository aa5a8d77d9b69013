"""Writing the spine: an event joins its writer's transaction; one relay numbers what has committed.

`docs/decisions/0004-spine-numbering.md` says why. A reader of `seq > n` misses nothing; no writer waits for another.
"""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from tidar.common.rows import add_rows
from tidar.hub.models import Event
from tidar.hub.rules.spine import CHANNEL, EventFields, SourceRef, ordered_id, shortened

RELAY_LOCK = 7_433_710_101  # advisory lock: at most one numbering transaction at a time
BATCH = 2_000

# First the head (so that the trigger knows the numbers as given), then the events in order of their ids.
HEAD_SQL = """
INSERT INTO hub_spinehead (id, last_seq) SELECT 1, coalesce(max(seq), 0) FROM hub_event ON CONFLICT (id) DO NOTHING
"""
CLAIM_SQL = "SELECT id, kind FROM hub_event WHERE seq IS NULL ORDER BY id LIMIT %s"
ADVANCE_SQL = "UPDATE hub_spinehead SET last_seq = last_seq + %s WHERE id = 1 RETURNING last_seq"
NUMBER_SQL = """
UPDATE hub_event SET seq = given.seq
FROM unnest(%s::uuid[]) WITH ORDINALITY AS turn(id, place), LATERAL (SELECT %s + turn.place AS seq) AS given
WHERE hub_event.id = turn.id AND hub_event.seq IS NULL
"""


class _Ids:
    """Ids of one process that never run backwards, even where the clock does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() * 4096 // 1_000_000)
            return self._last


_next_tick = _Ids()


def new_event_ids(count: int) -> list[uuid.UUID]:
    """Ids for `count` events, in their order; for SQL functions that write events themselves (`hub_record_event`)."""
    return [ordered_id(_next_tick(), secrets.randbits(62)) for _ in range(count)]


def new_event(*, kind: str, happened_at: datetime, at: datetime, source: SourceRef, fields: EventFields) -> Event:
    """An event that is not stored yet; for actions that insert many at once. Ids sort in the order of calls."""
    return Event(
        id=new_event_ids(1)[0],
        kind=kind,
        happened_at=happened_at,
        recorded_at=at,
        subject=shortened(fields.subject),
        severity=fields.severity,
        area_code=fields.area_code,
        lon=fields.lon,
        lat=fields.lat,
        source_kind=source.kind,
        source_id=source.id,
        source_line=source.line,
        datastream_id=fields.datastream_id,
        result=fields.result,
        data=fields.data,
        permission=fields.permission,
    )


def record_event(
    *, kind: str, happened_at: datetime, at: datetime, source: SourceRef, fields: EventFields | None = None
) -> Event:
    """Add one event to the caller's transaction; it exists if and only if that transaction commits.

    Raises `RuntimeError` outside `transaction.atomic`: an event without its cause, or the reverse, must be impossible.
    The number comes from the relay, a few milliseconds after commit.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record_event belongs in the transaction of the change that it tells of")
    event = new_event(kind=kind, happened_at=happened_at, at=at, source=source, fields=fields or EventFields())
    event.save(force_insert=True)
    return event


def record_events(*, kind: str, at: datetime, told: Sequence[tuple[datetime, SourceRef, EventFields]]) -> int:
    """Many events of one kind in the caller's transaction, by few statements: (happened, source, fields) of each.

    As `record_event`, they exist if and only if that transaction commits; outside one it raises `RuntimeError`.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record_events belongs in the transaction of the change that it tells of")
    events = [new_event(kind=kind, happened_at=h, at=at, source=s, fields=f) for h, s, f in told]
    add_rows(events)
    return len(events)


def number_events(*, limit: int = BATCH) -> int:
    """As `number_kinds`; returns how many."""
    return number_kinds(limit=limit).total()


def number_kinds(*, limit: int = BATCH) -> Counter[str]:
    """One pass of the relay: number at most `limit` committed events and send one NOTIFY; returns how many of a kind.

    Head, numbers and NOTIFY are one transaction: killed at any point, either all of them happened or none. Passes
    exclude each other by an advisory lock, so a second relay only waits.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RELAY_LOCK])
        cursor.execute(CLAIM_SQL, [limit])
        claimed = cursor.fetchall()
        ids = [row[0] for row in claimed]
        if not ids:
            return Counter()
        cursor.execute(HEAD_SQL)
        cursor.execute(ADVANCE_SQL, [len(ids)])
        row = cursor.fetchone()
        last = int(row[0]) if row else 0
        cursor.execute(NUMBER_SQL, [ids, last - len(ids)])
        if cursor.rowcount != len(ids):
            raise RuntimeError("the relay numbered fewer events than it claimed")
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(last)])
    return Counter(row[1] for row in claimed)
