"""Phones of the patrol: whoever patrols registers their own; they or the head of the RW take it out of use."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAgree, UnableToAllow, UnableToFind
from tidar.common.signed_records import is_key
from tidar.rojak.models import Device

MAX_PHONES = 4  # of one person in use at once; more is a sign that lost ones were not reported
CODE_LOCK = 716_011  # held while the next code is chosen
WALK, COORDINATE = "patrol.walk", "patrol.coordinate"


class UnableToRegisterDevice(UnableTo):
    """The phone cannot be registered like this."""


class UnableToRevoke(UnableTo):
    """The phone cannot be taken out of use like this."""


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What a phone says of itself: its own id, the raw bytes of its public key, and what its owner calls it."""

    id: uuid.UUID
    public_key: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Registered:
    """The phone as it is known here; `is_new` False when the same came before."""

    device: Device
    is_new: bool


def register_device(*, device: NewDevice, by: Actor, at: datetime) -> Registered:
    """A phone may sign for its person from now on, with a code of its own (R01 …); the same again is the same.

    Raises `UnableToAgree` when the id or the key belongs to another phone or person, `UnableToRegisterDevice` for what
    is no key and for too many phones.
    """
    area = _area_of(by)
    if not is_key(device.public_key):
        raise UnableToRegisterDevice(_("Kunci HP itu bukan kunci Ed25519."))
    name = " ".join(device.name.split())[:80] or _("HP tanpa nama")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODE_LOCK])
        if known := _known(device, by):
            return Registered(known, is_new=False)
        in_use = Device.objects.filter(user_id=by.id, revoked_at=None).count()
        if in_use >= MAX_PHONES:
            raise UnableToRegisterDevice(
                _("Anda sudah memakai %d HP. Cabut dulu yang hilang atau tidak dipakai.") % in_use
            )
        fresh = Device.objects.create(
            id=device.id, user_id=by.id, area_code=area, name=name, code=_next_code(),
            public_key=device.public_key, registered_at=at,
        )  # fmt: skip
        after = {"code": fresh.code, "area": area, "name": name}
        record("patrol.device.register", by=by, at=at, subject=("patrol-device", str(fresh.pk)), after=after)
    return Registered(fresh, is_new=True)


def _area_of(by: Actor) -> str:
    """Where this person patrols: of several areas the first by code."""
    by.must(WALK)
    areas = sorted(g.area for g in by.grants if g.permission == WALK and g.area)
    if by.kind != "user" or not areas:
        raise UnableToAllow(_("Hanya anggota ronda sebuah wilayah yang dapat mendaftarkan HP."))
    return areas[0]


def _known(device: NewDevice, by: Actor) -> Device | None:
    """The phone when exactly it came before; another phone under its id or its key is refused."""
    known = Device.objects.filter(pk=device.id).first()
    if known is not None and bytes(known.public_key) == device.public_key and str(known.user_id) == by.id:
        return known
    if known is not None:
        raise UnableToAgree(_("HP itu sudah terdaftar dengan kunci atau orang lain."))
    if Device.objects.filter(public_key=device.public_key).exists():
        raise UnableToAgree(_("Kunci itu milik HP lain yang sudah terdaftar."))
    return None


def _next_code() -> str:
    numbers = [int(code[1:]) for code in Device.objects.values_list("code", flat=True) if code[1:].isdigit()]
    return f"R{max(numbers, default=0) + 1:02d}"


def revoke_device(*, device_id: uuid.UUID, reason: str, by: Actor, at: datetime) -> Device:
    """The phone is out of use: lost, broken, handed on. What it notes from now on is refused, what is older waits.

    Its person may, who notices first that it is gone, and the head of the RW. Once; raises `UnableToRevoke`.
    """
    with transaction.atomic():
        device = Device.objects.select_for_update(no_key=True).filter(pk=device_id).first()
        if device is None:
            raise UnableToFind(_("HP itu tidak ada."))
        if by.id != str(device.user_id):
            by.must(COORDINATE, area=device.area_code)
        why = " ".join(reason.split())[:200]
        if not why:
            raise UnableToRevoke(_("Tuliskan mengapa HP ini dicabut."))
        if device.revoked_at is not None:
            raise UnableToRevoke(_("HP %s sudah dicabut.") % device.code)
        device.revoked_at, device.revoked_reason = at, why
        device.save(update_fields=["revoked_at", "revoked_reason"])
        after = {"revoked_at": at, "reason": why}
        record("patrol.device.revoke", by=by, at=at, subject=("patrol-device", str(device.pk)), after=after)
    return device
