"""A collector's whole route as one small document, to be worked without signal all day.

Whose stalls: those of the collector's agency whose area lies inside an area that the collector holds the permission for
(a role without an area is for the whole agency). Only what is needed at the stall is told: a short name, no NIK, no
phone number, no address. 400 stalls stay below 1 MB: of a long debt the oldest bills are listed and the rest is summed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from tidar.common.actor import Actor
from tidar.common.signed_records import FIRST_PREVIOUS
from tidar.documents.api import number_text
from tidar.ledger import api as ledger
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.models import Device, LevyObject, Market
from tidar.retribusi.queries.devices import last_hash, limits_on, stock_of
from tidar.retribusi.queries.karcis import holdings
from tidar.retribusi.rules.accounts import advance_key
from tidar.retribusi.rules.paying import period_words

VERSION = 1
DUES_SHOWN = 6  # the oldest; what is younger is summed in `more`
NAME_LENGTH = 22

DUES_SQL = """
SELECT d.occupancy_id, d.year, d.sequence, d.period_from_date, d.period_to_date, d.due_date, d.owed, d.place, d.bills,
       d.total
FROM (
    SELECT o.*, row_number() OVER w AS place, count(*) OVER p AS bills, sum(o.owed) OVER p AS total
    FROM (
        SELECT a.occupancy_id, a.year, a.sequence, a.period_from_date, a.period_to_date, a.due_date,
               a.amount_rupiah - coalesce((SELECT sum(x.amount_rupiah)::bigint FROM retribusi_allocation x
                                           WHERE x.assessment_id = a.id), 0) AS owed
        FROM retribusi_assessment a JOIN retribusi_run r ON r.id = a.run_id
        WHERE a.closed_at IS NULL AND r.signed_at IS NOT NULL AND a.occupancy_id = ANY (%s)
    ) o
    WINDOW w AS (PARTITION BY o.occupancy_id ORDER BY o.period_from_date, o.year, o.sequence),
           p AS (PARTITION BY o.occupancy_id)
) d WHERE d.place <= %s ORDER BY d.occupancy_id, d.place
"""

HOLDERS_SQL = """
SELECT o.levy_object_id, o.id, p.name, p.npwrd
FROM retribusi_occupancy o JOIN retribusi_payer p ON p.id = o.payer_id
WHERE o.levy_object_id = ANY (%s) AND o.from_date <= %s AND (o.to_date IS NULL OR o.to_date >= %s)
"""


@dataclass(frozen=True, slots=True)
class Route:
    """The document and its mark: the same route has the same mark, whenever it was made."""

    content: bytes
    mark: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a stall today."""

    occupancy_id: int
    name: str
    npwrd: str


def route(*, device: Device, collector: Actor, at: datetime) -> Route:
    """Everything the phone needs until it has signal again, as JSON. A constant number of queries."""
    zone = places.region().zone
    today = at.astimezone(zone).date()
    objects = list(objects_of(collector, agency=device.agency_id))
    markets = {m.code: m for m in Market.objects.filter(code__in={o.market_id for o in objects if o.market_id})}
    data = _heading(device, collector, at) | {
        "markets": [{"code": code, "name": market.name} for code, market in sorted(markets.items())],
        "stalls": _stalls(objects, today),
        "karcis": _karcis(device),
        "receipt": _receipt_lines(device, markets),
    }
    mark = hashlib.sha256(_json(data)).hexdigest()[:32]
    return Route(_json({"made_at": at.astimezone(zone).isoformat(timespec="seconds")} | data), mark)


def objects_of(collector: Actor, *, agency: str) -> QuerySet[LevyObject]:
    """The stalls that this person collects at for this agency, in walking order."""
    grants = [g for g in collector.grants if g.permission == "levies.collect" and g.agency in (None, agency)]
    found = LevyObject.objects.filter(levy_kind__agency=agency, closed_at=None).annotate(
        area=Coalesce(NullIf(F("area_code"), Value("")), F("market__area_code"), Value(""))
    )
    if not any(g.area is None for g in grants):
        inside = Q(pk__in=[])
        for area in {g.area for g in grants if g.area}:
            inside |= Q(area=area) | Q(area__startswith=f"{area}.")
        found = found.filter(inside)
    return found.order_by("market", "block", "route_order", "number", "id")


