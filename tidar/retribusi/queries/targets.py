"""Target against realised, per market and levy, for a year up to a day.

Realised is what came in as revenue or advance, gross, less reversals; titipan counts once it is applied to a bill.
An advance that is used up counted when it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tidar.retribusi.models import LevyKind, Market, Payment, Target
from tidar.retribusi.queries.takings import bounds
from tidar.retribusi.rules.targets import Standing, standing

REALISED_SQL = """
WITH summed AS MATERIALIZED (
    SELECT p.occupancy_id, p.market_id, CASE WHEN p.channel = 'karcis' AND p.occupancy_id IS NULL THEN (
            SELECT b.levy_kind_id FROM retribusi_karcismove v JOIN retribusi_karcisbook b ON b.id = v.book_id
            WHERE v.payment_id = p.id LIMIT 1) END AS book_levy,
        sum(p.amount_rupiah - p.suspense_rupiah) AS year,
        sum(p.amount_rupiah - p.suspense_rupiah) FILTER (WHERE p.happened_at >= %(month)s) AS month,
        sum(p.amount_rupiah - p.suspense_rupiah) FILTER (WHERE p.happened_at >= %(today)s) AS today
    FROM retribusi_payment p
    WHERE p.happened_at >= %(since)s AND p.happened_at < %(until)s AND p.channel <> %(advance)s
        AND p.agency_id = %(agency)s
    GROUP BY 1, 2, 3
)
SELECT coalesce(l.market_id, s.market_id, ''), coalesce(k.code, ''), sum(s.year), sum(s.month), sum(s.today)
FROM summed s LEFT JOIN retribusi_occupancy o ON o.id = s.occupancy_id
LEFT JOIN retribusi_levyobject l ON l.id = o.levy_object_id
LEFT JOIN retribusi_levykind k ON k.code = coalesce(l.levy_kind_id, s.book_levy)
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Realised:
    """What came in as revenue in a year up to a day, of it in the day's month, of it on the day."""

    year: int = 0
    month: int = 0
    today: int = 0

    def __add__(self, other: Realised) -> Realised:
        return Realised(self.year + other.year, self.month + other.month, self.today + other.today)


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One levy at one market: target, what came in, the pace, and where the target is written."""

    market: str
    market_name: str
    levy_kind: str
    levy_title: str
    realised: Realised
    standing: Standing
    source: str


def realised(agency: str, day: date) -> dict[tuple[str, str], Realised]:
    """What came in during the year of `day` up to its end, by (market, levy). One statement over a year's receipts."""
    asked: dict[str, Any] = {
        "since": bounds(date(day.year, 1, 1), day)[0],
        "until": bounds(day, day)[1],
        "month": bounds(day.replace(day=1), day)[0],
        "today": bounds(day, day)[0],
        "advance": Payment.Channel.ADVANCE.value,
        "agency": agency,
    }
    with connection.cursor() as cursor:
        cursor.execute(REALISED_SQL, asked)
        return {(r[0], r[1]): Realised(int(r[2] or 0), int(r[3] or 0), int(r[4] or 0)) for r in cursor.fetchall()}


def target_lines(agency: str, day: date) -> list[TargetLine]:
    """Every market and levy that has a target or brought something in, in the order of their names. Four statements."""
    targets = {
        (one.market_id, one.levy_kind_id): one
        for one in Target.objects.filter(year=day.year, levy_kind__agency_id=agency)
    }
    came = realised(agency, day)
    kinds = dict(LevyKind.objects.filter(agency_id=agency).values_list("code", "title"))
    markets = dict(Market.objects.filter(agency_id=agency).values_list("code", "name"))
    lines = []
    for market, kind in sorted(
        targets.keys() | came.keys(), key=lambda k: (markets.get(k[0], ""), kinds.get(k[1], ""))
    ):
        target, brought = targets.get((market, kind)), came.get((market, kind), Realised())
        goal = target.amount_rupiah if target else 0
        stands = standing(target_rupiah=goal, realised_rupiah=brought.year, day=day)
        names = (market, markets.get(market, ""), kind, kinds.get(kind, ""))
        lines.append(TargetLine(*names, brought, stands, target.source if target else ""))
    return lines


def together(lines: list[TargetLine], day: date) -> tuple[Realised, Standing]:
    """All lines as one."""
    total = sum((one.realised for one in lines), Realised())
    goal = sum(one.standing.target_rupiah for one in lines)
    return total, standing(target_rupiah=goal, realised_rupiah=total.year, day=day)
