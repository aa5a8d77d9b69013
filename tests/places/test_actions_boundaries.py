"""Official boundaries: what is taken, what is refused in which words, and that a refusal changes nothing."""

from __future__ import annotations

import copy
import json

import pytest
import shapely.geometry

from tests.places.builders import BY, MOMENT, REAL, collection, imported, real, swapped, with_first
from tidar.common.errors import UnableTo
from tidar.common.models import AuditEntry
from tidar.places import api
from tidar.places.models import Area
from tidar.places.rules import geojson


def refused(tmp_path, data) -> str:
    """The sentences of a refusal, after checking that nothing changed and that it is audited."""
    edition = api.edition()
    report = imported(tmp_path, data)
    assert not report.is_taken
    assert not Area.objects.filter(boundary__isnull=False).exists()
    assert api.edition() == edition
    entry = AuditEntry.objects.latest("id")
    assert entry.action == "places.refuse_boundaries"
    assert entry.after["errors"][0] == report.errors[0]
    return " | ".join(report.errors)


def bent(data, ring):
    """The collection with another ring for its first feature."""
    data = copy.deepcopy(data)
    data["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    return data


# --- taken


def test_right_boundaries_are_taken_without_a_warning(magelang, tmp_path):
    report = imported(tmp_path, collection())
    assert (report.errors, report.warnings, report.notes, report.count) == ((), (), (), 17)
    assert report.measured_km2 == pytest.approx(18.558, rel=0.05)
    assert all(a.has_boundary for a in api.villages())
    assert AuditEntry.objects.latest("id").action == "places.import_boundaries"
    assert Area.objects.get(code="33.71.03.1001").boundary_source.startswith("batas.geojson (sha256 ")


def test_published_areas_stay_and_the_report_tells_how_measured_ones_differ(magelang, tmp_path):
    report = imported(tmp_path, collection())
    assert api.area("33.71.02.1003").area_km2 == 1.164
    wates = next(d for d in report.differences if d.code == "33.71.02.1003")
    assert wates.published_km2 == 1.164
    assert wates.share == pytest.approx(wates.measured_km2 / 1.164 - 1)
    shares = [abs(d.share) for d in report.differences]
    assert shares == sorted(shares, reverse=True)


def test_the_same_file_again_gives_the_same_boundaries(magelang, tmp_path):
    imported(tmp_path, collection())
    before = list(Area.objects.values_list("code", "boundary"))
    data = {"type": "FeatureCollection", "features": collection()["features"]}
    assert imported(tmp_path, data).is_taken
    assert list(Area.objects.values_list("code", "boundary")) == before


def test_a_byte_order_mark_an_altitude_and_a_wgs84_crs_are_fine(magelang, tmp_path):
    data = collection() | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    for ring in data["features"][0]["geometry"]["coordinates"]:
        ring[:] = [[*position, 380.0] for position in ring]
    assert imported(tmp_path, b"\xef\xbb\xbf" + json.dumps(data).encode()).warnings == ()


def test_a_ring_that_crosses_itself_a_little_is_repaired_and_said_so(magelang, tmp_path):
    data = collection()
    ring = data["features"][0]["geometry"]["coordinates"][0]
    lon, lat = ring[1]
    ring[1:2] = [[lon, lat], [lon + 2e-5, lat + 2e-5], [lon + 2e-5, lat - 1e-5], [lon - 2e-5, lat + 2e-5], [lon, lat]]
    assert not shapely.geometry.shape(data["features"][0]["geometry"]).is_valid
    report = imported(tmp_path, data)
    assert report.is_taken
    assert report.notes[0].startswith("Batas 33.71.01.1003 memotong dirinya sendiri dan diperbaiki")
    stored = shapely.geometry.shape(Area.objects.get(code="33.71.01.1003").boundary)
    assert stored.is_valid


def test_areas_that_overlap_much_are_warned_about(magelang, tmp_path):
    data = collection()
    shape = shapely.geometry.shape(data["features"][0]["geometry"]).buffer(0.001)
    data["features"][0]["geometry"] = shapely.geometry.mapping(shape)
    report = imported(tmp_path, data)
    assert report.is_taken
    assert any("bertumpang tindih" in w for w in report.warnings)


def test_boundaries_of_another_size_than_the_region_are_warned_about(magelang, tmp_path):
    data = collection()
    for feature in data["features"]:
        shape = shapely.affinity.scale(shapely.geometry.shape(feature["geometry"]), 0.5, 0.5)
        feature["geometry"] = shapely.geometry.mapping(shape)
    (warning,) = imported(tmp_path, data).warnings
    assert "padahal luas resmi wilayah 18.56 km²" in warning


# --- refused


def test_latitude_before_longitude_is_refused_and_named(magelang, tmp_path):
    assert "Urutan koordinat terbalik" in refused(tmp_path, swapped(collection()))


def test_one_area_with_swapped_axes_among_right_ones_is_refused(magelang, tmp_path):
    data = collection()
    data["features"][3] = swapped({"features": [data["features"][3]]})["features"][0]
    assert "Urutan koordinat terbalik (33.71.01.1009):" in refused(tmp_path, data)


def test_metres_are_refused_and_named(magelang, tmp_path):
    square = [[410_000, 9_170_000], [411_000, 9_170_000], [411_000, 9_171_000], [410_000, 9_170_000]]
    assert "tampaknya meter" in refused(tmp_path, bent(collection(), square))


def test_another_regions_boundaries_are_refused(magelang, tmp_path):
    square = [[114.5, -3.5], [114.6, -3.5], [114.6, -3.4], [114.5, -3.5]]
    assert "di luar wilayah ini (33.71.01.1003): bujur 114.500 sampai 114.600" in refused(
        tmp_path, bent(collection(), square)
    )


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("33.71.01.1099", "Batas ke-1: kode 33.71.01.1099 tidak dikenal di wilayah ini."),
        ("3371010004", "3371010004 adalah kode BPS. Kode Kemendagri untuk Rejowinangun Selatan adalah 33.71.01.1003."),
        ("3371019999", "ditulis seperti kode BPS"),
        ("33.71.01", "33.71.01 adalah kecamatan. Yang diimpor batas kelurahan dan desa"),
        ("Rejowinangun", '"Rejowinangun" bukan kode wilayah Kemendagri'),
        ("33.71.01.1007", "Kode 33.71.01.1007 muncul 2 kali."),
        ("", 'Batas ke-1 tidak memiliki "code" (yang ada: code, name).'),
        (3371010004, 'Batas ke-1 tidak memiliki "code"'),
    ],
)
def test_a_wrong_code_is_refused_and_explained_and_the_missing_area_named(magelang, tmp_path, code, sentence):
    said = refused(tmp_path, with_first(collection(), code=code))
    assert sentence in said
    assert "Batas 1 wilayah tidak ada dalam berkas: 33.71.01.1003 Rejowinangun Selatan." in said


