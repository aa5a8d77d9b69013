"""Mass issue of SKRD: ours, and a plain-SQL design with the same guarantees on the same PostgreSQL, as the limit.

    .venv/bin/python -m bench.skrd_issue [--quick]

Every SKRD has its gap-free number, its ledger transfer and its event, committed to disk chunk by chunk
(`synchronous_commit` on). Also what preview and signing cost, how it grows, and how much memory the process takes.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

QUICK = "--quick" in sys.argv
SIZES = (5_000, 10_000) if QUICK else (10_000, 30_000, 100_000)
SIGNED = 2_000 if QUICK else 20_000
CHUNK = 5_000
FIRST = date(2026, 1, 5)
MARKET = "rejowinangun"

# The limit: the same rows in tables of nothing but what the guarantees need, written by one function per chunk.
LIMIT_SQL = """
CREATE TABLE limit_series (year int PRIMARY KEY, last bigint NOT NULL);
CREATE TABLE limit_draft (id bigint PRIMARY KEY, stall bigint, amount bigint, formula jsonb);
CREATE TABLE limit_bill (id uuid PRIMARY KEY, stall bigint NOT NULL, day date NOT NULL, year int, number bigint,
    amount bigint CHECK (amount > 0), formula jsonb, issued_at timestamptz, closed_at timestamptz,
    UNIQUE (stall, day), UNIQUE (year, number));
CREATE INDEX ON limit_bill (stall, day) WHERE closed_at IS NULL;
CREATE TABLE limit_group (id uuid PRIMARY KEY, key text UNIQUE, n int, total bigint);
CREATE TABLE limit_transfer (id bigserial PRIMARY KEY, group_id uuid, key text UNIQUE, debit bigint, credit bigint,
    amount bigint CHECK (amount > 0), happened_at timestamptz, recorded_at timestamptz);
CREATE INDEX ON limit_transfer (debit, id);
CREATE INDEX ON limit_transfer (credit, id);
CREATE TABLE limit_event (id uuid PRIMARY KEY, seq bigint UNIQUE, kind text, happened_at timestamptz,
    recorded_at timestamptz, source_id text, data jsonb);
