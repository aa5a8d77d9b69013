"""Patrol days of the demo city: rounds, checks, findings and what came of them, through the doors that real ones use.

Each phone has a real key and signs what it sends. What a day brings is drawn from the post's and the day's own name, so
that every demo city of one day is alike; each post forgets one of its segments, which is what the gap board is for.
Days that are there already stay as they are.
"""

from __future__ import annotations

import itertools
import math
import random
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tidar.common import clock
from tidar.common.actor import Actor
from tidar.common.ids import uuid7
from tidar.formulir import api as formulir
from tidar.people import api as people
from tidar.places import api as places
from tidar.rojak import api as rojak

PEOPLE = {"33.71.03.1001.04": "contoh-ronda", "33.71.01": "contoh-ronda-2", "33.71.02": "contoh-ronda-3",
          "33.71.03": "contoh-ronda-4"}  # fmt: skip
LONG, SHORT = timedelta(days=60), timedelta(days=12)  # of the post with its own phone, and of the others
CHANCE = {1: 0.72, 2: 0.85, 3: 0.95}  # that a round reaches a segment, by its importance
FOUND: tuple[tuple[str, str, dict[str, Any], int], ...] = (
    ("lampu-mati", "", {}, 1), ("jalan-rusak", "", {}, 2), ("lain", "", {}, 1),
    ("sampah", "sampah", {"jenis": ["rumah-tangga"], "ukuran": "kantong", "menghalangi": "tidak"}, 2),
    ("sampah", "sampah", {"jenis": ["plastik", "kebun"], "ukuran": "gerobak", "karung": 6, "menghalangi": "ya"}, 3),
)  # fmt: skip
BATCH = 100


@dataclass(slots=True)
class Phone:
    """A phone of the patrol: signs each item and keeps it until it is sent."""

    person: Actor
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    id: uuid.UUID = field(default_factory=uuid7)
    waiting: list[rojak.SignedItem] = field(default_factory=list)

    def note(
        self, kind: str, data: Mapping[str, Any], *, post: str, at: datetime, round_id: uuid.UUID | None
    ) -> uuid.UUID:
        """One item: made, signed, kept; returns its id."""
        item_id = uuid7(round(at.timestamp() * 1000))
        body = rojak.body_of(
            id=item_id, kind=kind, at=at.isoformat(timespec="seconds"), post=post, data=data,
            more={"device": self.id, "round": round_id},
        )  # fmt: skip
        self.waiting.append(rojak.SignedItem(body, self.key.sign(body)))
        return item_id

    def send(self, *, at: datetime) -> None:
        """Everything that waits, a batch at a time."""
        while self.waiting:
            batch, self.waiting = self.waiting[:BATCH], self.waiting[BATCH:]
            rojak.receive(device_id=self.id, items=batch, by=self.person, at=at)


def load_patrol_days(*, now: datetime | None = None, posts: tuple[str, ...] = ()) -> int:
    """The last weeks of every post up to now (`posts` narrows); returns how many rounds were added. Idempotent."""
    now = now or clock.now()
    today = now.astimezone(places.region().zone).date()
    routes = {route.id: route for route in rojak.routes() if not posts or route.code in posts}
    phones: dict[str, Phone] = {}
    count = 0
    for _day, turns in _turns(routes, today, now=now):
        for post_id, turn in turns:
            username = _username(routes[post_id].area_code) or ""
            phone = phones.get(username) or phones.setdefault(username, _phone(username, at=now))
            count += _patrol(routes[post_id], turn, phone, now=now)
        evening = max(turn.ends_at for _post_id, turn in turns) + timedelta(hours=1)
        for phone in phones.values():
            phone.send(at=min(now, evening))
    if count:
        _follow_up(routes.values(), now=now)
        rojak.show_in_lake(at=now)
    return count


def _follow_up(routes: Iterable[rojak.RouteView], *, now: datetime) -> None:
    """What heads of RW did with what was found more than two days ago: half is fixed, some was passed on."""
    head, office = (people.actor_named(name, at=now) for name in ("contoh-ketua-rw", "contoh-admin"))
    for route in routes:
        by = head if head.may("patrol.coordinate", area=route.area_code) else office
        for found in rojak.open_findings(route.id, now - timedelta(days=2)):
            luck = random.Random(str(found.happened_at)).random()  # noqa: S311 - nothing secret
            at = found.happened_at + timedelta(hours=20 + 20 * luck)
            if found.state == "terbuka" and luck < 0.75:
                rojak.pass_on(finding_id=found.id, want="permohonan", by=by, at=at)
            if luck < 0.5:
                rojak.confirm_fixed(finding_id=found.id, by=by, at=at + timedelta(hours=16))


def _turns(
    routes: Mapping[int, rojak.RouteView], today: date, *, now: datetime
) -> Iterator[tuple[date, list[tuple[int, rojak.Planned]]]]:
    """Day by day, the turns of the roster that have begun and of which nothing is here yet."""
    known = rojak.patrolled_days(list(routes), since=today - LONG)
    by_day: dict[date, list[tuple[int, rojak.Planned]]] = {}
    for post_id, planned in rojak.planned_of(list(routes), today - LONG, today).items():
        if (username := _username(routes[post_id].area_code)) is None:
            continue
        first = today - (LONG if username == "contoh-ronda" else SHORT)
        for turn in planned:
            if turn.date >= first and turn.starts_at < now and (post_id, turn.date) not in known:
                by_day.setdefault(turn.date, []).append((post_id, turn))
    yield from sorted(by_day.items())


