"""Photographs of findings over HTTP: in parts, resumed, refused in words; each kept one is a link of the chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formulir.test_photos import jpeg, name_of
from tests.people.builders import client_of
from tests.rojak.builders import AT
from tests.rojak.items.builders import person, post, revised, send, states
from tidar.common.actor import system
from tidar.formulir import api as formulir
from tidar.formulir.models import Photo
from tidar.rojak.actions.applying import findings
from tidar.rojak.models import Evidence
from tidar.rojak.views.field import photos

pytestmark = pytest.mark.django_db


def put(client, data: bytes, start: int = 0, end: int | None = None, *, total: int = 0, name: str = ""):
    part = data[start:end]
    said = f"bytes {start}-{start + len(part) - 1}/{total or len(data)}"
    url = f"/api/rojak/foto/{name or name_of(data)}"
    return client.put(url, part, content_type="image/jpeg", headers={"Content-Range": said})


def announce(*names: str) -> None:
    """A note that is held named them."""
    formulir.announce_photos(sha256s=names, by=system("uji"), at=AT)


def chain() -> list[tuple[str, str]]:
    return list(Evidence.objects.order_by("sequence").values_list("kind", "content_hash"))


def test_the_text_comes_first_and_the_photograph_becomes_a_link(home: Path) -> None:
    made, data = post(), jpeg(size=3_000)
    client = client_of(made.phone.user)
    send(made.phone, made.phone.item("finding", {"photos": [name_of(data)]}))
    url = f"/api/rojak/foto/{name_of(data)}"
    assert (client.head(url)["Upload-Offset"], client.head(url)["Upload-State"]) == ("0", "ditunggu")
    assert put(client, data, 0, 1_000).json() == {"held": 1_000, "state": "sebagian", "sentence": ""}
    assert (client.head(url)["Upload-Offset"], len(chain())) == ("1000", 1)
    assert put(client, data, 1_000).json()["state"] == "diterima"
    assert put(client, data, 1_000).json()["state"] == "diterima"
    assert chain()[1:] == [("foto", Photo.objects.get().kept_sha256)]
    held = client.get(f"/api/rojak/alat/{made.phone.id}/isi").json()
    assert held["photos"] == [[name_of(data), "diterima"]]


def test_a_photograph_that_no_note_named_waits_on_the_phone(home: Path) -> None:
    made, data = post(), jpeg()
    client = client_of(made.phone.user)
    answer = put(client, data)
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "Foto itu tidak ada.")
    assert (put(client, data, total=50_000_000).status_code, Photo.objects.exists()) == (404, False)
    assert client.head(f"/api/rojak/foto/{name_of(data)}")["Upload-State"] == "ditunggu"
    send(made.phone, made.phone.item("finding", {"photos": [name_of(data)]}))
    assert put(client, data).json()["state"] == "diterima"


def test_the_photograph_of_a_note_that_fails_is_taken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("unforeseen")

    made, data = post(), jpeg()
    monkeypatch.setattr(findings, "_attach", broken)
    assert states(send(made.phone, made.phone.item("finding", {"photos": [name_of(data)]}))) == ["ditahan"]
    assert put(client_of(made.phone.user), data).json()["state"] == "diterima"


def test_nobody_hurries_without_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_PER_MINUTE", 2)
    made = post()
    client, other = client_of(made.phone.user), client_of(made.other.user)
    assert [put(client, jpeg()).status_code for _ in range(3)] == [404, 404, 429]
    assert put(other, jpeg()).status_code == 404  # the same address, another person


def test_a_photograph_that_came_before_its_finding_is_linked_by_the_finding(home: Path) -> None:
    made, data, other = post(), jpeg(), jpeg(size=700)
    client = client_of(made.phone.user)
    announce(name_of(data))
    put(client, data)
    first = made.phone.item("finding", {"photos": [name_of(data)]})
    send(made.phone, first)
    assert [kind for kind, _hash in chain()] == ["temuan", "foto"]
    second = revised(made.phone, first, {"photos": [name_of(other)]})
    assert states(send(made.phone, second)) == ["diterima"]
    put(client, other)
    assert [kind for kind, _hash in chain()] == ["temuan", "foto", "perbaikan", "foto"]


REFUSED = {
    "svg": (b"<svg/>", 0, "bukan foto"),
    "html": (b"<html>", 0, "bukan foto"),
    "50 MB": (b"\xff\xd8\xff\xe0", 50_000_000, "paling besar 5,0 MB"),
}


@pytest.mark.parametrize(("data", "total", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_photograph_gets_a_sentence_and_a_row(home: Path, data: bytes, total: int, sentence: str) -> None:
    client = client_of(post().phone.user)
    announce(name_of(data))
    answer = put(client, data, total=total)
    assert (answer.status_code, answer.json()["state"]) == (422, "ditahan")
    assert sentence in answer.json()["sentence"]
    assert Photo.objects.get().state == "ditahan"


def test_a_part_must_say_what_it_is(home: Path) -> None:
    client, data = client_of(post().phone.user), jpeg()
    url = f"/api/rojak/foto/{name_of(data)}"
    assert client.put(url, data, content_type="image/jpeg").status_code == 422
    announce(name_of(data))
    wrong = client.put(url, data, content_type="image/jpeg", headers={"Content-Range": "bytes 0-9/10"})
    assert wrong.status_code == 422
    assert put(client, data, name="x").status_code == 404
    assert Photo.objects.get().state == "ditunggu"


def test_strangers_bring_no_photographs(home: Path) -> None:
    post()
    assert put(client_of(person("lurah")), jpeg()).status_code == 403
    assert client_of(person("lurah")).head(f"/api/rojak/foto/{'a' * 64}").status_code == 403
