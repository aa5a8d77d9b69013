"""Pulling a feed from the web: claim, fetch, receive, process; retry politely, and keep every refusal in words."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.gateways import api as gateways
from tidar.hub.actions.receiving import receive_delivery
from tidar.hub.actions.repeating import settle
from tidar.hub.actions.spine import record_event
from tidar.hub.models import Delivery, Feed
from tidar.hub.rules.pulling import (
    LEASE_SECONDS,
    PullState,
    interval_seconds,
    next_look,
    next_try,
    pull_state_data,
    pull_state_from,
)
from tidar.hub.rules.spine import EventFields, SourceRef

Outcome = Literal["busy", "unchanged", "received", "failed"]


def due_feeds(*, at: datetime) -> QuerySet[Feed]:
    """Pull feeds whose turn it is, longest waiting first."""
    return _due(at).order_by("pull_next_at")


def _due(at: datetime) -> QuerySet[Feed]:
    return Feed.objects.due_for_pull().filter(Q(pull_next_at__isnull=True) | Q(pull_next_at__lte=at))


def claim_pull(*, feed_id: uuid.UUID, at: datetime) -> bool:
    """Take the turn; True for exactly one of any number of workers. A worker that dies loses its claim by itself."""
    return _due(at).filter(pk=feed_id).update(pull_next_at=at + timedelta(seconds=LEASE_SECONDS)) == 1


def pull_feed(*, feed_id: uuid.UUID, by: Actor, at: datetime, draw: float) -> Outcome:
    """Pull once, when it is due and nobody else does. `draw` in [0, 1) is the jitter of a retry.

    "unchanged" (a 304, or the published bytes again) counts as fresh. A refusal by the guard, the site or the size
    limit is kept as sentence, audit entry and, the first time in a row, event; the validators of the last good answer
    stay, so nothing is skipped. Validators are kept only after processing: a crash before leads to a full pull.
    """
    feed = Feed.objects.filter(pk=feed_id).first()
    if feed is None:
        raise UnableToFind(_("Umpan itu tidak ada."))
    by.must("hub.administer", agency=feed.agency_code)
    if not claim_pull(feed_id=feed.pk, at=at):
        return "busy"
    return _pulled(feed, by=by, at=at, draw=draw)


def pull_now(*, feed_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Make the feed due at once, whatever its rhythm or its failures say."""
    with transaction.atomic():
        feed = Feed.objects.due_for_pull().filter(pk=feed_id).first()
        if feed is None:
            raise UnableToFind(_("Umpan itu tidak ada, tidak aktif, atau bukan umpan yang ditarik."))
        by.must("hub.administer", agency=feed.agency_code)
        Feed.objects.filter(pk=feed.pk).update(pull_next_at=None)
        record("feed.pull_now", by=by, at=at, subject=("feed", feed.code))


def _pulled(feed: Feed, *, by: Actor, at: datetime, draw: float) -> Outcome:
    state = pull_state_from(feed.pull_state)
    if state.url != feed.pull_url:
        state = PullState(url=feed.pull_url)
    try:
        with gateways.fetch(
            feed.pull_url,
            etag=state.etag,
            last_modified=state.last_modified,
            max_bytes=settings.UPLOAD_MAX_BYTES,
            allow_private=settings.TIDAR_PULL_PRIVATE,
        ) as got:
            if not got.changed:
                return _unchanged(feed, state, at=at)
            delivery_id = receive_delivery(feed_code=feed.code, file=got.body, file_name=got.file_name, by=by, at=at)
            delivery = settle(delivery_id=delivery_id, by=by, at=at)
            return _received(
                feed, delivery, PullState(url=feed.pull_url, etag=got.etag, last_modified=got.last_modified), at=at
            )
    except UnableTo as error:
        return _failed(feed, state, error, by=by, at=at, draw=draw)


def _unchanged(feed: Feed, state: PullState, *, at: datetime) -> Outcome:
    """A 304 vouches for what is published only when that is what the validators belong to."""
    published = state.delivery and Delivery.objects.published().filter(pk=state.delivery).exists()
    unchanged_at = at.isoformat() if published else state.unchanged_at
    _keep(feed, msgspec.structs.replace(state, failures=0, code="", sentence="", unchanged_at=unchanged_at), at=at)
    return "unchanged"


def _received(feed: Feed, delivery: Delivery, state: PullState, *, at: datetime) -> Outcome:
    known = delivery.received_at < at
    vouched = delivery.status == Delivery.Status.PUBLISHED and known
    unchanged_at = at.isoformat() if vouched else pull_state_from(feed.pull_state).unchanged_at
    _keep(feed, msgspec.structs.replace(state, delivery=str(delivery.pk), unchanged_at=unchanged_at), at=at)
    return "unchanged" if known else "received"


def _keep(feed: Feed, state: PullState, *, at: datetime) -> None:
    state = msgspec.structs.replace(state, last_tried_at=at.isoformat())
    due = next_look(at=at, rhythm_seconds=feed.rhythm_seconds)
    Feed.objects.filter(pk=feed.pk).update(pull_state=pull_state_data(state), pull_next_at=due)


@transaction.atomic
def _failed(feed: Feed, state: PullState, error: UnableTo, *, by: Actor, at: datetime, draw: float) -> Outcome:
    failures = state.failures + 1
    transient = isinstance(error, gateways.UnableToFetch) and error.transient
    least = float(error.retry_after or 0) if isinstance(error, gateways.UnableToFetch) else 0.0
    least = least if transient else max(least, float(interval_seconds(feed.rhythm_seconds)))
    kept = msgspec.structs.replace(
        state, failures=failures, code=error.code, sentence=error.sentence, last_tried_at=at.isoformat()
    )
    due = next_try(at=at, failures=failures, draw=draw, least_seconds=least)
    Feed.objects.filter(pk=feed.pk).update(pull_state=pull_state_data(kept), pull_next_at=due)
    facts = {"feed": feed.code, "url": feed.pull_url, "code": error.code, "sentence": error.sentence}
    entry = record("feed.pull_failed", by=by, at=at, subject=("feed", feed.code), after=facts | {"failures": failures})
    if failures == 1:
        record_event(
            kind="feed.pull_failed",
            happened_at=at,
            at=at,
            source=SourceRef("action", str(entry.pk)),
            fields=EventFields(
                subject=f"{feed.title}: {error.sentence}",
                severity=1,
                data={"feed": feed.code, "agency": feed.agency_code, "code": error.code, "sentence": error.sentence},
                permission="hub.see",
            ),
        )
    return "failed"
