from __future__ import annotations

import random
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
import shapely.geometry

from tests.places.builders import BY, MOMENT, collection, imported, real
from tidar.places import api
from tidar.places.models import Area
from tidar.places.queries import boundaries as queries
from tidar.places.queries import edition


def outline(feature):
    return shapely.geometry.shape(feature["geometry"])


# --- the region and its areas


def test_the_region_is_that_of_the_settings(settings):
    assert (api.region().name, api.region().zone_name, api.region().zone) == (
        "Kota Magelang", "WIB", ZoneInfo("Asia/Jakarta"),
    )  # fmt: skip
    assert next(f.value for f in api.region().facts if f.name == "penduduk") == 128_709
    settings.TIDAR_REGION = "63.03"
    assert (api.region().name, api.region().zone_name) == ("Kabupaten Banjar", "WITA")


def test_areas_come_by_level_in_order_of_code(magelang):
    assert [a.name for a in api.areas("kecamatan")] == ["Magelang Selatan", "Magelang Utara", "Magelang Tengah"]
    assert len(api.areas("kelurahan")) == 17
    assert api.areas("desa") == ()
    assert [a.code for a in api.areas()] == sorted(a.code for a in api.areas())
    assert api.area("33.71.09") is None
    assert api.ancestors("33.71.01.1003") == ("33.71.01", "33.71")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("33.71.01.1003", "33.71.01.1003"),
        ("3371010004", "33.71.01.1003"),  # BPS
        ("3371011003", "33.71.03.1002"),  # BPS, although dotted it would look like 33.71.01.1003
        ("kel. rejowinangun  SELATAN", "33.71.01.1003"),
    ],
)
def test_an_area_is_found_by_either_code_or_name(magelang, text, code):
    assert [a.code for a in api.areas_matching(text)] == [code]


def test_bare_digits_are_a_kemendagri_code_only_when_no_bps_code_says_so(banjar):
    assert [a.code for a in api.areas_matching("6303012001")] == ["63.03.01.2001"]
    assert [a.level for a in api.areas_matching("Simpang Empat")] == ["desa", "kecamatan", "desa"]
    assert len(api.areas_matching("Simpang Empat", level="desa")) == 2
    assert api.areas_matching("") == ()


def test_answers_are_cached_until_the_next_write(magelang, django_assert_num_queries):
    api.areas()
    with django_assert_num_queries(0):
        api.areas("kelurahan")
        api.area("33.71")
    api.add_area(area=api.NewArea("33.71.03.1002.01", "RW 01"), by=BY, at=MOMENT)
    assert len(api.areas("rw")) == 1


def test_one_query_reads_all_areas_and_one_asks_for_the_edition(magelang, django_assert_num_queries):
    edition._kept.clear()
    api.forget()
    with django_assert_num_queries(2):
        api.areas()
        api.villages()


# --- boundaries


def test_without_official_boundaries_cells_are_drawn_and_say_so(magelang):
    drawn = api.boundaries("kelurahan")
    assert drawn["approximate"] is True
    assert [f["id"] for f in drawn["features"]] == [a.code for a in api.villages()]
    assert all(f["properties"]["approximate"] for f in drawn["features"])
    assert outline(drawn["features"][0]).covers(shapely.Point(110.2245, -7.4921))


def test_official_boundaries_are_drawn_and_not_called_approximate(magelang, tmp_path):
    assert api.boundaries("kelurahan")["approximate"] is True
    imported(tmp_path, collection())
    drawn = api.boundaries("kelurahan")
    assert drawn["approximate"] is False
    assert set(drawn["features"][0]["properties"]) == {"code", "name", "level", "approximate"}


def test_a_kecamatan_and_the_region_are_unions_of_villages(magelang, tmp_path):
    imported(tmp_path, collection())
    villages = {f["id"]: outline(f) for f in api.boundaries("kelurahan")["features"]}
    for level in ("kecamatan", "region"):
        for feature in api.boundaries(level)["features"]:
            parts = [g for code, g in villages.items() if code.startswith(feature["id"])]
            assert outline(feature).area == pytest.approx(shapely.union_all(parts).area, rel=1e-3)
    assert len(api.boundaries("kecamatan")["features"]) == 3
    assert len(api.boundaries("region")["features"]) == 1


