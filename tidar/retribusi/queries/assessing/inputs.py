"""All that a run computes from: tariffs, market days, leaves, reliefs; and a digest that tells when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q

from tidar.retribusi.models import Closure, Market, Relief, Run, Tariff
from tidar.retribusi.rules.assessing import DaySpan, MarketDays, ReliefSpan
from tidar.retribusi.rules.tariffs import FLAT, TariffRow

BATCH = 5_000
GREATEST_PERIOD = timedelta(days=31)
LOOK_BACK = timedelta(days=14)  # how far a daily run looks for an earlier one to compare with


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is the same for every place of a run."""

    tariffs: tuple[TariffRow, ...]
    markets: dict[str | None, MarketDays]
    leaves: dict[int, tuple[DaySpan, ...]]  # by occupancy
    reliefs_of: dict[int, tuple[ReliefSpan, ...]]  # by occupancy
    reliefs_at: dict[str | None, tuple[ReliefSpan, ...]]  # by market; None: everywhere

    def reliefs(self, occupancy_id: int, market: str | None) -> tuple[ReliefSpan, ...]:
        """Every relief that may count for one occupancy."""
        everywhere = self.reliefs_at.get(None, ())
        at_market = self.reliefs_at.get(market, ()) if market is not None else ()
        return (*everywhere, *at_market, *self.reliefs_of.get(occupancy_id, ()))


@dataclass(frozen=True, slots=True)
class OccupancyRow:
    """One occupancy of a run as the preview reads it."""

    id: int
    from_date: date
    to_date: date | None
    market: str | None
    block: str
    number: str
    place_type: str
    area_m2: Decimal | None
    is_done: bool  # an SKRD for exactly this period
    overlaps: bool  # an SKRD for some of its days
    is_flat_done: bool  # a flat levy was assessed before
    last_rupiah: int | None  # of the period before


def tariff_rows(levy_kind: str, *, from_date: date, to_date: date) -> tuple[TariffRow, ...]:
    """Tariffs of a levy that hold on some day of a period."""
    found = Tariff.objects.filter(
        Q(valid_to_date__isnull=True) | Q(valid_to_date__gte=from_date),
        levy_kind=levy_kind,
        valid_from_date__lte=to_date,
    )
    return tuple(row_of(tariff) for tariff in found.order_by("id"))


def row_of(tariff: Tariff) -> TariffRow:
    """A tariff as the rules read it."""
    return TariffRow(
        id=tariff.id,
        levy_kind=tariff.levy_kind_id,
        market=tariff.market_id,
        place_type=tariff.place_type,
        area_from_m2=tariff.area_from_m2,
        area_below_m2=tariff.area_below_m2,
        period=tariff.period,
        amount_rupiah=tariff.amount_rupiah,
        valid_from_date=tariff.valid_from_date,
        valid_to_date=tariff.valid_to_date,
        legal_basis=tariff.legal_basis,
    )


def inputs_of(run: Run) -> Inputs:
    """Everything that a run's amounts come from, but its places."""
    closures = _closures(run)
    reliefs = list(_reliefs(run))
    return Inputs(
        tariffs=tariff_rows(run.levy_kind_id, from_date=run.from_date, to_date=run.to_date),
        markets=market_days(Market.objects.all(), closures),
        leaves=_grouped((c.occupancy_id, DaySpan(c.from_date, c.to_date)) for c in closures if c.occupancy_id),
        reliefs_of=_grouped((r.occupancy_id, _span(r)) for r in reliefs if r.occupancy_id),
        reliefs_at=_grouped((r.market_id, _span(r)) for r in reliefs if not r.occupancy_id),
    )


def market_days(markets: Iterable[Market], closures: Iterable[Closure]) -> dict[str | None, MarketDays]:
    """When each market is open; levies without a market are due every day."""
    closed = _grouped((c.market_id, DaySpan(c.from_date, c.to_date)) for c in closures if c.market_id)
    found: dict[str | None, MarketDays] = {
        market.code: MarketDays(tuple(sorted(market.open_weekdays)), closed.get(market.code, ())) for market in markets
    }
    return {None: MarketDays(), **found}


def _closures(run: Run) -> list[Closure]:
    overlapping = Closure.objects.filter(
        withdrawn_at=None, from_date__lte=run.to_date, to_date__gte=run.from_date
    ).order_by("id")
    return list(overlapping)


def _reliefs(run: Run) -> Iterable[Relief]:
    return (
        Relief.objects.filter(withdrawn_at=None)
        .filter(levy_kind=run.levy_kind_id, from_date__lte=run.to_date, to_date__gte=run.from_date)
        .order_by("id")
    )


def _span(relief: Relief) -> ReliefSpan:
    return ReliefSpan(DaySpan(relief.from_date, relief.to_date), relief.percent.normalize(), relief.decision)


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, tuple[Any, ...]]:
    made: dict[Any, list[Any]] = {}
    for key, value in pairs:
        made.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in made.items()}


