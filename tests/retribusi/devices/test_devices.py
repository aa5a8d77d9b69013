"""A phone is registered by its collector, trusted by somebody else, revoked once; its key and records never change."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from tests.retribusi.devices.builders import AT, EVENING, actor_of, registered, supervisor, user
from tests.retribusi.devices.signing import Phone, numbered
from tidar.common.errors import UnableToAgree, UnableToAllow, UnableToFind
from tidar.common.models import AuditEntry
from tidar.common.phones import NewDevice, UnableToRegisterDevice
from tidar.common.signed_records import SMALL_ORDER
from tidar.people.models import Notice
from tidar.retribusi.actions.devices import (
    UnableToDecide,
    approve_device,
    register_device,
    revoke_device,
)
from tidar.retribusi.models import Device, DeviceRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def slamet():
    return user("slamet", "collector")


def phone(number: int) -> Phone:
    return Phone(seed=bytes([number]) * 32, device=numbered(number))


def test_a_phone_gets_the_next_code_and_waits_for_approval(slamet) -> None:
    head = user("darmo", "market_head")
    first, second = registered(slamet, phone(1)), registered(user("siti", "collector"), phone(2))
    assert (first.code, second.code, first.approved_at, first.agency_id) == ("K01", "K02", None, "disperindag")
    assert Notice.objects.filter(user=head).count() == 2
    approved = approve_device(device_id=first.pk, by=actor_of(head), at=EVENING)
    assert (approved.approved_at, approved.approved_by) == (EVENING, "Darmo")
    assert approve_device(device_id=first.pk, by=actor_of(head), at=AT).approved_at == EVENING
    assert AuditEntry.objects.filter(subject_id=str(first.pk)).count() == 2


def test_the_same_again_is_the_same(slamet) -> None:
    new = NewDevice(phone(1).device, phone(1).public_key, "HP")
    first = register_device(device=new, by=actor_of(slamet), at=AT)
    again = register_device(device=new, by=actor_of(slamet), at=EVENING)
    assert (first.is_new, again.is_new, again.device) == (True, False, first.device)
    assert Device.objects.count() == 1


def test_a_foreign_key_or_id_is_refused(slamet) -> None:
    registered(slamet, phone(1))
    siti = user("siti", "collector")
    for id, key in ((phone(1).device, phone(1).public_key), (phone(1).device, phone(2).public_key),
                    (phone(2).device, phone(1).public_key)):  # fmt: skip
        with pytest.raises(UnableToAgree):
            register_device(device=NewDevice(id, key, "HP"), by=actor_of(siti), at=AT)
    assert Device.objects.count() == 1


@pytest.mark.parametrize("key", [b"", b"x" * 31, *sorted(SMALL_ORDER)[:2]], ids=len)
def test_what_is_no_key_is_refused(slamet, key) -> None:
    with pytest.raises(UnableToRegisterDevice):
        register_device(device=NewDevice(numbered(1), key, "HP"), by=actor_of(slamet), at=AT)


def test_only_a_collector_of_an_agency_registers(slamet) -> None:
    for who in (supervisor(), actor_of(user("tuti", "treasurer"))):
        with pytest.raises(UnableToAllow):
            register_device(device=NewDevice(numbered(1), phone(1).public_key, "HP"), by=who, at=AT)


def test_three_phones_are_enough(slamet) -> None:
    for number in (1, 2, 3):
        registered(slamet, phone(number))
    with pytest.raises(UnableToRegisterDevice):
        registered(slamet, phone(4))
    revoke_device(device_id=phone(1).device, reason="rusak", by=actor_of(slamet), at=AT)
    assert registered(slamet, phone(4)).code == "K04"


def test_somebody_else_approves_and_who_may_revoke(slamet) -> None:
    device = registered(slamet, phone(1))
    stranger = actor_of(user("lain", "market_head", agency="dishub"))
    both = actor_of(slamet)
    for who in (stranger, both, actor_of(user("tuti", "treasurer"))):
        with pytest.raises((UnableToAllow, UnableToDecide)):
            approve_device(device_id=device.pk, by=who, at=AT)
    with pytest.raises(UnableToAllow):
        revoke_device(device_id=device.pk, reason="x", by=stranger, at=AT)
    with pytest.raises(UnableToDecide):
        revoke_device(device_id=device.pk, reason=" ", by=supervisor(), at=AT)
    assert revoke_device(device_id=device.pk, reason="hilang", by=both, at=AT).revoke_reason == "hilang"
    for act in (approve_device, lambda **k: revoke_device(reason="lagi", **k)):
        with pytest.raises(UnableToDecide):
            act(device_id=device.pk, by=supervisor(), at=AT)
    with pytest.raises(UnableToFind):
        approve_device(device_id=uuid.uuid4(), by=supervisor(), at=AT)


def test_a_head_of_an_area_decides_for_collectors_inside_it() -> None:
    inside, citywide = user("siti", "collector", area="33.71.02.1007"), user("tono", "collector")
    head = actor_of(user("kepala", "market_head", area="33.71.02"))
    neighbour = actor_of(user("tetangga", "market_head", area="33.71.01"))
    theirs, other = registered(inside, phone(1)), registered(citywide, phone(2))
    for device, by in ((theirs, neighbour), (other, neighbour), (other, head)):
        with pytest.raises(UnableToAllow):
            approve_device(device_id=device.pk, by=by, at=AT)
        with pytest.raises(UnableToAllow):
            revoke_device(device_id=device.pk, reason="hilang", by=by, at=AT)
    assert approve_device(device_id=theirs.pk, by=head, at=AT).approved_at == AT
    assert approve_device(device_id=other.pk, by=supervisor(), at=AT).approved_at == AT
    assert revoke_device(device_id=theirs.pk, reason="hilang", by=head, at=AT).revoked_at == AT


def refused(sql: str, *parameters) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "change",
    ["public_key = 'x'", "collector_id = 'lain'", "code = 'K99'", "agency_id = 'dishub'", "registered_at = now()",
     "approved_at = now()"],
)  # fmt: skip
def test_key_code_and_collector_never_change(slamet, change) -> None:
    user("lain", "collector", agency="dishub")
    device = registered(slamet, phone(1))
    approve_device(device_id=device.pk, by=supervisor(), at=AT)
    assert refused(f"UPDATE retribusi_device SET {change} WHERE id = %s", device.pk)  # noqa: S608
    assert not refused("UPDATE retribusi_device SET name = 'HP baru' WHERE id = %s", device.pk)


def kept(device: Device, state: str) -> DeviceRecord:
    return DeviceRecord.objects.create(
        device=device, counter=1, previous_hash="", content_hash="a" * 64, body=b"{}", signature=b"",
        received_at=AT, state=state,
    )  # fmt: skip


def test_a_record_is_kept_as_it_came(slamet) -> None:
    row = kept(registered(slamet, phone(1)), "ditahan")
    change = "UPDATE retribusi_devicerecord SET {} WHERE id = %s"
    for what in ("body = 'x'", "counter = 2", "amount_rupiah = 1", "settlement = 'x'", "state = 'dibukukan'"):
        assert refused(change.format(what), row.pk)
    assert refused("DELETE FROM retribusi_devicerecord WHERE id = %s", row.pk)
    assert refused("DELETE FROM retribusi_device WHERE id = %s", row.device_id)
    assert refused("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE retribusi_devicerecord CASCADE")
    assert not refused(change.format("state = 'selesai', settlement = 'benar', accepted = true"), row.pk)
    assert refused(change.format("state = 'selesai', settlement = 'salah'"), row.pk)


def test_one_number_is_booked_once(slamet) -> None:
    row = kept(registered(slamet, phone(1)), "dibukukan")
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceRecord.objects.create(
            device=row.device, counter=1, previous_hash="", content_hash="b" * 64, body=b"{}", signature=b"",
            received_at=AT, state="dibukukan",
        )  # fmt: skip
