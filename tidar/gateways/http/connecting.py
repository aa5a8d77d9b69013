"""Connections that are checked where they are made: one look-up, every address judged, the judged address connected to.

The URL keeps its name, so the Host header, the TLS server name and the certificate check are untouched; a name that
resolves differently a moment later (DNS rebinding) changes nothing, because nobody asks again.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx
from django.utils.translation import gettext as _

from tidar.gateways.http.addresses import Policy, UnableToFetch

Resolver = Callable[[str, int], list[str]]


def system_resolver(host: str, port: int) -> list[str]:
    """Every address that the system's resolver knows for `host`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnableToFetch(_("Nama situs '%s' tidak ditemukan.") % host, code="name", transient=True) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _TimedStream(httpcore.NetworkStream):
    """A connection that must be done by `deadline`, however slowly the other side dribbles."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves, judges and connects; there is no other way to a socket."""

    def __init__(self, policy: Policy, resolve: Resolver, *, deadline: float) -> None:
        self._policy = policy
        self._resolve = resolve
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first judged address that answers; one bad address spoils the name."""
        judged = [self._policy.check_address(text, port) for text in self._resolve(host, port)]
        if not judged:
            raise UnableToFetch(_("Nama situs '%s' tidak ditemukan.") % host, code="name", transient=True)
        failure: Exception | None = None
        for address in judged[:4]:
            left = self._deadline - time.monotonic()
            try:
                stream = self._plain.connect_tcp(str(address), port, min(timeout or left, max(left, 0.01)))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError("no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: a socket file is inside the machine."""
        raise UnableToFetch(_("Alamat web itu tidak dapat dibaca."), code="url")


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over guarded connections; proxies and environment variables are not consulted."""

    def __init__(self, policy: Policy, resolve: Resolver, *, deadline: float) -> None:
        super().__init__(trust_env=False, retries=0)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=1,
            http1=True,
            http2=False,
            network_backend=GuardedBackend(policy, resolve, deadline=deadline),
        )
