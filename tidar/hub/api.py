"""The front door of `hub`: what other apps may know and do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tidar.hub.actions.spine import record_event
from tidar.hub.queries.spine import events_after
from tidar.hub.rules.spine import EventFields, EventView, SourceRef, StreamFilter

__all__ = [
    "EventFields",
    "EventView",
    "FeedState",
    "FreshState",
    "SourceRef",
    "StreamFilter",
    "events_after",
    "record_event",
]

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
