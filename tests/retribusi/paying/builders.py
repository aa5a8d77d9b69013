"""A small market with stalls and SKRD, straight into the tables, for tests about paying."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from django.db import transaction

from tidar.common.actor import Actor, Grant, system
from tidar.common.ids import uuid7
from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.ledger import api as ledger
from tidar.people.models import Agency
from tidar.retribusi.actions.accounts import occupancy_accounts
from tidar.retribusi.actions.paying import NewPayment, Receipt, record_payment
from tidar.retribusi.models import Assessment, LevyKind, LevyObject, Market, Occupancy, Payer, Run, Tariff
from tidar.retribusi.rules import accounts as names

AT = datetime(2026, 11, 25, 3, 0, tzinfo=timezone.utc)
BY = system("test")
AGENCY, KIND, MARKET = "disperindag", "pelayanan-pasar", "kebonpolo"
_numbers = itertools.count(1)


def actor(*permissions: str, agency: str | None = AGENCY, id: str = "orang") -> Actor:
    """A person who may do just this."""
    return Actor("user", id, "Orang", frozenset(Grant(p, agency=agency) for p in permissions))


def market(agency: str = AGENCY, kind: str = KIND, code: str = MARKET) -> Market:
    Agency.objects.get_or_create(code=agency, defaults={"name": agency, "short_name": agency})
    LevyKind.objects.get_or_create(
        code=kind,
        defaults={"title": "Pelayanan pasar", "account_code": "4.1.02.01.05.0001", "agency_id": agency,
                  "object_word": "lapak", "legal_basis": "Perda 1/2024"},
    )  # fmt: skip
    found, _new = Market.objects.get_or_create(
        code=code, defaults={"name": "Pasar Kebonpolo", "agency_id": agency, "area_code": "33.71.02.1007"}
    )
    return found


def occupancy(payer: Payer | None = None, *, kind: str = KIND, agency: str = AGENCY, code: str = MARKET) -> Occupancy:
    """A trader in a stall of their own."""
    place, number = market(agency, kind, code), next(_numbers)
    payer = payer or Payer.objects.create(npwrd=f"P{number:06}", name=f"Pedagang {number}", registered_at=AT)
    stall = LevyObject.objects.create(
        levy_kind_id=kind, market=place, number=f"A-{number:03}", place_type="kios", qr_code=uuid7().hex,
        registered_at=AT,
    )  # fmt: skip
    receivable, revenue, advance = occupancy_accounts(
        levy_kind=kind, npwrd=payer.npwrd, market=place.code, account_code="4.1.02.01.05.0001",
        at=AT,
    )  # fmt: skip
    return Occupancy.objects.create(
        levy_object=stall, payer=payer, from_date=date(2026, 1, 1), receivable_id=receivable, revenue_id=revenue,
        advance_id=advance, recorded_at=AT,
    )  # fmt: skip


def tariff(kind: str = KIND) -> Tariff:
    return Tariff.objects.get_or_create(
        levy_kind_id=kind, place_type="kios",
        defaults={"period": "hari", "amount_rupiah": 3000, "valid_from_date": date(2024, 1, 1),
                  "legal_basis": "Perda 1/2024", "recorded_at": AT, "source": "test"},
    )[0]  # fmt: skip


def run(*, signed: bool = True, kind: str = KIND, day: date = date(2026, 11, 1), agency: str = AGENCY) -> Run:
    return Run.objects.create(
        levy_kind_id=kind, agency_id=agency, from_date=day, to_date=day, state="berlaku" if signed else "terbit",
        made_at=AT, issued_at=AT, signed_at=AT if signed else None,
    )  # fmt: skip


def skrd(holder: Occupancy, amounts: list[int], *, signed: bool = True, first: date = date(2026, 11, 1)) -> list[Any]:
    """One SKRD for each amount, on following days, posted in the ledger with its event."""
    made = []
    kind, agency = holder.levy_object.levy_kind_id, holder.levy_object.levy_kind.agency_id
    for place, amount in enumerate(amounts):
        day = first + timedelta(days=place)
        with transaction.atomic():
            made.append(_issue(holder, run(signed=signed, kind=kind, day=day, agency=agency), amount, day))
    return made


def _issue(holder: Occupancy, of: Run, amount: int, day: date) -> Assessment:
    made = Assessment.objects.create(
        id=uuid7(), run=of, occupancy=holder, tariff=tariff(of.levy_kind_id), year=day.year,
        sequence=Assessment.objects.filter(year=day.year).count() + 1, period_from_date=day, period_to_date=day,
        days=1, formula={}, amount_rupiah=amount, due_date=day + timedelta(days=15), issued_at=AT, recorded_at=AT,
    )  # fmt: skip
    key = f"skrd:{made.pk}"
    line = ledger.Line(holder.receivable_id, holder.revenue_id, amount, key, key)
    ledger.post(group_key=key, kind="skrd.issued", lines=[line], happened_at=AT, at=AT, by=BY)
    fields = EventFields(data={"agency": of.agency_id}, permission="levies.see")
    record_event(kind="levy.assessed", happened_at=AT, at=AT, source=SourceRef("action", key), fields=fields)
    return made


def new(holder: Occupancy | None, amount: Any, **more: Any) -> NewPayment:
    """A payment in cash to collector "budi", unless told otherwise."""
    id = uuid7()
    values: dict[str, Any] = {
        "id": id, "key": f"uji:{id}", "channel": "tunai", "amount_rupiah": amount, "happened_at": AT,
        "occupancy_id": holder.pk if holder else None, "cash_account_key": names.collector_cash_key("budi"),
        "receipt_number": f"K-{id}", "agency": AGENCY, "collector_id": "budi",
        "market": None if holder else market().code,
    }  # fmt: skip
    return NewPayment(**{**values, **more})


def pay(holder: Occupancy | None, amount: Any, **more: Any) -> Receipt:
    return record_payment(payment=new(holder, amount, **more), by=BY, at=AT)


@dataclass(frozen=True)
class Counts:
    """How many rows there are of everything that a payment writes."""

    payments: int
    allocations: int
    transfers: int
    groups: int
    events: int
    cases: int
    closed: int


def counts() -> Counts:
    from tidar.hub.models import Event
    from tidar.ledger.models import Group, Transfer
    from tidar.retribusi.models import Allocation, Case, Payment

    tables = (Payment, Allocation, Transfer, Group, Event, Case)
    return Counts(*(t.objects.count() for t in tables), Assessment.objects.filter(closed_at__isnull=False).count())


def one_id() -> uuid.UUID:
    return uuid7()
