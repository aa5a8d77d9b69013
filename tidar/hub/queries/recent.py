"""Reading the spine backwards: the newest events of some kinds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from tidar.hub.models import Event
from tidar.hub.rules.spine import EventView, SourceKind, SourceRef


def recent_events(*, kinds: Sequence[str], since: datetime, limit: int) -> tuple[EventView, ...]:
    """The newest numbered events of `kinds` that happened at or after `since`, newest first, at most `limit`."""
    found = Event.objects.filter(kind__in=kinds, happened_at__gte=since, seq__isnull=False)
    return tuple(_view(event) for event in found.order_by("-happened_at", "-seq")[:limit])


def _view(event: Event) -> EventView:
    return EventView(
        seq=cast(int, event.seq),
        id=event.id,
        kind=event.kind,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        subject=event.subject,
        severity=event.severity,
        area_code=event.area_code,
        lon=event.lon,
        lat=event.lat,
        source=SourceRef(cast(SourceKind, event.source_kind), event.source_id, event.source_line),
        datastream_id=event.datastream_id,
        result=event.result,
        data=event.data,
        permission=event.permission,
    )
