"""When each feed last kept its promise. One query for any number of feeds and kinds, each look-up by an index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from tidar.hub.models import Delivery, Feed, Message
from tidar.hub.rules.freshness import FeedState, Promise, freshness


def feed_states(*, at: datetime) -> dict[str, FeedState]:
    """The freshness of every feed at `at`, by feed code; inactive feeds are "unscheduled". One query."""
    return {feed.code: state_of(feed, at=at) for feed in feeds_with_moments().order_by("title")}


def feeds_with_moments() -> QuerySet[Feed]:
    """Feeds with the moments that `last_moment` reads: newest and current delivery, newest accepted message."""
    published = Delivery.objects.published().filter(feed=OuterRef("pk"))
    accepted = Message.objects.filter(feed=OuterRef("pk"), status=Message.Status.ACCEPTED)
    return Feed.objects.annotate(
        newest_at=Subquery(published.order_by("-happened_at").values("happened_at")[:1]),
        current_at=Subquery(published.order_by("-published_at").values("happened_at")[:1]),
        message_at=Subquery(accepted.order_by("-received_at").values("received_at")[:1]),
    )


def state_of(feed: Any, *, at: datetime) -> FeedState:
    """The freshness of a feed that came from `feeds_with_moments`."""
    last_at = last_moment(feed)
    rhythm = feed.rhythm_seconds if feed.active else None
    found = freshness(Promise(rhythm, feed.grace_seconds, feed.created_at), last_at, at=at)
    return FeedState(
        code=feed.code,
        title=feed.title,
        agency_code=feed.agency_code,
        state=found.state,
        last_at=last_at,
        due_at=found.due_at,
        age_seconds=found.age_seconds,
        sample=feed.sample,
        lake_table=feed.lake_table,
        access_class=feed.access_class,
    )


def last_moment(feed: Any) -> datetime | None:
    """When the data that readers see was true.

    Of a table that the newest delivery replaces, the moment of the delivery in force (replaying an old file makes the
    table old); of one that deliveries add to, the newest moment. A pull that found the published file unchanged counts
    as a delivery; so does an accepted message.
    """
    replaces = feed.contract.get("mode", "replace") == "replace"
    moments = [feed.current_at if replaces else feed.newest_at, feed.message_at, unchanged_at(feed)]
    return max((moment for moment in moments if moment is not None), default=None)


def unchanged_at(feed: Feed) -> datetime | None:
    """When a pull last found that what is published is still what the source has."""
    text = (feed.pull_state or {}).get("unchanged_at")
    return parse_datetime(text) if text else None


def feed_of_table(lake_table: str) -> str | None:
    """Code of the feed that fills `lake_table`, None when no feed does."""
    return Feed.objects.filter(lake_table=lake_table).exclude(lake_table="").values_list("code", flat=True).first()


def feeds_of_tables() -> Mapping[str, str]:
    """Feed code by lake table, for all of them at once."""
    return dict(Feed.objects.exclude(lake_table="").values_list("lake_table", "code"))
