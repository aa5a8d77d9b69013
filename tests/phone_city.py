"""A city of one process for field apps' own tests: the real shell and files, and a small server side in memory.

What it can do to a phone: be unreachable, lose requests and answers, flap, forget the sign-in, have another clock, and
serve a newer version. An app's fake says what its addresses answer (`respond`).
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import random
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tidar.common.actor import system

WIB = timezone(timedelta(hours=7))
POLICY = "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'"
SIGNED_OUT = {"error": {"code": "signed_out", "message": "Masuk dulu."}}


@dataclass(frozen=True)
class Asked:
    """One request to an app's address."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What an app's address answers; `content` goes out as JSON unless it is bytes. `lossy`: may never arrive."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    lossy: bool = False


@dataclass
class PhoneCity:
    """State and behaviour; `with …() as city:` serves it at `city.url`."""

    reachable: bool = True
    lost_answers: float = 0.0  # share of lossy answers that never arrive
    lost_requests: float = 0.0  # share of lossy requests that never arrive
    signed_in: bool = True
    clock: timedelta = timedelta(0)
    alter: dict[str, Callable[[str], str]] = field(default_factory=dict)  # path → change of its text
    random: random.Random = field(default_factory=lambda: random.Random(20261125))

    pages: ClassVar[Mapping[str, Callable[[HttpRequest], HttpResponse]]] = {}
    prefix: ClassVar[str] = "/api/"

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"city": self})
        self.server = _Server(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def now(self) -> datetime:
        """The city's clock."""
        return datetime.now(WIB) + self.clock

    def flap(self, seconds: float) -> None:
        """Come and go for a while; at the end it is there."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.reachable = not self.reachable
            time.sleep(self.random.uniform(0.05, 0.6))
        self.reachable = True

    def respond(self, asked: Asked) -> Answer:
        """The answer of an app's address."""
        raise NotImplementedError

    def is_lossy(self, path: str) -> bool:
        """Whether requests to this address may be lost."""
        raise NotImplementedError

    def lose(self, share: float) -> bool:
        """Whether chance takes this one."""
        return self.random.random() < share


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A killed phone hangs up in the middle; anything else is said."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    city: PhoneCity
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._handle()

    do_HEAD = do_POST = do_PUT = do_GET

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        lost = self.city.is_lossy(parts.path) and self.city.lose(self.city.lost_requests)
        if not self.city.reachable or lost:
            self.close_connection = True
        elif parts.path.startswith(self.city.prefix):
            self._api(Asked(self.command, parts.path, parse_qs(parts.query), self.headers, body))
        elif parts.path in self.city.pages:
            self._page(parts.path)
        else:
            self._file(parts.path)

    def _api(self, asked: Asked) -> None:
        answer = self.city.respond(asked) if self.city.signed_in else Answer(SIGNED_OUT, 401)
        if (answer.lossy and self.city.lose(self.city.lost_answers)) or not self.city.reachable:
            self.close_connection = True  # it was taken, but the phone never hears of it
            return
        plain = isinstance(answer.content, bytes)
        content = answer.content if plain else json.dumps(answer.content).encode()
        kind = "application/octet-stream" if plain else "application/json"
        self._send(answer.status, content, kind, answer.headers)

    def _page(self, path: str) -> None:
        request = RequestFactory().get(path)
        request.actor = system("tests")  # type: ignore[attr-defined]
        response = self.city.pages[path](request)
        token = response.cookies["csrftoken"].value if response.cookies else ""
        headers = {"Set-Cookie": f"csrftoken={token}; Path=/"} if token else {}
        self._send(200, self._altered(path, response.content), response["Content-Type"], headers)

    def _file(self, path: str) -> None:
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if not found:
            self._send(404, b"", "text/plain")
            return
        with open(str(found), "rb") as file:  # noqa: PTH123 - finders answer with text
            content = file.read()
        self._send(200, self._altered(path, content), mimetypes.guess_type(path)[0] or "text/plain")

    def _altered(self, path: str, content: bytes) -> bytes:
        if path.endswith("/sw.js"):
            content = self._summed(content.decode()).encode()
        change = self.city.alter.get(path)
        return change(content.decode()).encode() if change else content

    def _summed(self, text: str) -> str:
        """The worker knows the sums of what is served."""
        modules = [path for path in self.city.alter if path.startswith("/static/") and path.endswith(".js")]
        for path in modules:
            found = finders.find(path.removeprefix("/static/"))
            if found:
                changed = self.city.alter[path](Path(str(found)).read_text()).encode()
                text = re.sub(f'("{path}": ")[0-9a-f]+', rf"\g<1>{hashlib.sha256(changed).hexdigest()[:12]}", text)
        return text

    def _send(self, status: int, content: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        fixed = {"Content-Type": kind, "Content-Length": str(len(content)), "Cache-Control": "no-cache"}
        for name, value in {**fixed, "Content-Security-Policy": POLICY, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