def test_a_village_without_a_boundary_among_official_ones_gets_a_cell_beside_them(magelang, tmp_path):
    imported(tmp_path, collection())
    Area.objects.filter(code="33.71.03.1002").update(boundary=None, boundary_source="")
    api.add_area(area=api.NewArea("33.71.03.1002.01", "RW 01"), by=BY, at=MOMENT)
    drawn = {f["id"]: f for f in api.boundaries("kelurahan")["features"]}
    assert [code for code, f in drawn.items() if f["properties"]["approximate"]] == ["33.71.03.1002"]
    cell, others = outline(drawn["33.71.03.1002"]), [outline(f) for c, f in drawn.items() if c != "33.71.03.1002"]
    assert cell.intersection(shapely.union_all(others)).area < 0.01 * cell.area
    flags = {f["id"]: f["properties"]["approximate"] for f in api.boundaries("kecamatan")["features"]}
    assert flags == {"33.71.01": False, "33.71.02": False, "33.71.03": True}


def test_coordinates_have_at_most_six_decimals(magelang):
    coordinates = shapely.get_coordinates([outline(f) for f in api.boundaries("kecamatan")["features"]])
    assert np.array_equal(coordinates, np.round(coordinates, 6))


def test_levels_without_outlines_are_empty(magelang):
    for level in ("rt", "rw", "planet"):
        assert api.boundaries(level)["features"] == []


# --- point → area


def test_a_villages_centre_lies_in_it(magelang, tmp_path):
    imported(tmp_path, collection())
    villages = api.villages()
    codes = api.areas_at(np.array([a.lon for a in villages]), np.array([a.lat for a in villages]))
    assert codes.tolist() == [a.code for a in villages]
    assert api.area_at(110.2117, -7.4787) == "33.71.03.1002"
    assert api.area_at(0.0, 0.0) == ""
    assert api.area_at(-7.4787, 110.2117) == ""


def test_without_areas_no_point_lies_anywhere(db):
    assert api.area_at(110.2117, -7.4787) == ""
    assert api.areas_at([], []).tolist() == []


@pytest.mark.parametrize("loaded", ["magelang", "banjar"])
def test_every_point_inside_the_real_region_has_one_area_and_it_is_the_brute_one(request, loaded, tmp_path):
    code = request.getfixturevalue(loaded)
    if real(code) is None:
        imported(tmp_path, collection())
    shapes = queries.shapes()
    whole = shapely.union_all(list(shapes.values()))
    rng = np.random.default_rng(33)
    corners = shapely.get_coordinates(list(shapes.values()))
    spread = rng.uniform(corners.min(axis=0), corners.max(axis=0), (4_000, 2))
    points = np.vstack([spread, corners[rng.integers(0, len(corners), 1_000)]])
    codes = api.areas_at(*points.T)
    brute = np.array([next((c for c, g in shapes.items() if g.intersects(p)), "") for p in shapely.points(points)])
    inside = shapely.intersects_xy(whole, *points.T)
    assert (codes[inside] != "").all()
    assert np.array_equal(codes[brute != ""], brute[brute != ""])


def test_a_point_in_a_sliver_between_villages_belongs_to_a_neighbour(magelang, tmp_path):
    data = collection()
    gap = shapely.Point(110.2210, -7.4747).buffer(0.0003)  # between Magelang, Panjang and Gelangan: 0.3 ha
    for feature in data["features"]:
        shape = shapely.geometry.shape(feature["geometry"]).difference(gap)
        feature["geometry"] = shapely.geometry.mapping(shape)
    imported(tmp_path, data)
    shapes = queries.shapes()
    assert not any(shape.intersects(gap.centroid) for shape in shapes.values())
    assert shapes[api.area_at(110.2210, -7.4747)].distance(gap) < 1e-9


