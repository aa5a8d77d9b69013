"""Event committed → received by open streams: 300 events a second for 30 s, through the real actions and a real server.

    .venv/bin/python -m bench.live_events [SECONDS]

Three rows in one run on one database: ours with writers calling the action, ours with gauges over MQTT, and the floor
below any design on PostgreSQL: a bare NOTIFY in the writer's own transaction, with nothing stored and no HTTP. What a
browser needs to draw is not in here; the wall measures that itself (`window.__tidarWall`).
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
RATE, WRITERS, CLIENTS = 300, 4, 20
SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 30


def prepare(home: Path) -> None:
    """An own database with the demo's river feed."""
    os.environ |= {"TIDAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tidar.settings", "PYTHONWARNINGS": "ignore"}
    (home / "static").mkdir()
    from tidar.cli.database import start_if_ours

    start_if_ours()
    import django

    django.setup()
    from django.core.management import call_command

    from tests.hub.builders_sensing import river_feed

    call_command("migrate", verbosity=0)
    river_feed()


def cookie() -> str:
    """A session that may see the wall."""
    from tests.people.builders import client_of, person

    return client_of(person("bench", role="walidata")).cookies["sessionid"].value


@contextmanager
def served(home: Path) -> Iterator[tuple[str, str]]:
    """Broker, follower and web server as `tidar serve` starts them; yields the web and the broker address."""
    from tidar.gateways.api import start_broker
    from tidar.gateways.mqtt.broker import free_port

    broker, port = start_broker(home), free_port()
    environment = {**os.environ, "MQTT_URL": broker.url, "TIDAR_DB_POOL": "1"}
    web = ("-m", "uvicorn", "tidar.asgi:application", "--port", str(port), "--no-access-log", "--log-level", "warning")
    with (home / "log").open("wb") as log:
        started = [
            subprocess.Popen([sys.executable, *command], env=environment, cwd=ROOT, stdout=log, stderr=log)
            for command in (web, ("-m", "django", "follow"))
        ]
        try:
            until_it_answers(port)
            yield f"http://127.0.0.1:{port}", broker.url
        finally:
            for process in started:
                process.terminate()
                process.wait(10)
            broker.stop()


def until_it_answers(port: int, patience_seconds: float = 60.0) -> None:
    """Wait for the web server."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the web server did not start")


Arrival = tuple[str, float, float]  # event id, recorded_at, receipt


class Commits(dict[str, float]):
    """When each event was committed, by id."""

    def latencies(self, arrived: list[Arrival]) -> list[float]:
        """Milliseconds from commit to receipt; over MQTT from `recorded_at`, which is read just before the commit."""
        return [1000 * (at - self.get(key, recorded)) for key, recorded, at in arrived]


async def one_stream(url: str, session: str, joined: asyncio.Semaphore, found: list[Arrival] | None) -> None:
    """One open stream, read until cancelled; `found` None: read and thrown away."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=2**24)
    lines = (
        "GET /events/live?kinds=bench,observation HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Cookie: sessionid={session}",
    )
    writer.write("\r\n".join((*lines, "", "")).encode())
    status = await reader.readline()
    assert b" 200 " in status, status
    while (await reader.readline()).strip():
        continue  # headers
    async for frame in frames(reader):
        if frame.startswith(b"retry:"):
            joined.release()
        elif found is not None and (place := frame.find(b"data: [")) >= 0:
            now = time.time()
            found += [(e["id"], moment(e["recorded_at"]), now) for e in json.loads(frame[place + 6 :])]


