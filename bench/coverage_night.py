"""The night's coverage of a whole city into the lake: the first time (three months), an ordinary night, a late one.

    .venv/bin/python -m bench.coverage_night [--quick]

The same city as `gap_board`. Peer: reading the same checks with one statement.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from typing import Any

from bench._patrol import NOW, in_a_city

BAR_SECONDS = 60.0


def timed(what: str, function: Any, **call: Any) -> float:
    """Seconds, told."""
    began = time.perf_counter()
    made = function(**call)
    taken = time.perf_counter() - began
    rows = ", ".join(f"{version.table} {version.row_count:,} rows" for version in made or ())
    sys.stdout.write(f"  {what:44} {taken:6.2f} s   {rows}\n")
    sys.stdout.flush()
    return taken


def measured() -> int:
    """Whole city: everything once, then one night, then the public tables."""
    from django.db import connection

    from tidar.rojak.actions.covering import cover_nights
    from tidar.rojak.actions.exporting import export_patrol
    from tidar.rojak.actions.publishing import publish_patrol
    from tidar.rojak.models import Post

    Post.objects.update(from_date=(NOW - timedelta(days=92)).date())
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT segment_id, happened_at, is_certain FROM rojak_check")
        cursor.fetchall()
    sys.stdout.write(f"  peer: reading every check {time.perf_counter() - began:.2f} s\n")
    first = timed("coverage of 92 days, for the first time", cover_nights, at=NOW)
    night = timed("coverage of one night", cover_nights, at=NOW + timedelta(days=1))
    timed("rounds and findings, for the first time", export_patrol, at=NOW)
    timed("public tables", publish_patrol, at=NOW + timedelta(days=1))
    sys.stdout.write(f"whole city: {first:.1f} s for 92 days, {night:.2f} s for a night, bar {BAR_SECONDS:.0f} s\n")
    return 0 if max(first, night) <= BAR_SECONDS else 1


if __name__ == "__main__":
    raise SystemExit(in_a_city(measured))
