"""The files that regions ship, and what is refused in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidar.places.rules import region_file
from tidar.places.rules.region_file import HEADINGS

REGIONS = Path(__file__).resolve().parents[2] / "regions"
HEAD = ",".join(HEADINGS)
REGION = "33.71,3371,Kota Magelang,region,,,18.558,-7.47,110.22,x"


def shipped(code: str):
    return region_file.read_areas((REGIONS / code / "areas.csv").read_text())


def test_magelang_ships_the_facts():
    rows = {r.code: r for r in shipped("33.71")}
    levels = [r.level for r in rows.values()]
    assert (levels.count("region"), levels.count("kecamatan"), levels.count("kelurahan"), len(rows)) == (1, 3, 17, 21)
    assert [rows[c].bps_code for c in ("33.71.01", "33.71.02", "33.71.03")] == ["3371010", "3371020", "3371011"]
    wates = rows["33.71.02.1003"]
    assert (wates.name, wates.bps_code, wates.postal_code, str(wates.km2)) == ("Wates", "3371020004", "56113", "1.164")
    assert (wates.lat, wates.lon) == (-7.4696, 110.2266)


def test_a_villages_bps_code_begins_with_its_kecamatans():
    rows = {r.code: r for r in shipped("33.71")}
    for row in rows.values():
        assert row.bps_code.startswith(rows[row.parent].bps_code if row.parent else "3371")


def test_banjar_ships_twenty_kecamatan_and_290_villages():
    levels = [r.level for r in shipped("63.03")]
    assert {level: levels.count(level) for level in set(levels)} == {
        "region": 1, "kecamatan": 20, "kelurahan": 13, "desa": 277,
    }  # fmt: skip


@pytest.mark.parametrize("code", ["33.71", "63.03"])
def test_every_centre_lies_in_the_bounds_and_every_fact_has_a_source(code):
    region = region_file.read_region((REGIONS / code / "region.toml").read_text())
    west, south, east, north = region.map.bounds
    for row in shipped(code):
        assert west < row.lon < east
        assert south < row.lat < north
        assert row.source
    assert all(fact.source for fact in region.facts)
    assert {f.area for f in region.facts} - {""} <= {r.code for r in shipped(code)}


def test_office_weeks_have_37_and_a_half_hours_without_breaks():
    for code in ("33.71", "63.03"):
        hours = region_file.office_hours(region_file.read_region((REGIONS / code / "region.toml").read_text()))
        minutes = sum((c.hour - o.hour) * 60 + c.minute - o.minute for o, c in hours.hours.values())
        assert minutes - 4 * 60 - 90 == 37.5 * 60
        assert hours.weekdays == set(range(5))
        assert "Perpres 21/2023" in hours.source


def test_row_numbers_are_those_of_a_spreadsheet():
    text = (REGIONS / "33.71" / "areas.csv").read_text()
    wates = next(r for r in shipped("33.71") if r.name == "Wates")
    assert dict(region_file.raw_row(text, wates.row))["name"] == "Wates"
    assert region_file.raw_row(text, 999) == ()


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([REGION.replace("region", "kecamatan")], "not the code of a kecamatan"),
        ([REGION, "33.71.01,,Selatan,kecamatan,33.72,,,,,x"], "parent of 33.71.01 must be '33.71'"),
        ([REGION, "33.71.01.1003,,R,kelurahan,33.71.01,,,,,x"], "stand in the file"),
        ([REGION, "33.71.01,3371,S,kecamatan,33.71,,,,,x"], "comes twice"),
        ([REGION, REGION], "comes twice"),
        ([REGION, "33.71.01,33.71.010,S,kecamatan,33.71,,,,,x"], "is not 4, 7 or 10 digits"),
        ([REGION.replace("18.558", "luas")], "row 2: km2, lat or lon is not a number"),
        ([REGION + ",more"], "row 2: not 10 fields"),
        ([], "exactly one row must be the region"),
    ],
)
def test_a_wrong_row_is_refused_by_its_number(lines, fault):
    with pytest.raises(ValueError, match=fault):
        region_file.read_areas("\n".join([HEAD, *lines]))


def test_other_headings_are_refused():
    with pytest.raises(ValueError, match="headings must be"):
        region_file.read_areas("kode,nama\n33.71,Magelang\n")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[holiday]]\ndate = 2027-03-11\nname = 'x'", "missing required field `source`"),
        ("[[holiday]]\ndate = 'besok'\nname = 'x'\nsource = 'y'", "date"),
        ("[[libur]]\ndate = 2027-03-11", "libur"),
    ],
)
def test_a_wrong_holiday_file_is_refused(text, fault):
    with pytest.raises(ValueError, match=fault):
        region_file.read_corrections(text)


def test_bounds_in_another_order_are_refused():
    text = (REGIONS / "33.71" / "region.toml").read_text()
    with pytest.raises(ValueError, match="west, south, east, north"):
        region_file.read_region(
            text.replace("[110.190, -7.516, 110.246, -7.424]", "[-7.516, 110.190, -7.424, 110.246]")
        )