STREAM_SQL = """
WITH seen AS (
    SELECT occupancy_id, bool_or(period_from_date = %(from)s AND period_to_date = %(to)s) AS done
    FROM retribusi_assessment
    WHERE period_from_date BETWEEN %(earliest)s AND %(to)s AND period_to_date >= %(from)s AND closed_by <> 'batal'
    GROUP BY occupancy_id
), flat AS (
    SELECT DISTINCT occupancy_id FROM retribusi_assessment
    WHERE %(any_flat)s AND tariff_id = ANY(%(flat)s::bigint[]) AND closed_by <> 'batal'
), last AS (
    SELECT occupancy_id, sum(amount_rupiah)::bigint AS rupiah FROM retribusi_assessment
    WHERE period_from_date = %(last_from)s AND period_to_date = %(last_to)s AND closed_by <> 'batal'
    GROUP BY occupancy_id
), place AS (
    SELECT o.id, o.from_date, o.to_date, b.market_id, b.block, b.number, b.place_type, b.area_m2, b.route_order
    FROM retribusi_occupancy o JOIN retribusi_levyobject b ON b.id = o.levy_object_id
    WHERE b.levy_kind_id = %(levy_kind)s AND o.from_date <= %(to)s AND (o.to_date IS NULL OR o.to_date >= %(from)s)
      AND (%(market)s::text IS NULL OR b.market_id = %(market)s)
      AND (%(occupancy)s::bigint IS NULL OR o.id = %(occupancy)s)
)
SELECT p.id, p.from_date, p.to_date, p.market_id, p.block, p.number, p.place_type, p.area_m2,
    coalesce(seen.done, false), seen.occupancy_id IS NOT NULL, flat.occupancy_id IS NOT NULL, last.rupiah
FROM place p LEFT JOIN seen ON seen.occupancy_id = p.id LEFT JOIN flat ON flat.occupancy_id = p.id
LEFT JOIN last ON last.occupancy_id = p.id
ORDER BY p.market_id, p.block, p.route_order, p.number, p.id
"""
LAST_SQL = """
SELECT count(DISTINCT a.occupancy_id), coalesce(sum(a.amount_rupiah), 0)::bigint
FROM retribusi_assessment a JOIN retribusi_occupancy o ON o.id = a.occupancy_id
JOIN retribusi_levyobject b ON b.id = o.levy_object_id
WHERE a.period_from_date = %(last_from)s AND a.period_to_date = %(last_to)s AND a.closed_by <> 'batal'
  AND b.levy_kind_id = %(levy_kind)s AND (%(market)s::text IS NULL OR b.market_id = %(market)s)
  AND (%(occupancy)s::bigint IS NULL OR o.id = %(occupancy)s)
"""
# Sums of hashes do not depend on the order in which rows are read.
DIGEST_SQL = """
SELECT count(*), coalesce(sum(hashtextextended(
    concat_ws('|', o.id, o.from_date, o.to_date, b.market_id, b.place_type, b.area_m2), 0)), 0)::text
FROM retribusi_occupancy o JOIN retribusi_levyobject b ON b.id = o.levy_object_id
WHERE b.levy_kind_id = %(levy_kind)s AND o.from_date <= %(to)s AND (o.to_date IS NULL OR o.to_date >= %(from)s)
  AND (%(market)s::text IS NULL OR b.market_id = %(market)s)
  AND (%(occupancy)s::bigint IS NULL OR o.id = %(occupancy)s)
"""


def parameters(run: Run, *, flat: Iterable[int] = ()) -> dict[str, Any]:
    """What the statements about a run's places need."""
    last, flat = last_period(run), list(flat)
    return {
        "run": run.pk,
        "levy_kind": run.levy_kind_id,
        "market": run.market_id,
        "occupancy": run.occupancy_id,
        "from": run.from_date,
        "to": run.to_date,
        "earliest": run.from_date - GREATEST_PERIOD,
        "flat": flat,
        "any_flat": bool(flat),  # false: the whole table is not even looked at
        "last_from": last.from_date if last else None,
        "last_to": last.to_date if last else None,
    }


def last_period(run: Run) -> DaySpan | None:
    """The period to compare with: the month before, or for a day the last day issued within two weeks before."""
    if run.from_date != run.to_date:
        last = run.from_date - timedelta(days=1)
        return DaySpan(last.replace(day=1), last)
    earlier = Run.objects.filter(
        Q(market=run.market_id) | Q(market=None),
        levy_kind=run.levy_kind_id,
        occupancy=None,
        issued_at__isnull=False,
        from_date__lt=run.from_date,
        from_date__gte=run.from_date - LOOK_BACK,
    )
    days = [day for day, last in earlier.values_list("from_date", "to_date") if day == last]
    return DaySpan(max(days), max(days)) if days else None


def occupancy_batches(run: Run) -> Iterator[list[OccupancyRow]]:
    """The places of a run in walking order, in batches from a server-side cursor; belongs inside a transaction."""
    flat = Tariff.objects.filter(levy_kind=run.levy_kind_id, period=FLAT).values_list("id", flat=True)
    with closing(connection.chunked_cursor()) as cursor:
        with _hashed_joins(run):
            cursor.execute(STREAM_SQL, parameters(run, flat=flat))
        while rows := cursor.fetchmany(BATCH):
            yield [OccupancyRow(*row) for row in rows]


@contextmanager
def _hashed_joins(run: Run) -> Iterator[None]:
    """Plan the joins of a whole run by hashing: right after many SKRD were issued, the statistics still say "few"."""
    if run.occupancy_id is not None:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def last_total(run: Run) -> tuple[int, int]:
    """How many occupancies had an SKRD in the period before, and their sum."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_SQL, parameters(run))
        count, rupiah = cursor.fetchone() or (0, 0)
    return int(count), int(rupiah)


def digest_of(run: Run, inputs: Inputs) -> str:
    """A text that changes when a tariff, closure, leave, relief, market day or place of the run changes."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST_SQL, parameters(run))
        count, hashed = cursor.fetchone() or (0, "0")
    return f"{count}:{hashed}:{_inputs_digest(inputs)}"


def _inputs_digest(inputs: Inputs) -> str:
    told = [
        inputs.tariffs,
        *(sorted(d.items(), key=str) for d in (inputs.markets, inputs.leaves, inputs.reliefs_of, inputs.reliefs_at)),
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