# --- the calendar


def test_the_national_calendar_marks_estimates_and_shared_leave():
    days = api.days_off(2026)
    assert days[date(2026, 8, 17)].kind == "national"
    assert days[date(2026, 12, 24)].kind == "shared_leave"
    assert all(day.year == 2026 for day in days)
    assert list(days) == sorted(days)
    far = [h for h in api.days_off(2031).values() if h.is_estimate]
    assert any("Idul Fitri" in h.name for h in far)
    assert not any("perkiraan" in h.name for h in far)


def test_the_regions_file_overrides_an_estimate(settings, tmp_path):
    estimate = next(h for h in api.days_off(2031).values() if h.is_estimate and "Idul Adha" in h.name)
    folder = tmp_path / "33.71"
    folder.mkdir()
    (folder / "region.toml").write_text((settings.REGIONS_DIR / "33.71" / "region.toml").read_text())
    decreed = estimate.day + timedelta(days=1)
    (folder / "holidays.toml").write_text(
        f'[[holiday]]\ndate = {decreed}\nname = "Idul Adha"\nreplaces = {estimate.day}\nsource = "SKB"\n'
        f'[[holiday]]\ndate = 2031-04-11\nname = "Hari Jadi"\nkind = "local"\nsource = "SE"\n'
    )
    settings.REGIONS_DIR = tmp_path
    days = api.days_off(2031)
    assert (days[decreed].is_estimate, days[decreed].source) == (False, "SKB")
    assert estimate.day not in days
    assert days[date(2031, 4, 11)].kind == "local"


def test_working_days_follow_the_calendar_of_the_region():
    assert api.is_working_day(date(2026, 11, 25))
    assert not api.is_working_day(date(2026, 11, 28))
    assert not api.is_working_day(date(2026, 12, 25))
    assert api.working_days_between(date(2026, 12, 23), date(2026, 12, 28)) == 1
    assert api.working_days_between(date(2026, 12, 31), date(2027, 1, 4)) == 1  # over New Year
    assert api.add_working_days(date(2026, 12, 23), 1) == date(2026, 12, 28)
    start = date(2026, 1, random.Random(4).randint(1, 28))
    assert api.working_days_between(start, api.add_working_days(start, 250)) == 250


def test_offices_open_in_the_regions_own_zone(settings):
    moment = datetime(2026, 11, 25, 0, 0, tzinfo=timezone.utc)  # 07.00 WIB, 08.00 WITA
    assert not api.is_office_open(moment)
    settings.TIDAR_REGION = "63.03"
    assert api.is_office_open(moment)
    assert api.office_hours().source


# --- the system checks itself


def test_a_right_region_has_nothing_to_say(magelang, tmp_path):
    imported(tmp_path, collection())
    assert api.check() == ()


BOW_TIE = [[[110.2, -7.5], [110.22, -7.48], [110.22, -7.5], [110.2, -7.48], [110.2, -7.5]]]
FAR = [[[0, 0], [1, 0], [1, 1], [0, 0]]]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"level": "rw"}, "33.71.03.1002: kodenya bukan kode rw"),
        ({"parent_id": "33.71"}, "33.71.03.1002: induknya 33.71, seharusnya 33.71.03"),
        (
            {"boundary": {"type": "Polygon", "coordinates": BOW_TIE}, "boundary_source": "x"},
            "33.71.03.1002: batasnya rusak",
        ),
        ({"boundary": {"type": "Polygon", "coordinates": FAR}, "boundary_source": "x"}, "batasnya di luar wilayah"),
    ],
)
def test_what_was_changed_behind_our_back_is_found(magelang, change, sentence):
    Area.objects.filter(code="33.71.03.1002").update(**change)
    edition._kept.clear()
    (fault,) = api.check()
    assert sentence in fault


def test_a_lake_table_that_lost_an_area_is_found(magelang):
    Area.objects.filter(code="33.71.03.1002").delete()
    edition._kept.clear()
    assert api.check() == ("tabel wilayah memuat 21 baris, seharusnya 20",)
