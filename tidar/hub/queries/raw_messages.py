"""Back from an observation to the message that brought it: the end of a sensor's lineage."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.hub.models import Event, Message
from tidar.hub.rules.sensing import Level, level_of, readable_payload


@dataclass(frozen=True, slots=True)
class MessageObservation:
    """The observation that a message became."""

    seq: int | None  # None until the relay has numbered it
    datastream_name: str
    thing_name: str
    result: float
    unit: str
    level: Level
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    """One sensor message as it came."""

    id: uuid.UUID
    topic: str
    payload: str  # readable; bytes that are no text in hexadecimal
    sha256: str  # of topic, NUL, payload
    received_at: datetime
    feed_code: str
    feed_title: str
    agency_code: str
    access_class: str
    sample: bool
    sentence: str  # why it could not be read; "" when it was
    observation: MessageObservation | None


def raw_message(message_id: uuid.UUID) -> MessageView:
    """The message as its sensor sent it, with the observation that it became. Two queries; raises `UnableToFind`."""
    message = Message.objects.select_related("feed").filter(pk=message_id).first()
    if message is None or message.feed is None:
        raise UnableToFind(_("Pesan itu tidak ada."))
    return MessageView(
        id=message.pk,
        topic=message.topic,
        payload=readable_payload(bytes(message.payload), length=2000),
        sha256=message.sha256,
        received_at=message.received_at,
        feed_code=message.feed.code,
        feed_title=message.feed.title,
        agency_code=message.feed.agency_code,
        access_class=message.feed.access_class,
        sample=message.feed.sample,
        sentence=message.sentence,
        observation=_observation(message),
    )


def _observation(message: Message) -> MessageObservation | None:
    event = (
        Event.objects.select_related("datastream__thing")
        .filter(source_kind="message", source_id=str(message.pk), kind="observation")
        .first()
    )
    if event is None or event.datastream is None or event.result is None:
        return None
    return MessageObservation(
        seq=event.seq,
        datastream_name=event.datastream.name,
        thing_name=event.datastream.thing.name,
        result=event.result,
        unit=event.datastream.unit,
        level=level_of(event.result, event.datastream.levels),
        happened_at=event.happened_at,
    )
