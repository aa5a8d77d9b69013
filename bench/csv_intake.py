"""A CSV of citizens' reports, from upload to queryable with its contract checked: ours, a peer, the limits.

    .venv/bin/python -m bench.csv_intake [ROWS …]        (default 100000 300000 1000000; three runs each)

The file is made once, from a seed, and kept under TIDAR_HOME/bench. Every run is its own process: seconds are wall
clock without start-up, memory is the process's highest resident size. "ours, whole upload" is what a push or the
wizard runs: receive (stream, hash, fsync), survey, map, check, Parquet, publish, first query. "ours, reading and
checking" is the part of that in this process without the database. The peer is sqlite-utils when it can be imported;
else Python's csv with sqlite3, typed by hand and without any contract, which is kinder to it. The limits check
nothing at all.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.setdefault("TIDAR_HOME", str(ROOT / ".tidar-bench")))
SIZES, RUNS = (100_000, 300_000, 1_000_000), 3
HEADING = "id,created_at,kecamatan,category,status,lon,lat,sla_hours,note"
FEED = """
code = "{code}"
title = "Laporan warga (ukur)"
agency = "diskominfo"
kind = "upload"
lake_table = "{table}"
access_class = "closed"
[contract]
key = ["id"]
columns = [
  {{ name = "id", title = "id", type = "integer", minimum = 1 }},
  {{ name = "created_at", title = "created_at", type = "timestamp" }},
  {{ name = "kecamatan", title = "kecamatan", type = "area" }},
  {{ name = "category", title = "category", type = "text" }},
  {{ name = "status", title = "status", type = "text", codes = {{ baru = "", proses = "", selesai = "" }} }},
  {{ name = "lon", title = "lon", type = "lon" }},
  {{ name = "lat", title = "lat", type = "lat" }},
  {{ name = "sla_hours", title = "sla_hours", type = "number", unit = "jam", minimum = 0, maximum = 1000 }},
  {{ name = "note", title = "note", type = "text", required = false }},
]
"""


def sample(rows: int) -> Path:
    """The file of that many rows; 105 MB for a million."""
    path = HOME / "bench" / f"laporan-{rows}.csv"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    chance, start = random.Random(33_71), datetime(2025, 1, 1)  # noqa: DTZ001 (the file names no zone, as such files do)
    words = "Warga melaporkan kondisi di sekitar rumah, mohon segera ditindaklanjuti oleh dinas".split()  # noqa: SIM905
    districts = ("Magelang Selatan", "Magelang Utara", "Magelang Tengah")
    categories = ("jalan rusak", "sampah", "lampu mati", "air", "pohon")
    with path.with_suffix(".part").open("w") as out:
        out.write(HEADING + "\n")
        for number in range(1, rows + 1):
            note = " ".join(chance.choices(words, k=3))
            lon, lat = 110.205 + 0.03 * chance.random(), -7.505 + 0.05 * chance.random()
            cells = (
                str(number), str(start + timedelta(seconds=31 * number)), chance.choice(districts),
                chance.choice(categories),
                chance.choice(("baru", "proses", "selesai")), f"{lon:.6f}", f"{lat:.6f}", str(chance.randint(1, 240)),
                f'"{note}"' if "," in note else note,
            )  # fmt: skip
            out.write(",".join(cells) + "\n")
    path.with_suffix(".part").rename(path)
    return path


def ours_whole(path: Path) -> Callable[[], None]:
    """Everything a person waits for, on an own database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tidar.settings"
    from tidar.cli.database import start_if_ours

    start_if_ours()
    import django

    django.setup()
    from django.core.management import call_command

    from tidar.common.actor import system
    from tidar.hub import api as hub
    from tidar.hub.actions.feeds import create_feed, read_definition
    from tidar.lake import api as lake
    from tidar.people import api as people
    from tidar.places import api as places

    by, at, name = system("ukur"), datetime.now(UTC), f"ukur_{uuid.uuid4().hex[:12]}"
    call_command("migrate", verbosity=0)
    places.load_region(by=by, at=at)
    people.load_agencies(by=by, at=at)
    create_feed(definition=read_definition(FEED.format(code=name, table=name), name="ukur"), by=by, at=at)

    def run() -> None:
        with path.open("rb") as file:
            delivery = hub.receive_delivery(feed_code=name, file=file, file_name=path.name, by=by, at=at)
        status = hub.process_delivery(delivery_id=delivery, by=by, at=at)
        assert status == "published", status
        count = lake.read(f"SELECT count(*) AS n, avg(sla_hours) AS hours FROM {name}").to_pylist()[0]["n"]
        assert count == int(path.stem.split("-")[1]), count

    return run


