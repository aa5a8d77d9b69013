"""Phones that sign what they note without signal: what an app checks before it knows one, in the same words everywhere.

Each app keeps its own table of phones and says who may register one, how many, and who decides about it; here is what
does not differ. Pure: no database, no clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo, UnableToAgree
from tidar.common.signed_records import is_key


class UnableToRegisterDevice(UnableTo):
    """The phone cannot be registered like this."""


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a phone says of itself: its own id, the raw bytes of its public key, and what its owner calls it."""

    id: uuid.UUID
    public_key: bytes
    name: str


Device = TypeVar("Device")


@dataclass(frozen=True, slots=True)
class Registered(Generic[Device]):
    """The phone as it is known here; `is_new` False when the same came before."""

    device: Device
    is_new: bool


def usable(device: NewDevice, *, most_letters: int) -> NewDevice:
    """The phone with a tidy name; `UnableToRegisterDevice` for what is no Ed25519 key."""
    if not is_key(device.public_key):
        raise UnableToRegisterDevice(_("Kunci HP itu bukan kunci Ed25519."))
    name = " ".join(device.name.split())[:most_letters] or _("HP tanpa nama")
    return NewDevice(device.id, device.public_key, name)


def came_before(device: NewDevice, *, known_key: bytes | None, is_own: bool, is_key_known: bool) -> bool:
    """Whether exactly this phone of this person is known; `known_key` is that of the phone with this id, None for none.

    `UnableToAgree` when the id belongs to another key or person, or the key to another phone.
    """
    if known_key is not None and not (known_key == device.public_key and is_own):
        raise UnableToAgree(_("HP itu sudah terdaftar dengan kunci atau orang lain."))
    if known_key is None and is_key_known:
        raise UnableToAgree(_("Kunci itu milik HP lain yang sudah terdaftar."))
    return known_key is not None


def must_have_room(in_use: int, *, most: int) -> None:
    """More than `most` in use at once is a sign that lost ones were not reported: `UnableToRegisterDevice`."""
    if in_use >= most:
        raise UnableToRegisterDevice(_("Anda sudah memakai %d HP. Cabut dulu yang hilang atau tidak dipakai.") % in_use)


def next_code(letter: str, codes: Iterable[str]) -> str:
    """The code after these, by which people name a phone: a letter and at least two digits (K01, R12)."""
    numbers = [int(code[1:]) for code in codes if code[1:].isdigit()]
    return f"{letter}{max(numbers, default=0) + 1:02d}"
