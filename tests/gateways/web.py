"""A web site for tests: real sockets on loopback, answers as told, remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Answer:
    """What the site says at one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/csv"})
    chunks: Callable[[], Iterator[bytes]] | None = None
    declared_length: int | None = None


@dataclass
class Site:
    """A running site; `pages` may change at any time; `asked` holds (path, headers) of every request."""

    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    scheme: str = "http"

    def url(self, path: str = "/data.csv", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def page(self, path: str, body: bytes = b"", **more: Any) -> None:
        self.pages[path] = Answer(body, **more)


class _Handler(BaseHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        answer = self.site.pages.get(self.path, Answer(b"tidak ada", 404))
        etag = answer.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            answer = Answer(b"", 304, {"ETag": etag})
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunks is None:
            length = len(answer.body) if answer.declared_length is None else answer.declared_length
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for chunk in answer.chunks() if answer.chunks else (answer.body,):
                self.wfile.write(chunk)
        except OSError:
            pass  # the client had enough

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def running_site(context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site that lives as long as the block."""
    site = Site(scheme="https" if context else "http")
    handler = type("Handler", (_Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if context is not None:
        context.sni_callback = lambda _socket, name, _context: site.server_names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