def _heading(device: Device, collector: Actor, at: datetime) -> dict[str, Any]:
    stock, limits = stock_of(device.pk), limits_on(at)
    agency = people.agency(device.agency_id)
    return {
        "version": VERSION,
        "collector": {"id": collector.id, "name": device.collector_name},
        "agency": {"code": device.agency_id, "name": agency.name if agency else device.agency_id},
        "code": device.code,
        "approved": device.approved_at is not None,
        "next_counter": stock.highest + 1,
        "last_hash": last_hash(device.pk, stock.highest) or FIRST_PREVIOUS,
        "void_minutes": limits.void_minutes,
        "days_kept": limits.oldest_days,
    }


def _stalls(objects: Sequence[LevyObject], today: date) -> list[dict[str, Any]]:
    holders = _holders([o.pk for o in objects], today)
    dues = _dues([holder.occupancy_id for holder in holders.values()])
    keys = {one.pk: advance_key(one.levy_kind_id, holders[one.pk].npwrd) for one in objects if one.pk in holders}
    advances = ledger.balances(set(keys.values())) if keys else {}
    return [_stall(one, holders.get(one.pk), dues, advance=advances.get(keys.get(one.pk, ""), 0)) for one in objects]


def _stall(one: LevyObject, holder: Holder | None, dues: dict[int, dict[str, Any]], *, advance: int) -> dict[str, Any]:
    owed = dues.get(holder.occupancy_id, NOTHING) if holder else NOTHING
    return {
        "object": one.pk,
        "qr": one.qr_code,
        "number": one.number,
        "market": one.market_id or "",
        "block": one.block,
        "order": one.route_order,
        "type": one.place_type,
        "id": holder.occupancy_id if holder else None,
        "trader": short_name(holder.name) if holder else "",
        "dues": owed["dues"],
        "more": owed["more"],
        "owed": owed["owed"],
        "advance": advance,
    }


NOTHING: dict[str, Any] = {"dues": [], "more": 0, "owed": 0}


def _holders(object_ids: Sequence[int], today: date) -> dict[int, Holder]:
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS_SQL, [list(object_ids), today, today])
        return {held: Holder(occupancy, name, npwrd) for held, occupancy, name, npwrd in cursor.fetchall()}


def _dues(occupancy_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What each owes: the oldest bills as [number, period, owed, due date], how many more, and the sum of all."""
    with connection.cursor() as cursor:
        cursor.execute(DUES_SQL, [list(occupancy_ids), DUES_SHOWN])
        rows = cursor.fetchall()
    found: dict[int, dict[str, Any]] = {}
    for occupancy, year, sequence, first, last, due, owed, place, bills, total in rows:
        one = found.setdefault(occupancy, {"dues": [], "more": 0, "owed": int(total)})
        one["dues"].append([number_text("SKRD", year, sequence), period_words(first, last), owed, due.isoformat()])
        one["more"] = bills - place
    return found


def _karcis(device: Device) -> list[dict[str, Any]]:
    return [
        {
            "book": holding.book.pk,
            "prefix": holding.book.prefix,
            "title": holding.book.levy_kind.title,
            "first": first,
            "last": last,
            "denomination": holding.book.denomination_rupiah,
        }
        for holding in holdings(agencies=[device.agency_id], collector_id=device.collector_id)
        for first, last in holding.held
    ]


def _receipt_lines(device: Device, markets: dict[str, Market]) -> list[str]:
    """What stands at the top of every receipt."""
    agency = people.agency(device.agency_id)
    lines = [places.region().name, agency.name if agency else device.agency_id]
    if len(markets) == 1:
        lines.append(next(iter(markets.values())).name)
    return lines


def short_name(name: str) -> str:
    """`Siti A.` of "Siti Aminah Rahayu": enough to greet somebody, too little to know them by."""
    words = name.split()
    text = words[0] if words else ""
    return (f"{text} {words[1][0]}." if len(words) > 1 else text)[:NAME_LENGTH]


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