def test_a_missing_area_is_refused(magelang, tmp_path):
    data = collection()
    del data["features"][4]
    assert "tidak ada dalam berkas: 33.71.01.1010 Tidar Utara" in refused(tmp_path, data)


RING = [[110.22, -7.47], [110.23, -7.47], [110.23, -7.46], [110.22, -7.47]]
BOW_TIE = [[110.20, -7.50], [110.22, -7.48], [110.22, -7.50], [110.20, -7.48], [110.20, -7.50]]


@pytest.mark.parametrize(
    ("geometry", "sentence"),
    [
        (None, '"–" bukan Polygon atau MultiPolygon'),
        ({"type": "Point", "coordinates": [110.2, -7.4]}, '"Point" bukan Polygon atau MultiPolygon'),
        ({"type": "GeometryCollection", "geometries": []}, '"GeometryCollection" bukan Polygon'),
        ({"type": "Polygon", "coordinates": []}, "kosong"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "kosong"),
        ({"type": "Polygon", "coordinates": [RING[:-1]]}, "tidak tertutup"),
        ({"type": "Polygon", "coordinates": [[[110.2], *RING[1:]]]}, "bukan pasangan [bujur, lintang]"),
        ({"type": "Polygon", "coordinates": [["110.2", *RING]]}, "daftar koordinatnya rusak"),
        ({"type": "Polygon", "coordinates": RING}, "daftar koordinatnya rusak"),
        ({"type": "Polygon", "coordinates": [[RING[0], RING[1], RING[0], RING[0]]]}, "tidak dapat diperbaiki"),
        ({"type": "Polygon", "coordinates": [BOW_TIE]}, "tidak dapat diperbaiki"),
    ],
)
def test_a_wrong_geometry_is_refused_with_its_place(magelang, tmp_path, geometry, sentence):
    data = collection()
    data["features"][0]["geometry"] = geometry
    said = refused(tmp_path, data)
    assert said.startswith("Batas ke-1 (33.71.01.1003): ")
    assert sentence in said


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "bukan JSON yang utuh"),
        (b"PK\x03\x04 zip", "bukan JSON yang utuh"),
        (b'{"type": "FeatureCollection", "features": [', "bukan JSON yang utuh"),
        (b"\xff\xfe{}", "bukan JSON yang utuh"),
        (b"[1, 2]", "tidak seperti GeoJSON"),
        (b'{"type": "FeatureCollection", "features": {"a": 1}}', "tidak seperti GeoJSON"),
        ({"type": "Feature"}, 'harus berupa GeoJSON "FeatureCollection", bukan "Feature"'),
        ({"type": "FeatureCollection", "features": []}, "tidak memuat satu pun batas"),
        (b"[" * 200_000, "tidak seperti GeoJSON"),
        (b'{"type": "FeatureCollection", "x": ' + b"[" * 200_000, "bersarang terlalu dalam"),
        (b'{"type": "FeatureCollection", "features": [{"properties": {"a": ' + b'{"a":' * 200_000, "terlalu dalam"),
    ],
)
def test_a_file_that_is_no_collection_is_refused(magelang, tmp_path, data, sentence):
    assert sentence in refused(tmp_path, data)


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::32749", "EPSG:23830", "", None])
def test_another_coordinate_system_is_refused(magelang, tmp_path, name):
    data = collection() | {"crs": {"type": "name", "properties": {"name": name}}}
    assert "Simpan ulang dalam WGS 84" in refused(tmp_path, data)