CREATE INDEX ON limit_event (kind, happened_at DESC);
CREATE INDEX ON limit_event (source_id);
INSERT INTO limit_series VALUES (2026, 0);
CREATE FUNCTION limit_issue(p_chunk int, p_day date, p_at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE first bigint; made int; g uuid := gen_random_uuid();
BEGIN
    CREATE TEMP TABLE IF NOT EXISTS limit_taken (place bigint, id uuid, stall bigint, amount bigint, formula jsonb)
        ON COMMIT DELETE ROWS;
    WITH gone AS (
        DELETE FROM limit_draft WHERE id IN (SELECT id FROM limit_draft ORDER BY id LIMIT p_chunk) RETURNING *)
        INSERT INTO limit_taken SELECT row_number() OVER (ORDER BY id), gen_random_uuid(), stall, amount, formula
        FROM gone;
    GET DIAGNOSTICS made = ROW_COUNT;
    INSERT INTO limit_group SELECT g, g::text, count(*), sum(amount) FROM limit_taken HAVING count(*) > 0;
    INSERT INTO limit_transfer (group_id, key, debit, credit, amount, happened_at, recorded_at)
        SELECT g, 'skrd:' || id, stall, 1, amount, p_at, p_at FROM limit_taken ORDER BY place;
    INSERT INTO limit_event SELECT gen_random_uuid(), NULL, 'levy.assessed', p_at, p_at, id::text,
        jsonb_build_object('stall', stall, 'amount', amount) FROM limit_taken ORDER BY place;
    UPDATE limit_series SET last = last + made WHERE year = 2026 RETURNING last - made INTO first;
    INSERT INTO limit_bill SELECT id, stall, p_day, 2026, first + place, amount, formula, p_at, NULL
        FROM limit_taken ORDER BY place;
    RETURN made;
END $$;
"""


def prepare(home: Path) -> None:
    """An own database with the shipped region and tariffs."""
    os.environ |= {"TIDAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tidar.settings", "PYTHONWARNINGS": "ignore"}
    (home / "static").mkdir()
    from tidar.cli.database import start_if_ours

    start_if_ours()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.urls import reverse

    from tests.retribusi import builders

    call_command("migrate", verbosity=0)
    reverse("retribusi:runs")  # a worker has its addresses loaded long before
    builders.city()
    for first in range(1, SIZES[-1] + 1, 10_000):
        fill(range(first, min(first + 10_000, SIZES[-1] + 1)))
    with connection.cursor() as cursor:
        cursor.execute(LIMIT_SQL)
        cursor.execute("VACUUM ANALYZE")


def fill(numbers: range) -> None:
    """Traders and the stalls that they hold."""
    from tests.retribusi.builders import AT, KIND
    from tidar.retribusi.actions.accounts import OccupancyAccounts, many_occupancy_accounts
    from tidar.retribusi.models import LevyObject, Occupancy, Payer

    types = ("kios", "los", "lesehan", "konter")
    payers = Payer.objects.bulk_create(Payer(npwrd=f"B{n}", name=f"Pedagang {n}", registered_at=AT) for n in numbers)
    stalls = LevyObject.objects.bulk_create(
        LevyObject(
            levy_kind_id=KIND,
            market_id=MARKET,
            block=f"B{n // 400}",
            number=f"B{n // 400}-{n}",
            route_order=n,
            place_type=types[n % 4],
            area_m2=2 + n % 7,
            qr_code=f"qr{n}",
            registered_at=AT,
        )
        for n in numbers
    )
    wanted = [OccupancyAccounts(KIND, p.npwrd, MARKET, "4.1.02.01.05.0001") for p in payers]
    accounts = many_occupancy_accounts(wanted, at=AT)
    Occupancy.objects.bulk_create(
        Occupancy(
            levy_object=stall,
            payer=payer,
            from_date=date(2026, 1, 1),
            receivable_id=a,
            revenue_id=b,
            advance_id=c,
            recorded_at=AT,
        )
        for stall, payer, (a, b, c) in zip(stalls, payers, accounts, strict=True)
    )


def now() -> datetime:
    """The moment of an act."""
    return datetime.now(timezone.utc)


def memory_mb() -> int:
    """The most that this process took so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def core_seconds() -> float:
    """Processor time so far of this process and of its database server process: what noise of others hardly touches."""
    from django.db import connection

    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    return time.process_time() + (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def narrow(count: int) -> None:
    """Only the first `count` stalls are occupied on the days to come; the others ended before."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # only to set the stage: the register forbids it
        cursor.execute(
            "UPDATE retribusi_occupancy o SET to_date = CASE WHEN b.route_order > %s THEN DATE '2026-01-02' END"
            " FROM retribusi_levyobject b"
            " WHERE b.id = o.levy_object_id AND (b.route_order > %s) <> (o.to_date IS NOT NULL)",
            [count, count],
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE retribusi_occupancy")


@dataclass(frozen=True)
class Took:
    """Seconds, and seconds of processor, of one piece of work."""

    seconds: float
    core: float


@contextmanager
def timed(into: list[Took]) -> Iterator[None]:
    """Measure what happens inside."""
    began, core = time.perf_counter(), core_seconds()
    yield
    into.append(Took(time.perf_counter() - began, core_seconds() - core))


def ours(day: date) -> tuple[int, Took, Took]:
    """Preview and issue a day; returns how many SKRD, and what each took."""
    from tests.retribusi.builders import KIND, SYSTEM
    from tidar.retribusi.actions.assessing import issue_run, preview_run

    took: list[Took] = []
    with timed(took):
        run_id = preview_run(levy_kind=KIND, market=MARKET, from_date=day, to_date=day, by=SYSTEM, at=now())
    with timed(took):
        count = issue_run(run_id=run_id, by=SYSTEM, at=now(), chunk=CHUNK)
    return count, took[0], took[1]


def limit(count: int, day: date) -> Took:
    """What the limit takes for the same number of bills."""
    from django.db import connection

    formula = '{"v":1,"dari":"2026-01-05","sampai":"2026-01-05","bagian":[{"tarif":21,"per":"hari","rupiah":5000}]}'
    took: list[Took] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO limit_draft SELECT n, n, 5000, %s::jsonb FROM generate_series(1, %s) n", [formula, count]
        )
        with timed(took):
            made = 1
            while made:
                cursor.execute("SELECT limit_issue(%s, %s, now())", [CHUNK, day])
                made = cursor.fetchone()[0]
    return took[0]


def must_be_whole() -> None:
    """Numbers without a gap, one transfer and one event for each SKRD; else there is nothing to report."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(sequence), max(sequence), sum(amount_rupiah) FROM retribusi_assessment")
        count, low, high, total = cursor.fetchone()
        cursor.execute("SELECT count(*), sum(amount_rupiah) FROM ledger_transfer")
        assert (low, high) == (1, count)
        assert cursor.fetchone() == (count, total)
        cursor.execute("SELECT count(*) FROM hub_event WHERE kind = 'levy.assessed'")
        assert cursor.fetchone() == (count,)


def signing() -> float:
    """SKRD signed a second (Ed25519, stored), outside the issuing of the run."""
    from tests.retribusi.builders import SYSTEM
    from tidar.retribusi.actions.assessing.signing import begin_signing, sign_chunk
    from tidar.retribusi.models import Run

    run = Run.objects.order_by("-issued_count").first()
    assert run is not None
    began, done = time.perf_counter(), 0
    begin_signing(run_id=run.pk, by=SYSTEM, at=now())
    while done < SIGNED:
        done += sign_chunk(run_id=run.pk, by=SYSTEM, at=now()).signed_count
    return done / (time.perf_counter() - began)


def main() -> None:
    """Grow, repeat the largest, print. "core µs" are microseconds of processor for each SKRD."""
    day = FIRST
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; chunks of {CHUNK:,}")
    print(
        f"{'SKRD':>8}{'preview s':>11}{'core µs':>9}{'issue s':>9}{'ours/s':>8}{'core µs':>9}{'limit/s':>9}"
        f"{'core µs':>9}{'MB':>5}"
    )
    rates: list[tuple[float, float]] = []
    for size in SIZES:
        narrow(size)
        for _again in range(1 if size < SIZES[-1] else 3):
            day += timedelta(days=1)
            count, preview, issue = ours(day)
            assert count == size, (count, size)
            plain = limit(size, day)
            rates.append((count / issue.seconds, size / plain.seconds))
            print(
                f"{count:>8,}{preview.seconds:>11.2f}{1e6 * preview.core / size:>9.1f}{issue.seconds:>9.2f}"
                f"{rates[-1][0]:>8,.0f}{1e6 * issue.core / size:>9.1f}{rates[-1][1]:>9,.0f}"
                f"{1e6 * plain.core / size:>9.1f}{memory_mb():>5}",
                flush=True,
            )
    must_be_whole()
    mine, plainly = (statistics.median(found) for found in zip(*rates[-3:], strict=True))
    print(f"median of the largest: ours {mine:,.0f} SKRD/s, limit {plainly:,.0f}/s")
    print(f"signing: {signing():,.0f} SKRD/s, {memory_mb()} MB; load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp(prefix="tdr-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        prepare(folder)
        main()
    finally:
        from tidar.common import embedded

        embedded.start(folder).stop()
        shutil.rmtree(folder, ignore_errors=True)
