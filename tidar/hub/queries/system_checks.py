"""What the system found when it checked itself: the newest event of every kind that ends in ".checked"."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import connection

EVERY = timedelta(hours=26)  # checks run at night; one that is older than this did not run
CheckState = Literal["holds", "broken", "late"]

# Every kind by one probe of the index (kind, happened_at) each, however many events there are.
NEWEST_SQL = """
WITH RECURSIVE kinds AS (
    (SELECT kind FROM hub_event ORDER BY kind LIMIT 1)
    UNION ALL
    SELECT (SELECT e.kind FROM hub_event e WHERE e.kind > kinds.kind ORDER BY e.kind LIMIT 1)
    FROM kinds WHERE kinds.kind IS NOT NULL
)
SELECT newest.kind, newest.subject, newest.happened_at, newest.data
FROM kinds CROSS JOIN LATERAL (
    SELECT * FROM hub_event e WHERE e.kind = kinds.kind ORDER BY e.happened_at DESC, e.id DESC LIMIT 1
) newest
WHERE kinds.kind LIKE '%.checked' ORDER BY newest.subject
"""


@dataclass(frozen=True, slots=True)
class SystemCheck:
    """The last check of one part of the system."""

    kind: str  # "ledger.checked"
    title: str  # "Buku besar"
    checked_at: datetime
    faults: tuple[str, ...]  # the first of them, as sentences
    fault_count: int
    state: CheckState


def system_checks(*, at: datetime) -> tuple[SystemCheck, ...]:
    """The last check of every part that ever checked itself, by title."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_SQL)
        return tuple(_check(row, at=at) for row in cursor.fetchall())


def _check(row: tuple[Any, ...], *, at: datetime) -> SystemCheck:
    kind, title, checked_at, data = row
    found: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    count = int(found.get("fault_count", 0))
    state: CheckState = "broken" if count else "late" if at - checked_at > EVERY else "holds"
    return SystemCheck(kind, title, checked_at, tuple(found.get("faults", ())), count, state)
