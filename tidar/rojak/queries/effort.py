"""Effort: rounds, hours, kilometres, checked segments, and what was found for it, so that zones compare fairly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tidar.places import api as places

TEN_HOURS = 10

# Findings about persons are left out: their number says something about people, not about the patrol.
EFFORTS = """
WITH walked AS (
    SELECT r.id, r.post_id, r.distance_metres, r.ended_at IS NULL AS open,
        extract(epoch FROM r.ended_at - r.started_at)::float8 / 3600 AS hours
    FROM rojak_round r
    WHERE r.started_at >= (%(first)s::timestamp AT TIME ZONE %(zone)s)
        AND r.started_at < ((%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s)
        AND r.post_id = ANY(%(posts)s)
), rounds AS (
    SELECT post_id, count(*) AS n, coalesce(sum(hours), 0) AS hours, coalesce(sum(distance_metres), 0) AS metres,
        count(*) FILTER (WHERE distance_metres IS NULL) AS unmeasured, count(*) FILTER (WHERE open) AS open
    FROM walked GROUP BY post_id
), checks AS (
    SELECT s.post_id, count(*) FILTER (WHERE k.is_certain) AS certain,
        count(*) FILTER (WHERE NOT k.is_certain) AS doubted,
        count(DISTINCT k.segment_id) FILTER (WHERE k.is_certain) AS segments
    FROM rojak_check k JOIN rojak_segment s ON s.id = k.segment_id
    WHERE k.happened_at >= (%(first)s::timestamp AT TIME ZONE %(zone)s)
        AND k.happened_at < ((%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s)
        AND s.post_id = ANY(%(posts)s)
    GROUP BY s.post_id
), findings AS (
    SELECT f.post_id, count(*) AS n FROM rojak_finding f JOIN rojak_findingkind t ON t.id = f.kind_id
    WHERE f.happened_at >= (%(first)s::timestamp AT TIME ZONE %(zone)s)
        AND f.happened_at < ((%(last)s::date + 1)::timestamp AT TIME ZONE %(zone)s)
        AND f.post_id = ANY(%(posts)s) AND t.sensitivity = 'tempat'
    GROUP BY f.post_id
)
SELECT p.id, coalesce(r.n, 0), coalesce(r.hours, 0), coalesce(r.metres, 0), coalesce(r.unmeasured, 0),
    coalesce(r.open, 0), coalesce(c.certain, 0), coalesce(c.doubted, 0), coalesce(c.segments, 0), coalesce(f.n, 0)
FROM unnest(%(posts)s::bigint[]) AS p(id)
LEFT JOIN rounds r ON r.post_id = p.id LEFT JOIN checks c ON c.post_id = p.id LEFT JOIN findings f ON f.post_id = p.id
"""


@dataclass(frozen=True, slots=True)
class Effort:
    """What was walked and found. `hours` and `metres` only of rounds whose end, or whose track, is known."""

    rounds: int = 0
    hours: float = 0.0
    metres: int = 0
    unmeasured: int = 0  # rounds without a known distance
    open: int = 0  # rounds that nobody ended
    checks: int = 0  # certain ones
    uncertain_checks: int = 0
    segments: int = 0  # different segments among the certain checks
    findings: int = 0  # about places; those about persons are left out

    @property
    def per_ten_hours(self) -> float | None:
        """Findings in ten hours of patrol; None without hours."""
        return TEN_HOURS * self.findings / self.hours if self.hours else None

    @property
    def checks_per_hour(self) -> float | None:
        """Certain checks in an hour of patrol; None without hours."""
        return self.checks / self.hours if self.hours else None

    @property
    def kilometres(self) -> float:
        """The known distance."""
        return self.metres / 1000


def efforts(post_ids: Sequence[int], first: date, last: date) -> dict[int, Effort]:
    """The effort of each post from `first` until `last` (both included, by the region's clock); one query."""
    values: dict[str, Any] = {"posts": list(post_ids), "zone": places.region().zone.key, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(EFFORTS, values)
        return {row[0]: Effort(*row[1:]) for row in cursor.fetchall()}


def together(found: Iterable[Effort]) -> Effort:
    """The sum of several."""
    many = list(found)
    return Effort(*(sum(getattr(one, name) for one in many) for name in Effort.__dataclass_fields__))
