"""A market with traders, tariffs and signed SKRD, made through the real actions; for every test of e-Retribusi.

city()                                   region, agencies, levy kinds, markets, tariffs as shipped
stall("A-001", place_type="kios")        a registered stall with a trader; returns `Stall`
signed_run("rejowinangun", day)          previewed, issued and signed; returns the run's id
assess(stall, from_date, to_date)        the same for one stall alone; returns its SKRD
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from django.conf import settings

from tidar.common.actor import Actor, Grant, system
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.actions.assessing import issue_run, preview_run, preview_stall, sign_run
from tidar.retribusi.actions.register import (
    NewObject,
    NewPayer,
    load_levies,
    occupy,
    register_object,
    register_payer,
)
from tidar.retribusi.models import Assessment, Occupancy

AT = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)  # 09.00 WIB
DAY = date(2026, 11, 25)
MONTH = (date(2026, 11, 1), date(2026, 11, 30))
SYSTEM = system("uji")
KIND = "pelayanan-pasar"
MARKET = "rejowinangun"
OTHER_MARKET = "cacaban"
AGENCY = "disperindag"
SINCE = date(2026, 1, 1)
_names = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Stall:
    """One stall and who holds it."""

    object_id: int
    payer_id: int
    occupancy_id: int
    number: str
    npwrd: str
    receivable_id: int
    revenue_id: int
    advance_id: int


def person(*permissions: str, agency: str | None = AGENCY, name: str = "Sri", area: str | None = None) -> Actor:
    """Somebody with exactly these permissions for one agency (None: for all), anywhere or in one area."""
    grants = frozenset(Grant(permission, agency, area) for permission in permissions)
    return Actor(kind="user", id=f"user:{name}", name=name, grants=grants)


def officer(name: str = "Rini") -> Actor:
    """Petugas penetapan: registers, sets tariffs, previews and issues."""
    return person("levies.see", "levies.register", "levies.tariffs", "levies.assess", name=name)


def signer(name: str = "Bambang") -> Actor:
    """Pejabat penetap: signs and cancels."""
    return person("levies.see", "levies.sign", "levies.tariffs", name=name)


def stranger(name: str = "Orang Lain") -> Actor:
    """The same duties, but for another agency."""
    duties = ("levies.see", "levies.register", "levies.tariffs", "levies.assess", "levies.sign", "levies.collect")
    return person(*duties, agency="dishub", name=name)


def city(*, at: datetime = AT) -> None:
    """Kota Magelang with its agencies, levy kinds, markets and tariffs as shipped."""
    places.load_region(by=SYSTEM, at=at)
    people.load_agencies(by=SYSTEM, at=at)
    load_levies(
        program_dir=settings.PROGRAMS_DIR / "bakul-pasar",
        region_dir=settings.REGIONS_DIR / settings.TIDAR_REGION,
        by=SYSTEM,
        at=at,
    )


def stall(
    number: str = "A-001", *, market: str | None = MARKET, place_type: str = "kios", since: date = SINCE, **more: Any
) -> Stall:
    """A stall and a trader who holds it since a day. `area_m2`, `name`, `phone`, `levy_kind`, `at` as you need them."""
    at, area = more.pop("at", AT), more.pop("area_m2", "6")
    name, phone = more.pop("name", f"Pedagang {next(_names)}"), more.pop("phone", "")
    obj = NewObject(
        levy_kind=more.pop("levy_kind", KIND), market=market, number=number, place_type=place_type,
        area_m2=None if area is None else Decimal(area), **more,
    )  # fmt: skip
    object_id = register_object(obj=obj, by=SYSTEM, at=at)
    payer_id = register_payer(payer=NewPayer(name=name, phone=phone), by=SYSTEM, at=at)
    return of_occupancy(occupy(object_id=object_id, payer_id=payer_id, from_date=since, by=SYSTEM, at=at))


def of_occupancy(occupancy_id: int) -> Stall:
    """The stall of an occupancy."""
    found = Occupancy.objects.select_related("levy_object", "payer").get(pk=occupancy_id)
    return Stall(
        found.levy_object_id, found.payer_id, found.pk, found.levy_object.number, found.payer.npwrd,
        found.receivable_id, found.revenue_id, found.advance_id,
    )  # fmt: skip


def stalls(count: int, *, block: str = "A", **more: Any) -> list[Stall]:
    """Stalls `A-001` … of one block."""
    return [stall(f"{block}-{n:03d}", **more) for n in range(1, count + 1)]


def issued_run(
    market: str | None = MARKET, day: date = DAY, *, to_date: date | None = None, at: datetime = AT, by: Actor = SYSTEM
) -> uuid.UUID:
    """A run over a market (None: the city) for a day (or up to `to_date`), previewed and issued, not signed."""
    run_id = preview_run(levy_kind=KIND, market=market, from_date=day, to_date=to_date or day, by=by, at=at)
    issue_run(run_id=run_id, by=by, at=at)
    return run_id


def signed_run(
    market: str | None = MARKET, day: date = DAY, *, to_date: date | None = None, at: datetime = AT, by: Actor = SYSTEM
) -> uuid.UUID:
    """`issued_run`, then signed: its SKRD can be paid."""
    run_id = issued_run(market, day, to_date=to_date, at=at, by=by)
    sign_run(run_id=run_id, by=by, at=at)
    return run_id


def assess(one: Stall, from_date: date = DAY, to_date: date | None = None, *, at: datetime = AT) -> Assessment:
    """One stall's SKRD for a day or month, signed."""
    to_date = to_date or from_date
    run_id = preview_stall(occupancy_id=one.occupancy_id, from_date=from_date, to_date=to_date, by=SYSTEM, at=at)
    issue_run(run_id=run_id, by=SYSTEM, at=at)
    sign_run(run_id=run_id, by=SYSTEM, at=at)
    return Assessment.objects.get(run_id=run_id)


def skrd_of(one: Stall) -> list[Assessment]:
    """A stall's SKRD that count, oldest first."""
    found = Assessment.objects.filter(occupancy_id=one.occupancy_id).exclude(closed_by="batal")
    return list(found.order_by("period_from_date", "sequence"))
