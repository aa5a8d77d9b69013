"""Arrears (piutang): what is still owed, how old it is, by market, block and trader; at the end of a day, and now.

The whole is counted once a night (`ArrearsDay`); a page says today's arrears as that close and what has moved since:
issued, paid, cancelled. Detail is counted from the open SKRD themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone
from typing import Any

from django.db import connection
from django.db.models import Max

from tidar.retribusi.models import ArrearsDay
from tidar.retribusi.queries.takings import bounds

BEGINNING = datetime(2000, 1, 1, tzinfo=timezone.utc)
SETTLES_WITHIN_DAYS = 60  # a phone that was silent for longer is held for review, not booked

AGED = """
    coalesce(sum(owed) FILTER (WHERE due_date >= %(day)s), 0),
    coalesce(sum(owed) FILTER (WHERE due_date < %(day)s AND due_date >= %(day)s - 30), 0),
    coalesce(sum(owed) FILTER (WHERE due_date < %(day)s - 30 AND due_date >= %(day)s - 90), 0),
    coalesce(sum(owed) FILTER (WHERE due_date < %(day)s - 90 AND due_date >= %(day)s - 365), 0),
    coalesce(sum(owed) FILTER (WHERE due_date < %(day)s - 365
        AND (due_date + interval '3 years')::date >= %(day)s), 0),
    coalesce(sum(owed) FILTER (WHERE due_date < %(day)s - 365
        AND (due_date + interval '3 years')::date < %(day)s), 0),
    coalesce(sum(owed), 0), count(*), count(DISTINCT occupancy_id) FILTER (WHERE due_date < %(day)s)
"""

# Open SKRD are few beside all that were ever issued; only of those is looked up what was paid in part.
OPEN_NOW = """
    SELECT a.occupancy_id, a.due_date, a.amount_rupiah - coalesce((SELECT sum(x.amount_rupiah)
        FROM retribusi_allocation x WHERE x.assessment_id = a.id), 0) AS owed
    FROM retribusi_assessment a WHERE a.closed_at IS NULL
"""

# As it was recorded before a moment: an SKRD that was closed later was open then.
OPEN_THEN = """
    SELECT a.occupancy_id, a.due_date, a.amount_rupiah - coalesce((SELECT sum(x.amount_rupiah)
        FROM retribusi_allocation x JOIN retribusi_payment p ON p.id = x.payment_id
        WHERE x.assessment_id = a.id AND p.recorded_at < %(until)s), 0) AS owed
    FROM retribusi_assessment a
    LEFT JOIN retribusi_assessmentcancellation v ON v.assessment_id = a.id AND v.cancelled_at < %(until)s
    WHERE a.recorded_at < %(until)s AND v.assessment_id IS NULL
        AND (a.closed_at IS NULL OR a.closed_at >= %(settled)s)
"""

DAY_TEMPLATE = """
WITH open AS ({open})
SELECT l.market_id, l.levy_kind_id, {aged}
FROM open JOIN retribusi_occupancy o ON o.id = open.occupancy_id JOIN retribusi_levyobject l ON l.id = o.levy_object_id
WHERE owed > 0 GROUP BY 1, 2 ORDER BY 1, 2
"""

DAY_SQL = DAY_TEMPLATE.format(open=OPEN_THEN, aged=AGED)

MOVED_SQL = """
SELECT l.market_id, l.levy_kind_id, sum(moved.issued), sum(moved.paid), sum(moved.cancelled) FROM (
    SELECT a.occupancy_id, a.amount_rupiah AS issued, 0 AS paid, 0 AS cancelled FROM retribusi_assessment a
    WHERE a.recorded_at >= %(since)s AND a.recorded_at < %(until)s
    UNION ALL
    SELECT a.occupancy_id, 0, x.amount_rupiah, 0 FROM retribusi_payment p
    JOIN retribusi_allocation x ON x.payment_id = p.id JOIN retribusi_assessment a ON a.id = x.assessment_id
    WHERE p.recorded_at >= %(since)s AND p.recorded_at < %(until)s
    UNION ALL
    SELECT a.occupancy_id, 0, 0, a.amount_rupiah - coalesce((SELECT sum(x.amount_rupiah) FROM retribusi_allocation x
        WHERE x.assessment_id = a.id), 0)
    FROM retribusi_assessmentcancellation v JOIN retribusi_assessment a ON a.id = v.assessment_id
    WHERE v.cancelled_at >= %(since)s AND v.cancelled_at < %(until)s
) moved
JOIN retribusi_occupancy o ON o.id = moved.occupancy_id JOIN retribusi_levyobject l ON l.id = o.levy_object_id
JOIN retribusi_levykind k ON k.code = l.levy_kind_id
WHERE k.agency_id = %(agency)s GROUP BY 1, 2
"""

GROUPINGS = {
    "pasar": ("coalesce(l.market_id, '')", "coalesce(m.name, k.title)", "''"),
    "blok": ("coalesce(l.block, '')", "CASE WHEN l.block = '' THEN 'Tanpa blok' ELSE 'Blok ' || l.block END", "''"),
    "pedagang": ("y.npwrd", "y.name", "string_agg(DISTINCT l.number, ', ' ORDER BY l.number)"),
}

DETAIL_SQL = """
WITH open AS ({open})
SELECT {key}, {title}, {places}, {aged}, max(%(day)s - due_date)
FROM open JOIN retribusi_occupancy o ON o.id = open.occupancy_id JOIN retribusi_levyobject l ON l.id = o.levy_object_id
JOIN retribusi_levykind k ON k.code = l.levy_kind_id LEFT JOIN retribusi_market m ON m.code = l.market_id
JOIN retribusi_payer y ON y.id = o.payer_id
WHERE owed > 0 AND k.agency_id = %(agency)s AND (%(market)s = '' OR l.market_id = %(market)s)
    AND (NOT %(one_block)s OR l.block = %(block)s)
