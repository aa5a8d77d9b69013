"""What a phone asks over HTTP: owner, colleague, stranger, unreadable envelopes, no form token."""

from __future__ import annotations

import gzip
import hashlib
import json
import uuid
from datetime import datetime, timezone

import pytest
from django.test import Client

from tests.people.builders import client_of
from tests.rojak.builders import OTHER_RW, make_checkpoint, make_kind
from tests.rojak.items.builders import Made, Phone, hash_of, moment, person, post, send, states
from tidar.common.signed_records import text_of
from tidar.rojak.actions.devices import revoke_device
from tidar.rojak.actions.items import SignedItem
from tidar.rojak.models import Device, Finding, PatrolItem
from tidar.rojak.views.field import phone as views

pytestmark = pytest.mark.django_db
SEND, PACK, REGISTER = "/api/rojak/kirim", "/api/rojak/siap", "/api/rojak/alat"


@pytest.fixture
def made() -> Made:
    return post()


@pytest.fixture
def owner(made: Made) -> Client:
    return client_of(made.phone.user)


def ask(client: Client, url: str, data: object):
    body = data if isinstance(data, bytes) else json.dumps(data)
    return client.post(url, body, content_type="application/json")


def wire(*items: SignedItem) -> list[dict[str, str]]:
    return [{"body": text_of(one.body), "signature": text_of(one.signature or b"")} for one in items]


def now() -> str:
    return moment(datetime.now(timezone.utc))


def registration(phone: Phone, **more: object) -> dict[str, object]:
    return {"id": str(phone.id), "public_key": text_of(phone.public_key), "name": "Samsung A04"} | more


def test_a_phone_registers_itself_once(made: Made) -> None:
    phone = Phone(person(), made.code)
    first, again = (ask(client_of(phone.user), REGISTER, registration(phone)) for _n in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert (first.json()["code"], first.json()["revoked"]) == ("R03", False)
    assert first.json()["sentence"] == "HP R03 siap dipakai."
    assert ask(client_of(made.phone.user), REGISTER, registration(phone)).status_code == 409
    assert ask(client_of(person("lurah")), REGISTER, registration(phone, id=str(uuid.uuid4()))).status_code == 403
    assert Device.objects.count() == 3


@pytest.mark.parametrize("wrong", [{"public_key": "xx"}, {"id": "x"}, {"public_key": 5}, {"name": None}], ids=str)
def test_what_is_no_phone_gets_a_sentence(made: Made, owner: Client, wrong: dict[str, object]) -> None:
    answer = ask(owner, REGISTER, registration(Phone(made.phone.user, made.code), **wrong))
    assert answer.status_code == 422 and answer.json()["error"]["message"]
    assert Device.objects.count() == 2


def test_what_a_phone_sends_is_answered_and_compared(made: Made, owner: Client) -> None:
    item = made.phone.item("finding", at=now())
    answer = ask(owner, SEND, {"device": str(made.phone.id), "items": wire(item)}).json()
    row = PatrolItem.objects.get()
    told = {"id": str(row.item_id), "hash": hash_of(item), "state": "diterima", "sentence": ""}
    assert answer["results"] == [told | {"receipt": f"RJ-{row.pk:06d}"}]
    assert (answer["held"], Finding.objects.count()) == (1, 1)
    held = owner.get(f"{REGISTER}/{made.phone.id}/isi").json()
    line = f"{row.item_id}:{hash_of(item)}\n"
    assert (held["count"], held["digest"]) == (1, hashlib.sha256(line.encode()).hexdigest())
    assert held["items"] == [[str(row.item_id), hash_of(item), "diterima", "", f"RJ-{row.pk:06d}"]]


def test_a_colleague_brings_it_and_a_stranger_does_not(made: Made) -> None:
    batch = {"device": str(made.phone.id), "items": wire(made.phone.item("finding", at=now()))}
    assert ask(client_of(person(area=OTHER_RW)), SEND, batch).status_code == 403
    assert ask(client_of(person("lurah")), SEND, batch).status_code == 403
    assert ask(Client(), SEND, batch).status_code in (302, 401, 403)
    assert PatrolItem.objects.count() == 0
    assert ask(client_of(made.other.user), SEND, batch).json()["results"][0]["state"] == "diterima"
    assert PatrolItem.objects.get().actor_id == str(made.phone.user.pk)


def test_only_the_owner_reads_what_is_held(made: Made, owner: Client) -> None:
    url = f"{REGISTER}/{made.phone.id}/isi"
    assert owner.get(url).status_code == 200
    assert client_of(made.other.user).get(url).status_code == 404
    assert client_of(person("lurah")).get(url).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"device":"x"}', b'{"device":5,"items":[]}', b"[" * 9999], ids=len
)
def test_an_unreadable_envelope_changes_nothing(made: Made, owner: Client, body: bytes) -> None:
    answer = ask(owner, SEND, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "UnableToUnderstand")


