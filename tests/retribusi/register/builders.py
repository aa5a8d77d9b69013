"""A small register: agencies, the levies of the region's files, a payer, a stall."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tidar.common.actor import Actor, Grant, system
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.actions.loading import load_levies
from tidar.retribusi.actions.register import NewObject, NewPayer, occupy, register_object, register_payer

AT = datetime(2026, 11, 25, 9, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
BY = system("uji")
NIK = "3371994101800001"
_numbers = count(1)

REGISTER = ("levies.see", "levies.register", "levies.tariffs")


def load() -> None:
    """The region's areas, agencies and levies, as `tidar serve` loads them."""
    places.load_region(by=BY, at=AT)
    people.load_agencies(by=BY, at=AT)
    region_dir = settings.REGIONS_DIR / settings.TIDAR_REGION
    load_levies(program_dir=settings.PROGRAMS_DIR / "bakul-pasar", region_dir=region_dir, by=BY, at=AT)


def officer(*permissions: str, agency: str = "disperindag") -> Actor:
    """Somebody who may do that for one agency only."""
    grants = frozenset(Grant(p, agency=agency) for p in permissions or REGISTER)
    return Actor(kind="user", id=f"uji-{agency}", name="Petugas Uji", grants=grants)


def payer(name: str = "Sutinah", **values: Any) -> int:
    """A registered payer's id."""
    return register_payer(payer=NewPayer(name=name, **values), agency="disperindag", by=BY, at=AT)


def stall(number: str = "", market: str = "cacaban", **values: Any) -> int:
    """A registered stall's id."""
    number = number or f"T-{next(_numbers)}"
    new = NewObject(
        levy_kind="pelayanan-pasar", market=market, number=number, place_type="kios", area_m2=Decimal(9), **values
    )
    return register_object(obj=new, by=BY, at=AT)


def held(number: str = "", name: str = "Sutinah", since: date = date(2026, 1, 1)) -> int:
    """An occupancy's id."""
    return occupy(object_id=stall(number), payer_id=payer(name), from_date=since, by=BY, at=AT)
