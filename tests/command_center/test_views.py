"""Pages of the command center for those who may look, for strangers and for the public."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.command_center.builders import PART, operator, resident
from tests.people.builders import client_of, person

PRIVATE = ("/wall", "/wall/peta.json", "/wall/peta-dasar.pmtiles", "/wall/bagian/angka/")


def _json(page: str, name: str) -> dict[str, object]:
    return json.loads(re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page).group(1))  # type: ignore[union-attr]


def test_the_wall_is_whole_without_javascript(city: Path) -> None:
    page = operator().get("/wall").content.decode()
    assert page.count("<h1") == 1
    assert len(re.findall(r'<article class="tile', page)) == 7
    assert "data contoh" in page
    assert "Duga air Progo" in page
    assert "<noscript>" in page
    assert page.count('scope="row"') >= 17


def test_numbers_lead_to_their_origin(city: Path) -> None:
    page = operator().get("/wall").content.decode()
    links = re.findall(r'class="tile__number" href="(/telusur/angka/[0-9a-f-]{36}/)" hx-get="([^"]+)"', page)
    assert len(links) == 7
    assert all(href == hx for href, hx in links)


def test_a_late_number_is_grey_and_says_so(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.indicators.builders import feed_states

    feed_states(monkeypatch, penduduk="late")
    page = operator().get("/wall").content.decode()
    assert re.search(r'<article class="tile is-late" data-key="jumlah-penduduk"', page)
    assert "terlambat" in page


def test_the_browser_gets_words_and_what_to_draw(city: Path) -> None:
    page = operator().get("/wall").content.decode()
    words, document = _json(page, "wall-words"), _json(page, "wall-document")
    assert "{clock}" in str(words["lost"])
    assert words["zone"] == "Asia/Jakarta"
    assert words["map_levels"] == ["kelurahan"]
    assert len(document["figure"]["areas"]) == 17  # type: ignore[index, arg-type, call-overload]
    assert document["gauges"][0]["level"] == "waspada"  # type: ignore[index, call-overload]


def test_the_map_can_show_another_figure(city: Path) -> None:
    client = operator()
    assert client.get("/wall/peta.json?angka=rasio-rt").json()["figure"]["code"] == "rasio-rt"
    assert client.get("/wall/peta.json?angka=tidak-ada").json()["figure"] is None
    assert '<option value="rasio-rt" selected' in client.get("/wall?angka=rasio-rt").content.decode()


@pytest.mark.parametrize(
    ("name", "shows"), [("angka", "tile"), ("sejak", ""), ("umpan", "feed-strip"), ("sungai", "gauge")]
)
def test_parts_come_as_fragments(city: Path, name: str, shows: str) -> None:
    answer = operator().get(f"/wall/bagian/{name}/", headers=PART)
    assert answer.status_code == 200
    assert shows in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_person_who_opens_a_part_gets_the_wall(city: Path) -> None:
    client = operator()
    assert client.get("/wall/bagian/angka/").url == "/wall"  # type: ignore[attr-defined]
    assert client.get("/wall/bagian/lain/", headers=PART).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", PRIVATE)
def test_the_public_signs_in_and_a_stranger_is_refused(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert "/akun/masuk/" in answer.url  # type: ignore[attr-defined]
    assert resident().get(path).status_code == 403


@pytest.mark.django_db
def test_without_a_basemap_there_is_none(settings) -> None:
    assert operator().get("/wall/peta-dasar.pmtiles").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "status", "body", "says"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-99", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=20-30", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("bytes=5-2", 200, b"0123456789", None),
        ("rows=1-2", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
    ],
)
def test_the_basemap_answers_byte_ranges(
    settings, tmp_path: Path, asked: str, status: int, body: bytes, says: str
) -> None:
    path = tmp_path / "kota.pmtiles"
    path.write_bytes(b"0123456789")
    settings.TIDAR_BASEMAP = str(path)
    answer = operator().get("/wall/peta-dasar.pmtiles", headers={"Range": asked})
    assert (answer.status_code, answer.headers.get("Content-Range")) == (status, says)
    assert b"".join(answer) == body


@pytest.mark.django_db
def test_home_for_the_public_and_for_someone_known() -> None:
    public = Client().get("/").content.decode()
    assert "/akun/masuk/" in public
    assert "Yang menunggu Anda" not in public
    assert 'href="/wall"' not in public
    known = operator().get("/").content.decode()
    assert "Yang menunggu Anda" not in known  # an operator delivers nothing
    assert "Yang menunggu Anda" in client_of(person("bagus", role="walidata")).get("/").content.decode()
    assert 'href="/wall"' in known
    assert 'href="/orang/"' not in known
    assert 'href="/orang/"' in client_of(person("ratna", role="administrator")).get("/").content.decode()


@pytest.mark.django_db
def test_the_place_one_is_in_is_marked_once() -> None:
    page = operator().get("/ui/").content.decode()
    assert 'href="/wilayah/"' in page
    bar = re.search(r'<nav class="site-nav site-nav--bar".*?</nav>', page, re.S)
    assert bar is not None
    assert "aria-current" not in bar.group(0)


@pytest.mark.django_db
def test_theme_and_language_are_kept_and_the_way_back_is_safe() -> None:
    client = Client()
    answer = client.post("/tampilan/", {"tema": "dark", "kembali": "/ui/?a=1"})
    assert answer.url == "/ui/?a=1"  # type: ignore[attr-defined]
    assert '<html lang="id" data-theme="dark">' in client.get("/").content.decode()
    client.post("/tampilan/", {"tema": "system", "bahasa": "en"})
    assert '<html lang="en">' in client.get("/").content.decode()
    assert client.post("/tampilan/", {"kembali": "https://lain.example/"}).url == "/"  # type: ignore[attr-defined]
    assert client.post("/tampilan/", {"tema": "neon"}).cookies.get("tidar_tema") is None
    assert client.get("/tampilan/").status_code == 405


def test_the_wall_is_dark_unless_someone_chose_otherwise(city: Path) -> None:
    client = operator()
    assert '<html lang="id" data-theme="dark">' in client.get("/wall").content.decode()
    client.cookies["tidar_tema"] = "light"
    assert '<html lang="id" data-theme="light">' in client.get("/wall").content.decode()


@pytest.mark.django_db
def test_a_wrong_address_gets_a_page_with_a_way_out() -> None:
    answer = Client().get("/tidak-ada/")
    assert answer.status_code == 404
    assert "Halaman ini tidak ada" in answer.content.decode()


@pytest.mark.django_db
def test_an_empty_city_has_a_wall_too(settings) -> None:
    from tidar.common.actor import system
    from tidar.common.clock import now
    from tidar.places import api as places

    places.load_region(by=system("uji"), at=now())
    page = operator().get("/wall").content.decode()
    assert "Belum ada angka" in page
    assert "Belum ada sensor" in page
