from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.places.builders import BY, MOMENT, collection, imported, with_first
from tidar.common.errors import UnableTo
from tidar.common.models import AuditEntry
from tidar.lake import api as lake
from tidar.places import api
from tidar.places.models import Area


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("at", "id").values_list("action", flat=True))


# --- load_region


def test_loading_a_region_takes_every_row_and_leaves_one_audit_entry(magelang):
    assert len(api.areas()) == 21
    assert api.area("33.71.03.1002") == api.AreaView(
        code="33.71.03.1002", bps_code="3371011003", name="Cacaban", level="kelurahan", parent_code="33.71.03",
        postal_code="56121", area_km2=0.852, lon=110.2117, lat=-7.4787, has_boundary=False,
    )  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_name, entry.after["added"]) == ("places.load_region", BY.name, 21)


def test_loading_again_changes_nothing_and_writes_nothing(magelang):
    edition = api.edition()
    again = api.load_region(by=BY, at=MOMENT)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 21)
    assert actions() == ["places.load_region"]
    assert api.edition() == edition


def test_loading_again_mends_what_differs_and_keeps_before_and_after(magelang):
    Area.objects.filter(code="33.71.03.1002").update(name="Cacabann")
    loaded = api.load_region(by=BY, at=MOMENT)
    entry = AuditEntry.objects.latest("id")
    assert loaded.changed == 1
    assert entry.before["33.71.03.1002"]["name"] == "Cacabann"
    assert entry.after["33.71.03.1002"]["name"] == "Cacaban"


def test_loading_keeps_boundaries_and_added_areas(magelang, tmp_path):
    imported(tmp_path, collection())
    api.add_area(area=api.NewArea("33.71.03.1002.01", "RW 01"), by=BY, at=MOMENT)
    Area.objects.filter(code="33.71.03.1002").update(name="x")
    api.load_region(by=BY, at=MOMENT)
    assert api.area("33.71.03.1002").has_boundary
    assert api.area("33.71.03.1002.01").level == "rw"


def test_banjar_loads_with_duplicate_names_and_without_bps_codes(banjar):
    assert len(api.villages()) == 290
    assert len(api.areas("kecamatan")) == 20
    assert len(api.areas_matching("Pasar Lama")) == 2


def test_another_region_is_refused(magelang, settings):
    with pytest.raises(api.UnableToLoad, match=r"melayani wilayah 33\.71"):
        api.load_region(code="63.03", by=BY, at=MOMENT)
    settings.TIDAR_REGION = "63.03"
    with pytest.raises(api.UnableToLoad, match="sudah memuat Kota Magelang"):
        api.load_region(by=BY, at=MOMENT)


@pytest.mark.parametrize("code", ["99.99", "../33.71", "33.71.01", ""])
def test_a_region_that_is_not_shipped_is_refused(db, settings, code):
    settings.TIDAR_REGION = code or "/"
    with pytest.raises(api.UnableToReadRegion, match=r"Yang ada: 33\.71, 63\.03"):
        api.load_region(code=code, by=BY, at=MOMENT)


def test_a_wrong_areas_file_is_refused_by_its_row(db, home, settings, tmp_path):
    folder = tmp_path / "33.71"
    folder.mkdir()
    for name in ("region.toml", "areas.csv"):
        (folder / name).write_text((settings.REGIONS_DIR / "33.71" / name).read_text())
    (folder / "areas.csv").write_text((folder / "areas.csv").read_text().replace(",18.558,", ",luas,"))
    settings.REGIONS_DIR = tmp_path
    with pytest.raises(api.UnableToReadRegion, match="row 2: km2, lat or lon is not a number"):
        api.load_region(by=BY, at=MOMENT)
    assert not Area.objects.exists()


# --- the lake table


def test_the_lake_table_says_which_row_of_the_file_an_area_came_from(magelang):
    sql = "SELECT area_code, area_km2, _delivery, _row FROM wilayah WHERE name = 'Wates'"
    (row,) = lake.read(sql).to_pylist()
    assert (row["area_code"], row["area_km2"], row["_delivery"]) == ("33.71.02.1003", 1.164, "region:33.71")
    assert dict(api.source_row(row["_delivery"], row["_row"]))["code"] == "33.71.02.1003"
    assert api.source_row("region:63.03", 2) == ()
    assert api.source_row("delivery", 2) == ()


def test_every_write_makes_one_version_and_the_newest_is_current(magelang):
    api.add_area(area=api.NewArea("33.71.03.1002.01", "RW 01"), by=BY, at=MOMENT)
    Area.objects.get(code="33.71.03.1002.01").delete()
    Area.objects.filter(code="33.71").update(name="x")
    api.load_region(by=BY, at=MOMENT)  # back to the very rows of version 1
    version = lake.current_version("wilayah")
    assert (version.number, version.row_count) == (3, 21)


# --- add_area


