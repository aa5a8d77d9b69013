"""The live stream: everything after joining, in order; filters; a slow or returning client; a lost database."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timezone

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.rules.spine import EventFields, EventView, SourceRef, StreamFilter
from tidar.hub.views import events as streaming
from tidar.hub.views import live
from tidar.hub.views.live import LiveFeed, Stream

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
pytestmark = pytest.mark.django_db(transaction=True)


def everything(_event: EventView) -> bool:
    return True


def record(*subjects: str, kind: str = "test.happened", **fields) -> None:
    with transaction.atomic():
        for subject in subjects:
            record_event(
                kind=kind, happened_at=AT, at=AT, source=SourceRef("action", "x"), fields=EventFields(subject, **fields)
            )
    number_events()


class Frame:
    """One Server-Sent Event, taken apart."""

    def __init__(self, raw: bytes) -> None:
        fields = dict(re.findall(r"^(event|id|data): (.*)$", raw.decode(), flags=re.M))
        self.name, self.id = fields.get("event", "message"), int(fields["id"])
        self.data = json.loads(fields["data"]) if "data" in fields else None
        self.subjects = [e["subject"] for e in self.data] if isinstance(self.data, list) else []


class Client:
    """A reader of one stream."""

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        self._frames = frames

    async def next(self) -> Frame:
        return Frame(await asyncio.wait_for(anext(self._frames), 10))

    async def subjects(self, count: int) -> list[str]:
        found: list[str] = []
        while len(found) < count:
            found += (await self.next()).subjects
        return found


@asynccontextmanager
async def opened(feed: LiveFeed, *, since: int | None = None, wanted=everything) -> AsyncIterator[Client]:
    async with aclosing(streaming.stream(feed, since=since, wanted=wanted)) as frames:
        yield Client(frames)


def close_mine() -> None:
    """Close the database connection of the thread that runs this."""
    connection.close()


def run(test: Callable[[LiveFeed], Awaitable[None]]) -> None:
    """Run one asynchronous story and close what its threads opened."""

    async def whole() -> None:
        await test(LiveFeed())
        await sync_to_async(close_mine)()
        close_mine()  # this loop's own

    asyncio.run(whole())


def listeners() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = 'tidar-live' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def test_a_client_is_greeted_with_the_head_and_gets_what_comes_after() -> None:
    async def story(feed: LiveFeed) -> None:
        record("sebelum")
        async with opened(feed) as client:
            hello = await client.next()
            assert (hello.name, hello.id, hello.data) == ("hello", 1, {"head": 1})
            record("a", "b")
            assert await client.subjects(2) == ["a", "b"]

    run(story)


def test_a_busy_spine_sends_several_events_in_one_frame() -> None:
    async def story(feed: LiveFeed) -> None:
        async with opened(feed) as client:
            await client.next()
            for batch in range(10):
                record(*(f"{batch}-{n}" for n in range(30)))
            sizes, seen = [], 0
            while seen < 300:
                frame = await client.next()
                sizes.append(len(frame.subjects))
                seen += len(frame.subjects)
                assert frame.id == seen
            assert len(sizes) < 20

    run(story)


def test_a_returning_client_misses_nothing_and_sees_nothing_twice() -> None:
    async def story(feed: LiveFeed) -> None:
        record(*"abcdef")
        async with opened(feed, since=2) as client:
            record("g")
            assert (await client.next()).name == "hello"
            record("h")
            assert await client.subjects(6) == ["c", "d", "e", "f", "g", "h"]

    run(story)


@pytest.mark.parametrize("since", [99, 0])
def test_a_client_too_far_behind_or_ahead_is_told_to_read_anew(since: int, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "MOST_REPLAYED", 3)

    async def story(feed: LiveFeed) -> None:
        record(*"abcdef")
        async with opened(feed, since=since) as client:
            await client.next()
            frame = await client.next()
            assert (frame.name, frame.id, frame.data) == ("resync", 6, {"head": 6})
            record("g")
            assert await client.subjects(1) == ["g"]

    run(story)


def test_a_slow_client_is_told_and_holds_up_nobody(monkeypatch) -> None:
    monkeypatch.setattr(live, "QUEUE_EVENTS", 50)

    async def story(feed: LiveFeed) -> None:
        async with opened(feed) as slow, opened(feed) as quick:
            await slow.next()
            await quick.next()
            for batch in range(4):
                record(*(f"{batch}-{n}" for n in range(20)))
                assert len(await quick.subjects(20)) == 20
            frame = await slow.next()
            assert (frame.name, frame.data) == ("resync", {"head": 80})
            record("kemudian")
            assert await slow.subjects(1) == ["kemudian"]

    run(story)


def test_kinds_and_area_filter_and_the_place_still_moves(monkeypatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.3)

    async def story(feed: LiveFeed) -> None:
        chosen = StreamFilter(kinds=("feed.", "observation"), area="33.71.01")
        async with opened(feed, wanted=chosen.wants) as client:
            await client.next()
            record("ya", kind="observation", area_code="33.71.01.1009")
            record("bukan", kind="observation", area_code="33.71.02.1001")
            record("awalan", kind="observation", area_code="33.71.011")
            record("lain", kind="feedback", area_code="33.71.01")
            record("umpan", kind="feed.late", area_code="33.71.01")
            assert await client.subjects(2) == ["ya", "umpan"]
            record("bukan", kind="other")
            assert (await client.next()).id == 6

    run(story)


def test_the_connection_is_closed_with_the_last_client() -> None:
    async def story(feed: LiveFeed) -> None:
        async with opened(feed) as one, opened(feed) as two:
            await one.next()
            await two.next()
            assert listeners() == 1
        deadline = time.monotonic() + 5
        while listeners() and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        assert listeners() == 0
        record("a")
        async with opened(feed) as again:
            assert (await again.next()).data == {"head": 1}
            record("b")
            assert await again.subjects(1) == ["b"]

    run(story)


def test_a_lost_database_connection_loses_no_event() -> None:
    async def story(feed: LiveFeed) -> None:
        async with opened(feed) as client:
            await client.next()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'tidar-live' AND datname = current_database()"
                )
            record("a", "b")
            assert await client.subjects(2) == ["a", "b"]

    run(story)


def test_a_client_that_waits_too_long_for_the_database_is_not_left_in_the_list() -> None:
    async def story(feed: LiveFeed) -> None:
        stream = Stream()
        await feed.join(stream)
        feed.leave(stream)
        feed.leave(stream)
        assert feed._streams == set()

    run(story)
