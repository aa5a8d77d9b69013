"""What each way of ordering committed events costs; the figures of `docs/decisions/0004-spine-numbering.md`.

    .venv/bin/python -m bench.spine_numbering

Own tables in an own database: nothing of the application is touched but the relay's own action in the last rows.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.live_events import in_threads, prepare

COLUMNS = (
    "id uuid NOT NULL, seq bigint, xid xid8, kind text NOT NULL, recorded_at timestamptz NOT NULL, data jsonb NOT NULL"
)
INSERT = "INSERT INTO {} (id, kind, recorded_at, data) VALUES (%s, 'bench', now(), '{{\"level\": \"normal\"}}')"
WRITERS, SECONDS = 8, 4
ROWS, PARTITIONS = 400_000, 24


def connect() -> psycopg.Connection:
    """A plain connection, outside Django."""
    from tidar.hub.views.live import parameters

    return psycopg.connect(**parameters(), autocommit=True)


def commits_a_second(statements: tuple[str, ...]) -> float:
    """Transactions a second that `WRITERS` connections commit together."""
    counts: list[int] = []

    def writer() -> None:
        with connect() as database:
            until, count = time.perf_counter() + SECONDS, 0
            while time.perf_counter() < until:
                with database.transaction():
                    for sql in statements:
                        database.execute(sql, (uuid.uuid4(),) if "%s" in sql else None)
                count += 1
            counts.append(count)

    in_threads(writer, WRITERS)
    return sum(counts) / SECONDS


@contextmanager
def open_transaction(seconds: float) -> Iterator[None]:
    """Somebody else's long write: has a transaction id and commits only after `seconds`."""
    ready = threading.Event()

    def hold() -> None:
        with connect() as database, database.transaction():
            database.execute(INSERT.format("plain"), (uuid.uuid4(),))
            ready.set()
            time.sleep(seconds)

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait()
    yield
    thread.join()


def wait_until_readable(sql: str, before: Callable[[], object] = lambda: None) -> float:
    """Milliseconds until `sql` counts the event that was just committed, while a long write is open for 2 s."""
    with connect() as database, open_transaction(2.0):
        key = uuid.uuid4()
        database.execute(
            "INSERT INTO plain (id, xid, kind, recorded_at, data) VALUES (%s, pg_current_xact_id(), 'x', now(), '{}')",
            (key,),
        )
        began = time.perf_counter()
        while not database.execute(sql, (key,)).fetchone():
            before()
            time.sleep(0.001)
        return 1000 * (time.perf_counter() - began)


def by_relay() -> None:
    """One pass of a minimal relay on the table `plain`."""
    with connect() as database:
        database.execute(
            "WITH n AS (SELECT id, row_number() OVER (ORDER BY id) AS r FROM plain WHERE seq IS NULL) UPDATE plain"
            " SET seq = n.r + (SELECT coalesce(max(seq), 0) FROM plain) FROM n WHERE plain.id = n.id"
        )


def make_tables() -> None:
    """The same table plain and in monthly partitions."""
    with connect() as database:
        database.execute(f"CREATE TABLE plain ({COLUMNS}, PRIMARY KEY (id), UNIQUE (seq))")
        keys = "PRIMARY KEY (id, recorded_at), UNIQUE (seq, recorded_at)"
        database.execute(f"CREATE TABLE parted ({COLUMNS}, {keys}) PARTITION BY RANGE (recorded_at)")
        for month in range(PARTITIONS):
            year, number = 2025 + month // 12, month % 12 + 1
            ends = f"{2025 + (month + 1) // 12}-{(month + 1) % 12 + 1:02}-01"
            bounds = f"FROM ('{year}-{number:02}-01') TO ('{ends}')"
            database.execute(f"CREATE TABLE parted_{month} PARTITION OF parted FOR VALUES {bounds}")


def fill(table: str) -> float:
    """Rows a second inserted in bulk, spread over two years."""
    began = time.perf_counter()
    with connect() as database:
        database.execute(
            f"INSERT INTO {table} (id, seq, kind, recorded_at, data) SELECT"
            f" ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, n, 'bench',"
            f" timestamptz '2025-01-02' + n * interval '700 days' / {ROWS}, '{{\"level\": \"normal\"}}'"
            f" FROM generate_series(1, {ROWS}) n"
        )
        rate = ROWS / (time.perf_counter() - began)
        database.execute(f"VACUUM ANALYZE {table}")
    return rate