async def frames(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Server-Sent Events out of HTTP chunks; a large one comes in several."""
    waiting = b""
    while size := int(await reader.readline() or b"0", 16):
        waiting += await reader.readexactly(size)
        await reader.readexactly(2)
        *whole, waiting = waiting.split(b"\n\n")
        for frame in whole:
            yield frame


def read_streams(url: str, session: str, expected: int, answer: Any) -> None:
    """A process of its own: all streams; the first is measured. Ends when all arrived, or nothing did for 10 s."""

    async def whole() -> list[Arrival]:
        found: list[Arrival] = []
        joined = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(one_stream(url, session, joined, None if n else found)) for n in range(CLIENTS)]
        for _ in range(CLIENTS):
            await asyncio.wait_for(joined.acquire(), 60)
        answer.send("joined")
        quiet_since, seen = time.monotonic(), 0
        while len(found) < expected and time.monotonic() - quiet_since < 10:
            await asyncio.sleep(0.1)
            if len(found) != seen:
                quiet_since, seen = time.monotonic(), len(found)
        for task in tasks:
            if task.done():
                print("a stream ended early:", task.exception())
            task.cancel()
        return found

    answer.send(asyncio.run(whole()))


def moment(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 text."""
    return datetime.fromisoformat(text).timestamp()


def paced(count: int, rate: float, act: Callable[[int], Any]) -> None:
    """Call `act` `count` times, `rate` a second, on schedule."""
    began = time.perf_counter()
    for number in range(count):
        if (wait := began + number / rate - time.perf_counter()) > 0:
            time.sleep(wait)
        act(number)


def write_events(clock: Commits) -> None:
    """Writers that each record events in transactions of their own."""
    from django.db import connection, transaction

    from tidar.common import clock as present
    from tidar.hub.api import EventFields, SourceRef, record_event

    def one(number: int) -> None:
        at = present.now()
        with transaction.atomic():
            fields = EventFields(subject=f"kejadian {number}", area_code="33.71.01", lon=110.2, lat=-7.5)
            event = record_event(
                kind="bench", happened_at=at, at=at, source=SourceRef("action", "bench"), fields=fields
            )
        clock[str(event.id)] = time.time()

    def writer() -> None:
        paced(RATE * SECONDS // WRITERS, RATE / WRITERS, one)
        connection.close()

    in_threads(writer, WRITERS)


def publish(url: str) -> None:
    """Gauges over MQTT, QoS 1."""
    from tidar.common import clock as present
    from tidar.gateways.mqtt.listening import client_for, connect_until

    client = client_for(url, client_id="bench")
    connect_until(client, threading.Event())
    client.loop_start()
    sent: list[Any] = []

    def one(number: int) -> None:
        body = {"phenomenonTime": present.now().isoformat(), "result": 1 + number % 100 / 100}
        sent.append(client.publish("v1.1/Datastreams(progo-muka-air)/Observations", json.dumps(body), qos=1))

    paced(RATE * SECONDS, RATE, one)
    for message in sent:
        message.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


def in_threads(work: Callable[[], None], count: int) -> None:
    """Run `work` in `count` threads and wait."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ours(url: str, session: str, write: Callable[[Commits], None]) -> list[float]:
    """Open the streams, write, and wait until all has arrived."""
    commits, expected = Commits(), RATE * SECONDS
    here, there = multiprocessing.Pipe()
    reader = multiprocessing.get_context("spawn").Process(target=read_streams, args=(url, session, expected, there))
    reader.start()
    assert here.recv() == "joined"
    write(commits)
    arrived = here.recv()
    reader.join()
    return commits.latencies(arrived)


def bare_notify() -> list[float]:
    """Commit → notification received, with NOTIFY in the writer's transaction and nothing else."""
    import psycopg

    from tidar.hub.views.live import parameters

    found: list[float] = []
    sent: dict[str, float] = {}

    def listen() -> None:
        with psycopg.connect(**parameters(), autocommit=True) as database:
            database.execute("LISTEN bench")
            for note in database.notifies(timeout=20, stop_after=RATE * 5):
                found.append(1000 * (time.time() - sent.get(note.payload, time.time())))

    listener = threading.Thread(target=listen)
    listener.start()
    with psycopg.connect(**parameters(), autocommit=True) as database:
        time.sleep(0.5)

        def one(number: int) -> None:
            sent[str(number)] = time.time()
            database.execute("SELECT pg_notify('bench', %s)", (str(number),))

        paced(RATE * 5, RATE, one)
    listener.join()
    return found


def row(name: str, values: list[float], expected: int) -> str:
    """One line of the table."""
    values = sorted(values)
    marks = [values[min(len(values) - 1, int(len(values) * share))] for share in (0.5, 0.95, 0.99)] if values else []
    shown = "".join(f"{value:9.1f}" for value in (*marks, values[-1] if values else 0))
    return f"{name:<58}{len(values):>9,}/{expected:<9,}{shown}"


def main() -> None:
    """Print the table."""
    home = Path(tempfile.mkdtemp(prefix="tb"))
    try:
        prepare(home)
        session = cookie()
        expected = RATE * SECONDS
        print(f"{RATE} events/s for {SECONDS} s, {CLIENTS} open streams, {os.cpu_count()} cores, milliseconds")
        print(f"{'':<58}{'arrived/expected':>19}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}")
        with served(home) as (url, broker):
            found = ours(url, session, write_events)
            print(row(f"tidar: commit of record_event ({WRITERS} writers) → stream", found, expected))
            found = ours(url, session, lambda _commits: publish(broker))
            print(row("tidar: MQTT message taken → commit → stream", found, expected))
        print(row("limit: bare NOTIFY → LISTEN, nothing stored, no HTTP", bare_notify(), RATE * 5))
    finally:
        from tidar.common import embedded

        if not os.environ.get("DATABASE_URL"):
            embedded.start(home).stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
