"""Messages from sensors become observations on the spine; what cannot be read is kept with a sentence.

A batch is one transaction, and the broker is told (PUBACK) only after it has committed: a message is redelivered until
then, and redelivered after then it is the same message (same topic, same bytes) and changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.common.ids import uuid7
from tidar.hub.actions.spine import new_event
from tidar.hub.models import Datastream, Event, Feed, Message, ObservedProperty, Thing
from tidar.hub.queries.sensing import gauges, mqtt_feeds, newest_results
from tidar.hub.rules.sensing import (
    MAX_TOPIC_LENGTH,
    DatastreamDeclaration,
    Gauge,
    RawMessage,
    Reading,
    UnreadableMessage,
    level_of,
    read_observation,
    sensing_from,
    severity_of,
    topic_matches,
)
from tidar.hub.rules.spine import EventFields, SourceRef

INSERT_SQL = """
INSERT INTO hub_message (id, feed_id, topic, payload, sha256, received_at, status, code, sentence)
SELECT id, feed_id, topic, payload, sha256, %s, status, code, sentence
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS new(id, feed_id, topic, payload, sha256, status, code, sentence)
ON CONFLICT (sha256) DO NOTHING RETURNING id
"""


class UnableToDeclare(UnableTo):
    """A feed file declares sensors wrongly."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of a batch: readings taken, messages quarantined, messages that had come before."""

    accepted: int
    quarantined: int
    repeated: int


@dataclass(slots=True)
class _Kept:
    """One message on its way into the table."""

    message: Message
    reading: Reading | None


def record_messages(messages: Sequence[RawMessage], *, by: Actor, at: datetime) -> Observed:
    """Keep every message and record an event for every reading, in one transaction; never refuses a message.

    Readings become events of kind "observation" whose severity is the level reached (waspada 1, siaga 2, awas 3).
    When a datastream's newest value has another level than the one before it, "level.changed" follows. Unreadable
    messages become one "message.quarantined" event per feed and one audit entry; an accepted message needs no audit
    entry, being itself the record of who sent what and when.
    """
    feeds, known = mqtt_feeds(), gauges()
    kept = [_kept(message, feeds, known, at=at) for message in _distinct(messages)]
    with transaction.atomic():
        fresh = _insert([item.message for item in kept], at=at)
        new = [item for item in kept if item.message.pk in fresh]
        events = _observations(new, at=at)
        bad = [item.message for item in new if item.reading is None]
        Event.objects.bulk_create([*events, *_quarantine_events(bad, at=at)])
        if bad:
            sentences = [f"{m.topic}: {m.sentence}" for m in bad[:20]]
            audit.record(
                "messages.quarantined",
                by=by,
                at=at,
                subject=("message", str(bad[0].pk)),
                after={"count": len(bad), "sentences": sentences},
            )
    return Observed(len(new) - len(bad), len(bad), len(messages) - len(new))


def _distinct(messages: Sequence[RawMessage]) -> list[RawMessage]:
    return list(dict.fromkeys(messages))


def _kept(message: RawMessage, feeds: Sequence[Feed], known: Mapping[str, Gauge], *, at: datetime) -> _Kept:
    feed = _feed_for(message, feeds, known)
    row = Message(
        id=uuid7(),
        feed=feed,
        topic=message.topic.replace("\0", "�")[:MAX_TOPIC_LENGTH],
        payload=message.payload,
        sha256=hashlib.sha256(message.topic.encode() + b"\0" + message.payload).hexdigest(),
        received_at=at,
        status=Message.Status.ACCEPTED,
    )
    try:
        reading = _read(message, feed, known, at=at)
    except UnreadableMessage as why:
        row.status, row.code, row.sentence = Message.Status.QUARANTINED, why.code, why.sentence.replace("\0", "�")
        return _Kept(row, None)
    return _Kept(row, reading)


def _feed_for(message: RawMessage, feeds: Sequence[Feed], known: Mapping[str, Gauge]) -> Feed | None:
    """The feed whose topic covers the message; where several do, the one that owns the datastream."""
    covering = [feed for feed in feeds if topic_matches(feed.mqtt_topic, message.topic)]
    if len(covering) < 2:
        return covering[0] if covering else None
    owners = {gauge.feed_id for name, gauge in known.items() if f"({name})" in message.topic}
    return next((feed for feed in covering if feed.pk in owners), covering[0])


def _read(message: RawMessage, feed: Feed | None, known: Mapping[str, Gauge], *, at: datetime) -> Reading:
    if feed is None:
        raise UnreadableMessage("feed", "Tidak ada umpan aktif yang menerima alamat (topic) ini.")
    reading = read_observation(message, known, at=at)
    if reading.gauge.feed_id != feed.pk:
        raise UnreadableMessage("feed", f"Sensor “{reading.gauge.code}” milik umpan lain, bukan {feed.code}.")
    return reading


