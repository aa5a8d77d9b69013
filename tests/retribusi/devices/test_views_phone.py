"""What a phone asks over HTTP: owner, colleague, stranger, unreadable envelopes, no form token."""

from __future__ import annotations

import gzip
import json
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from tests.people.builders import BACKEND, client_of
from tests.retribusi.devices.builders import collector, sale, supervisor, user
from tests.retribusi.devices.signing import Phone
from tests.retribusi.paying.builders import occupancy, skrd
from tidar.common.signed_records import text_of
from tidar.retribusi.actions.devices import approve_device, revoke_device
from tidar.retribusi.models import Device, DeviceRecord, Payment

pytestmark = pytest.mark.django_db
SEND, ROUTE, REGISTER = "/api/pungut/kirim", "/api/pungut/rute", "/api/pungut/alat"


@pytest.fixture
def who():
    found = collector()
    found.phone.at = timezone.now().astimezone(found.phone.at.tzinfo).replace(microsecond=0)
    return found


@pytest.fixture
def owner(who) -> Client:
    return client_of(who.user)


@pytest.fixture
def colleague() -> Client:
    return client_of(user("siti", "collector"))


@pytest.fixture
def stranger() -> Client:
    return client_of(user("tuti", "treasurer"))


def post(client: Client, url: str, data: object):
    body = data if isinstance(data, (bytes, str)) else json.dumps(data)
    return client.post(url, body, content_type="application/json")


def batch(who, *records, highest: int | None = None) -> dict:
    return {"device": str(who.device.pk), "highest": highest or who.phone.counter, "records": list(records)}


def registration(phone: Phone, **more) -> dict:
    return {"id": str(phone.device), "public_key": text_of(phone.public_key), "name": "Samsung A04"} | more


def test_a_phone_registers_itself_and_asks_how_it_stands(colleague, stranger) -> None:
    first = post(colleague, REGISTER, registration(Phone()))
    again = post(colleague, REGISTER, registration(Phone()))
    assert (first.status_code, again.status_code) == (201, 200)
    told = colleague.get(f"{REGISTER}/{Phone().device}").json()
    assert (told["code"], told["approved"], told["sentence"]) == (
        "K01", False, "Alat K01 menunggu persetujuan kepala pasar.",
    )  # fmt: skip
    assert colleague.get(ROUTE, {"alat": str(Phone().device)}).json()["error"]["code"] == "UnableToTrust"
    assert post(stranger, REGISTER, registration(Phone(seed=b"y" * 32))).status_code == 403


def test_a_foreign_key_is_a_conflict_in_words(who, colleague) -> None:
    answer = post(colleague, REGISTER, registration(who.phone, id=str(uuid.uuid4())))
    assert (answer.status_code, Device.objects.count()) == (409, 1)
    assert answer.json()["error"]["message"] == "Kunci itu milik HP lain yang sudah terdaftar."


@pytest.mark.parametrize(
    "wrong", [{"public_key": "xx"}, {"public_key": "!!"}, {"id": "x"}, {"public_key": 5}, {"name": None}], ids=str
)
def test_a_registration_that_is_none_gets_a_sentence(colleague, wrong) -> None:
    answer = post(colleague, REGISTER, registration(Phone(), **wrong))
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].endswith(".")
    assert Device.objects.count() == 0


