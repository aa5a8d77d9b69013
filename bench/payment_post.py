"""Posting payments: ours, and a plain-SQL design with the same guarantees on the same PostgreSQL, as the limit.

    .venv/bin/python -m bench.payment_post [--quick]

Every payment has its key, its lock, its allocation, its ledger group and transfer, its event, and is committed to disk
(`synchronous_commit` on). One writer and sixteen, each a process of its own; then ours again after a larger history.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

QUICK = "--quick" in sys.argv
STALLS, DAYS = 4_000, 12  # open bills of each stall at the start: a fortnight of market days
SECONDS, REPEATS = (2, 1) if QUICK else (4, 3)
HISTORY = 40_000 if QUICK else 200_000
PRICE = 3_000

SKRD_SQL = f"""
INSERT INTO retribusi_assessment (id, run_id, occupancy_id, tariff_id, year, sequence, period_from_date, period_to_date,
        days, formula, amount_rupiah, due_date, issued_at, recorded_at, closed_by)
    SELECT gen_random_uuid(), %(run)s, o.id, %(tariff)s, 2026, (%(first)s + d) * 100000 + row_number() OVER (),
        '2026-01-01'::date + %(first)s + d, '2026-01-01'::date + %(first)s + d, 1, '{{}}', {PRICE},
        '2027-01-01', now(), now(), ''
    FROM retribusi_occupancy o, generate_series(0, {DAYS} - 1) d
"""
# The limit: the same rows in tables of nothing but what the guarantees need, posted by one function.
LIMIT_SQL = f"""
CREATE TABLE limit_bill (id bigserial PRIMARY KEY, stall bigint NOT NULL, day int NOT NULL, amount bigint NOT NULL,
    closed_at timestamptz);
CREATE INDEX ON limit_bill (stall, day) WHERE closed_at IS NULL;
CREATE TABLE limit_stall (id bigint PRIMARY KEY);
CREATE TABLE limit_payment (id uuid PRIMARY KEY, key text UNIQUE, stall bigint, amount bigint CHECK (amount > 0),
    allocated bigint, receipt text UNIQUE, happened_at timestamptz, recorded_at timestamptz);
CREATE TABLE limit_allocation (payment uuid, bill bigint, amount bigint, UNIQUE (payment, bill));
CREATE INDEX ON limit_allocation (bill);
CREATE TABLE limit_group (id uuid PRIMARY KEY, key text UNIQUE, n int, total bigint);
CREATE TABLE limit_transfer (id bigserial PRIMARY KEY, group_id uuid, key text UNIQUE, debit bigint, credit bigint,
    amount bigint CHECK (amount > 0), happened_at timestamptz, recorded_at timestamptz);
CREATE INDEX ON limit_transfer (debit, id);
CREATE INDEX ON limit_transfer (credit, id);
CREATE TABLE limit_event (id uuid PRIMARY KEY, seq bigint UNIQUE, kind text, happened_at timestamptz,
    recorded_at timestamptz, source_id text, data jsonb);
CREATE INDEX ON limit_event (kind, happened_at DESC);
CREATE INDEX ON limit_event (source_id);
INSERT INTO limit_stall SELECT generate_series(1, {STALLS});
INSERT INTO limit_bill (stall, day, amount) SELECT s, d, {PRICE}
    FROM generate_series(1, {STALLS}) s, generate_series(1, {DAYS}) d;