def test_an_added_area_takes_level_and_parent_from_its_code(magelang):
    for code, name in (("33.71.03.1002.01", "RW 01"), ("33.71.03.1002.01.004", "RT 004")):
        api.add_area(area=api.NewArea(code, name), by=BY, at=MOMENT)
    rt = api.area("33.71.03.1002.01.004")
    assert (rt.level, rt.parent_code) == ("rt", "33.71.03.1002.01")
    assert actions()[1:] == ["places.add_area"] * 2


NEW = api.NewArea("33.71.03.1099", "Baru")


@pytest.mark.parametrize(
    ("area", "sentence"),
    [
        (replace(NEW, code="3371031099"), "bukan kode kecamatan"),
        (replace(NEW, code="33.72"), "bukan kode kecamatan"),
        (replace(NEW, code="33.71.09.1001"), "induk 33.71.09 tidak ada"),
        (replace(NEW, code="33.71.03.1002"), "sudah dipakai"),
        (replace(NEW, name=" "), "belum diisi"),
        (replace(NEW, bps_code="3371011003"), "Kode BPS 3371011003 sudah dipakai"),
        (replace(NEW, bps_code="33.71"), "bukan kode BPS"),
        (replace(NEW, postal_code="5612"), "lima angka"),
        (replace(NEW, lon=110.2), "harus diisi keduanya"),
        (replace(NEW, lon=110.2, lat=-97.0), "dalam derajat"),
    ],
)
def test_a_wrong_new_area_is_refused(magelang, area, sentence):
    with pytest.raises(api.UnableToAddArea, match=sentence):
        api.add_area(area=area, by=BY, at=MOMENT)
    assert len(api.areas()) == 21
    assert actions() == ["places.load_region"]


# --- import_neighbourhoods


def neighbourhoods(path: Path, lines: str) -> api.Neighbourhoods:
    path.write_text(lines)
    return api.import_neighbourhoods(path=path, by=BY, at=MOMENT)


def test_rw_and_rt_are_imported_by_code_bps_code_or_name(magelang, tmp_path):
    text = "kelurahan,rw,rt\n33.71.03.1002,1,1\n3371011003,1,2\nKel. CACABAN,2,1\n"
    report = neighbourhoods(tmp_path / "rt.csv", text)
    assert (report.rw_added, report.rt_added, report.errors) == (2, 3, ())
    assert [a.code for a in api.areas("rt")] == [
        "33.71.03.1002.01.001", "33.71.03.1002.01.002", "33.71.03.1002.02.001",
    ]  # fmt: skip
    assert neighbourhoods(tmp_path / "rt.csv", text).unchanged == 5
    assert actions() == ["places.load_region", "places.import_neighbourhoods"]


def test_one_wrong_line_and_no_rw_or_rt_is_taken(magelang, tmp_path):
    report = neighbourhoods(tmp_path / "rt.csv", "kelurahan,rw,rt\nCacaban,1,1\nCacabann,1,1\n")
    assert not report.is_taken
    assert report.errors == ('Baris 3: kelurahan/desa "Cacabann" tidak dikenal.',)
    assert not api.areas("rw")


def test_a_file_without_lines_or_without_being_there_is_refused(magelang, tmp_path):
    assert neighbourhoods(tmp_path / "rt.csv", "kelurahan,rw,rt\n").errors == (
        "Berkas tidak memuat satu pun RW atau RT.",
    )
    with pytest.raises(UnableTo, match="tidak ada atau tidak dapat dibaca"):
        api.import_neighbourhoods(path=tmp_path / "tidak.csv", by=BY, at=MOMENT)


def test_magelangs_whole_city_of_rw_and_rt_can_be_imported(magelang, tmp_path):
    path = tmp_path / "rt.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kelurahan", "rw", "rt"])
        writer.writerows([a.code, 1 + n % 12, 1 + n] for a in api.villages() for n in range(61))
    report = api.import_neighbourhoods(path=path, by=BY, at=MOMENT)
    assert (report.rw_added, report.rt_added) == (204, 1037)


# --- what the database itself refuses


@pytest.mark.parametrize(
    "change",
    [
        {"bps_code": ""},
        {"bps_code": "3371011003"},
        {"parent_id": None},
        {"parent_id": "33.71.01"},
        {"boundary": {"type": "Polygon", "coordinates": []}},
        {"boundary_source": "x"},
        {"lon": None},
        {"lat": 91.0},
        {"level": "region", "parent_id": None},
    ],
)
def test_constraints_hold_whatever_the_code_does(magelang, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Area.objects.filter(code="33.71.03.1001").update(**change)


def test_a_name_in_the_file_that_differs_is_a_warning_not_a_refusal(magelang, tmp_path):
    report = imported(tmp_path, with_first(collection(), name="Rejowinangun Utara"))
    assert report.is_taken
    assert report.warnings == (
        'Batas 33.71.01.1003: nama dalam berkas "Rejowinangun Utara", nama resmi "Rejowinangun Selatan".',
    )
