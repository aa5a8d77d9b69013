"""Requests run whole in one thread of a kept pool; streams are sent as they are made and end with their reader."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from tidar.common.access import public
from tidar.common.threads import ThreadedHandler

SEEN: list[tuple[str, int]] = []
MADE: list[int] = []
ENDLESS = 10_000


@public
def page(request: HttpRequest) -> HttpResponse:
    SEEN.append(("view", threading.get_ident()))
    return HttpResponse(f"halo {request.GET.get('siapa', '')}")


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("this page breaks")


def _parts() -> Iterator[bytes]:
    for number in range(ENDLESS):
        MADE.append(number)
        yield f"{number}\n".encode()


@public
def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_parts())


async def _live() -> AsyncIterator[bytes]:
    try:
        while True:
            yield b"x"
            await asyncio.sleep(0.001)
    finally:
        SEEN.append(("live ended", threading.get_ident()))


@public
async def live(request: HttpRequest) -> StreamingHttpResponse:
    SEEN.append(("live", threading.get_ident()))
    return StreamingHttpResponse(_live())


async def _breaking() -> AsyncIterator[bytes]:
    yield b"x"
    raise RuntimeError("breaks on its way")


@public
async def breaking(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_breaking())


urlpatterns = [
    path("patah", breaking),
    path("halo", page),
    path("rusak", broken),
    path("arus", stream),
    path("hidup", live),
]


class Reader:
    """One ASGI connection: what is sent to it, and when it leaves."""

    def __init__(self, path: str, *, leave_after: int | None = None) -> None:
        query = path.partition("?")[2].encode()
        headers = [(b"host", b"testserver")]
        self.scope = {
            "type": "http", "method": "GET", "path": path.partition("?")[0], "query_string": query, "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("testserver", 80), "scheme": "http", "root_path": "",
        }  # fmt: skip
        self.sent: list[dict[str, Any]] = []
        self._asked, self._leave_after, self._gone = False, leave_after, asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if self._leave_after is not None and len(self.sent) >= self._leave_after:
            self._gone.set()
        await asyncio.sleep(0)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


async def ask(path: str, *, leave_after: int | None = None) -> Reader:
    reader = Reader(path, leave_after=leave_after)
    with override_settings(ROOT_URLCONF=__name__):
        await asyncio.wait_for(ThreadedHandler(threads=2)(reader.scope, reader.receive, reader.send), 20)
    return reader


@pytest.fixture(autouse=True)
def _fresh() -> None:
    SEEN.clear()
    MADE.clear()


async def test_a_page_begins_runs_and_ends_in_one_thread_that_is_not_the_loops() -> None:
    def begun(**_: Any) -> None:
        SEEN.append(("begun", threading.get_ident()))

    def ended(**_: Any) -> None:
        SEEN.append(("ended", threading.get_ident()))

    request_started.connect(begun)
    request_finished.connect(ended)
    try:
        reader = await ask("/halo?siapa=rw04")
    finally:
        request_started.disconnect(begun)
        request_finished.disconnect(ended)
    assert (reader.sent[0]["status"], reader.body) == (200, b"halo rw04")
    assert [what for what, _thread in SEEN] == ["begun", "view", "ended"]
    assert len({thread for _what, thread in SEEN}) == 1
    assert SEEN[0][1] != threading.get_ident()


async def test_a_page_that_breaks_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    reader = await ask("/rusak")
    assert reader.sent[0]["status"] == 500
    assert b"Ada kesalahan di pihak kami" in reader.body


async def test_a_stream_is_sent_part_by_part_and_whole() -> None:
    reader = await ask("/arus")
    assert reader.body == b"".join(f"{number}\n".encode() for number in range(ENDLESS))
    assert reader.sent[-1] == {"type": "http.response.body"}
    assert len(reader.sent) == ENDLESS + 2


async def test_a_stream_is_not_made_further_than_it_is_read_and_ends_with_its_reader() -> None:
    await ask("/arus", leave_after=20)
    assert len(MADE) < 200


async def test_an_asynchronous_stream_lives_on_the_loop_and_ends_with_its_reader() -> None:
    reader = await ask("/hidup", leave_after=20)
    assert [("live", threading.get_ident()), ("live ended", threading.get_ident())] == SEEN
    assert reader.body.startswith(b"xxx")


async def test_an_asynchronous_stream_that_breaks_is_ended_too() -> None:
    ended: list[bool] = []

    def note(**_: Any) -> None:
        ended.append(True)

    request_finished.connect(note)
    try:
        with pytest.raises(RuntimeError, match="breaks on its way"):
            await ask("/patah")
    finally:
        request_finished.disconnect(note)
    assert ended == [True]


async def test_a_body_of_which_the_sender_left_asks_for_nothing() -> None:
    reader = Reader("/halo")
    reader._asked = True
    reader._gone.set()
    await ThreadedHandler(threads=1)(reader.scope, reader.receive, reader.send)
    assert reader.sent == []
