"""Phones of the patrol whose every byte follows from numbers: what is sent again is the same.

Ten numbers are one round: its start, a finding with a photograph, and checks. They are sent in batches in an order of
their own, the start of a round mostly not first, some items twice.
"""

from __future__ import annotations

import hashlib
import os
import random
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.formulir.test_photos import jpeg
from tests.rojak.builders import AT
from tests.rojak.items.builders import Phone, person, post
from tidar.formulir import api as formulir
from tidar.people.models import User
from tidar.rojak.actions.items import SignedItem, receive
from tidar.rojak.models import Post

PER_ROUND, BATCH = 10, 4
REGISTERED = AT.replace(month=10)


def named(text: str) -> uuid.UUID:
    """An id that follows from a text."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"uji:{text}")


def register(writers: int) -> None:
    """A post, and a phone for each writer."""
    made = post()
    for writer in range(writers):
        person(name=f"penulis-{writer}")
        phone_of(writer, made.code).register(at=REGISTERED)


def phone_of(writer: int, code: str) -> Phone:
    """The writer's phone with its key."""
    user = User.objects.get(username=f"penulis-{writer}")
    key = Ed25519PrivateKey.from_private_bytes(bytes([writer + 1]) * 32)
    return Phone(user, code, id=named(f"hp:{writer}"), key=key)


def photo_of(writer: int, number: int) -> bytes:
    """A photograph of its own."""
    return jpeg(size=4_000 + writer * 100_000 + number % 1_000 * 2, place=f"{writer}:{number}")


def items_of(phone: Phone, writer: int, number: int) -> tuple[SignedItem, bytes]:
    """What a number means, and its photograph (empty: none)."""
    round_id = named(f"ronda:{writer}:{number // PER_ROUND}")
    if number % PER_ROUND == 0:
        return phone.item("round_start", id=round_id), b""
    own = named(f"{writer}:{number}")
    if number % PER_ROUND == 3:
        photo = photo_of(writer, number)
        data = {"photos": [hashlib.sha256(photo).hexdigest()], "note": f"temuan {number}"}
        return phone.item("finding", data, id=own, round=round_id), photo
    return phone.item("check", id=own, round=round_id), b""


def send(writer: int, first: int, count: int, answers: str) -> None:
    """Send what these numbers mean; a line is written for each answer that was seen."""
    phone = phone_of(writer, Post.objects.get().code)
    by, chance = phone.actor, random.Random(writer * 1_000_003 + first)
    file = os.open(answers, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for begun in range(first, first + count, PER_ROUND):
        made = [items_of(phone, writer, number) for number in range(begun, begun + PER_ROUND)]
        chance.shuffle(made)
        for place in range(0, PER_ROUND, BATCH):
            batch = [item for item, _photo in made[place : place + BATCH]]
            twice = [*batch, batch[0]]
            told = receive(device_id=phone.id, items=twice, by=by, at=AT)
            lines = "".join(f"item:{one.id} {one.id}\n" for one in told)
            os.write(file, lines.encode())
        for _item, photo in made:
            if photo:
                sha256 = bring(photo, phone)
                os.write(file, f"foto:{sha256} {sha256}\n".encode())


def bring(photo: bytes, phone: Phone) -> str:
    """In two parts, from where the city is."""
    sha256 = hashlib.sha256(photo).hexdigest()
    for end in (len(photo) // 2, len(photo)):
        start = formulir.photo_offset(sha256).held_bytes
        if start < end:
            formulir.receive_photo_part(
                sha256=sha256, start=start, total=len(photo), data=photo[start:end], by=phone.actor, at=AT
            )
    kept = formulir.photo(sha256)
    if kept is None or kept.state != "diterima":
        raise RuntimeError(f"the photograph was not kept: {kept}")
    return sha256
