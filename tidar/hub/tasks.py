"""Background work of hub: thin, each task calls one action. Periodic tasks only find what is due; others do it."""

from __future__ import annotations

import contextlib
import random
import uuid

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tidar.common import clock
from tidar.common.actor import Actor, Grant, system
from tidar.hub.actions.freshness import tell_owners as tell
from tidar.hub.actions.processing import continue_check
from tidar.hub.actions.pulling import due_feeds
from tidar.hub.actions.pulling import pull_feed as pull
from tidar.hub.actions.pushing import defer_settling, stranded_deliveries
from tidar.hub.actions.receiving import expire_raw as expire
from tidar.hub.actions.repeating import settle


@app.task(name="hub.check_delivery", queue="hub")
def check_delivery(*, delivery_id: str, run: str, actor_id: str, actor_name: str) -> str:
    """Check a large delivery for the person who asked; they were authorised when they asked."""
    by = Actor(kind="user", id=actor_id, name=actor_name, grants=frozenset({Grant("hub.deliver")}))
    return continue_check(delivery_id=uuid.UUID(delivery_id), run=uuid.UUID(run), by=by, at=clock.now())


@app.task(name="hub.settle_delivery", queue="hub")
def settle_delivery(*, delivery_id: str, key: str | None = None) -> str:
    """Process what a machine sent: large deliveries, and those whose process was killed in between."""
    done = settle(delivery_id=uuid.UUID(delivery_id), by=system("kiriman"), at=clock.now(), key=key)
    return str(done.status)


@app.task(name="hub.pull_feed", queue="pulls")
def pull_feed(*, feed_id: str) -> str:
    """Pull one feed, if it is still due and nobody else does."""
    draw = random.random()  # noqa: S311 - spreads retries, hides nothing
    return pull(feed_id=uuid.UUID(feed_id), by=system("penarikan"), at=clock.now(), draw=draw)


@app.periodic(cron="* * * * *")
@app.task(name="hub.pull_due_feeds", queue="hub", queueing_lock="hub.pull_due_feeds")
def pull_due_feeds(timestamp: int) -> int:
    """Every minute: one job for every pull feed whose turn it is, so that a slow site delays no other."""
    due = list(due_feeds(at=clock.now()).values_list("pk", flat=True))
    for feed_id in due:
        task = app.configure_task("hub.pull_feed", queue="pulls", queueing_lock=f"pull:{feed_id}")
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            task.defer(feed_id=str(feed_id))
    return len(due)


@app.periodic(cron="* * * * *")
@app.task(name="hub.tell_owners", queue="hub", queueing_lock="hub.tell_owners")
def tell_owners(timestamp: int) -> list[str]:
    """Every minute: tell owners whose feeds turned late, stale or fresh again."""
    return list(tell(by=system("kesegaran"), at=clock.now()))


@app.periodic(cron="*/5 * * * *")
@app.task(name="hub.settle_stranded", queue="hub", queueing_lock="hub.settle_stranded")
def settle_stranded(timestamp: int) -> int:
    """Every five minutes: take up deliveries that were received but never processed."""
    stranded = stranded_deliveries(at=clock.now())
    for delivery_id in stranded:
        defer_settling(delivery_id)
    return len(stranded)


@app.periodic(cron="17 19 * * *")  # 02.17 WIB
@app.task(name="hub.expire_raw", queue="hub", queueing_lock="hub.expire_raw")
def expire_raw(timestamp: int) -> int:
    """Every night: remove raw bytes whose retention has ended."""
    return expire(by=system("masa simpan"), at=clock.now())
