"""The desk form of a told finding: its kind's questions, photographs, a place; what is near is shown first."""

from __future__ import annotations

import hashlib
import html
import re
import uuid
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.formulir.builders import adopted, jpeg
from tests.rojak import builders as patrol
from tests.rojak.findings.builders import World
from tidar.formulir import api as formulir
from tidar.rojak.models import Finding, PatrolItem

pytestmark = pytest.mark.django_db
AT = patrol.wib(26, 9)
PHOTO = b"\xff\xd8\xff\xe1\x00\x12Exif\0\0GPS -7.47" + b"\0" + jpeg()[2:]


def told(world: World, **more: Any) -> dict[str, Any]:
    kind, segment = world.place.kind_id, world.city.segments[2].pk
    said = {"jenis": kind, "tempat": segment, "waktu": "2026-11-26T08:30", "tingkat": 2, "catatan": "di pojok"}
    return said | {"nomor": "01a21000-0000-7000-8000-000000000001"} | more


def test_what_was_told_goes_through_the_door_of_items(world: World) -> None:
    head = world.client("head")
    for _ in range(2):
        head.post("/rojak/temuan/baru/", told(world, tetap="1"))
    made = Finding.objects.get(pk="01a21000-0000-7000-8000-000000000001")
    assert (made.note, made.segment) == ("di pojok", world.city.segments[2])
    assert [one.kind for one in made.evidence.all()] == ["temuan"]
    assert PatrolItem.objects.get(item_id=made.pk).manner == "kertas"
    assert world.client("lurah").get("/rojak/temuan/baru/").status_code == 403


def test_near_ones_are_shown_before_it_is_sent(world: World) -> None:
    head, said = world.client("head"), told(world, tempat=world.city.segments[0].pk)
    answer = head.post("/rojak/temuan/baru/", said)
    assert answer.status_code == 422
    assert str(world.place.pk) in answer.content.decode()
    assert not Finding.objects.filter(pk=said["nomor"]).exists()
    assert head.post("/rojak/temuan/baru/", said | {"tetap": "1"}).status_code == 302


def test_the_kind_is_chosen_first_and_brings_its_questions(world: World) -> None:
    head = world.client("head")
    first = head.get("/rojak/temuan/baru/").content.decode()
    assert 'name="jenis"' in first and 'name="tempat"' not in first
    asking(world)
    page = head.get("/rojak/temuan/baru/", {"jenis": world.place.kind_id}).content.decode()
    assert 'name="q-jenis"' in page and 'name="q-banyak"' not in page  # asked only of rubbish
    looked = head.post(
        "/rojak/temuan/baru/?lihat=1", told(world, **{"q-jenis": "sampah"}), headers={"HX-Request": "true"}
    )
    assert looked.status_code == 200 and 'name="q-banyak"' in looked.content.decode()
    assert "<html" not in looked.content.decode()


def asking(world: World) -> None:
    """The kind's form is that of tests of `formulir`: it asks for a number of rubbish only, above nought."""
    adopted()
    type(world.place.kind).objects.filter(pk=world.place.kind_id).update(form_key="uji")


def test_answers_are_held_against_the_form_before_anything_is_kept(world: World) -> None:
    asking(world)
    head = world.client("head")
    wrong = {"q-jenis": "sampah", "q-banyak": "0", "tetap": "1"}
    answer = head.post("/rojak/temuan/baru/", told(world, **wrong))
    assert answer.status_code == 422 and "Jawaban ini tidak sesuai." in answer.content.decode()
    assert not PatrolItem.objects.filter(manner="kertas").exists()
    hidden = wrong | {"q-jenis": "lain", "q-warna": ["merah", "biru"]}  # what is not asked is not answered
    assert head.post("/rojak/temuan/baru/", told(world, **hidden)).status_code == 302
    kept = Finding.objects.get(pk=told(world)["nomor"]).submission
    assert (kept.state, kept.client, kept.answers["jenis"], kept.answers["banyak"], kept.answers["warna"]) == (
        "diterima", "kertas", "lain", None, ["merah", "biru"],
    )  # fmt: skip


