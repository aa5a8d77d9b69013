"""A limit on what is taken in before anybody has looked at it.

Django's ASGI handler stores a whole request body on disk before a view runs, so the view's own limit comes too late to
keep a disk from filling. This wrapper counts at the door.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

FRAMING_BYTES = 1_000_000  # form fields and multipart boundaries around the largest allowed file
SENTENCE = "Kiriman lebih besar daripada yang dapat diterima. Bagi menjadi beberapa berkas."


class _TooMuch(Exception):
    """More bytes came than may."""


class BodyLimit:
    """Answers 413 as soon as a request announces or sends more than `limit_bytes` (plus framing)."""

    def __init__(self, application: Application, *, limit_bytes: int) -> None:
        self._application = application
        self._limit = limit_bytes + FRAMING_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if _announced(scope) > self._limit:
            await _refuse(send)
            return
        taken, begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limit:
                raise _TooMuch
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._application(scope, counted, noted)
        except _TooMuch:
            if not begun:
                await _refuse(send)


def _announced(scope: Scope) -> int:
    for name, value in scope.get("headers", ()):
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _refuse(send: Send) -> None:
    body = json.dumps({"error": {"code": "UnableToCarry", "message": SENTENCE}}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
