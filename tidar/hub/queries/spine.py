"""Reading the spine: numbered events in order, never a gap."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import connection
from django.db.models import Count, Q

from tidar.hub.models import Consumer, DeadLetter, Event
from tidar.hub.rules.spine import EventView, SourceKind, SourceRef

MAX_PAGE = 1_000

EVENT_COLUMNS = (
    "seq, id, kind, happened_at, recorded_at, subject, severity, area_code, lon, lat, source_kind, source_id,"
    " source_line, datastream_id, result, data, permission"
)
AFTER_SQL = f"SELECT {EVENT_COLUMNS} FROM hub_event WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT %s"  # noqa: S608
AFTER_KINDS_SQL = (
    f"SELECT {EVENT_COLUMNS} FROM hub_event WHERE seq > %s AND seq <= %s AND kind = ANY(%s) ORDER BY seq LIMIT %s"  # noqa: S608
)
ONE_SQL = f"SELECT {EVENT_COLUMNS} FROM hub_event WHERE id = %s AND seq IS NOT NULL"  # noqa: S608
HEAD_SQL = "SELECT coalesce((SELECT last_seq FROM hub_spinehead WHERE id = 1), 0)"


def event_view(row: Sequence[Any]) -> EventView:
    """One row of `EVENT_COLUMNS` as plain values."""
    source = SourceRef(kind=cast(SourceKind, row[10]), id=row[11], line=row[12])
    values = (*row[:10], source, *row[13:])
    return EventView(*values)


def head() -> int:
    """The last number given; every number up to it is readable."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD_SQL)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def has_unnumbered() -> bool:
    """Whether some committed event waits for its number; one look into a partial index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM hub_event WHERE seq IS NULL)")
        row = cursor.fetchone()
    return bool(row and row[0])


def events_after(seq: int, *, limit: int = 500, kinds: Sequence[str] = ()) -> tuple[EventView, ...]:
    """Numbered events with a greater number, in order, at most `limit` (≤ 1,000) of them.

    Whoever asks again with the last number received sees every event exactly once, however late its transaction
    committed: numbers are given after commit, by one relay, without gaps.
    """
    return events_between(seq, head(), limit=limit, kinds=kinds)


def events_between(seq: int, last: int, *, limit: int = 500, kinds: Sequence[str] = ()) -> tuple[EventView, ...]:
    """As `events_after`, but none beyond number `last`."""
    size = max(1, min(limit, MAX_PAGE))
    with connection.cursor() as cursor:
        if kinds:
            cursor.execute(AFTER_KINDS_SQL, [seq, last, list(kinds), size])
        else:
            cursor.execute(AFTER_SQL, [seq, last, size])
        return tuple(event_view(_decoded(row)) for row in cursor.fetchall())


def event_by_id(event_id: uuid.UUID) -> EventView:
    """One numbered event; `LookupError` when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_SQL, [event_id])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(event_id)
    return event_view(_decoded(row))


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """Where a consumer stands: how many numbers behind the head, open dead letters, and what it is waiting for."""

    name: str
    cursor: int
    lag: int
    moved_at: datetime | None
    attempts: int
    retry_at: datetime | None
    error: str
    dead: int


def consumer_states() -> tuple[ConsumerState, ...]:
    """Every consumer that ever ran, by name; two queries."""
    last = head()
    rows = Consumer.objects.annotate(dead=Count("dead_letters", filter=Q(dead_letters__settled_at=None)))
    return tuple(
        ConsumerState(
            name=row.name,
            cursor=row.cursor,
            lag=max(0, last - row.cursor),
            moved_at=row.moved_at,
            attempts=row.attempts,
            retry_at=row.retry_at,
            error=row.error,
            dead=row.dead,
        )
        for row in rows.order_by("name")
    )


def lag_behind(names: Sequence[str]) -> int:
    """Events still to be numbered or handled by the consumers called `names`; 0 when all have caught up."""
    cursors = dict(Consumer.objects.filter(name__in=names).values_list("name", "cursor"))
    waiting = Event.objects.filter(seq__isnull=True).count()
    last = head()
    return waiting + max((last - cursors.get(name, 0) for name in names), default=0)


def dead_letters(*, limit: int = 200) -> Sequence[DeadLetter]:
    """Dead letters that wait for a person, newest first, with their events; one query."""
    return list(DeadLetter.objects.filter(settled_at=None).select_related("event", "consumer")[:limit])


def _decoded(row: Sequence[Any]) -> Sequence[Any]:
    """Django's cursors hand JSON over as text."""
    data = row[15]
    return (*row[:15], json.loads(data), *row[16:]) if isinstance(data, str) else row