def milliseconds(sql: str, times: int = 200) -> float:
    """The mean of `times` runs."""
    with connect() as database:
        database.execute(sql)
        began = time.perf_counter()
        for _ in range(times):
            database.execute(sql).fetchall()
        return 1000 * (time.perf_counter() - began) / times


def doubles_accepted(table: str) -> bool:
    """Whether the table takes one id and one number twice, in different months."""
    key = uuid.uuid4()
    sql = f"INSERT INTO {table} (id, seq, kind, recorded_at, data) VALUES (%s, 9000000, 'x', %s, '{{}}')"
    with connect() as database:
        try:
            database.execute(sql, (key, "2025-03-03"))
            database.execute(sql, (key, "2025-04-04"))
        except psycopg.errors.UniqueViolation:
            return False
        return True


def record_many(count: int) -> None:
    """Events of the application, committed and not yet numbered."""
    from django.db import transaction

    from tidar.common import clock
    from tidar.hub.actions.spine import new_event
    from tidar.hub.api import EventFields, SourceRef
    from tidar.hub.models import Event

    at, source = clock.now(), SourceRef("action", "bench")
    with transaction.atomic():
        Event.objects.bulk_create(
            new_event(kind="bench", happened_at=at, at=at, source=source, fields=EventFields()) for _ in range(count)
        )


def number_all() -> float:
    """Seconds the application's relay needs for what waits."""
    from tidar.hub.actions.spine import number_events

    began = time.perf_counter()
    while number_events():
        pass
    return time.perf_counter() - began


def pass_beside_an_old_snapshot() -> float:
    """Milliseconds for one event when somebody's old snapshot kept 20,000 numbered ones from being cleaned up."""
    with connect() as database, database.transaction():
        database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        database.execute("SELECT 1 FROM hub_event LIMIT 1")
        record_many(20_000)
        number_all()
        record_many(1)
        return 1000 * number_all()


def report() -> None:
    """Print every figure."""
    make_tables()
    insert = INSERT.format("plain")
    alone, notifying = commits_a_second((insert,)), commits_a_second((insert, "NOTIFY bench"))
    print(f"{WRITERS} writers, transactions/s, event only                 {alone:>12,.0f}")
    print(f"{WRITERS} writers, transactions/s, with NOTIFY in each        {notifying:>12,.0f}")
    by_relay()
    xmin = "SELECT 1 FROM plain WHERE id = %s AND xid < pg_snapshot_xmin(pg_current_snapshot())"
    print(f"readable while a write is open for 2 s: xid < xmin    {wait_until_readable(xmin):>12,.1f} ms")
    relayed = wait_until_readable("SELECT 1 FROM plain WHERE id = %s AND seq IS NOT NULL", by_relay)
    print(f"readable while a write is open for 2 s: relay         {relayed:>12,.1f} ms")
    with connect() as database:
        database.execute("TRUNCATE plain")
    page = "SELECT * FROM {} WHERE seq > 300000 ORDER BY seq LIMIT 500"
    for table in ("plain", "parted"):
        print(f"{table:<7} bulk insert, rows/s                           {fill(table):>12,.0f}")
        print(f"{table:<7} a page of 500 after a number                  {milliseconds(page.format(table)):>12,.2f} ms")
        print(f"{table:<7} takes one id and number twice                 {doubles_accepted(table)!s:>12}")
    record_many(20_000)
    print(f"the application's relay, events/s from a backlog      {20_000 / number_all():>12,.0f}")
    print(f"the application's relay, one event, old snapshot      {pass_beside_an_old_snapshot():>12,.1f} ms")


def main() -> None:
    """An own database for the run."""
    home = Path(tempfile.mkdtemp(prefix="tb"))
    try:
        prepare(home)
        report()
    finally:
        from tidar.common import embedded

        if not os.environ.get("DATABASE_URL"):
            embedded.start(home).stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
