"""Django under ASGI with one hop: middleware, view and the end of a request run in one thread of a kept pool.

Django's own handler runs each synchronous middleware, the view and `close` through the event loop one by one, in a
thread made for the request alone: on a page of ten statements that costs as much as the page. Here the loop reads the
request and writes the answer, and a thread does the rest, as under WSGI. Asynchronous views (live events) are awaited
on the loop all the same. A synchronous stream is sent part by part as it is made, never collected first, and ends when
its reader leaves. More requests than threads wait their turn: overload is lag.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
THREADS = 16  # as many as the web process has database connections


class ReaderLeft(Exception):
    """Whoever asked for a stream has gone; nobody needs the rest."""


class ThreadedHandler(ASGIHandler):
    """The ASGI application; `threads` requests at most are worked on at once."""

    def __init__(self, *, threads: int = THREADS) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def handle(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, from its first byte to the end of its answer."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            set_script_prefix(get_script_prefix(scope))
            request, refusal = self.create_request(scope, body)
            if request is None:
                await self.send_response(cast(HttpResponseBase, refusal), send)
                return
            line = _Line(asyncio.get_running_loop(), receive, send)
            response = await sync_to_async(self._answered, thread_sensitive=False, executor=self._pool)(
                scope, request, line
            )
            if not response.streaming:
                await self.send_response(response, send)
            elif response.is_async:
                await self._stream(response, line)

    def _answered(self, scope: Message, request: HttpRequest, line: _Line) -> Any:
        """In one thread: everything up to the answer, and its end unless the loop has yet to stream it."""
        signals.request_started.send(sender=self.__class__, scope=scope)
        response: Any = self.get_response(request)
        response._handler_class = self.__class__
        if response.streaming and response.is_async:
            close_old_connections()  # it may live for hours, and this thread's connection is for others
            return response
        try:
            if response.streaming:
                if isinstance(response, FileResponse):
                    response.block_size = self.chunk_size
                self._send_parts(response, line)
        finally:
            response.close()
        return response

    def _send_parts(self, response: StreamingHttpResponse, line: _Line) -> None:
        """Each part when it is made; the next is made when this one is on its way."""
        line.start(response)
        with contextlib.suppress(ReaderLeft):
            for part in response:
                for chunk, _last in self.chunk_bytes(part):
                    line.say({"type": "http.response.body", "body": chunk, "more_body": True})
            line.say({"type": "http.response.body"})

    async def _stream(self, response: StreamingHttpResponse, line: _Line) -> None:
        """An asynchronous stream, until it ends or its reader leaves."""
        sending = asyncio.ensure_future(self.send_response(response, line.send))
        leaving = asyncio.ensure_future(line.gone())
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            sending.cancel()
            try:
                with contextlib.suppress(asyncio.CancelledError):
                    await sending
            finally:  # also when the stream itself broke
                await sync_to_async(response.close, thread_sensitive=False, executor=self._pool)()


class _Line:
    """What a thread says to the loop's connection, waiting until it is taken."""

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive, send: Send) -> None:
        self._loop, self._receive, self.send = loop, receive, send
        self._left = threading.Event()
        self._watch: Any = None

    async def gone(self) -> None:
        """Returns when the reader has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._left.set()

    def start(self, response: StreamingHttpResponse) -> None:
        """Status and headers; from here on somebody watches whether the reader is still there."""
        headers = [(name.encode("ascii"), str(value).encode("latin1")) for name, value in response.items()]
        headers += [(b"Set-Cookie", one.output(header="").encode("ascii").strip()) for one in response.cookies.values()]
        self._say({"type": "http.response.start", "status": response.status_code, "headers": headers})
        self._watch = asyncio.run_coroutine_threadsafe(self.gone(), self._loop)

    def say(self, message: Message) -> None:
        """Raises `ReaderLeft` when nobody is there."""
        if self._left.is_set():
            raise ReaderLeft
        self._say(message)
        if not message.get("more_body"):
            self._watch.cancel()

    def _say(self, message: Message) -> None:
        asyncio.run_coroutine_threadsafe(self.send(message), self._loop).result()  # type: ignore[arg-type]
