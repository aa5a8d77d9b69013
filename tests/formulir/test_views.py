"""Pages of forms and answers: the happy way, the wrong form, and the stranger."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from django.test import Client

from tests.formulir.builders import AT, SYSTEM, adopted, client_of, jpeg, upload, walker, xlsform
from tests.people.builders import person
from tidar.common.models import AuditEntry
from tidar.formulir import api
from tidar.formulir.models import Attachment, ClientKey, Form, FormVersion, Photo, Submission
from tidar.people.models import Assignment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
ID = uuid.UUID("0199ab00-0000-7000-8000-0000000000bb")


@pytest.fixture
def walidata() -> Client:
    return client_of(person("retno", role="walidata"))


def _kept(answers: dict, **given: object) -> None:
    whole = api.Given(**({"client": "odk", "happened_at": AT} | given))
    api.submit(id=ID, form=("uji", "1"), answers=answers, given=whole, by=SYSTEM, at=AT)


def test_an_upload_becomes_a_draft_that_is_read_tried_and_published(walidata: Client) -> None:
    response = walidata.post("/formulir/unggah/", {"berkas": upload("uji.md", xlsform())}, follow=True)
    assert response.redirect_chain == [("/formulir/f/uji/v/1/", 302)]
    assert "Warna" in response.content.decode()
    assert api.published("uji") is None
    walidata.post("/formulir/f/uji/v/1/terbitkan/")
    assert api.published("uji").version == "1"
    listed = walidata.get("/formulir/").content.decode()
    assert "Formulir uji" in listed
    assert "/formulir/f/uji/v/1/" in listed
    walidata.post("/formulir/f/uji/v/1/hentikan/")
    assert api.published("uji") is None


def test_a_file_that_is_no_form_is_an_error_in_words(walidata: Client) -> None:
    response = walidata.post("/formulir/unggah/", {"berkas": upload("uji.md", b"halo")}, headers={"hx-request": "true"})
    assert response.status_code == 422
    assert "bukan XLSForm yang benar" in response.content.decode()
    assert "<html" not in response.content.decode()
    assert walidata.post("/formulir/unggah/").status_code == 422
    assert Form.objects.count() == 0


def test_a_version_says_what_changed_and_gives_its_file_back(walidata: Client) -> None:
    adopted()
    adopted(version="2", title="Judul baru")
    changed = xlsform(version="3").replace(b"| Merah |", b"| Merah tua |")
    walidata.post("/formulir/unggah/", {"berkas": upload("uji.md", changed)})
    assert "Pilihan “Merah” menjadi “Merah tua”." in walidata.get("/formulir/f/uji/v/3/").content.decode()
    file = walidata.get("/formulir/f/uji/v/3/berkas/")
    assert file.content == changed
    assert "attachment" in file["Content-Disposition"]
    assert "ke-3" in walidata.get("/formulir/f/uji/").content.decode()


def test_trying_a_form_asks_what_the_answers_call_for_and_keeps_nothing(walidata: Client) -> None:
    adopted()
    assert "q-banyak" not in walidata.get("/formulir/f/uji/v/1/coba/").content.decode()
    asked = walidata.post("/formulir/f/uji/v/1/coba/?lihat=1", {"q-jenis": "sampah"}, headers={"hx-request": "true"})
    assert 'name="q-banyak"' in asked.content.decode()
    assert "Wajib diisi" not in asked.content.decode()
    wrong = walidata.post("/formulir/f/uji/v/1/coba/", {"q-jenis": "sampah", "q-banyak": "-2"})
    assert wrong.status_code == 422
    assert "Jawaban ini tidak sesuai." in wrong.content.decode()
    fine = walidata.post("/formulir/f/uji/v/1/coba/", {"q-jenis": "sampah", "q-banyak": "2", "q-warna": ["merah"]})
    assert "Semua jawaban sesuai." in fine.content.decode()
    assert Submission.objects.count() == 0


def test_filling_in_keeps_answers_and_photograph_once(walidata: Client) -> None:
    adopted()
    for _twice in range(2):
        data = {"nomor": str(ID), "q-jenis": "lain", "q-catatan": "<b>hai", "q-foto": upload("x.jpg", jpeg(1))}
        assert walidata.post("/formulir/f/uji/isi/", data).url == f"/formulir/jawaban/{ID}/"
    kept = Submission.objects.get()
    assert (kept.client, kept.answers["foto"], Photo.objects.get().state) == ("layar", "foto.jpg", "diterima")
    shown = walidata.get(f"/formulir/jawaban/{ID}/").content.decode()
    assert "&lt;b&gt;hai" in shown
    photo = walidata.get(f"/formulir/jawaban/{ID}/foto/{kept.attachments.get().pk}/")
    assert (photo["Content-Type"], photo.content[:2]) == ("image/jpeg", b"\xff\xd8")


def test_filling_in_with_what_is_no_photograph_keeps_nothing(walidata: Client) -> None:
    adopted()
    data = {"nomor": str(ID), "q-jenis": "lain", "q-foto": upload("x.jpg", b"<svg/>")}
    response = walidata.post("/formulir/f/uji/isi/", data)
    assert response.status_code == 422
    assert "Foto harus JPEG" in response.content.decode()
    assert Submission.objects.count() == 0


def test_held_answers_are_listed_and_decided_with_a_reason(walidata: Client) -> None:
    adopted()
    _kept({"jenis": "sampah", "banyak": -1})
    assert "perlu diperiksa" in walidata.get("/formulir/jawaban/?keadaan=ditahan").content.decode()
    assert "Jawaban ini tidak sesuai." in walidata.get(f"/formulir/jawaban/{ID}/").content.decode()
    nameless = walidata.post(f"/formulir/jawaban/{ID}/putuskan/", {"putusan": "tolak"})
    assert nameless.status_code == 422
    assert "Tuliskan alasannya" in nameless.content.decode()
    walidata.post(f"/formulir/jawaban/{ID}/putuskan/", {"putusan": "tolak", "alasan": "Uji coba."})
    assert (Submission.objects.get().state, Submission.objects.get().settlement) == ("ditolak", "Uji coba.")
    assert "jawaban perlu diperiksa" not in walidata.get("/formulir/").content.decode()


def test_answers_to_a_programs_form_are_closed_to_who_may_not_read_about_persons(walidata: Client) -> None:
    adopted()
    Form.objects.update(program="rojak")
    _kept({"jenis": "lain", "catatan": "Bu Sri sakit"}, area_code="33.71.03.1001.04")
    assert "Bu Sri" not in walidata.get(f"/formulir/jawaban/{ID}/").content.decode()
    assert walidata.get(f"/formulir/jawaban/{ID}/foto/1/").status_code == 403
    assert walidata.get("/formulir/f/uji/jawaban.xlsx").status_code == 403
    assert AuditEntry.objects.filter(action="submission.read").count() == 0
    administrator = client_of(person("agus", role="administrator"))
    assert "Bu Sri" not in administrator.get(f"/formulir/jawaban/{ID}/").content.decode()
    assert administrator.get(f"/formulir/jawaban/{ID}/foto/1/").status_code == 403
    assert AuditEntry.objects.filter(action="submission.read").count() == 0


def _reader(area: str) -> Client:
    """Somebody who sees forms and reads about persons there."""
    user = person(f"pembaca-{area}", role="walidata")
    Assignment.objects.create(user=user, role="rw_head", area_code=area, from_date=AT.date())
    return client_of(user)


def _photographed(**given: object) -> str:
    """Answers to a program's form with a photograph; its address."""
    adopted()
    Form.objects.update(program="rojak")
    data = jpeg(1)
    sha256 = hashlib.sha256(data).hexdigest()
    _kept({"jenis": "lain", "catatan": "Bu Sri sakit"}, photos={"foto": sha256}, **given)
    api.receive_photo_part(sha256=sha256, start=0, total=len(data), data=data, by=SYSTEM, at=AT)
    return f"/formulir/jawaban/{ID}/foto/{Attachment.objects.get().pk}/"