def _username(area_code: str) -> str | None:
    fitting = [area for area in PEOPLE if area_code == area or area_code.startswith(area + ".")]
    return PEOPLE[max(fitting, key=len)] if fitting else None


def _phone(username: str, *, at: datetime) -> Phone:
    phone = Phone(people.actor_named(username, at=at))
    raw = phone.key.public_key().public_bytes_raw()
    rojak.register_device(device=rojak.NewDevice(phone.id, raw, "HP contoh"), by=phone.person, at=at)
    return phone


def _patrol(route: rojak.RouteView, turn: rojak.Planned, phone: Phone, *, now: datetime) -> int:
    """One turn of the roster: sometimes missed, otherwise walked as far as it went; 1 when there was a round."""
    luck = random.Random(f"{route.code}:{turn.starts_at.isoformat()}")  # noqa: S311 - nothing secret
    if luck.random() < 0.12:
        return 0
    start = turn.starts_at + timedelta(minutes=luck.randint(0, 12))
    if start >= now:
        return 0
    members = list(turn.member_ids)
    leader = luck.choice(members) if members else None
    present = [one for one in members if one == leader or luck.random() < 0.9]
    begun = {"planned": turn.rule_id, "date": turn.date.isoformat(), "leader": leader, "present": present}
    round_id = phone.note("round_start", begun, post=route.code, at=start, round_id=None)
    end, length = start, timedelta(minutes=luck.randint(3, 6))
    for segment in _walked(route, turn.date, luck, now=now):
        end += length
        if end >= now:
            break
        _look(segment, phone, route, round_id, luck, at=end)
    if end < now:
        points = _track(route, start, end, luck)
        phone.note("track", {"points": points}, post=route.code, at=start, round_id=round_id)
        finish = {"note": "", "distance_m": _metres(points)}
        phone.note("round_end", finish, post=route.code, at=end + timedelta(minutes=1), round_id=round_id)
    return 1


def _walked(route: rojak.RouteView, day: date, luck: random.Random, *, now: datetime) -> Iterator[rojak.SegmentView]:
    """The segments that a round reaches; nobody came to the post's last one in the last eight days."""
    forgotten = now.date() - timedelta(days=8)
    for segment in route.segments:
        is_last = segment is route.segments[-1]
        if luck.random() < CHANCE[segment.importance] and not (is_last and day > forgotten):
            yield segment


def _look(
    segment: rojak.SegmentView, phone: Phone, route: rojak.RouteView, round_id: uuid.UUID, luck: random.Random,
    *, at: datetime,
) -> None:  # fmt: skip
    """A check of the segment, and now and then a finding on it."""
    where = _position(segment, luck)
    scanned = bool(segment.checkpoints) and luck.random() < 0.85
    check = {
        "segment": segment.code, "checkpoint": segment.checkpoints[0] if scanned else "",
        "how": "qr" if scanned else "ketuk", "position": where,
    }  # fmt: skip
    phone.note("check", check, post=route.code, at=at, round_id=round_id)
    if luck.random() < 0.035:
        kind, form, answers, severity = luck.choice(FOUND)
        used = formulir.published(form) if form else None
        found: dict[str, Any] = {
            "kind": kind, "segment": segment.code, "position": where, "severity": severity, "form": form,
            "version": used.version if used else "", "answers": answers, "photos": [], "note": "",
        }  # fmt: skip
        phone.note("finding", found, post=route.code, at=at + timedelta(seconds=40), round_id=round_id)


def _position(segment: rojak.SegmentView, luck: random.Random) -> dict[str, int] | None:
    """Somewhere on the segment, with what a cheap phone says of its accuracy; now and then no fix at all."""
    if not segment.line or luck.random() < 0.08:
        return None
    lon, lat = luck.choice(segment.line)
    return {"lon_e6": round(lon * 1e6), "lat_e6": round(lat * 1e6), "accuracy_m": luck.choice((5, 8, 12, 18, 45))}


def _track(route: rojak.RouteView, start: datetime, end: datetime, luck: random.Random) -> list[list[int]]:
    """Where the round went, a point a minute, without some minutes in the middle."""
    corners = [corner for segment in route.segments for corner in segment.line]
    seconds = int((end - start).total_seconds())
    points = []
    for n, at in enumerate(range(0, max(seconds, 1), 60)):
        if luck.random() < 0.06 or not corners:
            continue
        lon, lat = corners[min(len(corners) - 1, n * len(corners) * 60 // max(seconds, 1))]
        points.append([at, round(lon * 1e6), round(lat * 1e6), luck.choice((6, 9, 14, 22, 60))])
    return points or [[0, round(places.region().lon * 1e6), round(places.region().lat * 1e6), 500]]


def _metres(points: list[list[int]]) -> int:
    """How far a phone says that it went: along its track, on a plane that fits a city."""
    steps = itertools.pairwise(points)
    return round(sum(math.hypot((b[1] - a[1]) * 0.1104, (b[2] - a[2]) * 0.1106) for a, b in steps))
