"""Headings, units, drift, areas and rows: small tables of cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hub.dirty.contracts import AREAS, PENDUDUK, TITIK
from tidar.hub.rules.areas import AreaIndex, read_areas
from tidar.hub.rules.book import NUMBER, Sheet, cell_name, letter, shown
from tidar.hub.rules.changes import unit_change
from tidar.hub.rules.contract import Column
from tidar.hub.rules.drift import drift_sentences, suggest_mapping
from tidar.hub.rules.headings import find_heading, folded, unit_factor, unit_in_heading
from tidar.hub.rules.rows import Table, skipped_rows
from tidar.hub.rules.surveying import Memory

HEADS = ("Kelurahan", "Periode", "Laki-laki", "Perempuan")
TABLE = Table(headings=HEADS, mapped=(0, 1, 2, 3), key=(0, 1))
RUPIAH = Column(name="tarif", title="Tarif", type="integer", unit="rupiah/hari")
AREA = Column(name="luas", title="Luas", type="number", unit="km2")


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_letters_are_a_spreadsheets(index: int, name: str) -> None:
    assert letter(index) == name
    assert cell_name(index, 17) == f"{name}17"


def test_a_number_cell_is_shown_with_a_comma() -> None:
    assert [shown(NUMBER + "1234.5"), shown("1.234"), shown("\x03=A1"), shown("")] == ["1234,5", "1.234", "=A1", ""]


@pytest.mark.parametrize(
    ("heading", "same"),
    [
        ("JML. PDDK", "jumlah penduduk"),
        ("Jumlah_Penduduk (jiwa)", "jumlah penduduk"),
        ("Kel", "kelurahan"),
        ("L", "laki laki"),
    ],
)
def test_headings_fold_to_one_wording(heading: str, same: str) -> None:
    assert folded(heading) == same


@pytest.mark.parametrize(
    ("heading", "column", "factor", "foreign"),
    [
        ("Luas (ha)", AREA, 0.01, ""), ("Luas (m²)", AREA, 1e-6, ""), ("Luas (km2)", AREA, 1.0, ""),
        ("Luas [kg]", AREA, 1.0, "kg"),
        ("Luas (2026)", AREA, 1.0, ""), ("Tarif (Rp/hari)", RUPIAH, 1.0, ""),
        ("Tarif (ribu rupiah)", RUPIAH, 1000.0, ""),
        ("Tarif dalam juta", RUPIAH, 1e6, ""), ("Laki-laki (L)", PENDUDUK.column("laki_laki"), 1.0, ""),
        ("Laki-laki (orang)", PENDUDUK.column("laki_laki"), 1.0, ""),
        ("Laki-laki (Ribu Jiwa)", PENDUDUK.column("laki_laki"), 1000, ""),
    ],
)  # fmt: skip
def test_units_in_headings(heading: str, column: Column, factor: float, foreign: str) -> None:
    assert unit_factor(heading, column) == (factor, foreign)


def test_parentheses_without_a_unit_name_none() -> None:
    assert [unit_in_heading(h) for h in ("Laki-laki (L)", "Jumlah (2026)", "Nama")] == ["", "", ""]


def test_a_sheet_without_a_heading_has_none() -> None:
    rows = [["Wates", "2026-01", NUMBER + "1", NUMBER + "2"]] * 3
    assert find_heading(Sheet("x", rows), PENDUDUK, {}).rows == ()


def test_exact_words_are_sure_and_near_ones_ask() -> None:
    proposal = suggest_mapping(("Kelurahan", "Bulan", "Laki laki", "Peremp."), PENDUDUK, Memory())
    assert proposal.sure == ("kelurahan", "periode", "laki_laki")
    assert all("Perempuan" in question for question in proposal.questions)


def test_what_was_remembered_wins_over_the_wording() -> None:
    memory = Memory(heading_memory={"Perempuan": "laki_laki", "Laki-laki": "perempuan"})
    assert suggest_mapping(HEADS, PENDUDUK, memory).mapping["laki_laki"] == 3


def test_a_column_that_only_made_room_has_not_moved() -> None:
    now = ("No", *HEADS)
    memory = Memory(previous_headings=list(HEADS))
    mapping = suggest_mapping(now, PENDUDUK, memory).mapping
    assert drift_sentences(now, PENDUDUK, mapping, memory) == [
        "Kolom baru 'No' (A) tidak ada di kontrak; tidak dipakai."
    ]


def test_bare_digits_are_read_in_one_system_or_not_at_all() -> None:
    index = AreaIndex(AREAS, column="kelurahan")
    both = read_areas({"3371011003": 1}, index, memory={}).readings["3371011003"]
    assert both.fault == "kode-dua-makna"
    assert set(both.suggestions) == {"33.71.01.1003", "33.71.03.1002"}
    bps = read_areas({"3371011003": 1, "3371020004": 1}, index, memory={})
    assert bps.readings["3371011003"].code == "33.71.03.1002"


def test_the_columns_name_says_the_level() -> None:
    names = {column: AreaIndex(AREAS, column=column) for column in ("kelurahan", "kecamatan", "wilayah")}
    codes = {c: read_areas({"Magelang": 1}, index, memory={}).readings["Magelang"].code for c, index in names.items()}
    assert codes == {"kelurahan": "33.71.03.1004", "kecamatan": "", "wilayah": "33.71.03.1004"}


@given(st.sampled_from(AREAS), st.integers(min_value=0, max_value=20))
def test_a_misspelt_name_is_offered_but_never_taken(area: object, place: int) -> None:
    name = area.name  # type: ignore[attr-defined]
    wrong = name[: place % len(name)] + "q" + name[place % len(name) :]
    reading = read_areas({wrong: 1}, AreaIndex(AREAS, column="wilayah"), memory={}).readings[wrong]
    assert (reading.code, reading.fault) == ("", "nama-wilayah-tak-dikenal")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["Jumlah", "", "7", "8"], "baris jumlah"), (["", "TOTAL", "7", "8"], "baris jumlah"),
        (["Sub Total Kec. Utara", "-", "7", "8"], "baris jumlah"),
        (["Total Persada", "", "7", "8"], ""), (["Wates", "2026-01", "7", "8"], ""), (["", "", "", ""], "baris kosong"),
        (list(HEADS), "judul kolom berulang"), (["1", "2", "3", "4"], "baris nomor kolom"), (["1", "2", "9", "4"], ""),
        (["Sumber: dinas", "", "", ""], "catatan"), (["Wates", "", "", ""], ""), (["Jumlah", "dua", "7", "8"], ""),
    ],
)  # fmt: skip
def test_rows_that_are_no_data(row: list[str], reason: str) -> None:
    found = skipped_rows([(5, row)], TABLE, last=99)
    assert [item.reason.startswith(reason) for item in found] == ([True] if reason else [])


@pytest.mark.parametrize(
    ("old", "new", "held"),
    [(4000, 4, True), (4, 4100, True), (4000, 390, True), (4000, 3000, False), (0, 5, False), (-4, 4000, False)],
)
def test_a_jump_by_a_power_of_ten_is_held(old: float, new: float, held: bool) -> None:
    assert bool(unit_change({"median": old}, {"median": new}, PENDUDUK.column("laki_laki"))) is held


def test_a_unit_change_is_only_for_numbers() -> None:
    assert unit_change({"median": 1}, {"median": 1000}, TITIK.column("kode")) == ""
