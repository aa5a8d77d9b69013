"""Boards of one market on one day: who runs it sees every stall; the public sees numbers and two words.

The public board tells of the day only: never a name, an amount, or what is owed from before (UU 27/2022: no more
personal data than the purpose needs; a stall number stands for a person). A stall that is empty, closed, on leave or
not charged shows the same dash, so that nobody reads from it who is away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection
from django.db.models import Q

from tidar.retribusi.models import Closure, Market, Parameter
from tidar.retribusi.queries.takings import bounds
from tidar.retribusi.rules.paying import NEW_MONEY_SQL

StallState = Literal["sudah", "sebagian", "belum", "tutup", "kosong", "tanpa-tagihan"]
PublicState = Literal["sudah", "belum", "-"]

STALLS_SQL = """
SELECT l.id, l.block, l.number, l.place_type, o.id, y.name, a.amount_rupiah, a.closed_by, r.signed_at IS NOT NULL,
    CASE WHEN a.id IS NOT NULL AND a.closed_at IS NULL THEN coalesce((SELECT sum(x.amount_rupiah)
        FROM retribusi_allocation x WHERE x.assessment_id = a.id), 0) ELSE a.amount_rupiah END,
    EXISTS (SELECT 1 FROM retribusi_closure c WHERE c.occupancy_id = o.id AND c.withdrawn_at IS NULL
        AND c.from_date <= %(day)s AND c.to_date >= %(day)s)
FROM retribusi_levyobject l
LEFT JOIN retribusi_occupancy o ON o.levy_object_id = l.id AND o.from_date <= %(day)s
    AND (o.to_date IS NULL OR o.to_date >= %(day)s)
LEFT JOIN retribusi_payer y ON y.id = o.payer_id
LEFT JOIN LATERAL (SELECT * FROM retribusi_assessment a WHERE a.occupancy_id = o.id AND a.period_from_date <= %(day)s
    AND a.period_from_date >= %(day)s - 31 AND a.period_to_date >= %(day)s AND a.closed_by <> 'batal'
    ORDER BY a.period_from_date DESC LIMIT 1) a ON true
LEFT JOIN retribusi_run r ON r.id = a.run_id
WHERE l.market_id = %(market)s AND (l.closed_at IS NULL OR l.closed_at >= %(since)s) AND l.registered_at < %(until)s
ORDER BY l.block, l.route_order, l.number
"""

WORK_TEMPLATE = """
SELECT p.collector_id, count(*) FILTER (WHERE p.reverses_id IS NULL), sum(p.amount_rupiah), max(p.happened_at)
FROM retribusi_payment p WHERE p.happened_at >= %(since)s AND p.happened_at < %(until)s AND p.market_id = %(market)s
    AND p.collector_id > '' AND {new_money} GROUP BY 1 ORDER BY 3 DESC
"""
WORK_SQL = WORK_TEMPLATE.format(new_money=NEW_MONEY_SQL)


@dataclass(frozen=True, slots=True)
class Stall:
    """One stall on one day, for who runs the market. `owed_rupiah` is of the day's own bill."""

    id: int
    block: str
    number: str
    place_type: str
    holder: str
    state: StallState
    amount_rupiah: int
    owed_rupiah: int


@dataclass(frozen=True, slots=True)
class Block:
    """One block with its stalls and how many stand in each state."""

    name: str
    stalls: tuple[Stall, ...]
    counts: dict[str, int]

    @property
    def occupied_count(self) -> int:
        """Stalls that somebody holds."""
        return len(self.stalls) - self.counts.get("kosong", 0)


@dataclass(frozen=True, slots=True)
class AtWork:
    """A collector who took something at a market on a day."""

    collector_id: str
    count: int
    rupiah: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Spot:
    """One stall on the public board: its number and one of two words, or a dash."""

    number: str
    state: PublicState


def closed_reason(market: Market, day: date) -> str | None:
    """Why a market is closed on a day, in words; None when it is open."""
    closures = Closure.objects.filter(market=market, withdrawn_at=None, from_date__lte=day, to_date__gte=day)
    if (closure := closures.first()) is not None:
        return closure.reason
    if market.open_weekdays and day.isoweekday() not in market.open_weekdays:
        return "bukan hari pasar"
    return None


def stalls(market: Market, day: date, *, closed: bool) -> list[Stall]:
    """Every stall of a market on a day, by block in the order of the walk. One statement."""
    since, until = bounds(day, day)
    with connection.cursor() as cursor:
        cursor.execute(STALLS_SQL, {"market": market.pk, "day": day, "since": since, "until": until})
        return [_stall(row, closed=closed) for row in cursor.fetchall()]


def _stall(row: tuple[Any, ...], *, closed: bool) -> Stall:
    id, block, number, place_type, occupancy, holder, amount, closed_by, signed, paid, on_leave = row
    owed = max(int(amount or 0) - int(paid or 0), 0)
    if occupancy is None:
        state: StallState = "kosong"
    elif amount is not None and signed and closed_by != "lunas":
        state = "sebagian" if paid else "belum"
    elif closed_by == "lunas":
        state = "sudah"
    else:
        state = "tutup" if closed or on_leave else "tanpa-tagihan"
    return Stall(id, block, number, place_type, holder or "", state, int(amount or 0), owed if amount else 0)


def blocks(found: Iterable[Stall]) -> list[Block]:
    """Stalls by block, in their order."""
    by_name: dict[str, list[Stall]] = {}
    for one in found:
        by_name.setdefault(one.block, []).append(one)
    return [Block(name, tuple(held), dict(Counter(s.state for s in held))) for name, held in by_name.items()]


def at_work(market: Market, day: date) -> list[AtWork]:
    """Who took how much at a market on a day, and when last. One statement."""
    since, until = bounds(day, day)
    with connection.cursor() as cursor:
        cursor.execute(WORK_SQL, {"market": market.pk, "since": since, "until": until})
        return [AtWork(who, count, int(rupiah), last) for who, count, rupiah, last in cursor.fetchall()]


def spots(found: Iterable[Stall]) -> list[Spot]:
    """What the public may read of stalls: "sebagian" is "belum", everything that is no bill is a dash."""
    words: dict[StallState, PublicState] = {"sudah": "sudah", "sebagian": "belum", "belum": "belum"}
    return [Spot(one.number, words.get(one.state, "-")) for one in found]


def public_board_is_on(market: str, day: date) -> bool:
    """Whether a market's public board is shown: the dated parameter `papan-<market>`, else `papan`; "mati" hides it."""
    names = ("papan", f"papan-{market}"[:60])
    rows = Parameter.objects.filter(Q(name__in=names), valid_from_date__lte=day).order_by("valid_from_date")
    newest = {row.name: row.value.strip().lower() for row in rows}
    return newest.get(names[1], newest.get(names[0], "")) != "mati"