def test_the_route_is_for_its_own_collector_and_not_sent_twice(who, owner, colleague, stranger) -> None:
    skrd(occupancy(), [3_000])
    asked = {"alat": str(who.device.pk)}
    answer = owner.get(ROUTE, asked)
    told = answer.json()
    assert (told["code"], told["next_counter"], told["last_hash"]) == ("K01", 1, "0" * 64)
    assert [stall["owed"] for stall in told["stalls"]] == [3_000]
    again = owner.get(ROUTE, asked, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert [c.get(ROUTE, asked).status_code for c in (colleague, stranger)] == [404, 403]
    assert owner.get(ROUTE, {"alat": "x"}).status_code == 404
    revoke_device(device_id=who.device.pk, reason="hilang", by=supervisor(), at=timezone.now())
    assert owner.get(ROUTE, asked).status_code == 403


def test_the_route_travels_small(who, owner) -> None:
    asked = {"alat": str(who.device.pk)}
    small = owner.get(ROUTE, asked, headers={"Accept-Encoding": "gzip, br"})
    assert (small["Content-Encoding"], "Accept-Encoding" in small["Vary"]) == ("gzip", True)
    plain = owner.get(ROUTE, asked)
    assert json.loads(gzip.decompress(small.content)) | {"made_at": ""} == plain.json() | {"made_at": ""}
    assert small["ETag"] == plain["ETag"]


def test_a_batch_is_answered_record_by_record(who, owner) -> None:
    holder = occupancy()
    skrd(holder, [3_000])
    first, second = sale(who, holder, 1_000, shown_owed=3_000), sale(who, holder, 2_000, shown_owed=2_000)
    answer = post(owner, SEND, batch(who, second, first, highest=3)).json()
    assert (answer["held"], answer["of"], answer["missing"]) == (2, 3, [[3, 3]])
    assert [(one["counter"], one["state"]) for one in answer["results"]] == [(2, "dibukukan"), (1, "dibukukan")]
    assert answer["results"][0]["receipt"]["owed_after"] == 0
    assert post(owner, SEND, batch(who, second, first, highest=3)).json()["results"] == answer["results"]
    assert owner.get(ROUTE, {"alat": str(who.device.pk)}).json()["next_counter"] == 3


def test_a_colleague_may_send_and_a_stranger_may_not(who, colleague, stranger) -> None:
    record = sale(who, occupancy(), 1_000)
    assert post(stranger, SEND, batch(who, record)).status_code == 403
    assert Payment.objects.count() == 0
    assert post(colleague, SEND, batch(who, record)).json()["held"] == 1
    assert Payment.objects.get().collector_id == who.actor.id


def test_signed_out_is_sent_to_the_door_and_nothing_is_lost(who, owner) -> None:
    record = sale(who, occupancy(), 1_000)
    answer = post(Client(), SEND, batch(who, record))
    assert (answer.status_code, DeviceRecord.objects.count()) == (302, 0)
    assert post(owner, SEND, batch(who, record)).json()["results"][0]["state"] == "dibukukan"


def test_no_form_token_no_write(who) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(who.user, backend=BACKEND)
    assert post(client, SEND, batch(who, sale(who, occupancy(), 1_000))).status_code == 403
    assert DeviceRecord.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"device":"x","highest":1,"records":[]}', b'{"highest":1}', b"[" * 5_000, b"\xff",
     b'{"device":"0193abcd-0000-7000-8000-000000000000","highest":1.5,"records":[]}',
     b'{"device":"0193abcd-0000-7000-8000-000000000000","highest":1,"records":[{"body":1,"signature":""}]}'],
    ids=range(9),
)  # fmt: skip
def test_an_envelope_that_cannot_be_read_gets_a_sentence(owner, body) -> None:
    answer = post(owner, SEND, body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "Kiriman HP tidak dapat dibaca; perbarui aplikasinya."


def test_bytes_that_are_no_record_are_answered_one_by_one(who, owner) -> None:
    good = sale(who, occupancy(), 1_000)
    bad = [{"body": "!", "signature": "!"}, {"body": "", "signature": ""}, good | {"signature": "AAAA"}]
    answer = post(owner, SEND, batch(who, *bad, good)).json()
    assert [one["state"] for one in answer["results"]] == ["ditolak"] * 3 + ["dibukukan"]
    assert all(one["sentence"].endswith(".") for one in answer["results"])


def test_too_much_and_unknown(who, owner) -> None:
    record = sale(who, occupancy(), 1_000)
    assert post(owner, SEND, batch(who, *[record] * 201)).status_code == 413
    unknown = batch(who, record) | {"device": str(uuid.uuid4())}
    assert post(owner, SEND, unknown).status_code == 404
    assert post(owner, SEND, b" " * 2_000_000).status_code == 413
    assert post(owner, SEND, batch(who, highest=-5)).json()["of"] == 0
    Device.objects.update(used_minute=timezone.now().replace(second=0, microsecond=0), used_count=60)
    busy = post(owner, SEND, batch(who, record))
    assert (busy.status_code, int(busy["Retry-After"]) > 0) == (429, True) or timezone.now().second < 2


def test_asking_without_records_tells_what_is_held(who, owner) -> None:
    assert post(owner, SEND, batch(who)).json() | {"server_time": ""} == {
        "held": 0, "of": 0, "missing": [], "results": [], "server_time": "", "bag": 0,
    }  # fmt: skip


def test_approval_reaches_the_phone(colleague) -> None:
    post(colleague, REGISTER, registration(Phone()))
    approve_device(device_id=Phone().device, by=supervisor(), at=timezone.now())
    told = colleague.get(f"{REGISTER}/{Phone().device}").json()
    assert (told["approved"], told["revoked"], told["sentence"]) == (True, False, "Alat K01 siap dipakai.")
