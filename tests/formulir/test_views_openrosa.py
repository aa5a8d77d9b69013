"""ODK clients: what Collect asks for and what it is told."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from defusedxml import ElementTree
from django.test import Client

from tests.formulir.builders import SYSTEM, adopted, instance, jpeg, key_of, upload, walker
from tidar.common import clock
from tidar.common.errors import UnableTo
from tidar.common.models import AuditEntry
from tidar.formulir.actions import receiving
from tidar.formulir.actions.forms import retire
from tidar.formulir.api import Received, photo, photo_bytes
from tidar.formulir.models import Attachment, ClientKey, Photo, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
LIST = "{http://openrosa.org/xforms/xformsList}"
ID = uuid.UUID("0199ab00-0000-7000-8000-000000000001")
SAMPAH = "<jenis>sampah</jenis><banyak>3</banyak><warna>merah biru</warna><foto/><catatan/>"
FOTO = "<jenis>lain</jenis><banyak/><warna/><foto>a.jpg</foto><catatan/>"


@pytest.fixture
def key() -> str:
    adopted()
    return key_of(walker())


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Received]:
    """What a receiving app was handed."""
    found: list[Received] = []
    monkeypatch.setattr(receiving, "_receivers", {})

    @receiving.receiver("uji")
    def take(received: Received, *, by: object, at: object) -> None:
        found.append(received)

    return found


def _post(key: str, xml: bytes, **files: object) -> object:
    return Client().post(f"/odk/{key}/submission", {"xml_submission_file": upload("a.xml", xml, "text/xml"), **files})


def test_head_says_where_to_send_and_how_much(key: str) -> None:
    response = Client().head(f"/odk/{key}/submission?deviceID=collect:abc")
    assert response.status_code == 204
    assert response["Location"] == f"http://testserver/odk/{key}/submission"
    assert response["X-OpenRosa-Version"] == "1.0"
    assert response["X-OpenRosa-Accept-Content-Length"] == "10000000"


def test_behind_a_proxy_addresses_are_those_that_clients_reach(key: str, settings) -> None:
    settings.TIDAR_PUBLIC_URL = "https://testserver"
    assert Client().head(f"/odk/{key}/submission")["Location"].startswith("https://testserver/odk/")
    assert b"<downloadUrl>https://testserver/odk/" in Client().get(f"/odk/{key}/formList").content


def test_the_list_leads_to_a_form_whose_hash_it_gives(key: str) -> None:
    response = Client().get(f"/odk/{key}/formList")
    one = ElementTree.fromstring(response.content).find(f"{LIST}xform")
    assert response["X-OpenRosa-Version"] == "1.0"
    said = {name: one.findtext(f"{LIST}{name}") for name in ("formID", "name", "version", "hash")}
    form = Client().get(one.findtext(f"{LIST}downloadUrl"))
    assert form["Content-Type"] == "text/xml; charset=utf-8"
    assert said == {"formID": "uji", "name": "Formulir uji", "version": "1", "hash": _md5(form.content)}
    assert b'<data id="uji" version="1">' in form.content
    manifest = ElementTree.fromstring(Client().get(one.findtext(f"{LIST}manifestUrl")).content)
    assert (manifest.tag, len(manifest)) == ("{http://openrosa.org/xforms/xformsManifest}manifest", 0)


def _md5(content: bytes) -> str:
    return "md5:" + hashlib.md5(content, usedforsecurity=False).hexdigest()


def test_only_forms_in_use_are_listed(key: str) -> None:
    form = adopted(key="lain")
    retire(version_id=form.version_id, by=SYSTEM, at=clock.now())
    assert b"lain" not in Client().get(f"/odk/{key}/formList").content
    assert b"<formID>" not in Client().get(f"/odk/{key}/formList?formID=lain").content


def test_answers_are_kept_typed_and_handed_over_once(key: str, taken: list[Received]) -> None:
    first = _post(key, instance(SAMPAH, id=ID))
    assert (first.status_code, first["X-OpenRosa-Version"]) == (201, "1.0")
    assert b'nature="submit_success"' in first.content
    assert _post(key, instance(SAMPAH, id=ID)).status_code == 201
    kept = Submission.objects.get(pk=ID)
    assert kept.answers == {"jenis": "sampah", "banyak": 3, "warna": ["merah", "biru"], "foto": None, "catatan": None}
    assert (kept.state, kept.client, kept.device) == ("diterima", "odk", "collect:abc")
    assert kept.happened_at.isoformat() == "2026-11-25T01:12:30+00:00"
    assert [one.id for one in taken] == [ID]
    assert taken[0].area_code == "33.71.03.1001.04"
    assert AuditEntry.objects.filter(action="submission.received").count() == 1


def test_other_content_under_the_same_id_is_refused_and_changes_nothing(key: str, taken: list[Received]) -> None:
    _post(key, instance(SAMPAH, id=ID))
    assert _post(key, instance(FOTO, id=ID)).status_code == 409
    assert Submission.objects.get(pk=ID).answers["jenis"] == "sampah"
    assert len(taken) == 1


def test_files_may_come_in_several_posts(key: str, taken: list[Received]) -> None:
    xml = instance(FOTO, id=ID)
    assert _post(key, xml, **{"*isIncomplete*": "yes"}).status_code == 201
    waiting = Submission.objects.get(pk=ID)
    assert (waiting.state, waiting.sentence, taken) == ("ditahan", "Menunggu foto: a.jpg.", [])
    assert _post(key, xml, foto=upload("a.jpg", jpeg(1))).status_code == 201
    assert Submission.objects.get(pk=ID).state == "diterima"
    kept = photo(taken[0].photos["a.jpg"])
    assert kept.state == "diterima"
    assert photo_bytes(kept.kept_sha256).startswith(b"\xff\xd8")
    assert _post(key, xml, foto=upload("a.jpg", jpeg(1))).status_code == 201
    assert (len(taken), Attachment.objects.count(), Photo.objects.count()) == (1, 1, 1)


def test_another_file_under_the_same_name_is_refused(key: str, taken: list[Received]) -> None:
    xml = instance(FOTO, id=ID)
    _post(key, xml, foto=upload("a.jpg", jpeg(1)))
    assert _post(key, xml, foto=upload("a.jpg", jpeg(2))).status_code == 409
    assert Photo.objects.count() == 1


@pytest.mark.parametrize("data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html><p>halo", b"MZ" * 99])
def test_what_is_no_photograph_is_kept_as_held_with_a_sentence(key: str, taken: list[Received], data: bytes) -> None:
    assert _post(key, instance(FOTO, id=ID), foto=upload("a.jpg", data)).status_code == 201
    held = Photo.objects.get()
    assert (held.state, held.sentence) == ("ditahan", "Foto harus JPEG; berkas itu bukan foto.")
    assert Submission.objects.get(pk=ID).state == "diterima"


def test_answers_that_do_not_fit_are_kept_for_review(key: str, taken: list[Received]) -> None:
    wrong = instance("<jenis>sampah</jenis><banyak>-3</banyak>", id=ID)
    assert _post(key, wrong).status_code == 201
    held = Submission.objects.get(pk=ID)
    assert (held.state, held.sentence) == ("ditahan", "1 jawaban tidak sesuai dengan formulir.")
    assert held.problems == [["banyak", "Jawaban ini tidak sesuai."]]
    assert taken == []


def test_what_the_receiving_app_cannot_take_is_held_with_its_sentence(key: str, monkeypatch) -> None:
    def refuse(received: Received, *, by: object, at: object) -> None:
        AuditEntry.objects.all()
        raise UnableTo("Pos itu tidak ada.")

    monkeypatch.setattr(receiving, "_receivers", {"uji": refuse})
    response = _post(key, instance(SAMPAH, id=ID))
    assert response.status_code == 201
    assert "Pos itu tidak ada." in response.content.decode()
    assert Submission.objects.get(pk=ID).state == "ditahan"


BAD = {
    "no xml": (b"bukan xml", 400),
    "entities": (b'<!DOCTYPE d [<!ENTITY a "x">]><data id="uji" version="1"><jenis>&a;</jenis></data>', 400),
    "external": (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><data id="uji" version="1"/>', 400),
    "no id": (b'<data id="uji" version="1"><jenis>lain</jenis></data>', 400),
    "deep": (b'<data id="uji" version="1">' + b"<a>" * 99 + b"</a>" * 99 + b"</data>", 400),
    "huge": (b"<data>" + b"x" * 1_000_001 + b"</data>", 400),
    "unknown form": (instance(SAMPAH, id=ID, key="tidak-ada"), 404),
    "unknown version": (instance(SAMPAH, id=ID, version="99"), 404),
}


@pytest.mark.parametrize(("xml", "status"), BAD.values(), ids=BAD)
def test_bad_xml_is_refused_in_words(key: str, xml: bytes, status: int) -> None:
    response = _post(key, xml)
    assert response.status_code == status
    assert ElementTree.fromstring(response.content)[0].text.endswith((".", "?"))
    assert Submission.objects.count() == 0


def test_too_much_at_once_is_refused_before_it_is_read(key: str) -> None:
    response = Client().post(f"/odk/{key}/submission", b"x", content_type="multipart/form-data; boundary=x",
                             headers={"content-length": "10200000"})  # fmt: skip
    assert response.status_code == 413
    assert response["X-OpenRosa-Version"] == "1.0"


def test_a_post_without_the_form_is_refused(key: str) -> None:
    assert Client().post(f"/odk/{key}/submission", {"foto": upload("a.jpg", jpeg())}).status_code == 400


def test_a_stranger_a_revoked_key_and_a_person_without_the_role_are_shut_out(key: str) -> None:
    user = ClientKey.objects.get().user
    assert Client().get("/odk/tebakan/formList").status_code == 401
    assert Client().get(f"/odk/{key}/formList").status_code == 200
    user.assignments.all().delete()
    assert Client().head(f"/odk/{key}/submission").status_code == 401
    ClientKey.objects.update(revoked_at=clock.now())
    refused = _post(key, instance(SAMPAH, id=ID))
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith("OpenRosa")
    assert Submission.objects.count() == 0
