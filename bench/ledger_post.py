"""What posting one act of two transfers costs: ours, the alternatives that were weighed, and the limit.

    .venv/bin/python -m bench.ledger_post [SECONDS]

Every act moves money from one of 1,000 payers into the same cash account, so whatever makes writers meet on that
account shows with 16 of them. Own database; the limit is the same rows, keys and indexes by plain INSERTs with nothing
that guards them. The figures stand in `docs/decisions/0005-ledger.md`.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import psycopg

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
PAYERS, BULK = 1_000, 100_000
AT = datetime(2026, 11, 25, 3, 0, tzinfo=timezone.utc)
numbers = itertools.count(1)

PLAIN = """
CREATE TABLE {0}_group (LIKE ledger_group INCLUDING ALL);
CREATE TABLE {0}_transfer (LIKE ledger_transfer INCLUDING ALL);
"""
KEYS = """
ALTER TABLE keyed_transfer ADD FOREIGN KEY (group_id) REFERENCES keyed_group (id),
    ADD FOREIGN KEY (debit_id) REFERENCES ledger_account (id),
    ADD FOREIGN KEY (credit_id) REFERENCES ledger_account (id);
CREATE TABLE running_total (account_id bigint PRIMARY KEY, rupiah bigint NOT NULL);
INSERT INTO running_total SELECT id, 0 FROM ledger_account;
"""
INSERTS = """
WITH g AS (INSERT INTO {0}_group VALUES (%(id)s, %(key)s, 'payment', 2, 3500, %(at)s, %(at)s, 'user', '7', '')
           ON CONFLICT (key) DO NOTHING RETURNING id)
INSERT INTO {0}_transfer (group_id, key, debit_id, credit_id, amount_rupiah, happened_at, recorded_at, reference)
SELECT g.id, %(key)s || l.n, %(cash)s, l.credit, l.amount, %(at)s, %(at)s, 'skrd:1'
FROM g, (VALUES ('/1', %(payer)s, 3000), ('/2', %(payer)s + 1, 500)) AS l(n, credit, amount)
"""
TOTALS = "UPDATE running_total SET rupiah = rupiah + 3500 WHERE account_id = %(cash)s"
POST = """
SELECT ledger_post(%(id)s, %(key)s, 'payment', %(at)s, %(at)s, 'user', '7', ARRAY[%(key)s || '/1', %(key)s || '/2'],
    ARRAY[%(cash)s, %(cash)s]::bigint[], ARRAY[%(payer)s, %(payer)s + 1]::bigint[], ARRAY[3000, 500]::bigint[],
    ARRAY['skrd:1', 'skrd:1'])
"""
Work = Callable[[], None]


def connect() -> psycopg.Connection:
    """A plain connection, outside Django."""
    from tidar.hub.views.live import parameters

    return psycopg.connect(**parameters(), autocommit=True)


def values(accounts: list[int]) -> dict[str, object]:
    """One act that nobody posted before."""
    payer = accounts[1 + random.randrange(PAYERS - 1)]
    return {"id": uuid.uuid4(), "key": f"bayar:{next(numbers)}", "at": AT, "cash": accounts[0], "payer": payer}


def by_sql(*statements: str) -> Callable[[list[int]], Work]:
    """A writer that runs these statements as one transaction on its own connection."""

    def writer(accounts: list[int]) -> Work:
        database = connect()

        def work() -> None:
            act = values(accounts)
            if len(statements) == 1:
                database.execute(statements[0], act, prepare=True)
                return
            with database.transaction():
                for sql in statements:
                    database.execute(sql, act, prepare=True)

        return work

    return writer


def by_python(accounts: list[int]) -> Work:
    """A writer that calls the front door, as other apps do."""
    from django.db import transaction

    from tidar.common.actor import Actor
    from tidar.ledger.api import Line, post

    by = Actor(kind="user", id="7", name="Bench")

    def work() -> None:
        act = values(accounts)
        key, payer = str(act["key"]), int(str(act["payer"]))
        lines = [Line(accounts[0], payer + n, amount, f"{key}/{n}", "skrd:1") for n, amount in ((0, 3000), (1, 500))]
        with transaction.atomic():
            post(group_key=key, kind="payment", lines=lines, happened_at=AT, at=AT, by=by)

    return work


def acts_a_second(writer: Callable[[list[int]], Work], accounts: list[int], *, writers: int) -> float:
    """Committed acts a second of `writers` connections together."""
    counts: list[int] = []
    ready = threading.Barrier(writers)

    def run() -> None:
        from django.db import connection

        work, count = writer(accounts), 0
        work()
        ready.wait()
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            work()
            count += 1
        counts.append(count)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


BULK_ROWS = "SELECT '{}:' || n, %s + n %% %s, %s, 3000, 'skrd:' || n FROM generate_series(1, %s) n"
BULK_INSERT = """
WITH g AS (INSERT INTO {0}_group VALUES (gen_random_uuid(), 'run', 'skrd.issued', 1, 1, now(), now(), 'user', '7', '')
           RETURNING id)
