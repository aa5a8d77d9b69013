"""Pages and outlines are open to everybody: here everybody is the stranger."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import timezone

from tests.places.builders import BY, MOMENT, collection, imported, swapped, written
from tidar.places import api
from tidar.places.middleware import RegionZone
from tidar.places.rules import tables

OUTLINES = "/api/places/areas.geojson"


def test_anybody_sees_both_codes_and_that_boundaries_are_approximate(client, magelang):
    page = client.get("/wilayah/").content.decode()
    assert "3371011003" in page
    assert "33.71.03.1002" in page
    assert "Batas perkiraan" in page
    assert "0,852" in page


def test_with_official_boundaries_the_page_no_longer_says_approximate(client, magelang, tmp_path):
    imported(tmp_path, collection())
    page = client.get("/wilayah/").content.decode()
    assert "Batas perkiraan" not in page
    assert page.count("badge--ok") == 17


def test_before_anything_is_loaded_the_page_says_what_to_do(client, db):
    response = client.get("/wilayah/")
    assert response.status_code == 200
    assert "tidar areas load" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "kel. CACABAN"}, ["Cacaban"]),
        ({"q": "3371011003"}, ["Cacaban"]),
        ({"q": "56113"}, ["Wates"]),
        ({"q": "tidar", "kecamatan": "33.71.01"}, ["Tidar Utara", "Tidar Selatan"]),
        ({"q": "tidar", "kecamatan": "33.71.02"}, []),
        ({"q": "<script>"}, []),
    ],
)
def test_the_list_is_searched_by_name_and_number(client, magelang, query, names):
    response = client.get("/wilayah/", query)
    assert [line.area.name for line in response.context["rows"]] == names
    assert '<script>"' not in response.content.decode()
    rows = list(csv.DictReader(io.StringIO(client.get("/wilayah/wilayah.csv", query).content.decode("utf-8-sig"))))
    assert [row["nama"] for row in rows] == names


def test_htmx_gets_only_the_list(client, magelang):
    part = client.get("/wilayah/", {"q": "wates"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="daftar"')


def test_a_long_list_comes_in_pages_that_stay_light(client, banjar):
    first = client.get("/wilayah/")
    assert len(first.content) < 150_000
    assert len(first.context["rows"]) == 100
    last = client.get("/wilayah/", {"page": "4", "q": ""})
    assert len(last.context["rows"]) == 11
    assert client.get("/wilayah/", {"page": "x"}).status_code == 200


def test_the_list_asks_few_questions_whatever_its_length(client, banjar, django_assert_max_num_queries):
    client.get("/wilayah/")
    with django_assert_max_num_queries(2):
        client.get("/wilayah/")


def test_the_csv_has_every_area_and_cannot_run_formulas(client, magelang):
    api.add_area(area=api.NewArea("33.71.03.1002.01", "=1+1"), by=BY, at=MOMENT)
    response = client.get("/wilayah/wilayah.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 22
    assert "'=1+1" in {row["nama"] for row in rows}
    assert rows[-1]["lintang"] == "-7.4753"  # a negative number stays a number
    assert response["Content-Disposition"] == 'attachment; filename="wilayah-33.71.csv"'
    assert list(rows[0]) == list(tables.HEADINGS)


def test_outlines_are_geojson_with_an_etag_that_holds_until_the_next_import(client, magelang, tmp_path):
    response = client.get(OUTLINES, {"level": "kelurahan"})
    assert response["Content-Type"] == "application/geo+json"
    assert set(response["Cache-Control"].split(", ")) == {"max-age=300", "public"}
    assert len(json.loads(response.content)["features"]) == 17
    again = client.get(OUTLINES, {"level": "kelurahan"}, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    imported(tmp_path, collection())
    changed = client.get(OUTLINES, {"level": "kelurahan"}, headers={"If-None-Match": response["ETag"]})
    assert changed.status_code == 200
    assert json.loads(changed.content)["approximate"] is False


def test_outlines_travel_compressed(client, banjar):
    response = client.get(OUTLINES, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 100_000


def test_outlines_of_no_level_are_refused_in_words(client, magelang):
    response = client.get(OUTLINES, {"level": "planet\r\nX: y"})
    assert response.status_code == 400
    assert "Yang ada: region, kecamatan, kelurahan, desa" in response.json()["error"]["message"]


def test_nobody_writes_here(client, magelang):
    for url in ("/wilayah/", "/wilayah/wilayah.csv", OUTLINES):
        assert client.post(url).status_code == 405


# --- the region's zone


@pytest.mark.parametrize(("code", "zone"), [("33.71", "Asia/Jakarta"), ("63.03", "Asia/Makassar")])
def test_a_request_lives_in_the_regions_zone_and_leaves_no_trace(settings, code, zone):
    settings.TIDAR_REGION = code
    before = timezone.get_current_timezone_name()
    seen = RegionZone(lambda request: timezone.get_current_timezone_name())(RequestFactory().get("/"))
    assert (seen, timezone.get_current_timezone_name()) == (zone, before)


async def test_an_asynchronous_request_lives_in_the_regions_zone_too(settings):
    settings.TIDAR_REGION = "63.03"

    async def answer(request):
        return timezone.get_current_timezone_name()

    assert await RegionZone(answer)(RequestFactory().get("/")) == "Asia/Makassar"


# --- the command


def said(capsys, *words: str) -> str:
    call_command("areas", *words)
    return capsys.readouterr().out


def test_the_command_loads_lists_and_adds(db, home, capsys):
    assert "Kota Magelang (33.71): 21 wilayah baru" in said(capsys, "load")
    assert "33.71.03.1002" in said(capsys, "list", "cacaban")
    assert "Ditambahkan: 33.71.03.1002.01 RW 01" in said(capsys, "add", "33.71.03.1002.01", "RW 01", "--km2", "0,1")
    assert said(capsys, "list", "--level", "rw").startswith("33.71.03.1002.01 ")


def test_the_command_imports_and_tells_figures(magelang, tmp_path, capsys):
    told = said(capsys, "import", str(written(tmp_path / "batas.geojson", collection())))
    assert "batas.geojson: 17 batas dibaca." in told
    assert "luas resmi 18,558 km²" in told
    assert "Perhatian" not in told
    assert "Selesai: 17 batas resmi dipakai." in told


def test_a_refused_import_exits_with_one_and_says_why(magelang, tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        call_command("areas", "import", str(written(tmp_path / "b.geojson", swapped(collection()))))
    told = capsys.readouterr().out
    assert exit_.value.code == 1
    assert "Salah: Urutan koordinat terbalik" in told
    assert "Tidak ada yang diubah." in told


def test_the_command_imports_rw_and_rt_from_a_csv(magelang, tmp_path, capsys):
    path = written(tmp_path / "rt.csv", b"kelurahan,rw,rt\nCacaban,1,1\n")
    assert "rt.csv: 1 RW dan 1 RT baru, 0 sudah ada." in said(capsys, "import", str(path))
    path.write_text("kelurahan,rw,rt\nCacaban,x,1\n")
    with pytest.raises(SystemExit):
        call_command("areas", "import", str(path))
    assert "Salah: Baris 2" in capsys.readouterr().out


def test_a_wrong_word_or_file_is_a_sentence(magelang, tmp_path):
    with pytest.raises(CommandError, match="tidak ada atau tidak dapat dibaca"):
        call_command("areas", "import", str(tmp_path / "tidak.geojson"))
    with pytest.raises(CommandError, match=r"melayani wilayah 33\.71"):
        call_command("areas", "load", "63.03")
    with pytest.raises(SystemExit):
        call_command("areas", "list", "tak ada")
