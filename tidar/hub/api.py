"""The front door of `hub`: what other apps may know and do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tidar.common import clock
from tidar.hub.actions.consuming import consumer, follow_spine
from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.queries import sensing
from tidar.hub.queries.recent import recent_events
from tidar.hub.queries.sensing import latest_observations
from tidar.hub.queries.spine import events_after
from tidar.hub.rules.sensing import ObservationView
from tidar.hub.rules.spine import EventFields, EventView, SourceRef, StreamFilter

__all__ = [
    "EventFields",
    "EventView",
    "FeedState",
    "FreshState",
    "ObservationView",
    "SourceRef",
    "StreamFilter",
    "consumer",
    "events_after",
    "follow_spine",
    "latest_observations",
    "number_events",
    "recent_events",
    "recent_observations",
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


def recent_observations(datastream_id: int, *, hours: int) -> tuple[tuple[datetime, float], ...]:
    """When and what one datastream observed in the last `hours`, oldest first."""
    return sensing.recent_observations(datastream_id, since=clock.now() - timedelta(hours=hours))