def _insert(messages: Sequence[Message], *, at: datetime) -> set[Any]:
    """Insert what is new; the ids that were inserted."""
    columns = [
        [getattr(m, name) for m in messages]
        for name in ("id", "feed_id", "topic", "payload", "sha256", "status", "code", "sentence")
    ]
    columns[5] = [str(status) for status in columns[5]]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_SQL, [at, *columns])
        return {row[0] for row in cursor.fetchall()}


def _observations(items: Sequence[_Kept], *, at: datetime) -> list[Event]:
    readings = [(item.message, item.reading) for item in items if item.reading is not None]
    newest = newest_results(sorted({reading.gauge.id for _message, reading in readings}))
    events: list[Event] = []
    for message, reading in readings:
        events.append(_event("observation", message, reading, at=at, more={}))
        before = newest.get(reading.gauge.id)
        if before is not None and reading.happened_at <= before[0]:
            continue  # a late arrival changes nothing about the present
        newest[reading.gauge.id] = (reading.happened_at, reading.result)
        was = level_of(before[1], reading.gauge.levels) if before else "normal"
        if was != reading.level:
            events.append(_event("level.changed", message, reading, at=at, more={"from": was}))
    return events


def _event(kind: str, message: Message, reading: Reading, *, at: datetime, more: dict[str, str]) -> Event:
    gauge, level = reading.gauge, reading.level
    data = {"datastream": gauge.code, "thing": gauge.thing_code, "name": gauge.name, "unit": gauge.unit, "level": level}
    feed = message.feed
    closed = feed is not None and feed.access_class == Feed.AccessClass.CLOSED
    owner = {"agency": feed.agency_code} if feed is not None and closed else {}
    return new_event(
        kind=kind,
        happened_at=reading.happened_at,
        at=at,
        source=SourceRef("message", str(message.pk)),
        fields=EventFields(
            subject=gauge.name,
            severity=severity_of(level),
            area_code=gauge.area_code,
            lon=gauge.lon,
            lat=gauge.lat,
            datastream_id=gauge.id,
            result=reading.result,
            data=data | more | owner,
            permission="hub.see" if owner else "",
        ),
    )


def _quarantine_events(bad: Sequence[Message], *, at: datetime) -> list[Event]:
    """One event per feed, so that a flood of rubbish does not become a flood of events."""
    by_feed: dict[str, list[Message]] = {}
    for message in bad:
        by_feed.setdefault(message.feed.code if message.feed else "", []).append(message)
    return [
        new_event(
            kind="message.quarantined",
            happened_at=at,
            at=at,
            source=SourceRef("message", str(messages[0].pk)),
            fields=EventFields(
                subject=messages[0].sentence,
                severity=1,
                data={
                    "feed": code,
                    "agency": messages[0].feed.agency_code if messages[0].feed else "",
                    "count": len(messages),
                    "topic": messages[0].topic,
                },
                permission="hub.see",
            ),
        )
        for code, messages in by_feed.items()
    ]


@transaction.atomic
def declare_sensing(*, feed: Feed, data: Mapping[str, Any], by: Actor, at: datetime) -> int:
    """Create or update what a feed file declares: observed properties, things, datastreams; returns how many changed.

    The same file again changes nothing and leaves no audit entry. Nothing is removed: observations refer to it. Raises
    `UnableToDeclare`.
    """
    try:
        sensing = sensing_from(data)
    except (msgspec.ValidationError, ValueError) as error:
        raise UnableToDeclare(
            _("Sensor pada umpan %(feed)s keliru: %(why)s") % {"feed": feed.code, "why": error}
        ) from error
    changed = [
        *(
            _put(ObservedProperty, p.code, {"name": p.name, "definition": p.definition})
            for p in sensing.observed_properties
        ),
        *(_put(Thing, t.code, msgspec.structs.asdict(t)) for t in sensing.things),
        *(_put(Datastream, s.code, _stream_fields(feed, s)) for s in sensing.datastreams),
    ]
    names = [name for name in changed if name]
    if names:
        audit.record("sensing.declared", by=by, at=at, subject=("feed", feed.code), after={"changed": names})
    return len(names)


def _stream_fields(feed: Feed, stream: DatastreamDeclaration) -> dict[str, Any]:
    owner = Datastream.objects.filter(code=stream.code).values_list("feed_id", flat=True).first()
    if owner is not None and owner != feed.pk:
        raise UnableToDeclare(_("Sensor %s sudah didaftarkan oleh umpan lain.") % stream.code)
    fields = msgspec.structs.asdict(stream)
    fields["thing_id"], fields["observed_property_id"] = fields.pop("thing"), fields.pop("observed_property")
    return fields | {"feed_id": feed.pk}


def _put(model: type[ObservedProperty | Thing | Datastream], code: str, fields: dict[str, Any]) -> str:
    """Create or update one row; its name in words when something changed, else ""."""
    values = {name: value for name, value in fields.items() if name != "code"}
    row, created = model.objects.get_or_create(code=code, defaults=values)
    if created:
        return f"{model.__name__} {code}"
    different = [name for name, value in values.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, values[name])
    if different:
        row.save(update_fields=different)
    return f"{model.__name__} {code}: {', '.join(different)}" if different else ""
