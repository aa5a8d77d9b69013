"""The gap board of 192 RW over three months of rounds: what one request costs through the whole stack, in process.

    .venv/bin/python -m bench.gap_board [--quick]

A scratch database: 192 posts with 12 segments each, two rounds on every patrol day of thirteen weeks. Asked for as the
operator, who sees all of it. The limit is the one statement that reads the last check of every segment.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from bench._patrol import NOW, QUICK, in_a_city

CALLS, BAR_MS = (40 if QUICK else 150), 100
PAGES = {
    "board": "/rojak/celah/",
    "board, page 8": "/rojak/celah/?page=8",
    "all segments": "/rojak/celah/?tampil=ruas",
    "one kelurahan": "/rojak/celah/?kelurahan=33.71.03.1001",
    "map": "/rojak/celah/peta.geojson",
    "a post, 4 weeks": "/rojak/celah/pos-7/",
    "effort, 13 weeks": "/rojak/upaya/?dari=2026-08-26&sampai=2026-11-25",
}


def measure(url: str, client: Any) -> tuple[float, float, float, int]:
    """p50 and p95 in milliseconds, median milliseconds of this process' own processor time, number of statements."""
    from django.db import connection

    statements = 0

    def counting(execute: Any, *call: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*call)

    with connection.execute_wrapper(counting):
        answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status_code}")
    taken, own = [], []
    for _n in range(CALLS if url == PAGES["board"] else CALLS // 3):
        began, worked = time.perf_counter(), time.process_time()
        client.get(url)
        taken.append(1000 * (time.perf_counter() - began))
        own.append(1000 * (time.process_time() - worked))
    return statistics.median(taken), statistics.quantiles(taken, n=20)[18], statistics.median(own), statements


def limit() -> float:
    """Median milliseconds of the statement alone."""
    from tidar.rojak.queries.coverage import segment_rows

    taken = []
    for _n in range(30):
        began = time.perf_counter()
        list(segment_rows(None, NOW))
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def measured() -> int:
    """Every page; the board decides."""
    from tests.people.builders import client_of, person

    client = client_of(person("operator", role="operator"))
    sys.stdout.write(f"  limit: the last checks of all segments {limit():.1f} ms\n")
    worst = 0.0
    for name, url in PAGES.items():
        p50, p95, own, statements = measure(url, client)
        worst = p95 if name == "board" else worst
        sys.stdout.write(
            f"  {name:18} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   own {own:6.1f} ms   {statements:3} statements\n"
        )
        sys.stdout.flush()
    sys.stdout.write(f"gap board p95 {worst:.1f} ms, bar {BAR_MS} ms\n")
    return 0 if worst <= BAR_MS or QUICK else 1


if __name__ == "__main__":
    raise SystemExit(in_a_city(measured))
