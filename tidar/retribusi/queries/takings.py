"""What came in: receipts of a span of days by channel, market, collector, levy. New money only, gross.

An advance that is used up and titipan that is applied to a bill are no new money (`rules.paying.NEW_MONEY_SQL`); a
reversal counts negative on its own day, unless the cash stayed where it was. What stands in titipan is money that came,
but is no revenue yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from tidar.places import api as places
from tidar.retribusi.rules.paying import NEW_MONEY_SQL

# A karcis names no occupancy: its levy is that of its book.
JOINS = """
LEFT JOIN retribusi_occupancy o ON o.id = p.occupancy_id
LEFT JOIN retribusi_levyobject l ON l.id = o.levy_object_id
LEFT JOIN LATERAL (SELECT b.levy_kind_id FROM retribusi_karcismove v JOIN retribusi_karcisbook b ON b.id = v.book_id
    WHERE p.channel = 'karcis' AND p.occupancy_id IS NULL AND v.payment_id = p.id LIMIT 1) book ON true
LEFT JOIN retribusi_levykind k ON k.code = coalesce(l.levy_kind_id, book.levy_kind_id)
LEFT JOIN retribusi_market m ON m.code = coalesce(l.market_id, p.market_id)
"""

TAKINGS_TEMPLATE = """
SELECT p.channel, coalesce(m.code, ''), coalesce(m.name, ''), p.collector_id, coalesce(k.code, ''),
    count(*) FILTER (WHERE p.reverses_id IS NULL), sum(p.amount_rupiah), sum(p.suspense_rupiah)
FROM retribusi_payment p {joins}
WHERE p.happened_at >= %(since)s AND p.happened_at < %(until)s AND {new_money}
    AND p.agency_id = %(agency)s AND (%(market)s = '' OR m.code = %(market)s)
GROUP BY 1, 2, 3, 4, 5
"""

DAILY_TEMPLATE = """
SELECT (p.happened_at AT TIME ZONE %(zone)s)::date AS day, p.channel, p.collector_id, coalesce(k.account_code, ''),
    count(*) FILTER (WHERE p.reverses_id IS NULL), sum(p.amount_rupiah), sum(p.suspense_rupiah)
FROM retribusi_payment p {joins}
WHERE p.happened_at >= %(since)s AND p.happened_at < %(until)s AND {new_money}
    AND p.agency_id = %(agency)s AND (%(market)s = '' OR m.code = %(market)s)
    AND (%(collector)s = '' OR p.collector_id = %(collector)s)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


TAKINGS_SQL = TAKINGS_TEMPLATE.format(joins=JOINS, new_money=NEW_MONEY_SQL)
DAILY_SQL = DAILY_TEMPLATE.format(joins=JOINS, new_money=NEW_MONEY_SQL)


@dataclass(frozen=True, slots=True)
class Taking:
    """Receipts that share channel, market, collector and levy: how many, how much, and how much of it is titipan."""

    channel: str
    market: str
    market_name: str
    collector_id: str
    levy_kind: str
    count: int
    rupiah: int
    suspense_rupiah: int


@dataclass(frozen=True, slots=True)
class DayTaking:
    """Receipts of one day that share channel, collector and account code."""

    day: date
    channel: str
    collector_id: str
    account_code: str
    count: int
    rupiah: int
    suspense_rupiah: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of a summary."""

    key: str
    title: str
    count: int
    rupiah: int


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of `first` to the first moment after `last`, in the region's zone."""
    zone = places.region().zone
    return (
        datetime.combine(first, time.min, tzinfo=zone),
        datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone),
    )


def _asked(agency: str, first: date, last: date) -> dict[str, Any]:
    since, until = bounds(first, last)
    return {"since": since, "until": until, "agency": agency, "zone": str(places.region().zone)}


def takings(agency: str, first: date, last: date, *, market: str = "") -> list[Taking]:
    """Receipts of an agency from one day to another, both included, folded by what they share. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(TAKINGS_SQL, _asked(agency, first, last) | {"market": market})
        return [_taking(row) for row in cursor.fetchall()]


def _taking(row: tuple[Any, ...]) -> Taking:
    channel, market, market_name, collector, levy_kind, count, rupiah, suspense = row
    return Taking(channel, market, market_name, collector, levy_kind, int(count), int(rupiah), int(suspense))


def _day_taking(row: tuple[Any, ...]) -> DayTaking:
    day, channel, collector, code, count, rupiah, suspense = row
    return DayTaking(day, channel, collector, code, int(count), int(rupiah), int(suspense))


def daily_takings(agency: str, first: date, last: date, *, market: str = "", collector: str = "") -> list[DayTaking]:
    """The same day by day, by channel, collector and account code. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(DAILY_SQL, _asked(agency, first, last) | {"market": market, "collector": collector})
        return [_day_taking(row) for row in cursor.fetchall()]


def summed(rows: Iterable[Taking], by: Callable[[Taking], tuple[str, str]]) -> list[Sum]:
    """Receipts by (key, title), the greatest first."""
    sums: dict[str, Sum] = {}
    for row in rows:
        key, title = by(row)
        before = sums.get(key, Sum(key, title, 0, 0))
        sums[key] = Sum(key, before.title or title, before.count + row.count, before.rupiah + row.rupiah)
    return sorted(sums.values(), key=lambda one: (-one.rupiah, one.title))
