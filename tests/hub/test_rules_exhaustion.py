"""Files made to keep a reader busy: small ones that cost hours when a pattern looks too far end quickly here."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hub.dirty.files import ods, xlsx
from tidar.hub.rules import areas, sheets
from tidar.hub.rules.areas import AreaIndex, AreaKey, read_areas
from tidar.hub.rules.reading import UnableToReadFile, open_book

PATIENCE_SECONDS = 20.0  # each takes less than a second; without its guard, minutes
SHEET = "xl/worksheets/sheet1.xml"


@contextmanager
def quickly() -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < PATIENCE_SECONDS


def workbook(path: Path, sheet: bytes) -> Path:
    """A sound workbook whose first sheet is `sheet`."""
    sound = xlsx([["Kelurahan"], ["Wates"]])(path.parent).read_bytes()
    with zipfile.ZipFile(io.BytesIO(sound)) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as after:
        for name in before.namelist():
            after.writestr(name, sheet if name == SHEET else before.read(name))
    return path


@pytest.mark.parametrize(
    "sheet",
    [
        b"<worksheet><sheetData>" + b'<c r="A1">' * 200_000,
        b"<worksheet><sheetData>" + b"<c " * 400_000,
        b'<worksheet><sheetData><c r="A1">' + b"<f>" * 400_000 + b"</c>",
        b'<worksheet><sheetData><c r="A1" t="e">' + b"<v>" * 400_000 + b"</c>",
    ],
    ids=["cells", "tags", "formulas", "values"],
)
def test_a_sheet_of_tags_that_never_close(sheet: bytes, tmp_path: Path) -> None:
    path = workbook(tmp_path / "jahat.xlsx", sheet)
    with quickly(), pytest.raises(UnableToReadFile):
        open_book(path, file_name=path.name)


def test_an_ods_cell_repeated_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_MARKS", 1_000)
    sound = ods([["Kelurahan"], ["Wates"]])(tmp_path).read_bytes()
    cell = b'<table:table-cell table:formula="of:=1" table:number-columns-repeated="200"/>'
    bomb = b'<table:table-row table:number-rows-repeated="900">' + cell + b"</table:table-row></table:table>"
    path = tmp_path / "jahat.ods"
    with zipfile.ZipFile(io.BytesIO(sound)) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            member = before.read(name)
            after.writestr(name, member.replace(b"</table:table>", bomb) if name == "content.xml" else member)
    with pytest.raises(UnableToReadFile, match="terlalu banyak rumus"):
        open_book(path, file_name=path.name)


@pytest.mark.parametrize("tail", [b"", b"\\"])
def test_a_json_string_that_never_closes(tail: bytes, tmp_path: Path) -> None:
    path = tmp_path / "jahat.json"
    path.write_bytes(b'[{"a": "' + b'\\"' * 300_000 + tail)
    with quickly(), pytest.raises(UnableToReadFile):
        open_book(path, file_name=path.name)


def test_likely_areas_are_looked_up_for_so_many_texts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "MOST_GUESSES", 2)
    wates = AreaKey("33.71.01.1003", "", "Wates", "kelurahan", "33.71.01", None, None)
    texts = dict.fromkeys(("Watess", "Wattes", "Waates", "Wates " + "s" * 200), 1)
    found = read_areas(texts, AreaIndex([wates], column="kelurahan"), memory={}).readings
    assert [bool(found[text].suggestions) for text in texts] == [True, True, False, False]
    assert {reading.fault for reading in found.values()} == {"nama-wilayah-tak-dikenal"}
