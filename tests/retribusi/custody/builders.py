"""Collectors with cash in the bag, and what happens to it, through the real actions."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, datetime, timedelta, timezone

from tests.people.builders import person
from tests.retribusi.paying import builders as paying
from tidar.common.actor import Actor, Grant
from tidar.common.ids import uuid7
from tidar.ledger import api as ledger
from tidar.people.models import User
from tidar.people.queries.actors import actor_of_user
from tidar.retribusi.actions.custody import confirm_handover, declare_handover, deposit
from tidar.retribusi.actions.custody.deposits import Deposited
from tidar.retribusi.actions.custody.handovers import HandedOver
from tidar.retribusi.actions.paying import NewPayment, Receipt, record_payment
from tidar.retribusi.models import Occupancy, Parameter
from tidar.retribusi.rules import accounts as names

AT = datetime(2026, 11, 25, 3, 0, tzinfo=timezone.utc)  # 10.00 WIB
AGENCY, KIND, MARKET = paying.AGENCY, paying.KIND, paying.MARKET
ACCOUNT_CODE = "4.1.02.01.05.0001"
RKUD_ACCOUNT = "1-234-567890"
_numbers = itertools.count(1)


def ago(**delta: float) -> datetime:
    """A moment before `AT`."""
    return AT - timedelta(**delta)


def user(name: str, role: str, *, agency: str = AGENCY, area: str = "") -> User:
    """An account with one role for the agency."""
    paying.market(
        agency, kind=KIND if agency == AGENCY else f"levi-{agency}", code=MARKET if agency == AGENCY else agency
    )
    scoped = role not in ("auditor", "leader", "administrator")
    return person(name, role=role, agency_code=agency if scoped else "", area=area)


def actor_of(found: User) -> Actor:
    """The account as an actor."""
    return actor_of_user(found, today=AT.date())


def collector(id: str = "slamet", *, agency: str = AGENCY) -> Actor:
    """Somebody who collects, as an actor without an account."""
    return Actor("user", id, id.title(), frozenset({Grant("levies.collect", agency=agency)}))


def treasurer(id: str = "tuti", *, agency: str = AGENCY) -> Actor:
    """Somebody who keeps the treasury, as an actor without an account."""
    grants = frozenset({Grant("levies.treasury", agency=agency), Grant("levies.see", agency=agency)})
    return Actor("user", id, id.title(), grants)


def taken(
    rupiah: int, *, by: Actor, at: datetime = AT, holder: Occupancy | None = None, channel: str = "tunai"
) -> Receipt:
    """Cash that a collector took of a trader: what they owe, the rest in advance; or of somebody unknown."""
    number = next(_numbers)
    paying.market()
    payment = NewPayment(
        id=uuid7(), key=f"uji:{number}:{uuid7().hex}", channel=channel, amount_rupiah=rupiah, happened_at=at,
        occupancy_id=holder.pk if holder else None, cash_account_key=names.collector_cash_key(by.id),
        receipt_number=f"K-{number:06}-{uuid7().hex[:6]}", agency=AGENCY, collector_id=by.id, surplus="advance",
        market=MARKET,
    )  # fmt: skip
    return record_payment(payment=payment, by=by, at=at)


def late(rupiah: int, *, by: Actor, happened_at: datetime, at: datetime) -> Receipt:
    """Cash that was taken at one moment and recorded at a later one: the phone had no signal."""
    payment = NewPayment(
        id=uuid7(), key=f"uji:{uuid7().hex}", channel="tunai", amount_rupiah=rupiah, happened_at=happened_at,
        occupancy_id=None, cash_account_key=names.collector_cash_key(by.id), receipt_number=f"K-{uuid7().hex}",
        agency=AGENCY, collector_id=by.id, market=MARKET,
    )  # fmt: skip
    return record_payment(payment=payment, by=by, at=at)


def trader(owes: int = 0, *, day: date = date(2026, 11, 1)) -> Occupancy:
    """A trader in a stall of their own who owes one signed SKRD."""
    holder = paying.occupancy()
    if owes:
        paying.skrd(holder, [owes], first=day)
    return holder


def declared(rupiah: int, *, by: Actor, at: datetime = AT, id: uuid.UUID | None = None) -> HandedOver:
    """A hand-over that the collector declared."""
    return declare_handover(id=id or uuid7(), collector_id=by.id, declared_rupiah=rupiah, happened_at=at, by=by, at=at)


def handed_over(rupiah: int, *, by: Actor, to: Actor, at: datetime = AT, counted: int | None = None) -> HandedOver:
    """A hand-over that both did."""
    paying.market()
    made = declared(rupiah, by=by, at=at)
    return confirm_handover(handover_id=made.id, counted_rupiah=rupiah if counted is None else counted, by=to, at=at)


def deposited(*handovers: HandedOver, by: Actor, at: datetime = AT, id: uuid.UUID | None = None) -> Deposited:
    """A deposit of these hand-overs."""
    return deposit(
        id=id or uuid7(), handover_ids=[one.id for one in handovers], bank_account=RKUD_ACCOUNT,
        bank_reference="NTB-1", deposited_at=at, by=by, at=at,
    )  # fmt: skip


def balance(key: str) -> int:
    """What stands on an account; zero when it was never opened."""
    return ledger.balances([key]).get(key, 0)


def bag(by: Actor) -> int:
    """What a collector's account shows."""
    return balance(names.collector_cash_key(by.id))


def purse(agency: str = AGENCY) -> int:
    """What the treasurer's account shows."""
    return balance(names.treasurer_cash_key(agency))


def hours(value: str = "24", *, name: str = "deposit-within-hours", since: date = date(2020, 1, 1)) -> Parameter:
    """The limit that the region sets."""
    return Parameter.objects.create(name=name, value=value, valid_from_date=since, legal_basis="Perwali contoh")
