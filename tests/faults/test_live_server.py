"""Many open streams on a real server: none holds a database connection, all get every event, pages still answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import datetime, timezone

import httpx
import pytest
from django.db import connection, transaction

from tests.faults import programs
from tests.people.builders import client_of, person
from tidar.gateways.mqtt.broker import free_port
from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.rules.spine import EventFields, SourceRef

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
STREAMS = 25  # more than the pool has connections
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def server() -> Iterator[int]:
    port = free_port()
    command = ("-m", "uvicorn", "tidar.asgi:application", "--port", str(port), "--log-level", "warning")
    process = programs.start(*command, "--timeout-graceful-shutdown", "1", TIDAR_DB_POOL="1")
    deadline = time.monotonic() + 40
    while socket.socket().connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    yield port
    programs.kill(process)


def record(subject: str) -> None:
    with transaction.atomic():
        fields = EventFields(subject)
        record_event(kind="test.happened", happened_at=AT, at=AT, source=SourceRef("action", "x"), fields=fields)
    number_events()


def opened(port: int, session: str, path: str) -> socket.socket:
    stream = socket.create_connection(("127.0.0.1", port), timeout=15)
    stream.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\n\r\n".encode())
    return stream


def read_until(stream: socket.socket, wanted: bytes) -> bytes:
    received = b""
    while wanted not in received:
        piece = stream.recv(65536)
        assert piece, received
        received += piece
    return received


def web_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def test_more_streams_than_database_connections(server: int) -> None:
    record("sebelum")
    session = client_of(person("wali", role="walidata")).cookies["sessionid"].value
    streams = [opened(server, session, "/events/live") for _ in range(STREAMS)]
    for stream in streams:
        assert b" 200 " in read_until(stream, b"event: hello")
    answer = httpx.get(f"http://127.0.0.1:{server}/changes", cookies={"sessionid": session}, timeout=15)
    assert answer.json()["head"] == 1
    record("sesudah")
    for stream in streams:
        read_until(stream, b"sesudah")
    assert web_connections() <= 17  # the pool and one listener, whatever the number of streams
    for stream in streams:
        stream.close()