def test_the_head_of_that_rw_reads_them_and_each_reading_is_noted_of_photographs_too() -> None:
    photo = _photographed(area_code="33.71.03.1001.04")
    head = _reader("33.71.03.1001.04")
    assert "Bu Sri" in head.get(f"/formulir/jawaban/{ID}/").content.decode()
    assert AuditEntry.objects.filter(action="submission.read").count() == 1
    assert head.get(photo).status_code == 200
    assert AuditEntry.objects.filter(action="submission.read").count() == 2
    stranger = _reader("33.71.03.1001.05")
    assert "Bu Sri" not in stranger.get(f"/formulir/jawaban/{ID}/").content.decode()
    assert stranger.get(photo).status_code == 403
    assert AuditEntry.objects.filter(action="submission.read").count() == 2


def test_answers_of_no_area_are_read_by_nobody() -> None:
    photo = _photographed()
    head = _reader("33.71.03.1001.04")
    assert "Bu Sri" not in head.get(f"/formulir/jawaban/{ID}/").content.decode()
    assert head.get(photo).status_code == 403


def test_answers_of_the_citys_own_forms_can_be_taken_along_as_a_workbook(walidata: Client) -> None:
    adopted()
    _kept({"jenis": "lain", "warna": ["merah", "biru"], "catatan": "=1+1"})
    file = walidata.get("/formulir/f/uji/jawaban.xlsx")
    assert file.status_code == 200
    assert "attachment" in file["Content-Disposition"]


