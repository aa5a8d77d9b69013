"""The audit trail: who did what, newest first, by keyset so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tidar.common.models import AuditEntry
from tidar.people.models import User


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What to show; an empty field does not narrow. `until` is exclusive."""

    who: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(asked: TrailFilter) -> QuerySet[AuditEntry]:
    """Entries that match, newest first."""
    found = AuditEntry.objects.order_by("-at", "-id")
    if asked.who:
        found = found.filter(Q(actor_name__icontains=asked.who) | Q(actor_id=asked.who))
    if asked.action:
        found = found.filter(action__icontains=asked.action)
    if asked.subject_kind:
        found = found.filter(subject_kind=asked.subject_kind)
    if asked.subject_id:
        found = found.filter(subject_id=asked.subject_id)
    if asked.since:
        found = found.filter(at__gte=asked.since)
    if asked.until:
        found = found.filter(at__lt=asked.until)
    return found


def cursor_of(entry: AuditEntry) -> str:
    """Where the page after `entry` begins."""
    return f"{entry.at.isoformat()}_{entry.pk}"


def page_after(asked: TrailFilter, *, cursor: str, size: int) -> tuple[list[AuditEntry], str]:
    """Up to `size` entries older than `cursor` ("" for the newest; nonsense too), and the next cursor or ""."""
    found = entries(asked)
    if position := _position(cursor):
        at, key = position
        found = found.filter(at__lte=at).filter(Q(at__lt=at) | Q(pk__lt=key))
    rows = list(found[: size + 1])
    return rows[:size], cursor_of(rows[size - 1]) if len(rows) > size else ""


def names_of(shown: Iterable[AuditEntry]) -> dict[str, str]:
    """Names of the people that the entries are about, by their id; one query."""
    ids = {e.subject_id for e in shown if e.subject_kind == "user" and e.subject_id}
    return {str(u.pk): u.display_name for u in User.objects.filter(pk__in=ids)}


def all_of(asked: TrailFilter, *, limit: int) -> Iterator[AuditEntry]:
    """Up to `limit` matching entries, read in chunks."""
    return entries(asked)[:limit].iterator(chunk_size=2_000)


def _position(cursor: str) -> tuple[datetime, uuid.UUID] | None:
    at, _, key = cursor.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, uuid.UUID(key)) if moment.tzinfo else None
    except ValueError:
        return None
