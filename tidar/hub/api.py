"""The front door of `hub`: what other apps may know and do."""

from __future__ import annotations

from datetime import datetime, timedelta

from tidar.common import clock
from tidar.hub.actions.consuming import consumer, follow_spine, registered
from tidar.hub.actions.feeds import adopt_feeds
from tidar.hub.actions.processing import process_delivery
from tidar.hub.actions.receiving import receive_delivery
from tidar.hub.actions.spine import new_event_ids, number_events, record_event, record_events
from tidar.hub.actions.staging import record_staged_events, stage_events
from tidar.hub.queries import sensing
from tidar.hub.queries.cells import CellView, raw_cell, raw_cells
from tidar.hub.queries.freshness import feed_of_table, feed_states, feeds_of_tables
from tidar.hub.queries.raw_messages import MessageView, raw_message
from tidar.hub.queries.recent import recent_events
from tidar.hub.queries.sensing import latest_observations
from tidar.hub.queries.spine import events_after, lag_behind
from tidar.hub.queries.spine import head as spine_head
from tidar.hub.queries.storage import open_cell
from tidar.hub.queries.system_checks import SystemCheck, system_checks
from tidar.hub.queries.waiting import WaitingDelivery, waiting_deliveries
from tidar.hub.rules.freshness import FeedState, FreshState
from tidar.hub.rules.sensing import ObservationView
from tidar.hub.rules.spine import EventFields, EventView, SourceRef, StreamFilter, may_see

__all__ = [
    "CellView",
    "EventFields",
    "EventView",
    "FeedState",
    "FreshState",
    "MessageView",
    "ObservationView",
    "SourceRef",
    "StreamFilter",
    "SystemCheck",
    "WaitingDelivery",
    "adopt_feeds",
    "consumer",
    "events_after",
    "feed_of_table",
    "feed_states",
    "feeds_of_tables",
    "follow_spine",
    "latest_observations",
    "may_see",
    "new_event_ids",
    "number_events",
    "open_cell",
    "process_delivery",
    "raw_cell",
    "raw_cells",
    "raw_message",
    "receive_delivery",
    "recent_events",
    "recent_observations",
    "record_event",
    "record_events",
    "record_staged_events",
    "spine_head",
    "spine_lag",
    "stage_events",
    "system_checks",
    "waiting_deliveries",
]


def recent_observations(datastream_id: int, *, hours: int) -> tuple[tuple[datetime, float], ...]:
    """When and what one datastream observed in the last `hours`, oldest first."""
    return sensing.recent_observations(datastream_id, since=clock.now() - timedelta(hours=hours))


def spine_lag() -> int:
    """Events that are not yet numbered or not yet handled by every registered consumer."""
    return lag_behind([registration.name for registration in registered()])