def ours_check(path: Path) -> Callable[[], None]:
    """Open, survey, check against the contract, write Parquet; no database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tidar.settings"
    import django

    django.setup()
    import tomllib

    from tidar.hub.actions.checking import check_content
    from tidar.hub.rules.contract import contract_from
    from tidar.hub.rules.reading import AreaKey, CheckContext, Memory, open_book, survey

    contract = contract_from(tomllib.loads(FEED.format(code="x", table="x"))["contract"])
    areas = [("33.71.01", "Magelang Selatan"), ("33.71.02", "Magelang Utara"), ("33.71.03", "Magelang Tengah")]
    keys = tuple(AreaKey(code, "", name, "kecamatan", "33.71") for code, name in areas)

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            context = CheckContext(keys, (110.19, -7.53, 110.25, -7.43), Path(folder) / "out.parquet", "ukur")
            found = survey(open_book(path, file_name=path.name), contract, Memory())
            result = check_content(
                path=path, file_name=path.name, contract=contract, survey=found, mapping=found.mapping, context=context
            )
            assert (result.accepted_count, result.rejected_count) == (int(path.stem.split("-")[1]), 0)

    return run


def peer(path: Path) -> Callable[[], None]:
    """sqlite-utils with detected types when it is there, else csv + sqlite3."""
    try:
        import sqlite_utils
        from sqlite_utils.utils import TypeTracker, rows_from_file
    except ImportError:
        return _plain_sqlite(path)

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder, path.open("rb") as file:
            database, tracker = sqlite_utils.Database(Path(folder) / "x.db"), TypeTracker()
            database["t"].insert_all(tracker.wrap(rows_from_file(file)[0]), pk="id")
            database["t"].transform(types=tracker.types)

    return run


def _plain_sqlite(path: Path) -> Callable[[], None]:
    import csv
    import sqlite3

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder, path.open(newline="") as file:
            database, reader = sqlite3.connect(Path(folder) / "x.db"), csv.reader(file)
            next(reader)
            database.execute(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, created_at TEXT, kecamatan TEXT, category TEXT, status TEXT,"
                " lon REAL, lat REAL, sla_hours REAL, note TEXT)"
            )
            database.executemany("INSERT INTO t VALUES (?,?,?,?,?,?,?,?,?)", reader)
            database.commit()
            database.close()

    return run


def bare_duckdb(path: Path) -> Callable[[], None]:
    """read_csv with detected types straight into Parquet: no contract, no row numbers, no second look."""
    import duckdb

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "x.parquet"
            duckdb.execute(f"COPY (FROM read_csv('{path}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")

    return run


def plain_copy(path: Path) -> Callable[[], None]:
    """Read and write the bytes, fsynced."""

    def run() -> None:
        with tempfile.NamedTemporaryFile(dir=HOME) as out, path.open("rb") as file:
            while chunk := file.read(1 << 20):
                out.write(chunk)
            os.fsync(out.fileno())

    return run


MEASURES: dict[str, tuple[str, Callable[[Path], Callable[[], None]]]] = {
    "ours": ("ours, whole upload to first query", ours_whole),
    "check": ("ours, reading and checking only", ours_check),
    "peer": ("peer", peer),
    "duckdb": ("limit: DuckDB CSV to Parquet, unchecked", bare_duckdb),
    "copy": ("limit: copy of the bytes, fsynced", plain_copy),
}


def child(name: str, rows: int) -> None:
    """One run in this process; prints seconds, seconds of all cores together, and MB."""
    run = MEASURES[name][1](sample(rows))
    began, worked = time.perf_counter(), time.process_time()
    run()
    took, work = time.perf_counter() - began, time.process_time() - worked
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    sys.stdout.write(json.dumps([took, work, peak]) + "\n")


def measured(name: str, rows: int) -> tuple[float, float, float]:
    """Median seconds, median work and highest MB of the runs."""
    results = []
    for _ in range(RUNS):
        command = [sys.executable, "-W", "ignore", "-m", "bench.csv_intake", "--run", name, str(rows)]
        done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr[-2000:]}")
        results.append(json.loads(done.stdout.splitlines()[-1]))
    return (
        statistics.median(r[0] for r in results),
        statistics.median(r[1] for r in results),
        max(r[2] for r in results),
    )


def peer_name() -> str:
    """What stands in for the peer here."""
    try:
        import sqlite_utils
    except ImportError:
        return "stand-in for sqlite-utils: csv + sqlite3, unchecked"
    return f"sqlite-utils {getattr(sqlite_utils, '__version__', '')}".strip()


def main(sizes: list[int]) -> None:
    """Print one table."""
    print(f"{os.cpu_count()} cores, load before the run {os.getloadavg()[0]:.1f}; median of {RUNS} runs; seconds\n")
    print(
        f"{'what':<52} " + " ".join(f"{rows:>10,}" for rows in sizes) + f" {'× ours':>8} {'core s':>7} {'peak MB':>8}"
    )
    whole = 0.0
    for name, (title, _) in MEASURES.items():
        found = [measured(name, rows) for rows in sizes]
        last, work, _ = found[-1]
        whole = whole or last
        cells = " ".join(f"{seconds:>10.2f}" for seconds, _, _ in found)
        label = peer_name() if name == "peer" else title
        print(
            f"{label:<52} {cells} {last / whole:>8.2f} {work:>7.1f} {max(peak for _, _, peak in found):>8.0f}",
            flush=True,
        )
    print(f"\nfile of {sizes[-1]:,} rows: {sample(sizes[-1]).stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        child(sys.argv[2], int(sys.argv[3]))
    else:
        for size in SIZES:
            sample(size)
        main([int(text) for text in sys.argv[1:]] or list(SIZES))
