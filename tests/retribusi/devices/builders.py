"""A collector with an approved phone in a small market; batches that go in through the real actions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.people.builders import person
from tests.retribusi.devices.signing import Phone
from tests.retribusi.paying import builders as paying
from tidar.common.actor import Actor
from tidar.common.phones import NewDevice
from tidar.common.signed_records import bytes_from
from tidar.ledger import api as ledger
from tidar.people.models import User
from tidar.people.queries.actors import actor_of_user
from tidar.retribusi.actions.devices import approve_device, register_device
from tidar.retribusi.actions.syncing import SignedRecord, SyncAnswer, sync
from tidar.retribusi.models import Device, Payment
from tidar.retribusi.rules import accounts as names

AT = datetime(2026, 11, 25, 1, 0, tzinfo=timezone.utc)  # 08.00 WIB: when the phones of `signing` begin their day
EVENING = AT + timedelta(hours=9)
AGENCY, MARKET = paying.AGENCY, paying.MARKET


def user(name: str, role: str, *, agency: str = AGENCY, area: str = "") -> User:
    """An account with one role for the agency."""
    paying.market()
    return person(name, role=role, agency_code=agency, area=area)


def actor_of(found: User) -> Actor:
    """The account as an actor on the day of these tests."""
    return actor_of_user(found, today=AT.date())


@dataclass
class Collector:
    """A collector, who they are as an actor, and their phone with its key."""

    user: User
    actor: Actor
    phone: Phone
    device: Device

    @property
    def cash_key(self) -> str:
        return names.collector_cash_key(self.actor.id)

    @property
    def bag(self) -> int:
        """What their account shows."""
        return ledger.balances([self.cash_key]).get(self.cash_key, 0)


def registered(who: User, phone: Phone, *, at: datetime = AT) -> Device:
    """The phone as its collector registers it."""
    new = NewDevice(phone.device, phone.public_key, "HP uji")
    found = register_device(device=new, by=actor_of(who), at=at).device
    phone.code = found.code
    return found


def collector(name: str = "slamet", *, number: int = 1, area: str = "", approved: bool = True) -> Collector:
    """A collector with a phone that a market head approved."""
    who = user(name, "collector", area=area)
    phone = Phone(seed=bytes([number]) * 32, device=uuid.UUID(int=0x0193_5F00_0000_7000_8000_0000_0001_0000 + number))
    device = registered(who, phone)
    if approved:
        device = approve_device(device_id=device.pk, by=supervisor(), at=AT)
    return Collector(who, actor_of(who), phone, device)


def supervisor(name: str = "darmo") -> Actor:
    """A market head of the agency."""
    found = User.objects.filter(username=name).first() or user(name, "market_head")
    return actor_of(found)


def wire(one: dict[str, str]) -> SignedRecord:
    """A record of `Phone.sign` as the view hands it on."""
    return SignedRecord(bytes_from(one["body"]), bytes_from(one["signature"]))


def send(
    who: Collector,
    *records: dict[str, str],
    at: datetime = EVENING,
    by: Actor | None = None,
    highest: int | None = None,
) -> SyncAnswer:
    """One batch."""
    claimed = who.phone.counter if highest is None else highest
    return sync(
        device_id=who.device.pk, records=[wire(one) for one in records], claimed_highest=claimed,
        by=by or who.actor, at=at,
    )  # fmt: skip


def sale(who: Collector, holder: Any, amount: int = 5_000, **more: Any) -> dict[str, str]:
    """The next record: cash of that trader."""
    stall = holder.levy_object
    facts = {"occupancy": holder.pk, "stall": stall.qr_code, "number": stall.number, "market": MARKET}
    return who.phone.sign(**(facts | {"amount": amount, "shown_owed": None} | more))


def posted() -> int:
    """All cash that is booked by phones, reversals taken off."""
    return sum(Payment.objects.values_list("amount_rupiah", flat=True))


def suspense() -> int:
    """What stands in titipan."""
    key = names.suspense_key(AGENCY)
    return ledger.balances([key]).get(key, 0)
