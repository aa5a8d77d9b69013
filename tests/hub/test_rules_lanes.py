"""The fast lane and the patient lane read the same grid; a survey says the same of a large file and a small one."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.hub.dirty.contracts import AREAS, BOUNDS, PENDUDUK
from tidar.hub.actions import checking
from tidar.hub.actions.checking import check_content
from tidar.hub.rules import survey as surveys
from tidar.hub.rules.opening import open_book
from tidar.hub.rules.reading import CheckContext, CheckResult, Memory, survey
from tidar.lake import api as lake

CELL = st.text(alphabet="ab1 ,;\"'\n\r\t.-é\u00a0", max_size=5)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8)
RAW = st.lists(st.sampled_from(["a", "b", ",", ",", '"', "\n", "\r\n", " ", "1", "é"]), min_size=1, max_size=40)


def grid_of(path: Path, *, width: int, fast: bool) -> list[tuple[int, tuple[str, ...]]] | None:
    """Rows as the lane sees them; None when the lane does not take the file."""
    book = open_book(path, file_name="x.csv")
    with lake.Grid(path.parent) as grid:
        if fast:
            if not checking._load_fast(grid, book, path.parent, width=width):
                return None
        else:
            grid.load_rows(checking._records(book, width), width=width + 1)
        rows = grid.rows(range(1, grid.last_row() + 1))
        return [(n, tuple(row[:width])) for n, row in sorted(rows.items()) if fast or not row[width]]


def same(path: Path, width: int) -> None:
    fast = grid_of(path, width=width, fast=True)
    if fast is not None:
        assert fast == grid_of(path, width=width, fast=False)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_written_tables_read_alike_in_both_lanes(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("h1", "h2", "h3"), *rows])
    (tmp_path / "x.csv").write_bytes(text.getvalue().encode())
    same(tmp_path / "x.csv", 3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RAW)
@example(['"a" "a",b\n'])
@example(['1,"a\nb"\n'])
def test_any_bytes_read_alike_in_both_lanes(tmp_path: Path, parts: list[str]) -> None:
    (tmp_path / "x.csv").write_bytes(b"h1,h2\n" + "".join(parts).encode())
    try:
        patient = grid_of(tmp_path / "x.csv", width=2, fast=False)
    except checking.UnableToReadFile:
        return
    fast = grid_of(tmp_path / "x.csv", width=2, fast=True)
    assert fast is None or fast == patient


def check(path: Path, out: Path) -> CheckResult:
    book = open_book(path, file_name=path.name)
    found = survey(book, PENDUDUK, Memory())
    context = CheckContext(areas=AREAS, bounds=BOUNDS, out=out, delivery_id="d")
    return check_content(
        path=path, file_name=path.name, contract=PENDUDUK, survey=found, mapping=found.mapping, context=context
    )


LINES = (
    ["Kelurahan;Periode;Laki-laki;Perempuan"]
    + [
        f"{'Wates' if n % 3 else 'Watess'};{2000 + n // 12}-{n % 12 + 1:02d};{n if n % 7 else ''};{n if n % 5 else 'x'}"
        for n in range(300)
    ]
    + ["Jumlah;;1;2", "Sumber: dinas;;;"]
)


def outcome(result: CheckResult) -> tuple[object, ...]:
    return result.accepted_count, result.rejected, result.skipped, result.notes, result.profile


def test_a_file_gives_the_same_result_in_both_lanes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(LINES) + "\n")
    fast = check(path, tmp_path / "fast.parquet")
    monkeypatch.setattr(checking, "_load_fast", lambda *_, **__: False)
    patient = check(path, tmp_path / "patient.parquet")
    assert fast.accepted_count > 100
    assert fast.rejected_count > 50
    assert outcome(fast) == outcome(patient)
    assert fast.parquet.read_bytes() == patient.parquet.read_bytes()


def test_a_large_file_is_surveyed_by_its_head_and_checked_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(LINES) + "\n")
    whole = check(path, tmp_path / "whole.parquet")
    monkeypatch.setattr(surveys, "READ_WHOLE", 10)
    monkeypatch.setattr(surveys, "_HEAD", 20)
    assert survey(open_book(path, file_name="x.csv"), PENDUDUK, Memory()).last_data_row is None
    assert outcome(check(path, tmp_path / "head.parquet")) == outcome(whole)


def test_another_encoding_is_rewritten_for_the_fast_lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_WORTH_REWRITING", 10)
    path = tmp_path / "x.csv"
    path.write_bytes(("\n".join(LINES) + "\n").replace("dinas", "Añi").encode("cp1252"))
    result = check(path, tmp_path / "out.parquet")
    assert result.skipped[-1].reason == "catatan ('Sumber: Añi')"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.parquet", "x.csv"]