def chosen(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def test_photos_and_place_of_what_was_told(world: World) -> None:
    asking(world)
    lon, lat = patrol.CENTRE
    said = told(world, tetap="1", letak=f"{lat:.5f}, {lon:.5f}", **{"q-jenis": "lain"})
    answer = world.client("head").post(
        "/rojak/temuan/baru/",
        said | {"foto": [chosen("a.jpg", PHOTO), chosen("b.jpg", jpeg(2))], "q-foto": chosen("c.jpg", jpeg(3))},
    )
    assert answer.status_code == 302
    made = Finding.objects.get(pk=said["nomor"])
    assert (made.lon, made.lat, made.accuracy_metres) == (round(lon, 5), round(lat, 5), 5)
    names = [hashlib.sha256(data).hexdigest() for data in (PHOTO, jpeg(2), jpeg(3))]
    assert list(made.photos.order_by("id").values_list("photo_id", "photo__state")) == [(n, "diterima") for n in names]
    assert made.submission.answers["foto"] == names[2]
    assert b"GPS" not in formulir.photo_bytes(formulir.photo(names[0]).kept_sha256)
    assert [step.kind for step in made.evidence.order_by("sequence")] == ["temuan", "foto", "foto", "foto"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "Foto harus JPEG"),
        (b"<!doctype html><script>1</script>", "Foto harus JPEG"),
        (jpeg(1) + b"\0" * 50_000_000, "Foto paling besar"),
        (b"", "kosong"),
    ],
    ids=["svg", "html", "50-mb", "empty"],
)
def test_what_is_no_photo_gets_a_sentence_and_is_kept_for_review(world: World, data: bytes, sentence: str) -> None:
    good = jpeg(7)
    head, said = world.client("head"), told(world, tetap="1")
    page = head.post("/rojak/temuan/baru/", said | {"foto": [chosen("baik.jpg", good), chosen("buruk.jpg", data)]})
    text = page.content.decode()
    assert page.status_code == 422 and sentence in text
    assert not Finding.objects.filter(pk=said["nomor"]).exists()
    named = hashlib.sha256(data).hexdigest()
    assert formulir.photo(named) is None if not data else formulir.photo(named).state == "ditahan"
    mark = re.search(r'name="foto_ada" value="([^"]+)"', text)
    kept = hashlib.sha256(good).hexdigest()
    assert mark and f'name="pakai" value="{kept}" checked' in text  # the good one need not be chosen again
    again = said | {"foto_ada": html.unescape(mark[1]), "pakai": kept}
    assert head.post("/rojak/temuan/baru/", again).status_code == 302
    assert list(Finding.objects.get(pk=said["nomor"]).photos.values_list("photo_id", flat=True)) == [kept]


def test_a_photo_that_somebody_else_brought_cannot_be_named(world: World) -> None:
    foreign = hashlib.sha256(jpeg(9)).hexdigest()
    formulir.receive_photo_part(sha256=foreign, start=0, total=len(jpeg(9)), data=jpeg(9), by=patrol.SYSTEM, at=AT)
    theirs = signing.dumps({foreign: "x.jpg"}, salt="rojak.told-photos:lain")
    for mark in (theirs, "", "x"):
        said = told(world, tetap="1", pakai=foreign, foto_ada=mark, nomor=str(uuid.uuid4()))
        assert world.client("head").post("/rojak/temuan/baru/", said).status_code == 302
        assert not Finding.objects.get(pk=said["nomor"]).photos.exists()


@pytest.mark.parametrize(
    ("place", "sentence"), [("di sana", "bukan titik"), ("-7.4", "bukan titik"), ("48.85, 2.35", "di luar wilayah")]
)
def test_a_place_that_cannot_be_gets_a_sentence(world: World, place: str, sentence: str) -> None:
    page = world.client("head").post("/rojak/temuan/baru/", told(world, tetap="1", letak=place))
    assert page.status_code == 422 and sentence in page.content.decode()
    assert not PatrolItem.objects.filter(manner="kertas").exists()


def test_seven_photos_are_too_many(world: World) -> None:
    files = [chosen(f"{n}.jpg", jpeg(n)) for n in range(7)]
    page = world.client("head").post("/rojak/temuan/baru/", told(world, tetap="1") | {"foto": files})
    assert page.status_code == 422 and "paling banyak 6 foto" in page.content.decode()
