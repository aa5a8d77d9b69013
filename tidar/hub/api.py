"""The front door of `hub`: what other apps may know and do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

FreshState = Literal["fresh", "late", "stale", "waiting", "unscheduled"]


@dataclass(frozen=True, slots=True)
class FeedState:
    """Freshness of a feed at a moment: "late" is amber, "stale" red, "waiting" has never delivered."""

    code: str
    title: str
    agency_code: str
    state: FreshState
    last_at: datetime | None
    due_at: datetime | None
    age_seconds: float | None
    sample: bool
    lake_table: str
    access_class: str


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What made an event: a delivery and line, a message, or an action with its record's id."""

    kind: Literal["delivery", "message", "action"]
    id: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class EventView:
    """One numbered event as plain values."""

    seq: int
    id: uuid.UUID
    kind: str
    happened_at: datetime
    recorded_at: datetime
    subject: str
    severity: int
    area_code: str
    lon: float | None
    lat: float | None
    source: SourceRef
    datastream_id: int | None
    result: float | None
    data: dict[str, Any] = field(default_factory=dict)
