"""Market days of the demo city: SKRD, phones, receipts, hand-overs and deposits, through the doors that real ones use.

The people are the demo's own; each phone has a real key and a real chain of signed records. What a day brings is drawn
from the day's own number, so that every demo city of one day is alike. Days that are there already stay as they are.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tidar.common import clock
from tidar.common.actor import Actor
from tidar.common.ids import uuid7
from tidar.ledger import api as ledger
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi import api as retribusi

KIND = "pelayanan-pasar"
COLLECTORS = ("contoh-juru-pungut", "contoh-juru-pungut-2", "contoh-juru-pungut-3")
OFFICER, SIGNER, HEAD, TREASURER = "contoh-penetapan", "contoh-penetap", "contoh-kepala-pasar", "contoh-bendahara"
BANK_ACCOUNT = "RKUD 1-000-00000-0 (contoh)"
LEFT_OPEN = "sidomukti"  # today's SKRD of this market are left to whoever tries the demo
BATCH = 100
ROUND = 200  # one collector for 200 traders, as in Magelang (magelangekspres, January 2020)
ISSUE, OPEN, CLOSE, HAND_OVER, DEPOSIT = time(5, 30), time(6, 30), time(13), time(14), time(15)


@dataclass(slots=True)
class Phone:
    """A collector's phone: signs each record, counts them, chains them."""

    id: uuid.UUID
    collector: Actor
    key: Ed25519PrivateKey
    code: str = ""
    counter: int = 0
    previous: str = retribusi.FIRST_PREVIOUS
    waiting: list[retribusi.SignedRecord] = field(default_factory=list)

    def take_cash(self, stall: dict[str, Any], amount: int, *, at: datetime) -> None:
        """One receipt: signed, counted, kept until it is sent."""
        self.counter += 1
        body = retribusi.canonical({
            "v": 1, "device": str(self.id), "counter": self.counter, "prev": self.previous, "kind": "payment",
            "id": str(uuid7(round(at.timestamp() * 1000))), "at": at.isoformat(timespec="seconds"),
            "stall": stall["qr"], "number": stall["number"], "market": stall["market"], "occupancy": stall["id"],
            "amount": amount,
            "shown_owed": _owed(stall), "receipt": retribusi.receipt_number(self.code, self.counter),
        })  # fmt: skip
        self.previous = retribusi.content_hash(body)
        self.waiting.append(retribusi.SignedRecord(body, self.key.sign(body)))

    def send(self, *, at: datetime) -> None:
        """Everything that waits, a batch at a time."""
        while self.waiting:
            batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
            retribusi.sync(device_id=self.id, records=batch, claimed_highest=self.counter, by=self.collector, at=at)


def load_market_days(*, days: int = 2, markets: tuple[str, ...] = (), now: datetime | None = None) -> int:
    """The last `days` market days up to now; returns how many were added. Idempotent.

    `markets` narrows to some of them. None: the whole city in one run a day, and today each market by itself but one
    (`LEFT_OPEN`), so that there is something to preview, issue, sign and collect.
    """
    now, zone = now or clock.now(), places.region().zone
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    known = retribusi.signed_days(since=first)
    missing = [first + timedelta(days=n) for n in range(days) if first + timedelta(days=n) not in known]
    closed = max((closed.day for closed in ledger.journal_days(limit=1)), default=date.min)
    missing = [day for day in missing if _moment(day, ISSUE, zone) <= now and day > closed]
    if not missing or not people.actor_named(OFFICER, at=clock.now()).is_known:
        return 0
    phones = [phone for name in COLLECTORS if (phone := _phone(name, at=_moment(missing[0], ISSUE, zone)))]
    for day in missing:
        _market_day(day, phones, markets or scopes(is_today=day == today), now=now, zone=zone)
    return len(missing)


def scopes(*, is_today: bool) -> tuple[str | None, ...]:
    """What each run of a day is for: the whole city, or, today, the markets but one."""
    return tuple(code for code in retribusi.market_codes() if code != LEFT_OPEN) if is_today else (None,)


def _moment(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock_time, zone)


