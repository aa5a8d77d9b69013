"""What anybody may read: months and kelurahan, with small cells hidden and nothing that would give them away.

The tables are made from the limited ones and replace what was there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tidar.lake import api as lake
from tidar.places import api as places
from tidar.rojak.actions.lake_tables import add_rows, declare_tables, locked_cursor, move
from tidar.rojak.metrics import COVERAGE_PUBLIC, FINDINGS_PUBLIC, ROUNDS_PUBLIC, PatrolTable
from tidar.rojak.rules import lake as names
from tidar.rojak.rules.suppression import hidden

VILLAGE = "array_to_string(string_split(area_code, '.')[1:4], '.')"
ROUNDS_SQL = f"""
SELECT strftime(started_date, '%Y-%m') AS month, program, {VILLAGE} AS area, count(*) AS n,
    coalesce(sum(hours), 0) AS hours, coalesce(sum(kilometres), 0) AS kilometres, sum(checks) AS checks
FROM patrol_rounds GROUP BY ALL ORDER BY ALL
"""  # noqa: S608
FINDINGS_SQL = f"""
SELECT strftime(found_date, '%Y-%m') AS month, program, kind, kind_title, {VILLAGE} AS area, sum(findings) AS n
FROM patrol_findings WHERE about = 'tempat' GROUP BY ALL ORDER BY ALL
"""  # noqa: S608
COVERAGE_SQL = f"""
SELECT month, hour, program, area, max(n) AS n, sum(due) AS due, sum(covered) AS covered, sum(unknown) AS unknown FROM (
    SELECT strftime(date, '%Y-%m') AS month, date, hour, program, {VILLAGE} AS area, sum(segments) AS n,
        sum(due_minutes) AS due, sum(covered_minutes) AS covered, sum(unknown_minutes) AS unknown
    FROM patrol_coverage GROUP BY ALL
) GROUP BY ALL ORDER BY ALL
"""  # noqa: S608


@transaction.atomic
def publish_patrol(*, at: datetime) -> tuple[lake.VersionView, ...]:
    """The public tables of rounds, findings and coverage, anew."""
    cursor = locked_cursor("patrol_public", at=at)
    if cursor is None:
        return ()
    declare_tables(at=at)
    made = [
        _publish(ROUNDS_PUBLIC, names.ROUNDS, ROUNDS_SQL, (2, 3), at=at),
        _publish(FINDINGS_PUBLIC, names.FINDINGS, FINDINGS_SQL, (4, 5), at=at),
        _publish(COVERAGE_PUBLIC, names.COVERAGE, COVERAGE_SQL, (3, 4), at=at),
    ]
    move(cursor, {"at": at.isoformat()}, at=at)
    return tuple(version for version in made if version is not None)


def _publish(
    table: PatrolTable, source: str, sql: str, places_: tuple[int, int], *, at: datetime
) -> lake.VersionView | None:
    if lake.current_version(source) is None:
        return None
    found = [tuple(row.values()) for row in lake.read(sql).to_pylist()]
    rows = [(*row, n) for n, row in enumerate(public_rows(found, area_at=places_[0], region=places.region().code), 1)]
    return add_rows(table, rows, mode="replace", at=at)


def public_rows(found: Sequence[tuple[Any, ...]], *, area_at: int, region: str) -> list[tuple[Any, ...]]:
    """Each line (rows alike but for their area) with its total, small cells emptied; `hidden` at the end.

    A row is what tells the line, the area at `area_at`, the count that decides, and further sums.
    """
    lines: dict[tuple[Any, ...], dict[str, tuple[Any, ...]]] = defaultdict(dict)
    for row in found:
        lines[row[:area_at]][row[area_at]] = row[area_at + 1 :]
    rows = []
    for line, cells in sorted(lines.items()):
        secret, total_secret = hidden({area: int(values[0]) for area, values in cells.items()})
        total = tuple(sum(column) for column in zip(*cells.values(), strict=True))
        for area, values in sorted(cells.items()):
            rows.append((*line, area, *_told(values, area in secret)))
        rows.append((*line, region, *_told(total, total_secret)))
    return rows


def _told(values: Sequence[Any], is_secret: bool) -> tuple[Any, ...]:  # noqa: FBT001
    told: list[Any] = [None] * len(values) if is_secret else [int(values[0]), *values[1:]]
    return (*told, is_secret)
