"""Phones of the patrol: whoever patrols registers their own; they or the head of the RW take it out of use."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.phones import NewDevice, Registered, came_before, must_have_room, next_code, usable
from tidar.rojak.models import Device

MAX_PHONES = 4  # of one person in use at once; more is a sign that lost ones were not reported
CODE_LOCK = 716_011  # held while the next code is chosen
WALK, COORDINATE = "patrol.walk", "patrol.coordinate"


class UnableToRevoke(UnableTo):
    """The phone cannot be taken out of use like this."""


def register_device(*, device: NewDevice, by: Actor, at: datetime) -> Registered[Device]:
    """A phone may sign for its person from now on, with a code of its own (R01 …); the same again is the same.

    Raises `UnableToAgree` when the id or the key belongs to another phone or person, `UnableToRegisterDevice` for what
    is no key and for too many phones.
    """
    area = _area_of(by)
    device = usable(device, most_letters=80)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODE_LOCK])
        if known := _known(device, by):
            return Registered(known, is_new=False)
        must_have_room(Device.objects.filter(user_id=by.id, revoked_at=None).count(), most=MAX_PHONES)
        code = next_code("R", Device.objects.values_list("code", flat=True))
        fresh = Device.objects.create(
            id=device.id, user_id=by.id, area_code=area, name=device.name, code=code,
            public_key=device.public_key, registered_at=at,
        )  # fmt: skip
        after = {"code": fresh.code, "area": area, "name": fresh.name}
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
    known = Device.objects.filter(pk=device.id).first()
    key = bytes(known.public_key) if known else None
    is_own = known is not None and str(known.user_id) == by.id
    is_key_known = Device.objects.filter(public_key=device.public_key).exists()
    return known if came_before(device, known_key=key, is_own=is_own, is_key_known=is_key_known) else None


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