def _phone(username: str, *, at: datetime) -> Phone | None:
    """A new phone of a collector, approved by the head of the market."""
    collector = people.actor_named(username, at=clock.now())
    if not collector.may("levies.collect"):
        return None
    phone = Phone(uuid7(), collector, Ed25519PrivateKey.generate())
    fresh = retribusi.NewDevice(phone.id, phone.key.public_key().public_bytes_raw(), f"HP contoh {collector.name}")
    phone.code = retribusi.register_device(device=fresh, by=collector, at=at).device.code
    retribusi.approve_device(device_id=phone.id, by=people.actor_named(HEAD, at=clock.now()), at=at)
    return phone


def _market_day(
    day: date, phones: list[Phone], markets: tuple[str | None, ...], *, now: datetime, zone: ZoneInfo
) -> None:
    issue_at = _moment(day, ISSUE, zone)
    officer, signer = (people.actor_named(name, at=clock.now()) for name in (OFFICER, SIGNER))
    for market in markets:
        run = retribusi.preview_run(
            levy_kind=KIND, market=market, from_date=day, to_date=day, by=officer, at=issue_at
        )  # fmt: skip
        retribusi.issue_run(run_id=run, by=officer, at=issue_at)
        retribusi.sign_run(run_id=run, by=signer, at=issue_at)
    draw = random.Random(day.toordinal())  # noqa: S311 - makes up a market day, hides nothing
    for phone in phones:
        _collect(phone, draw, until=min(_moment(day, CLOSE, zone), now), since=_moment(day, OPEN, zone))
    if now > _moment(day, DEPOSIT, zone):
        late = phones[-1:] if day == now.astimezone(zone).date() - timedelta(days=1) else []  # one forgets: an alarm
        _hand_over([phone for phone in phones if phone not in late], day, zone)


def _collect(phone: Phone, draw: random.Random, *, since: datetime, until: datetime) -> None:
    if until <= since:
        return
    route = retribusi.phone_route(device_id=phone.id, collector=phone.collector, at=since)
    visits = list(_visits(route["stalls"], draw))[:ROUND]
    step = (until - since) / max(len(visits), 1)
    for n, (stall, amount) in enumerate(visits):
        phone.take_cash(stall, amount, at=since + step * n)
    phone.send(at=until)


def _visits(stalls: list[dict[str, Any]], draw: random.Random) -> Iterator[tuple[dict[str, Any], int]]:
    """Who is there and what they give: most what they owe, some a part, some a few days ahead, some nothing."""
    for stall in stalls:
        owed, mood = _owed(stall), draw.random()
        if not owed or mood > 0.88:
            continue
        oldest = stall["dues"][0][2]
        if mood < 0.78:
            yield stall, owed
        elif mood < 0.84:
            yield stall, max(500, oldest // 2 // 500 * 500)
        else:
            yield stall, owed + 3 * oldest


def _owed(stall: dict[str, Any]) -> int:
    return sum(due[2] for due in stall["dues"])


def _hand_over(phones: list[Phone], day: date, zone: ZoneInfo) -> None:
    """Each bag to the treasurer, all of them to the treasury the same day."""
    treasurer = people.actor_named(TREASURER, at=clock.now())
    held = retribusi.cash_on_hand([phone.collector.id for phone in phones])
    given = []
    for phone in phones:
        rupiah, at = held[phone.collector.id].rupiah, _moment(day, HAND_OVER, zone)
        if rupiah <= 0:
            continue
        made = retribusi.declare_handover(
            id=uuid7(), collector_id=phone.collector.id, declared_rupiah=rupiah, happened_at=at, by=phone.collector,
            at=at,
        )  # fmt: skip
        retribusi.confirm_handover(handover_id=made.id, counted_rupiah=rupiah, by=treasurer, at=at)
        given.append(made.id)
    if given:
        at = _moment(day, DEPOSIT, zone)
        retribusi.deposit(
            id=uuid7(), handover_ids=given, bank_account=BANK_ACCOUNT, deposited_at=at, by=treasurer, at=at
        )  # fmt: skip
