"""Phones that sign, and a post that they patrol.

made = post()                    city, kinds, checkpoints, two people with phones
phone.item("check", …)           one signed item
send(phone, item, …)             through the one door; the answers
"""

from __future__ import annotations

import itertools
import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.rojak.builders import AT, RW, SINCE, City, city, make_checkpoint, make_kind
from tidar.common.actor import Actor
from tidar.common.ids import uuid7
from tidar.common.phones import NewDevice
from tidar.common.signed_records import canonical, content_hash
from tidar.people import api as people
from tidar.people.models import Assignment, User
from tidar.rojak.actions.devices import register_device
from tidar.rojak.actions.items import ItemAnswer, SignedItem, receive
from tidar.rojak.models import Checkpoint, FindingKind
from tidar.rojak.rules.items import NO_BASE

_names = itertools.count(1)
GOOD = 8


def person(role: str = "patrol", *, area: str = RW, agency: str | None = None, name: str = "") -> User:
    """A user with one role."""
    found = User.objects.create_user(username=name or f"orang-{next(_names)}", first_name=name or "Ibu", password="x")
    Assignment.objects.create(user=found, role=role, area_code=area, agency_id=agency, from_date=SINCE)
    return found


def actor(user: User, *, at: datetime = AT) -> Actor:
    """The user as an actor."""
    return people.actor_for_user(user.pk, at=at)


def moment(at: datetime) -> str:
    """As the phone writes it."""
    return at.isoformat(timespec="seconds")


@dataclass
class Phone:
    """A phone with its key and its person."""

    user: User
    post: str
    id: uuid.UUID = field(default_factory=uuid7)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def actor(self) -> Actor:
        return actor(self.user)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def register(self, *, at: datetime = AT - timedelta(days=40)) -> Phone:
        """Known to the city from `at` on."""
        new = NewDevice(self.id, self.public_key, "HP uji")
        register_device(device=new, by=actor(self.user), at=at)
        return self

    def signed(self, body: bytes) -> SignedItem:
        """These bytes with the phone's signature."""
        return SignedItem(body, self.key.sign(body))

    def item(self, kind: str, data: dict[str, Any] | None = None, **more: Any) -> SignedItem:
        """A signed item; `more`: id, at, round, base, revision, post."""
        plain: dict[str, Any] = {
            "v": 1, "device": str(self.id), "id": str(uuid7()), "kind": kind, "revision": 1, "base": NO_BASE,
            "at": moment(AT), "round": None, "post": self.post, "data": DEFAULTS[kind] | (data or {}),
        }  # fmt: skip
        texts = {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in more.items()}
        return self.signed(canonical(plain | texts))


DEFAULTS: dict[str, dict[str, Any]] = {
    "round_start": {"planned": None, "date": None, "leader": None, "present": []},
    "leg": {"leader": None},
    "round_end": {"note": "", "distance_m": 1500},
    "track": {"points": [[0, 110215000, -7485900, 8], [10, 110215100, -7485900, 9]]},
    "check": {"segment": "L1", "checkpoint": "", "how": "ketuk", "position": None},
    "finding": {
        "kind": "sampah", "segment": "L1", "position": None, "severity": 2, "form": "", "version": "", "answers": {},
        "photos": [], "note": "",
    },
    "activity": {"kind": "kunjungan", "segment": "", "participants": 3, "minutes": 20, "note": ""},
    "sos": {"position": None, "note": ""},
    "attendance": {"present": []},
}  # fmt: skip


@dataclass
class Made:
    """What `post` made."""

    city: City
    phone: Phone
    other: Phone
    head: User
    kind: FindingKind
    checkpoint: Checkpoint

    @property
    def code(self) -> str:
        return self.city.post.code


def post() -> Made:
    """A post of RW 04 with a kind, a checkpoint, an activity, two phones and the head of the RW."""
    made = city()
    made.program.settings |= {"activities": [{"key": "kunjungan", "title": "Kunjungan rumah"}]}
    made.program.save()
    return Made(
        city=made,
        phone=Phone(person(), made.post.code).register(),
        other=Phone(person(), made.post.code).register(),
        head=person("rw_head"),
        kind=make_kind(made.program),
        checkpoint=make_checkpoint(made.segments[0]),
    )


def at_segment(made: Made, number: int = 0, *, accuracy: int = GOOD) -> dict[str, int]:
    """A fix at the beginning of a segment."""
    lon, lat = made.city.segments[number].line[0]
    return {"lon_e6": round(lon * 1e6), "lat_e6": round(lat * 1e6), "accuracy_m": accuracy}


def send(phone: Phone, *items: SignedItem, at: datetime = AT, by: Actor | None = None) -> tuple[ItemAnswer, ...]:
    """Through the one door."""
    return receive(device_id=phone.id, items=list(items), by=by or phone.actor, at=at)


def hash_of(item: SignedItem) -> str:
    """The version's hash."""
    return content_hash(item.body)


def states(answers: tuple[ItemAnswer, ...]) -> list[str]:
    """What became of each."""
    return [one.state for one in answers]


def revised(phone: Phone, item: SignedItem, data: dict[str, Any], *, base: SignedItem | None = None) -> SignedItem:
    """The next version of an item, from this phone; `base`: the version that it changes, else the item itself."""
    body = json.loads(item.body)
    body |= {"device": str(phone.id), "revision": body["revision"] + 1, "base": hash_of(base or item)}
    return phone.signed(canonical(body | {"data": body["data"] | data}))
