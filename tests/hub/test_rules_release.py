"""A quarantined row, corrected where it was wrong, is read exactly as its neighbours were."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.hub.dirty.case import Case
from tests.hub.dirty.contracts import AREAS, BOUNDS, CACABAN, KEDUNGSARI, PENDUDUK, TITIK, WATES
from tests.hub.dirty.files import Build, text, xlsx
from tests.hub.test_dirty_files import checked, surveyed
from tidar.hub.actions.checking import check_rows
from tidar.hub.rules.contract import Contract
from tidar.hub.rules.reading import CheckContext, CheckResult

HEAD = "Kode;Jenis;Luas;Aktif;Dicek tanggal;Bujur;Lintang\n"
HEADS = ["Kode", "Jenis", "Luas", "Aktif", "Dicek tanggal", "Bujur", "Lintang"]
GOOD = "B1;atcs;1234.5;ya;01/25/2026;110.2266;-7.4696\n"


def released(build: Build, folder: Path, contract: Contract, **corrections: str) -> list[dict[str, object]]:
    """Check the file, correct its one bad row, check that again; the rows it gives."""
    case = Case("release", build, contract=contract)
    path = build(folder)
    first: CheckResult = checked(case, path, surveyed(case, path))
    (bad,) = first.rejected
    context = CheckContext(
        areas=AREAS, bounds=BOUNDS, out=folder / "again.parquet", delivery_id="d1", styles=first.profile["styles"]
    )  # fmt: skip
    unchanged = check_rows(rows=[bad.original], contract=contract, context=context, row_numbers=[bad.row_number])
    assert unchanged.rejected[0].sentence == bad.sentence
    rows = [bad.original | corrections]
    again = check_rows(rows=rows, contract=contract, context=context, row_numbers=[bad.row_number])
    assert not again.rejected, again.rejected
    return pq.read_table(again.parquet).to_pylist()


def test_english_numbers_and_month_first_dates(tmp_path: Path) -> None:
    build = text(HEAD + GOOD + "A1;drone;1.234;ya;01/05/2026;110.2266;-7.4696\n")
    (row,) = released(build, tmp_path, TITIK, jenis="cctv")
    assert (row["luas"], row["dicek"], row["_row"], row["_delivery"]) == (1.234, dt.date(2026, 1, 5), 3, "d1")


def test_a_number_cell_comes_back_as_the_same_number(tmp_path: Path) -> None:
    cells = ["A1", "drone", 1.234, "ya", dt.date(2026, 1, 5), 110.2266, -7.4696]
    (row,) = released(xlsx([HEADS, cells, ["B1", "atcs", 7.5, "ya", None, None, None]]), tmp_path, TITIK, jenis="cctv")
    assert (row["luas"], row["lon"], row["lat"], row["dicek"]) == (1.234, 110.2266, -7.4696, dt.date(2026, 1, 5))


def test_number_cells_among_english_texts(tmp_path: Path) -> None:
    cells = [["A1", "drone", 1.234, "ya", None, None, None], ["B1", "atcs", "1,234.5", "ya", None, None, None]]
    (row,) = released(xlsx([HEADS, *cells]), tmp_path, TITIK, jenis="cctv")
    assert row["luas"] == 1.234


def test_the_unit_of_the_heading_still_counts(tmp_path: Path) -> None:
    head = "Kelurahan;Periode;Laki-laki (ribu jiwa);Perempuan (ribu jiwa)\n"
    build = text(head + "Watess;2026-01;4,012;4,1\nKedungsari;2026-01;3,5;3,611\n")
    (row,) = released(build, tmp_path, PENDUDUK, kelurahan=WATES)
    assert (row["laki_laki"], row["perempuan"]) == (4012, 4100)


def test_a_column_of_bps_codes_stays_one(tmp_path: Path) -> None:
    build = text(
        "Kelurahan;Periode;Laki-laki;Perempuan\n3371020006;2026-01;1;2\n3371020004;2026-01;3;4\n3371011003;2026-01;x;6\n"
    )
    (row,) = released(build, tmp_path, PENDUDUK, laki_laki="5")
    assert row["kelurahan"] == CACABAN  # without dots it could also be Rejowinangun Selatan's Kemendagri code


def test_swapped_coordinates_stay_swapped_back(tmp_path: Path) -> None:
    build = text(HEAD + "A1;drone;1;ya;2026-01-05;-7.4696;110.2266\nB1;atcs;2;ya;2026-01-05;-7.45;110.22\n")
    (row,) = released(build, tmp_path, TITIK, jenis="cctv")
    assert (row["lon"], row["lat"]) == (110.2266, -7.4696)


def test_a_conflict_is_solved_by_changing_one_of_them(tmp_path: Path) -> None:
    case = Case("twins", text("Kelurahan;Periode;Laki-laki;Perempuan\nWates;2026-01;1;2\nWates;2026-01;3;4\n"))
    path = case.build(tmp_path)
    first = checked(case, path, surveyed(case, path))
    assert [r.code for r in first.rejected] == ["kunci-ganda", "kunci-ganda"]
    context = CheckContext(
        areas=AREAS, bounds=BOUNDS, out=tmp_path / "a.parquet", delivery_id="d", styles=first.profile["styles"]
    )
    rows = [first.rejected[0].original, first.rejected[1].original | {"kelurahan": KEDUNGSARI}]
    again = check_rows(rows=rows, contract=PENDUDUK, context=context, row_numbers=[2, 3])
    assert (again.accepted_count, again.rejected_count) == (2, 0)


@pytest.mark.parametrize("styles", [{}, {"luas": "ambiguous"}])
def test_without_a_style_an_ambiguous_number_is_not_guessed(tmp_path: Path, styles: dict[str, str]) -> None:
    context = CheckContext(areas=AREAS, bounds=BOUNDS, out=tmp_path / "a.parquet", delivery_id="d", styles=styles)
    row = {"kode": "A1", "jenis": "atcs", "luas": "1.234"}
    result = check_rows(rows=[row], contract=TITIK, context=context, row_numbers=[9])
    assert result.rejected[0].code == "angka-ambigu"
    assert replace(result.rejected[0], suggestion={}).cell == "C9"
