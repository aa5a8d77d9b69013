"""The million-row CSV over HTTP: from the first byte sent to queryable, through a served city with all its processes.

    .venv/bin/python -m bench.http_push [ROWS]          (default 1000000; three runs)

A machine pushes the file with its token; the web process keeps and answers, the worker checks and publishes. Beside it,
the same bytes sent to the same server and refused at once (a wrong token): what the way itself costs.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from pathlib import Path

import httpx

from bench.csv_intake import FEED, sample
from tests.city import City, new_city

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
RUNS = 3


def tokens(city: City) -> list[str]:
    """One feed for each run, so that no run finds the same bytes already there; returns their tokens."""
    os.environ.update(city.environment | {"DJANGO_SETTINGS_MODULE": "tidar.settings"})
    import django

    django.setup()
    from tidar.common import clock
    from tidar.common.actor import system
    from tidar.hub.actions.feeds import create_feed, issue_token, read_definition

    by, at, made = system("bench"), clock.now(), []
    for run in range(RUNS):
        text = FEED.format(code=f"laporan-{run}", table=f"laporan_{run}").replace('"upload"', '"http_push"')
        feed = create_feed(definition=read_definition(text, name="bench"), by=by, at=at)
        made.append(issue_token(feed_id=feed.pk, label="bench", by=by, at=at))
    return made


def push(city: City, path: Path, *, run: int, token: str) -> tuple[int, float]:
    """Send the file; returns the status and the seconds until the answer."""
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv", "X-File-Name": path.name}
    url = f"{city.url}/api/hub/feeds/laporan-{run}/deliveries"
    with path.open("rb") as file:
        answer = httpx.post(url, content=file, headers=headers, timeout=120)
    return answer.status_code, time.monotonic() - began


def queryable(table: str, patience_seconds: float = 120.0) -> int:
    """Wait until the table can be read; returns its rows."""
    from tidar.lake import api as lake

    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        if lake.current_version(table):
            return int(lake.read(f"SELECT count(*) AS n FROM {table}").to_pylist()[0]["n"])
        time.sleep(0.05)
    return 0


def main() -> int:
    """Print one table."""
    path = sample(ROWS)
    city = new_city("bench_push").start()
    try:
        given, answered, whole, rows = tokens(city), [], [], []
        for run, token in enumerate(given):
            began = time.monotonic()
            status, seconds = push(city, path, run=run, token=token)
            rows.append(queryable(f"laporan_{run}"))
            whole.append(time.monotonic() - began)
            answered.append(seconds)
            print(
                f"run {run}: answered {status} after {seconds:.2f} s, {rows[-1]} rows queryable after {whole[-1]:.2f} s"
            )
        _, refused = push(city, path, run=0, token="wrong")  # noqa: S106
    finally:
        city.stop()
        shutil.rmtree(city.home, ignore_errors=True)
    print(f"\n{ROWS:,} rows, {path.stat().st_size / 1e6:.0f} MB, median of {RUNS}")
    print(f"{'answered (kept, hashed, on disk)':<44}{statistics.median(answered):>8.2f} s")
    print(f"{'ours: first byte sent → first query':<44}{statistics.median(whole):>8.2f} s")
    print(f"{'limit: the same bytes refused at the door':<44}{refused:>8.2f} s")
    return 0 if set(rows) == {ROWS} else 1


if __name__ == "__main__":
    raise SystemExit(main())
