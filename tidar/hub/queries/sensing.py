"""Reading sensors: the newest value of each, a short history, and messages that wait for somebody to look."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from tidar.common.actor import Actor
from tidar.hub.models import Datastream, Feed, Message
from tidar.hub.queries.deliveries import feeds_seen_by
from tidar.hub.rules.sensing import Gauge, ObservationView, level_of
from tidar.hub.rules.spine import ordered_id

# One index probe per datastream, whatever the number of observations.
LATEST_SQL = """
SELECT stream.id, stream.code, stream.name, thing.code, thing.name, thing.lon, thing.lat, thing.area_code, stream.unit,
    newest.result, newest.happened_at, newest.source_id, feed.code, feed.sample, stream.levels,
    feed.access_class
FROM hub_datastream stream
JOIN hub_thing thing ON thing.code = stream.thing_id
JOIN hub_feed feed ON feed.id = stream.feed_id
CROSS JOIN LATERAL (
    SELECT result, happened_at, source_id FROM hub_event
    WHERE datastream_id = stream.id AND kind = 'observation' ORDER BY happened_at DESC LIMIT 1
) newest
ORDER BY stream.id
"""
RECENT_SQL = """
SELECT happened_at, result FROM hub_event
WHERE datastream_id = %s AND kind = 'observation' AND happened_at > %s ORDER BY happened_at DESC LIMIT %s
"""
NEWEST_SQL = """
SELECT stream.id, newest.happened_at, newest.result FROM unnest(%s::bigint[]) AS stream(id)
CROSS JOIN LATERAL (
    SELECT happened_at, result FROM hub_event
    WHERE datastream_id = stream.id AND kind = 'observation' ORDER BY happened_at DESC LIMIT 1
) newest
"""
MAX_POINTS = 20_000


def latest_observations() -> tuple[ObservationView, ...]:
    """The newest observation of every datastream that has one; one query, one index probe each."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST_SQL)
        rows = cursor.fetchall()
    return tuple(_view(row) for row in rows)


def _view(row: Sequence[Any]) -> ObservationView:
    *place, result, happened_at, message_id, feed_code, sample, levels, access_class = row
    bounds = json.loads(levels) if isinstance(levels, str) else levels
    reading = (level_of(result, bounds), result, happened_at, message_id, feed_code, sample, bounds, access_class)
    values = (*place, *reading)
    return ObservationView(*values)


def recent_observations(datastream_id: int, *, since: datetime) -> tuple[tuple[datetime, float], ...]:
    """Values of one datastream after `since`, oldest first; at most the newest 20,000."""
    with connection.cursor() as cursor:
        cursor.execute(RECENT_SQL, [datastream_id, since, MAX_POINTS])
        return tuple((moment, float(result)) for moment, result in reversed(cursor.fetchall()))


def newest_results(datastream_ids: Sequence[int]) -> dict[int, tuple[datetime, float]]:
    """When and what each datastream observed last; those that never did are left out."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_SQL, [list(datastream_ids)])
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def gauges() -> dict[str, Gauge]:
    """Every datastream by its code and by its id as text; a code goes before an equal id. One query."""
    found = [_gauge(stream) for stream in Datastream.objects.select_related("thing")]
    return {str(gauge.id): gauge for gauge in found} | {gauge.code: gauge for gauge in found}


def sample_gauges() -> tuple[Gauge, ...]:
    """Datastreams of active sample feeds that come by MQTT; what the simulator imitates."""
    streams = Datastream.objects.filter(feed__sample=True, feed__active=True, feed__kind=Feed.Kind.MQTT)
    return tuple(_gauge(stream) for stream in streams.select_related("thing").order_by("id"))


def _gauge(stream: Datastream) -> Gauge:
    return Gauge(
        id=stream.pk,
        code=stream.code,
        name=stream.name,
        thing_code=stream.thing.code,
        unit=stream.unit,
        feed_id=stream.feed_id,
        area_code=stream.thing.area_code,
        lon=stream.thing.lon,
        lat=stream.thing.lat,
        minimum=stream.minimum,
        maximum=stream.maximum,
        levels=stream.levels,
    )


def mqtt_feeds() -> tuple[Feed, ...]:
    """Active MQTT feeds, by code."""
    return tuple(Feed.objects.active().filter(kind=Feed.Kind.MQTT).order_by("code"))


def quarantined_messages(
    *, limit: int = 200, before: uuid.UUID | None = None, reader: Actor | None = None
) -> Sequence[Message]:
    """Messages that could not be read, newest first, those older than message `before`; one index scan.

    With a `reader`, only those of feeds that the reader may see; messages of no feed are for those who see every feed.
    """
    messages = Message.objects.filter(status=Message.Status.QUARANTINED).select_related("feed")
    if reader is not None and not reader.may("hub.see", agency=""):
        messages = messages.filter(feed__in=feeds_seen_by(reader))
    if before is not None:
        messages = messages.filter(id__lt=before)
    return list(messages.order_by("-id")[:limit])


def observations_seen_by(reader: Actor) -> tuple[ObservationView, ...]:
    """The newest observations of the feeds whose agency's data the reader may see; two queries."""
    seen = set(feeds_seen_by(reader).values_list("code", flat=True))
    return tuple(view for view in latest_observations() if view.feed_code in seen)


def message_counts(*, since: datetime) -> dict[str, int]:
    """How many messages came after `since`, by status; a range of the primary key, whose ids are made on arrival."""
    first = ordered_id(int(since.timestamp() * 1000) << 12, 0)
    rows = Message.objects.filter(id__gt=first).values_list("status").annotate(count=Count("id"))
    return dict(rows.order_by())
