"""Applying a published spreadsheet to the register: every line once, each explained, all in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tidar.common import sealing
from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.hub.api import EventFields, SourceRef, record_event, record_events
from tidar.places import api as places
from tidar.retribusi.actions.accounts import OccupancyAccounts, many_occupancy_accounts
from tidar.retribusi.actions.importing.changing import update_from
from tidar.retribusi.actions.importing.reading import LEVY_KIND, Snapshot, line_of, market_names, published_rows
from tidar.retribusi.actions.register import (
    NIK_PURPOSE,
    NewObject,
    NewPayer,
    checked_object,
    checked_payer,
    next_npwrds,
    occupancy_event,
)
from tidar.retribusi.models import ImportLine, LevyKind, LevyObject, Market, Occupancy, Payer
from tidar.retribusi.rules.importing import Decision, Line, Person, Stall, decide


@dataclass(slots=True)
class Work:
    """One import under way: what its lines add, so that it is written in few statements."""

    delivery_id: str
    at: datetime
    day: date
    kind: LevyKind
    markets: dict[str, Market]
    known: Snapshot
    people: list[tuple[Person, Line]] = field(default_factory=list)
    stalls: list[tuple[Stall, Line]] = field(default_factory=list)
    holdings: list[tuple[Stall, Person, Line, ImportLine]] = field(default_factory=list)
    lines: list[ImportLine] = field(default_factory=list)
    decided: list[tuple[ImportLine, Person | None, Stall | None]] = field(default_factory=list)


def apply_delivery(*, delivery_id: str, by: Actor, at: datetime, version: int | None = None) -> dict[str, int]:
    """Hold every published line of the delivery that has not been applied yet against the register.

    New stalls, payers and holders are added and changed facts updated; what contradicts the register or may be a
    duplicate waits for a person. Returns how many lines ended in which state; the same delivery again changes nothing.
    """
    with transaction.atomic():
        kind = LevyKind.objects.select_for_update().filter(pk=LEVY_KIND).first()  # one import at a time
        if kind is None:
            return {}
        done = set(ImportLine.objects.filter(delivery_id=delivery_id).values_list("row_number", flat=True))
        rows = [row for row in published_rows(delivery_id, version=version) if row["_row"] not in done]
        if not rows:
            return {}
        day = at.astimezone(places.region().zone).date()
        work = Work(delivery_id, at, day, kind, {m.code: m for m in Market.objects.all()}, Snapshot())
        names = market_names()
        for row in rows:
            _take(work, line_of(row, names), by=by)
        _write(work)
        counts = dict(Counter(line.state for line in work.lines))
        record("register.import", by=by, at=at, subject=("delivery", delivery_id), after=counts)
        _tell(work, counts)
    return counts


def _take(work: Work, line: Line, *, by: Actor) -> None:
    decision = decide(line, work.known)
    entry = _entry(work, line, decision)
    work.lines.append(entry)
    stall = decision.stall
    if decision.act == "occupy":
        person = decision.person or work.known.add_person(line)
        if decision.person is None:
            work.people.append((person, line))
        if stall is None:
            stall = work.known.add_stall(line)
            work.stalls.append((stall, line))
        stall.holder, stall.since = person, line.from_date or work.day
        person.stalls.append(stall.said)
        work.holdings.append((stall, person, line, entry))
    elif decision.act == "add":
        stall = work.known.add_stall(line)
        work.stalls.append((stall, line))
        entry.done = {"act": "add"}
    elif decision.act == "update" and stall is not None:
        entry.done = {"act": "update", "before": update_from(line, stall, decision.changes, by=by, at=work.at)}
    if stall is not None and not stall.row:
        stall.row = line.row
    work.decided.append((entry, decision.person, stall))


def _entry(work: Work, line: Line, decision: Decision) -> ImportLine:
    market = work.markets.get(line.market)
    person, stall = decision.person, decision.stall
    return ImportLine(
        delivery_id=work.delivery_id, row_number=line.row, state=decision.state, sentence=decision.sentence[:300],
        number=line.number, market=market, agency_id=work.kind.agency_id, facts=facts_of(line), recorded_at=work.at,
        payer_id=person.id or None if person else None, levy_object_id=stall.id or None if stall else None,
    )  # fmt: skip


def facts_of(line: Line) -> dict[str, Any]:
    """A line as it is kept with its explanation; the NIK sealed."""
    return {
        "name": line.name, "phone": line.phone, "address": line.address, "block": line.block,
        "place_type": line.place_type, "area_m2": str(line.area_m2) if line.area_m2 is not None else "",
        "lon": line.lon, "lat": line.lat,
        "from_date": line.from_date.isoformat() if line.from_date else "",
        "right": line.right, "right_number": line.right_number,
        "right_until": line.right_until.isoformat() if line.right_until else "",
        "sealed": sealing.sealed_text(line.nik, purpose=NIK_PURPOSE) if line.nik else "",
    }  # fmt: skip


def new_object(number: str, market: str, facts: Mapping[str, Any], *, source: str) -> NewObject:
    """The stall that a line describes."""
    area = Decimal(facts["area_m2"]) if facts["area_m2"] else None
    return NewObject(
        levy_kind=LEVY_KIND, market=market, number=number, block=facts["block"],
        place_type=facts["place_type"], area_m2=area, lon=facts["lon"], lat=facts["lat"], source=source,
    )  # fmt: skip


def _write(work: Work) -> None:
    payers = _write_people(work)
    objects = _write_stalls(work)
    wanted = [
        OccupancyAccounts(LEVY_KIND, payer.npwrd, stall.market, work.kind.account_code)
        for (stall, person, _line, _entry) in work.holdings
        for payer in (_payer_of(person, payers),)
    ]
    accounts = many_occupancy_accounts(wanted, at=work.at) if wanted else []
    occupancies = []
    for (stall, person, line, _entry), ids in zip(work.holdings, accounts, strict=True):
        held = objects.get(id(stall)) or LevyObject(pk=stall.id)
        occupancies.append(_occupancy(work, held, _payer_of(person, payers), line, ids))
    Occupancy.objects.bulk_create(occupancies, batch_size=500)
    for (stall, person, _line, entry), occupancy in zip(work.holdings, occupancies, strict=True):
        entry.payer_id, entry.levy_object_id = occupancy.payer_id, occupancy.levy_object_id
        entry.done = {
            "act": "occupy",
            "occupancy": occupancy.pk,
            "new_payer": not person.id,
            "new_object": not stall.id,
        }
    for entry, who, where in work.decided:  # also whom this very import added
        entry.payer_id = entry.payer_id or (made.pk if (made := payers.get(id(who))) else None)
        entry.levy_object_id = entry.levy_object_id or (spot.pk if (spot := objects.get(id(where))) else None)
    ImportLine.objects.bulk_create(work.lines, batch_size=500)
    _tell_holdings(occupancies, at=work.at)


def _payer_of(person: Person, made: Mapping[int, Payer]) -> Payer:
    return made.get(id(person)) or Payer(pk=person.id, npwrd=person.npwrd, name=person.name)


def _write_people(work: Work) -> dict[int, Payer]:
    made = {}
    numbers = next_npwrds(len(work.people)) if work.people else []
    for (person, line), number in zip(work.people, numbers, strict=True):
        payer = checked_payer(NewPayer(line.name, line.nik, line.phone, line.address))
        payer.npwrd, payer.agency_id, payer.registered_at = number, work.kind.agency_id, work.at
        made[id(person)] = payer
    Payer.objects.bulk_create(made.values(), batch_size=500)
    return made


def _write_stalls(work: Work) -> dict[int, LevyObject]:
    made = {}
    for stall, line in work.stalls:
        new = new_object(line.number, line.market, facts_of(line), source=f"delivery:{work.delivery_id}:{line.row}")
        made[id(stall)] = checked_object(new, work.kind, work.markets[line.market], at=work.at)
    LevyObject.objects.bulk_create(made.values(), batch_size=500)
    return made


def _occupancy(work: Work, held: LevyObject, payer: Payer, line: Line, ids: tuple[int, int, int]) -> Occupancy:
    return Occupancy(
        levy_object=held, payer=payer, from_date=line.from_date or work.day, right=line.right,
        right_number=line.right_number, right_until=line.right_until,
        receivable_id=ids[0], revenue_id=ids[1], advance_id=ids[2],
        recorded_at=work.at, source=f"delivery:{work.delivery_id}:{line.row}",
    )  # fmt: skip


def _tell_holdings(occupancies: list[Occupancy], *, at: datetime) -> None:
    query = Occupancy.objects.select_related("levy_object__levy_kind", "levy_object__market")
    made = query.filter(pk__in=[o.pk for o in occupancies]).order_by("pk")
    record_events(kind="levy.occupied", at=at, told=[occupancy_event("levy.occupied", one, at=at) for one in made])


def _tell(work: Work, counts: Mapping[str, int]) -> None:
    waiting = counts.get(ImportLine.State.DUPLICATE, 0) + counts.get(ImportLine.State.CONFLICT, 0)
    record_event(
        kind="levy.register_compared",
        happened_at=work.at,
        at=work.at,
        source=SourceRef("action", work.delivery_id),
        fields=EventFields(
            subject=f"Daftar pedagang dibandingkan dengan register: {len(work.lines)} baris, {waiting} menunggu",
            severity=1 if waiting else 0,
            data={"agency": work.kind.agency_id, "levy_kind": work.kind.code, "counts": dict(counts)},
            permission="levies.see",
        ),
    )
