"""What came from every feed on each of the last days; three queries for any number of feeds."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models.functions import TruncDate

from tidar.common.actor import Actor
from tidar.hub.models import Delivery, Feed
from tidar.hub.queries.freshness import feeds_with_moments, state_of
from tidar.hub.rules.freshness import FeedState
from tidar.hub.rules.pulling import PullState, pull_state_from

DAYS = 14
Level = Literal["ok", "mixed", "bad", "none"]

# One probe of the index (feed, status, received_at) per feed, day and status, however many messages there are.
MESSAGES_SQL = """
SELECT f.feed_id, d.day, s.status
FROM unnest(%(feeds)s::uuid[]) AS f(feed_id), unnest(%(days)s::date[]) AS d(day),
     unnest(ARRAY['accepted', 'quarantined']) AS s(status)
WHERE EXISTS (
    SELECT 1 FROM hub_message m WHERE m.feed_id = f.feed_id AND m.status = s.status
      AND m.received_at >= d.day::timestamp AT TIME ZONE %(zone)s
      AND m.received_at < (d.day + 1)::timestamp AT TIME ZONE %(zone)s)
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a feed: what came, in a level."""

    day: date
    level: Level


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One feed's health: its freshness, its last days, and what its pulls say."""

    feed: Feed
    state: FeedState
    days: tuple[Day, ...]
    pull: PullState | None


def health_rows(actor: Actor, *, at: datetime, zone: ZoneInfo) -> list[HealthRow]:
    """Every feed whose agency's data the actor may see, in the order of titles."""
    feeds = [feed for feed in feeds_with_moments().select_related("agency") if _seen(actor, feed)]
    today = at.astimezone(zone).date()
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    came = _deliveries(days[0], zone=zone) | _messages(feeds, days, zone=zone)
    return [
        HealthRow(
            feed=feed,
            state=state_of(feed, at=at),
            days=tuple(Day(day, _level(came, feed, day)) for day in days),
            pull=pull_state_from(feed.pull_state) if feed.kind == Feed.Kind.HTTP_PULL else None,
        )
        for feed in feeds
    ]


def _seen(actor: Actor, feed: Feed) -> bool:
    return actor.may("hub.see", agency=feed.agency_code)


Came = tuple[Any, date, bool]  # feed, day, whether it was good


def _deliveries(since: date, *, zone: ZoneInfo) -> set[Came]:
    begin = datetime(since.year, since.month, since.day, tzinfo=zone)
    found = Delivery.objects.filter(received_at__gte=begin, replay_of__isnull=True).order_by()
    days = found.annotate(day=TruncDate("received_at", tzinfo=zone)).values_list("feed_id", "day", "status").distinct()
    unsettled = (Delivery.Status.RECEIVED, Delivery.Status.CHECKING, Delivery.Status.CHECKED)
    return {(feed, day, status == Delivery.Status.PUBLISHED) for feed, day, status in days if status not in unsettled}


def _messages(feeds: Sequence[Feed], days: Sequence[date], *, zone: ZoneInfo) -> set[Came]:
    sensors = [feed.pk for feed in feeds if feed.kind == Feed.Kind.MQTT]
    if not sensors:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES_SQL, {"feeds": sensors, "days": list(days), "zone": zone.key})
        return {(feed, day, status == "accepted") for feed, day, status in cursor.fetchall()}


def _level(came: Set[Came], feed: Feed, day: date) -> Level:
    good, bad = (feed.pk, day, True) in came, (feed.pk, day, False) in came
    if good:
        return "mixed" if bad else "ok"
    return "bad" if bad else "none"