INSERT INTO {0}_transfer (group_id, key, debit_id, credit_id, amount_rupiah, happened_at, recorded_at, reference)
SELECT g.id, s.key, debit_id, credit_id, amount_rupiah, now(), now(), reference FROM g, ledger_staged s
"""


def bulk_a_second(name: str, accounts: list[int], work: Callable[[], object]) -> float:
    """Transfers a second that `work` moves out of the staged rows, checked and committed."""
    from django.db import connection, transaction

    from tidar.ledger.api import stage

    stage()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    began = 0.0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_staged " + BULK_ROWS.format(name), [accounts[1], PAYERS - 1, accounts[0], BULK]
        )
        began = time.perf_counter()
        work()
    return BULK / (time.perf_counter() - began)


def report_bulk(accounts: list[int]) -> None:
    """One run's transfers in one group: ours, with foreign keys, and the limit."""
    from django.db import connection

    from tidar.common.actor import Actor
    from tidar.ledger.api import post_staged

    def ours() -> None:
        post_staged(group_key="run", kind="skrd.issued", happened_at=AT, at=AT, by=Actor("user", "7", "Bench"))

    def plain(name: str) -> Callable[[], object]:
        return lambda: connection.cursor().execute(BULK_INSERT.format(name))

    print(f"transfers a second, {BULK:,} in one group")
    for name, work in (("limit: plain INSERT", plain("plain")), ("ours: post_staged", ours), ("keyed", plain("keyed"))):
        label = "alternative: foreign keys" if name == "keyed" else name
        print(f"{label:<54}{bulk_a_second(name, accounts, work):>12,.0f}", flush=True)


def balance_milliseconds(key: str, times: int = 100) -> float:
    """The mean time of one balance."""
    from tidar.ledger.api import balance

    balance(key)
    began = time.perf_counter()
    for _ in range(times):
        balance(key)
    return 1000 * (time.perf_counter() - began) / times


def report() -> None:
    """Print every figure."""
    from tidar.ledger.api import NewAccount, checkpoint, open_accounts

    keys = ["kas:bendahara", *(f"piutang:{n:04}" for n in range(PAYERS))]
    opened = open_accounts([NewAccount(key=key, kind="asset", title=key) for key in keys], at=AT)
    accounts = sorted(opened.values())
    accounts.remove(opened["kas:bendahara"])
    accounts.insert(0, opened["kas:bendahara"])
    with connect() as database:
        database.execute(PLAIN.format("plain") + PLAIN.format("keyed") + KEYS)
    rows = (
        ("limit: plain INSERTs, nothing guarded", by_sql(INSERTS.format("plain"))),
        ("ours: ledger_post in SQL", by_sql(POST)),
        ("ours: post from Python, in a transaction", by_python),
        ("alternative: foreign keys to account and group", by_sql(INSERTS.format("keyed"))),
        ("alternative: a running total of the cash account", by_sql(INSERTS.format("plain"), TOTALS)),
    )
    print(f"acts of two transfers a second{'':24}{'1 writer':>12}{'16 writers':>12}")
    for name, writer in rows:
        alone, together = (acts_a_second(writer, accounts, writers=n) for n in (1, 16))
        print(f"{name:<54}{alone:>12,.0f}{together:>12,.0f}", flush=True)
    report_bulk(accounts)
    before = balance_milliseconds("kas:bendahara")
    checkpoint(at=AT)
    print(f"balance of the cash account: {before:.1f} ms, after a checkpoint {balance_milliseconds(keys[0]):.2f} ms")


def main() -> None:
    """An own database for the run."""
    home = Path(tempfile.mkdtemp(prefix="tb"))
    os.environ |= {"TIDAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tidar.settings", "PYTHONWARNINGS": "ignore"}
    (home / "static").mkdir()
    from tidar.cli.database import start_if_ours

    start_if_ours()
    import django

    django.setup()
    from django.core.management import call_command

    from tidar.common import embedded

    try:
        call_command("migrate", verbosity=0)
        report()
    finally:
        if not os.environ.get("DATABASE_URL"):
            embedded.start(home).stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