GROUP BY 1, 2 ORDER BY sum(owed) FILTER (WHERE due_date < %(day)s) DESC NULLS LAST, 2
LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class Ages:
    """What is owed, by age (see `rules.ageing`); how many SKRD, and how many places have something overdue."""

    not_due: int = 0
    to_30_days: int = 0
    to_90_days: int = 0
    to_1_year: int = 0
    to_3_years: int = 0
    older: int = 0
    owed: int = 0
    skrd_count: int = 0
    late_count: int = 0

    @property
    def overdue(self) -> int:
        """What is past its due date."""
        return self.owed - self.not_due

    @property
    def by_age(self) -> tuple[int, ...]:
        """The six classes in the order of `rules.ageing.AGES`."""
        return (self.not_due, self.to_30_days, self.to_90_days, self.to_1_year, self.to_3_years, self.older)

    def __add__(self, other: Ages) -> Ages:
        return Ages(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Ages)))


@dataclass(frozen=True, slots=True)
class AgedLine:
    """One market, block or trader with what it owes; `places` are a trader's stalls, `oldest_days` how long overdue."""

    key: str
    title: str
    places: str
    ages: Ages
    oldest_days: int


@dataclass(frozen=True, slots=True)
class Arrears:
    """Arrears of one levy at one market: at the last close, what moved since, and now."""

    market: str
    levy_kind: str
    closed: Ages
    issued: int
    paid: int
    cancelled: int

    @property
    def now(self) -> int:
        """What is owed after what moved."""
        return self.closed.owed + self.issued - self.paid - self.cancelled


def counted_at(day: date) -> list[tuple[str | None, str, Ages]]:
    """What was owed at the end of `day`, by market and levy, counted from the SKRD themselves. Slow: for the night."""
    since, until = bounds(day, day)
    asked: dict[str, Any] = {"day": day, "until": until, "settled": since - timedelta(days=SETTLES_WITHIN_DAYS)}
    with connection.cursor() as cursor:
        cursor.execute(DAY_SQL, asked)
        return [(row[0], row[1], Ages(*map(int, row[2:]))) for row in cursor.fetchall()]


def newest_close(day: date) -> date | None:
    """The last day up to `day` whose arrears were counted."""
    found: date | None = ArrearsDay.objects.filter(day_date__lte=day).aggregate(day=Max("day_date"))["day"]
    return found


def arrears_at(agency: str, day: date, *, closed_day: date | None) -> list[Arrears]:
    """Arrears of an agency at the end of `day` (now, when it is today): the close, and what was recorded since.

    Without any close before (`closed_day` None) everything ever recorded is what moved. Two statements.
    """
    closed: dict[tuple[str, str], Ages] = {}
    rows = ArrearsDay.objects.filter(day_date=closed_day, levy_kind__agency_id=agency) if closed_day else []
    for row in rows:
        closed[row.market_id or "", row.levy_kind_id] = _ages(row)
    moved = _moved(agency, closed_day, day) if closed_day is None or closed_day < day else {}
    keys = sorted(closed.keys() | moved.keys())
    return [Arrears(*key, closed.get(key, Ages()), *moved.get(key, (0, 0, 0))) for key in keys]


def _ages(row: ArrearsDay) -> Ages:
    return Ages(
        row.not_due_rupiah, row.to_30_days_rupiah, row.to_90_days_rupiah, row.to_1_year_rupiah, row.to_3_years_rupiah,
        row.older_rupiah, row.owed_rupiah, row.skrd_count, row.occupancy_count,
    )  # fmt: skip


def _moved(agency: str, closed_day: date | None, day: date) -> dict[tuple[str, str], tuple[int, int, int]]:
    since = bounds(closed_day, closed_day)[1] if closed_day else BEGINNING
    asked: dict[str, Any] = {"agency": agency, "since": since, "until": bounds(day, day)[1]}
    with connection.cursor() as cursor:
        cursor.execute(MOVED_SQL, asked)
        return {(row[0] or "", row[1]): (int(row[2]), int(row[3]), int(row[4])) for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which arrears are asked for: an agency, one of its markets, one of its blocks; and by what they are told."""

    agency: str
    market: str = ""
    block: str | None = None
    by: str = "pasar"
    offset: int = 0
    limit: int = 100


def aged(asked: Narrowed, *, day: date) -> Sequence[AgedLine]:
    """What is owed now by market, block or trader, the greatest overdue first; aged as of `day`. One statement."""
    key, title, places = GROUPINGS[asked.by]
    sql = DETAIL_SQL.format(open=OPEN_NOW, key=key, title=title, places=places, aged=AGED)
    values: dict[str, Any] = {
        "day": day, "agency": asked.agency, "market": asked.market, "one_block": asked.block is not None,
        "block": asked.block or "", "limit": asked.limit, "offset": asked.offset,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [
            AgedLine(row[0], row[1], row[2], Ages(*map(int, row[3:12])), max(int(row[12] or 0), 0))
            for row in cursor.fetchall()
        ]
