"""hub's tables, by idea."""

from tidar.hub.models.deliveries import Delivery, QuarantinedRow
from tidar.hub.models.feeds import Feed, FeedToken
from tidar.hub.models.sensing import Datastream, Message, ObservedProperty, Thing
from tidar.hub.models.spine import Consumer, DeadLetter, Event, SpineHead

__all__ = [
    "Consumer", "Datastream", "DeadLetter", "Delivery", "Event", "Feed", "FeedToken", "Message", "ObservedProperty",
    "QuarantinedRow", "SpineHead", "Thing",
]  # fmt: skip