CREATE FUNCTION limit_pay(p_id uuid, p_key text, p_stall bigint, p_amount bigint, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE ids bigint[]; takes bigint[]; done bigint[]; total bigint;
BEGIN
    PERFORM 1 FROM limit_stall WHERE id = p_stall FOR NO KEY UPDATE;
    SELECT coalesce(sum(t.take), 0), array_agg(t.id) FILTER (WHERE t.take > 0),
           array_agg(t.take) FILTER (WHERE t.take > 0), array_agg(t.id) FILTER (WHERE t.take = t.owed)
        INTO total, ids, takes, done
        FROM (SELECT q.*, greatest(0, least(q.owed, p_amount - (sum(q.owed) OVER (ORDER BY q.day) - q.owed))) AS take
              FROM (SELECT b.id, b.day, b.amount - coalesce((SELECT sum(a.amount)::bigint FROM limit_allocation a
                           WHERE a.bill = b.id), 0) AS owed FROM limit_bill b
                    WHERE b.stall = p_stall AND b.closed_at IS NULL) q) t;
    INSERT INTO limit_payment VALUES (p_id, p_key, p_stall, p_amount, total, p_key, p_at, p_at) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN 0; END IF;
    INSERT INTO limit_allocation SELECT p_id, * FROM unnest(ids, takes);
    UPDATE limit_bill SET closed_at = p_at WHERE id = ANY (done);
    INSERT INTO limit_group VALUES (p_id, p_key, 1, p_amount);
    INSERT INTO limit_transfer (group_id, key, debit, credit, amount, happened_at, recorded_at)
        VALUES (p_id, p_key, 1, 1 + p_stall, p_amount, p_at, p_at);
    INSERT INTO limit_event VALUES (gen_random_uuid(), NULL, 'levy.paid', p_at, p_at, p_id::text,
        jsonb_build_object('stall', p_stall, 'amount', p_amount));
    RETURN total;
END $$;
"""


def prepare(home: Path) -> None:
    """An own database."""
    os.environ |= {"TIDAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tidar.settings", "PYTHONWARNINGS": "ignore"}
    (home / "static").mkdir()
    from tidar.cli.database import start_if_ours

    start_if_ours()
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill() -> None:
    """A market of stalls, each with its trader; and the limit's tables."""
    from django.db import connection

    from tests.retribusi.paying.builders import occupancy

    occupancy()  # agency, levy, market, revenue account
    _fill_market()
    with connection.cursor() as cursor:
        cursor.execute(LIMIT_SQL)
        cursor.execute("VACUUM ANALYZE")
    add_bills(0)


def _fill_market() -> None:
    from tests.retribusi.paying.builders import AT, KIND, MARKET
    from tidar.retribusi.actions.accounts import OccupancyAccounts, many_occupancy_accounts
    from tidar.retribusi.models import LevyObject, Occupancy, Payer

    numbers = range(1, STALLS)
    payers = Payer.objects.bulk_create(Payer(npwrd=f"B{n}", name=f"Pedagang {n}", registered_at=AT) for n in numbers)
    stalls = LevyObject.objects.bulk_create(
        LevyObject(levy_kind_id=KIND, market_id=MARKET, number=f"B-{n}", qr_code=f"qr{n}", registered_at=AT)
        for n in numbers
    )
    wanted = [OccupancyAccounts(KIND, p.npwrd, MARKET, "4.1.02.01.05.0001") for p in payers]
    accounts = many_occupancy_accounts(wanted, at=AT)
    held = zip(stalls, payers, accounts, strict=True)
    common = {"from_date": AT.date(), "recorded_at": AT}
    Occupancy.objects.bulk_create(
        Occupancy(levy_object=stall, payer=payer, receivable_id=a, revenue_id=b, advance_id=c, **common)
        for stall, payer, (a, b, c) in held
    )


def add_bills(first: int) -> None:
    """`DAYS` more SKRD for every stall."""
    from django.db import connection

    from tests.retribusi.paying.builders import run, tariff

    with connection.cursor() as cursor:
        cursor.execute(SKRD_SQL, {"run": run().pk, "tariff": tariff().pk, "first": first})
        cursor.execute("VACUUM ANALYZE retribusi_assessment")


def ours(number: int, writers: int, seconds: float) -> int:
    """Payments that one writer records through the action; every writer has its own stalls."""
    from tests.retribusi.paying.builders import BY, new
    from tidar.common import clock
    from tidar.retribusi.actions.paying import record_payment
    from tidar.retribusi.models import Occupancy

    mine = [o for o in Occupancy.objects.order_by("pk") if o.pk % writers == number]
    record_payment(payment=new(mine[0], 1), by=BY, at=clock.now())
    until, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        record_payment(payment=new(mine[count % len(mine)], PRICE), by=BY, at=clock.now())
        count += 1
    return count


def limit(number: int, writers: int, seconds: float) -> int:
    """The same by the plain function."""
    import uuid

    import psycopg

    from tidar.common import clock
    from tidar.hub.views.live import parameters

    mine = [s for s in range(1, STALLS + 1) if s % writers == number]
    until, count = time.perf_counter() + seconds, 0
    with psycopg.connect(**parameters(), autocommit=True) as database:
        while time.perf_counter() < until:
            key = uuid.uuid4()
            row = (key, f"uji:{key}", mine[count % len(mine)], PRICE, clock.now())
            database.execute("SELECT limit_pay(%s, %s, %s, %s, %s)", row, prepare=True).fetchone()
            count += 1
    return count


WAYS = {"ours": ours, "limit": limit}


def _writer(way: str, number: int, writers: int, seconds: float) -> int:
    import django

    django.setup()
    return WAYS[way](number, writers, seconds)


def rate(way: str, writers: int, seconds: float = SECONDS) -> float:
    """Payments a second that `writers` processes commit together."""
    with multiprocessing.get_context("spawn").Pool(writers) as pool:
        pool.starmap(_writer, [(way, n, writers, 0.3) for n in range(writers)])  # imports, connections, plans
        counts = pool.starmap(_writer, [(way, n, writers, seconds) for n in range(writers)], chunksize=1)
    return sum(counts) / seconds


def grow() -> int:
    """More payments, quickly, until the history is long; returns how many there are."""
    from tidar.retribusi.models import Payment

    first = DAYS
    while (count := Payment.objects.count()) < HISTORY:
        if count > STALLS * (first - 4):  # their arrears stay as short as they were
            add_bills(first)
            first += DAYS
        rate("ours", 4, 10)
    return Payment.objects.count()


def report() -> None:
    """Print every figure."""
    fill()
    print(f"{'payments a second, committed':<44}{'1 writer':>10}{'16 writers':>12}")
    found: dict[tuple[str, int], list[float]] = {}
    for _ in range(REPEATS):  # in turns, so that a slow minute of the machine is everybody's
        for way, writers in (("limit", 1), ("ours", 1), ("limit", 16), ("ours", 16)):
            found.setdefault((way, writers), []).append(rate(way, writers))
    middle = {key: statistics.median(rates) for key, rates in found.items()}
    for way in ("limit", "ours"):
        print(f"{way:<44}{middle[way, 1]:>10,.0f}{middle[way, 16]:>12,.0f}", flush=True)
    print(
        f"{'ours / limit':<44}{middle['ours', 1] / middle['limit', 1]:>10.2f}"
        f"{middle['ours', 16] / middle['limit', 16]:>12.2f}"
    )
    long = grow()
    add_bills(400)
    print(f"{f'ours, after {long:,} payments':<44}{rate('ours', 1):>10,.0f}{rate('ours', 16):>12,.0f}")


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="tpp"))
    folder.chmod(0o755)
    try:
        prepare(folder)
        report()
    finally:
        from tidar.common import embedded

        embedded.start(folder).stop()
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop("TIDAR_HOME", None)