def test_answers_go_on_page_by_page(walidata: Client, monkeypatch) -> None:
    monkeypatch.setattr("tidar.formulir.queries.submissions.PAGE_SIZE", 2)
    adopted()
    for number in range(1, 4):
        given = api.Given(client="odk", happened_at=AT)
        api.submit(
            id=uuid.UUID(int=number), form=("uji", "1"), answers={"jenis": "lain"}, given=given, by=SYSTEM, at=AT
        )
    first = walidata.get("/formulir/jawaban/")
    assert [row.pk.int for row in first.context["rows"]] == [3, 2]
    second = walidata.get("/formulir/jawaban/", {"sebelum": first.context["after"]})
    assert [row.pk.int for row in second.context["rows"]] == [1]
    assert walidata.get("/formulir/jawaban/?sebelum=salah").status_code == 200


def test_a_walker_makes_a_key_sees_it_once_and_revokes_it() -> None:
    client = client_of(walker())
    made = client.post("/formulir/odk/", {"nama": "HP Yati", "wilayah": "33.71.03.1001.04"}).content.decode()
    assert "http://testserver/odk/" in made
    assert "<svg" in made
    assert "http://testserver/odk/" not in client.get("/formulir/odk/").content.decode()
    key = ClientKey.objects.get()
    client.post(f"/formulir/odk/{key.pk}/cabut/")
    assert ClientKey.objects.get().revoked_at is not None


def test_keys_are_ones_own_and_for_ones_own_area() -> None:
    client = client_of(walker())
    assert client.post("/formulir/odk/", {"nama": "HP", "wilayah": "33.71.01"}).status_code == 422
    assert client.post("/formulir/odk/", {"nama": "", "wilayah": "33.71.03.1001.04"}).status_code == 422
    client.post("/formulir/odk/", {"nama": "HP", "wilayah": "33.71.03.1001.04"})
    colleague = client_of(walker("sari"))
    assert colleague.post(f"/formulir/odk/{ClientKey.objects.get().pk}/cabut/").status_code == 404
    stranger = client_of(person("tamu", role="resident"))
    assert stranger.post("/formulir/odk/", {"nama": "HP", "wilayah": ""}).status_code == 422
    assert ClientKey.objects.filter(revoked_at=None).count() == 1


PAGES = ("/formulir/", "/formulir/unggah/", "/formulir/f/uji/", "/formulir/f/uji/v/1/", "/formulir/f/uji/v/1/coba/",
         "/formulir/f/uji/isi/", "/formulir/jawaban/", f"/formulir/jawaban/{ID}/")  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_the_stranger_is_shut_out(address: str) -> None:
    adopted()
    _kept({"jenis": "lain"})
    assert Client().get(address).status_code == 302
    assert client_of(walker()).get(address).status_code == 403
    assert FormVersion.objects.count() == 1


def test_what_is_not_there_is_not_found(walidata: Client) -> None:
    for address in ("/formulir/f/x/", "/formulir/f/x/v/1/", "/formulir/f/x/isi/", f"/formulir/jawaban/{ID}/"):
        assert walidata.get(address).status_code == 404