def test_of_what_nobody_signed_no_more_is_kept_than_a_note_has(made: Made, owner: Client) -> None:
    sent = [{"body": text_of(b"x" * 2_000_000), "signature": text_of(b"y" * 1_000)}]
    answer = ask(owner, SEND, {"device": str(made.phone.id), "items": sent})
    assert [row["state"] for row in answer.json()["results"]] == ["ditolak"]
    row = PatrolItem.objects.get()
    assert (len(row.body), len(row.signature)) == (32_000, 64)
    assert hashlib.sha256(row.body).hexdigest() == row.content_hash  # still what its hash says
    assert ask(owner, SEND, {"device": str(made.phone.id), "items": sent}).status_code == 200
    assert PatrolItem.objects.count() == 1


def test_no_phone_sends_without_end(made: Made, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_PER_MINUTE", 2)
    empty = {"device": str(made.phone.id), "items": []}
    assert [ask(owner, SEND, empty).status_code for _ in range(3)] == [200, 200, 429]


def test_bytes_that_nobody_signed_are_kept_and_refused(made: Made, owner: Client) -> None:
    sent = [{"body": "!!", "signature": "??"}, *wire(made.other.item("check", at=now()))]
    results = ask(owner, SEND, {"device": str(made.phone.id), "items": sent}).json()["results"]
    assert [one["state"] for one in results] == ["ditolak", "ditolak"]
    assert PatrolItem.objects.filter(state="ditolak", device=None).count() == 2
    assert owner.get(f"{REGISTER}/{made.phone.id}/isi").json()["count"] == 0


def test_too_many_at_once_are_not_begun(made: Made, owner: Client) -> None:
    items = wire(made.phone.item("check", at=now())) * 101
    assert ask(owner, SEND, {"device": str(made.phone.id), "items": items}).status_code == 413


def test_without_the_form_token_nothing_is_taken(made: Made) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(made.phone.user)
    assert ask(strict, SEND, {"device": str(made.phone.id), "items": []}).status_code == 403


def test_the_pack_is_small_whole_and_not_sent_twice(made: Made, owner: Client, django_assert_max_num_queries) -> None:
    for segment in made.city.segments:
        make_checkpoint(segment)
    url = f"{PACK}?alat={made.phone.id}"
    with django_assert_max_num_queries(40):
        answer = owner.get(url, headers={"Accept-Encoding": "gzip"})
    pack = json.loads(gzip.decompress(answer.content))
    assert (pack["post"]["code"], len(pack["segments"]), len(pack["checkpoints"])) == (made.code, 5, 6)
    assert [kind["key"] for kind in pack["kinds"]] == ["sampah"]
    assert (len(pack["members"]), pack["me"], pack["notices"]) == (3, None, [])
    again = owner.get(url, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, answer["ETag"])
    ask(owner, SEND, {"device": str(made.phone.id), "items": wire(made.phone.item("finding", at=now()))})
    changed = owner.get(url, headers={"If-None-Match": answer["ETag"]})
    assert (changed.status_code, len(changed.json()["findings"])) == (200, 1)


def test_what_another_phone_found_is_carried_so_that_it_can_be_corrected(made: Made, owner: Client) -> None:
    first = made.other.item("finding", {"note": "di pojok", "severity": 1}, at=now())
    secret = make_kind(made.city.program, "kekerasan", person=True)
    told = made.other.item("finding", {"kind": secret.key, "note": "rahasia"}, at=now())
    assert states(send(made.other, first, told, at=datetime.now(timezone.utc))) == ["diterima"] * 2
    answer = owner.get(f"{PACK}?alat={made.phone.id}")
    pack = answer.json()
    (row,) = pack["findings"]
    ((known, body),) = pack["bodies"].items()
    assert (known, body["hash"], body["revision"], body["round"]) == (row[0], row[8], 1, None)
    assert body["data"]["note"] == "di pojok" and "rahasia" not in answer.content.decode()
    mended = {"id": known, "revision": 2, "base": body["hash"], "at": now()}
    correction = made.phone.item("finding", body["data"] | {"severity": 3}, **mended)
    late = made.other.item("finding", body["data"] | {"note": "di tepi"}, **mended)
    assert states(send(made.phone, correction, at=datetime.now(timezone.utc))) == ["diterima"]
    assert states(send(made.other, late, at=datetime.now(timezone.utc))) == ["bentrok"]
    found = Finding.objects.get(pk=known)
    assert (found.severity, found.note) == (3, "di pojok")
    (newer,) = owner.get(f"{PACK}?alat={made.phone.id}").json()["bodies"].values()
    assert (newer["revision"], newer["data"]["severity"]) == (2, 3)


def test_a_pack_is_for_its_phone_and_its_area(made: Made, owner: Client) -> None:
    assert client_of(made.other.user).get(f"{PACK}?alat={made.phone.id}").status_code == 404
    assert owner.get(f"{PACK}?alat=x").status_code == 404
    revoke_device(device_id=made.phone.id, reason="hilang", by=made.phone.actor, at=datetime.now(timezone.utc))
    refused = owner.get(f"{PACK}?alat={made.phone.id}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "UnableToTrust")
