"""Collectors' phones: a collector registers one, a supervisor trusts it, either takes it out of use when it is lost."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.phones import NewDevice, Registered, came_before, must_have_room, next_code, usable
from tidar.people import api as people
from tidar.retribusi.models import Device
from tidar.retribusi.queries.reach import decides_for

MAX_PHONES = 3  # of one collector in use at once; more is a sign that lost ones were not reported
SUPERVISE = "levies.supervise"
CODE_LOCK = 716_005  # held while the next code is chosen


class UnableToDecide(UnableTo):
    """The phone cannot be approved or revoked like this."""


def register_device(*, device: NewDevice, by: Actor, at: datetime) -> Registered[Device]:
    """A collector's own phone is known from now on, with a code for its receipts (K01 …); the same again is the same.

    It waits for a supervisor's approval; the supervisors are told. Raises `UnableToAgree` when the id or the key
    belongs to another phone or person, `UnableToRegisterDevice` for what is no key and for too many phones.
    """
    agency = _agency_of(by)
    device = usable(device, most_letters=120)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODE_LOCK])
        if known := _known(device, by):
            return Registered(known, is_new=False)
        must_have_room(Device.objects.filter(collector_id=by.id, revoked_at=None).count(), most=MAX_PHONES)
        code = next_code("K", Device.objects.values_list("code", flat=True))
        fresh = Device.objects.create(
            id=device.id, code=code, public_key=device.public_key, collector_id=by.id,
            collector_name=by.name[:200], agency_id=agency, name=device.name, registered_at=at,
        )  # fmt: skip
        after = {"code": fresh.code, "collector": by.id, "agency": agency, "name": fresh.name}
        record("device.register", by=by, at=at, subject=("device", str(fresh.pk)), after=after)
        _tell_supervisors(fresh, at=at)
    return Registered(fresh, is_new=True)


def _agency_of(by: Actor) -> str:
    by.must("levies.collect")
    agencies = sorted({g.agency for g in by.grants if g.permission == "levies.collect" and g.agency})
    if not agencies:
        raise UnableToAllow(_("Hanya juru pungut sebuah perangkat daerah yang dapat mendaftarkan alat."))
    return agencies[0]


def _known(device: NewDevice, by: Actor) -> Device | None:
    known = Device.objects.filter(pk=device.id).first()
    key = bytes(known.public_key) if known else None
    is_own = known is not None and known.collector_id == by.id
    is_key_known = Device.objects.filter(public_key=device.public_key).exists()
    return known if came_before(device, known_key=key, is_own=is_own, is_key_known=is_key_known) else None


def _tell_supervisors(device: Device, *, at: datetime) -> None:
    people.notify(
        agency=device.agency_id,
        permission=SUPERVISE,
        sentence=f"Alat {device.code} milik {device.collector_name} menunggu persetujuan.",  # kept: Indonesian
        url=reverse("retribusi:device", args=[device.pk]),
        about=f"device.register:{device.pk}",
        at=at,
    )


def approve_device(*, device_id: uuid.UUID, by: Actor, at: datetime) -> Device:
    """What the phone signs from now on is booked as it says. Somebody else than its collector decides; once."""
    with transaction.atomic():
        device = _locked(device_id)
        _must_supervise(device, by, at)
        if by.id == device.collector_id:
            raise UnableToDecide(_("Alat sendiri disetujui oleh orang lain."))
        if device.revoked_at is not None:
            raise UnableToDecide(_("Alat %s sudah dicabut; daftarkan alat baru.") % device.code)
        if device.approved_at is not None:
            return device
        device.approved_at, device.approved_by = at, by.name[:200]
        device.save(update_fields=["approved_at", "approved_by"])
        subject = ("device", str(device.pk))
        record("device.approve", by=by, at=at, subject=subject, before={"approved_at": None}, after={"approved_at": at})
    return device


def revoke_device(*, device_id: uuid.UUID, reason: str, by: Actor, at: datetime) -> Device:
    """The phone is out of use: lost, broken, handed back. What arrives from now on is held; once.

    A supervisor may, and so may its collector, who notices first that it is gone.
    """
    with transaction.atomic():
        device = _locked(device_id)
        if by.id != device.collector_id:
            _must_supervise(device, by, at)
        if not reason.strip():
            raise UnableToDecide(_("Tuliskan mengapa alat ini dicabut."))
        if device.revoked_at is not None:
            raise UnableToDecide(_("Alat %s sudah dicabut.") % device.code)
        device.revoked_at, device.revoked_by = at, by.name[:200]
        device.revoke_reason = reason.strip()[:300]
        device.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
        after = {"revoked_at": at, "reason": device.revoke_reason}
        record("device.revoke", by=by, at=at, subject=("device", str(device.pk)), after=after)
    return device


def _must_supervise(device: Device, by: Actor, at: datetime) -> None:
    """A head of an area decides about the phones of those who collect inside it."""
    if not decides_for(by, [SUPERVISE], agency=device.agency_id, collector_id=device.collector_id, at=at):
        raise UnableToAllow(_("Alat juru pungut ini diatur oleh kepala pasar di wilayahnya."))


def _locked(device_id: uuid.UUID) -> Device:
    device = Device.objects.select_for_update(no_key=True).filter(pk=device_id).first()
    if device is None:
        raise UnableToFind(_("Alat itu tidak ada."))
    return device