def test_too_many_features_too_many_bytes_and_no_file_are_refused(magelang, tmp_path, monkeypatch):
    monkeypatch.setattr(geojson, "MOST_FEATURES", 16)
    assert "Berkas memuat 17 batas; paling banyak 16." in refused(tmp_path, collection())
    monkeypatch.setattr(geojson, "MOST_BYTES", 1000)
    assert "terlalu besar" in refused(tmp_path, collection())
    with pytest.raises(UnableTo, match="tidak ada atau tidak dapat dibaca"):
        api.import_boundaries(path=tmp_path / "tidak.geojson", by=BY, at=MOMENT)


def test_without_areas_there_is_nothing_to_import_into(db, home, tmp_path):
    report = imported(tmp_path, {"type": "FeatureCollection", "features": []})
    assert report.errors == ("Wilayah belum dimuat. Jalankan: tidar areas load",)


def test_a_refusal_after_an_import_leaves_the_old_boundaries(magelang, tmp_path):
    imported(tmp_path, collection())
    before = list(Area.objects.values_list("code", "boundary", "boundary_source"))
    assert not imported(tmp_path, swapped(collection()), "lain.geojson").is_taken
    assert list(Area.objects.values_list("code", "boundary", "boundary_source")) == before


# --- the real files, when they stand beside the project


@pytest.mark.parametrize(("loaded", "count", "km2"), [("magelang", 17, 18.562), ("banjar", 290, 4588.46)])
def test_the_real_boundaries_import_without_a_warning(request, loaded, count, km2, tmp_path):
    code = request.getfixturevalue(loaded)
    report = real(code) or imported(tmp_path, collection(), f"{code}.geojson")
    assert (report.errors, report.warnings, report.notes) == ((), (), ())
    assert report.count == count == len(api.villages())
    assert report.measured_km2 == pytest.approx(km2, rel=1e-4 if REAL.is_dir() else 0.05)
    assert all(a.has_boundary for a in api.villages())
    assert not api.boundaries("desa")["approximate"]
