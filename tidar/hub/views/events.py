"""`GET /events/live`: events as they are accepted, as Server-Sent Events (HTML standard, section 9.2).

Messages without a name carry a JSON array of events, so a busy spine sends few frames. `event: hello` comes first with
the head; `event: resync` says that events were skipped and the page should be read again. Comments keep the line open.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse

from tidar.common.access import actor_of, requires
from tidar.hub.queries.spine import MAX_PAGE, events_between
from tidar.hub.rules.spine import EventView, StreamFilter, may_see
from tidar.hub.views.changes import LARGEST_NUMBER, number
from tidar.hub.views.live import Encoded, LiveFeed, Stream, encoded, live_feed

HEARTBEAT_SECONDS = 15.0
PACE_SECONDS = 0.02  # at most 50 frames a second to one client
MOST_REPLAYED = 5_000  # further behind than this, a page is better read anew
LONGEST_SECONDS = 1800.0  # then the client connects again, and its permission is checked again

Wanted = Callable[[EventView], bool]


@requires("wall.see")  # type: ignore[arg-type]  # its type names synchronous views only
async def live(request: HttpRequest) -> StreamingHttpResponse:
    """Events from now on, or after `Last-Event-ID` (or `since`); filters `kinds=a,b.` and `area=33.71.01`."""
    actor = actor_of(request)
    await sync_to_async(release_database)()
    chosen = StreamFilter(tuple(filter(None, request.GET.get("kinds", "").split(","))), request.GET.get("area", ""))
    response = StreamingHttpResponse(
        stream(live_feed(), since=_since(request), wanted=lambda event: chosen.wants(event) and may_see(actor, event)),
        content_type="text/event-stream",
    )
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


def release_database() -> None:
    """Give the connection that found the actor back at once: a stream lasts long, and a pool has sixteen."""
    for database in connections.all(initialized_only=True):
        if not database.in_atomic_block:
            database.close()


def _since(request: HttpRequest) -> int | None:
    known = request.headers.get("Last-Event-ID", "")
    if known.isascii() and known.isdecimal() and len(known) < 20:
        return int(known)
    return number(request, "since", default=0, largest=LARGEST_NUMBER) if request.GET.get("since") else None


async def stream(feed: LiveFeed, *, since: int | None, wanted: Wanted) -> AsyncIterator[bytes]:
    """The frames of one client, until it goes or half an hour has passed."""
    mine = Stream()
    until = time.monotonic() + LONGEST_SECONDS
    try:
        position = await feed.join(mine)
        yield b"retry: 1000\n" + named("hello", position if since is None else min(since, position), position)
        if since is not None:
            async for frame in replay(since, position, wanted):
                yield frame
        while time.monotonic() < until:
            frame = await _next(mine, feed, wanted)
            yield frame
            await asyncio.sleep(PACE_SECONDS)
    finally:
        feed.leave(mine)


async def _next(mine: Stream, feed: LiveFeed, wanted: Wanted) -> bytes:
    beat_at = time.monotonic() + HEARTBEAT_SECONDS
    while (left := beat_at - time.monotonic()) > 0:
        taken = await mine.take(timeout=left)
        if mine.lost:
            mine.resume()
            return named("resync", feed.position, feed.position)
        if taken and (frame := events_frame(taken, wanted)):
            return frame
    return b": detak\nid: %d\n\n" % feed.position


async def replay(since: int, position: int, wanted: Wanted) -> AsyncIterator[bytes]:
    """What a returning client missed, or the advice to read anew when that is too much (or its number is unknown)."""
    if not 0 <= position - since <= MOST_REPLAYED:
        yield named("resync", position, position)
        return
    while since < position:
        events = await sync_to_async(_read)(since, position)
        if not events:
            return
        since = events[-1].seq
        if frame := events_frame([encoded(event) for event in events], wanted):
            yield frame


def _read(since: int, position: int) -> tuple[EventView, ...]:
    try:
        return events_between(since, position, limit=MAX_PAGE)
    finally:
        release_database()


def events_frame(events: Sequence[Encoded], wanted: Wanted) -> bytes:
    """One message with all wanted events; its id is the last number looked at. Empty when none is wanted."""
    bodies = [body for event, body in events if wanted(event)]
    return b"id: %d\ndata: [%s]\n\n" % (events[-1][0].seq, b",".join(bodies)) if bodies else b""


def named(name: str, seq: int, head: int) -> bytes:
    """A message with a name; `seq` is where the client stands after it."""
    return b'event: %s\nid: %d\ndata: {"head": %d}\n\n' % (name.encode(), seq, head)
