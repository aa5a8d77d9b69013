"""Who carried the patrol of a post in a span of days: rounds, hours and checked segments of each member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tidar.places import api as places
from tidar.rojak.rules.fairness import Fairness, fairness

# Present is whoever was noted as present or led a leg. A check is shared equally by those who were on its round.
VOLUNTEERS = """
WITH walked AS (
    SELECT r.id, coalesce(extract(epoch FROM r.ended_at - r.started_at), 0)::float8 / 3600 AS hours,
        (SELECT count(*) FROM rojak_check k WHERE k.round_id = r.id AND k.is_certain) AS checks
    FROM rojak_round r
    WHERE r.post_id = %(post)s AND (r.started_at AT TIME ZONE %(zone)s)::date BETWEEN %(first)s AND %(last)s
), present AS (
    SELECT a.round_id, a.member_id FROM rojak_attendance a JOIN walked w ON w.id = a.round_id
    UNION
    SELECT l.round_id, l.leader_id FROM rojak_leg l JOIN walked w ON w.id = l.round_id WHERE l.leader_id IS NOT NULL
), shared AS (
    SELECT p.member_id, w.hours, w.checks::float8 / count(*) OVER (PARTITION BY p.round_id) AS checks
    FROM present p JOIN walked w ON w.id = p.round_id
)
SELECT m.id, m.name, m.erased_at IS NULL, count(s.member_id), coalesce(sum(s.hours), 0), coalesce(sum(s.checks), 0)
FROM rojak_member m LEFT JOIN shared s ON s.member_id = m.id
WHERE m.post_id = %(post)s AND m.from_date <= %(last)s AND coalesce(m.until_date, %(last)s) >= %(first)s
    OR m.id IN (SELECT member_id FROM shared)
GROUP BY m.id ORDER BY 5 DESC, 4 DESC, m.name, m.id
"""


@dataclass(frozen=True, slots=True)
class Volunteer:
    """What one member carried. `checks` is their part of all certain checks of the rounds they were on."""

    member_id: int
    name: str  # "" once erased
    rounds: int
    hours: float
    checks: float


@dataclass(frozen=True, slots=True)
class Burden:
    """All members of a post in a span, those with most hours first, and how evenly hours and checks were shared."""

    volunteers: tuple[Volunteer, ...]
    hours: Fairness
    checks: Fairness

    @property
    def total_checks(self) -> float:
        """All checks that anybody has a part in."""
        return sum(one.checks for one in self.volunteers)


def burden(post_id: int, first: date, last: date) -> Burden:
    """Who carried the patrol of a post from `first` until `last` (both included); one query.

    Members who belonged to the post on any of these days count, also with nothing: that is what fairness is about.
    """
    values: dict[str, Any] = {"post": post_id, "zone": places.region().zone.key, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(VOLUNTEERS, values)
        rows = cursor.fetchall()
    found = tuple(
        Volunteer(pk, name if named else "", rounds, hours, checks) for pk, name, named, rounds, hours, checks in rows
    )
    return Burden(found, fairness([one.hours for one in found]), fairness([one.checks for one in found]))


def evenness(shares: Sequence[float]) -> Fairness:
    """How evenly places are covered: the same measures over their shares."""
    return fairness(shares)
