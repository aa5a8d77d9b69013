"""One LISTEN connection per process, fanned out to every open stream.

Guarantees: a stream gets every event after the number it joined at, in order, or is told to resync; a slow stream holds
up nobody (its queue is bounded and then dropped); the connection is closed when the last stream has gone. A lost
database connection is made again and nothing is skipped, because events are read by number, not from notifications.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
import psycopg
from django.db import connection

from tidar.hub.queries.spine import AFTER_SQL, HEAD_SQL, MAX_PAGE, event_view
from tidar.hub.rules.spine import CHANNEL, EventView, event_data

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # read anyway, should a notification get lost
QUEUE_EVENTS = 5_000  # per stream; beyond that it is told to resync
LARGEST_NUMBER = 2**63 - 1

Encoded = tuple[EventView, bytes]


def encoded(event: EventView) -> Encoded:
    """The event with its JSON, made once for all streams."""
    return event, msgspec.json.encode(event_data(event))


class Stream:
    """The waiting events of one client."""

    def __init__(self) -> None:
        self._waiting: deque[Encoded] = deque()
        self._news = asyncio.Event()
        self.lost = False

    def offer(self, events: list[Encoded]) -> None:
        """Add events, or give up on all of them when the client is too far behind."""
        if len(self._waiting) + len(events) > QUEUE_EVENTS:
            self._waiting.clear()
            self.lost = True
        elif not self.lost:
            self._waiting.extend(events)
        self._news.set()

    async def take(self, *, timeout: float) -> list[Encoded]:
        """All that waits; empty when nothing came in `timeout` seconds or the stream is lost."""
        if not self._waiting and not self.lost:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), timeout)
        taken = list(self._waiting)
        self._waiting.clear()
        self._news.clear()
        return taken

    def resume(self) -> None:
        """Start anew after the client was told that it missed something."""
        self._waiting.clear()
        self.lost = False


class LiveFeed:
    """Follows the spine for all streams of one event loop."""

    def __init__(self) -> None:
        self.position = 0
        self._streams: set[Stream] = set()
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def join(self, stream: Stream) -> int:
        """Add a stream; returns the number after which it is offered everything."""
        if self._task is None:
            self._task = asyncio.create_task(self._follow())
        await asyncio.wait_for(self._ready.wait(), 10)
        self._streams.add(stream)
        return self.position

    def leave(self, stream: Stream) -> None:
        """Remove a stream; the last one to leave closes the connection."""
        self._streams.discard(stream)
        if not self._streams and self._task is not None:
            self._task.cancel()
            self._task = None
            self._ready.clear()

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_until_lost()
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                log.warning("live events: the database is away (%s)", error)
            except Exception:
                log.exception("live events: following failed; it begins again where it stood")
            await asyncio.sleep(0.5)

    async def _follow_until_lost(self) -> None:
        async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as database:
            await database.execute(f"LISTEN {CHANNEL}")
            if not self._ready.is_set():
                self.position = await self._head(database)
                self._ready.set()
            while True:
                await self._read(database)
                async for _notification in database.notifies(timeout=LOOK_SECONDS, stop_after=1):
                    pass

    async def _read(self, database: psycopg.AsyncConnection[Any]) -> None:
        while True:
            cursor = await database.execute(AFTER_SQL.encode(), (self.position, LARGEST_NUMBER, MAX_PAGE))
            events = [encoded(event_view(row)) for row in await cursor.fetchall()]
            if events:
                self.position = events[-1][0].seq
                for stream in self._streams:
                    stream.offer(events)
            if len(events) < MAX_PAGE:
                return

    @staticmethod
    async def _head(database: psycopg.AsyncConnection[Any]) -> int:
        row = await (await database.execute(HEAD_SQL.encode())).fetchone()
        return int(row[0]) if row else 0


def parameters() -> dict[str, Any]:
    """How to reach the database outside Django's pool, in UTC."""
    values = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    chosen = {name: str(values[key]) for name, key in names.items() if values.get(key)}
    own = {"pool", "isolation_level", "server_side_binding", "assume_role", "options"}
    extra = {name: value for name, value in values.get("OPTIONS", {}).items() if name not in own}
    return {**extra, **chosen, "options": "-c TimeZone=UTC", "application_name": "tidar-live"}


_feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, LiveFeed] = WeakKeyDictionary()


def live_feed() -> LiveFeed:
    """The feed of the running event loop; one per web process."""
    return _feeds.setdefault(asyncio.get_running_loop(), LiveFeed())
