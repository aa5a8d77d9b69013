"""Spreadsheets: XLSX and ODS as marked text. Numbers, dates and formulas stay what they were; see `book`.

calamine reads the cells fast, but is silent about three things: a formula whose result was never stored reads as
blank, an error reads as blank, and its memory follows the furthest cell. All three are found first, in the sheet's own
XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from tidar.common.formats import number_text
from tidar.hub.rules.archives import Archive
from tidar.hub.rules.book import DAY, FAULT, MAX_COLUMNS, NO_VALUE, NUMBER, Book, Sheet, UnableToReadFile

MAX_CELLS = 8_000_000
MAX_MARKS = 2_000_000  # some 500 MB of memory
_MAX_PARTS = 20_000_000  # bytes of a part that is parsed as a whole
# No pattern here may look beyond the next tag: a sheet of tags that never close would be read anew from each of them.
_CELL_TAG = re.compile(rb"<(/?)(?:\w{1,40}:)?c\b([^<>]*+)>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_STYLE = re.compile(rb'\bs="([0-9]+)"')
_FORMULA = re.compile(rb"<(?:\w{1,40}:)?f\b[^<>]*?(?:/>|>([^<]*+)</(?:\w{1,40}:)?f>)")
_VALUE = re.compile(rb"<(?:\w{1,40}:)?v>([^<]*+)</(?:\w{1,40}:)?v>")
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), " ")


@dataclass(slots=True)
class SheetFacts:
    """What the sheet's own XML says: extent, formulas, faults, merged ranges; 0-based positions."""

    width: int = 0
    height: int = 0
    formulas: int = 0
    marked: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncalculated: bool = False  # the writer stored no results and asks the reader to calculate
    percents: frozenset[bytes] = frozenset()

    def mark(self, place: tuple[int, int], text: str) -> None:
        """This cell says something that calamine does not; refused when there are more than a table has."""
        if len(self.marked) >= MAX_MARKS:
            raise UnableToReadFile(
                "Lembar kerja ini memuat terlalu banyak rumus atau persen. Simpan sebagai CSV lalu unggah lagi."
            )
        self.marked[place] = text

    def reach(self, row: int, column: int) -> None:
        """A cell with content stands here."""
        self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)


def open_workbook(archive: Archive, file_name: str) -> Book:
    """Read every visible sheet of an inspected container."""
    date1904 = (
        archive.kind == "xlsx" and re.search(rb'date1904="(1|true)"', archive.read("xl/workbook.xml")) is not None
    )
    facts = _xlsx_facts(archive) if archive.kind == "xlsx" else _ods_facts(archive)
    for name, fact in facts.items():
        _refuse_extent(name, fact)
    try:
        with CalamineWorkbook.from_path(str(archive.path)) as workbook:
            sheets = tuple(_sheets(workbook, facts))
    except (CalamineError, ValueError, OSError) as error:
        raise UnableToReadFile(
            "Berkas rusak: lembar kerjanya tidak dapat dibaca. Simpan ulang lalu unggah lagi."
        ) from error
    filled = tuple(sheet for sheet in sheets if sheet.rows)
    if not filled:
        raise UnableToReadFile("Berkas ini kosong: tidak ada lembar yang berisi data.")
    return Book(
        path=archive.path, file_name=file_name, kind="xlsx" if archive.kind == "xlsx" else "ods",
        sheets=filled, date1904=date1904,
    )  # fmt: skip


def fill_merged(sheet: Sheet, *, first: int) -> tuple[list[list[str]], list[str]]:
    """The rows, with the word of a cell merged downwards repeated in every row it covers; and what was done, in words.

    Only words: a number that was merged over rows belongs to all of them together and must not count more than once.
    """
    rows, count = list(sheet.rows), 0
    for top, left, bottom, _ in sheet.merged:
        word = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if bottom == top or top + 1 < first or not word or word[0] == NUMBER:
            continue
        for row in range(top + 1, min(bottom + 1, len(rows))):
            rows[row] = [*rows[row][:left], word, *rows[row][left + 1 :]]
            count += 1
    return rows, [f"{number_text(count)} sel gabungan diisi dengan isi sel gabungannya."] if count else []


def _refuse_extent(name: str, facts: SheetFacts) -> None:
    if facts.width > MAX_COLUMNS:
        raise UnableToReadFile(
            f"Lembar '{name[:60]}' memiliki {facts.width} kolom; paling banyak {MAX_COLUMNS}. "
            "Hapus kolom yang tidak perlu."
        )
    if facts.width * facts.height > MAX_CELLS:
        raise UnableToReadFile(
            f"Lembar '{name[:60]}' terlalu besar untuk lembar kerja. Simpan sebagai CSV lalu unggah lagi."
        )


def _sheets(workbook: Any, facts: dict[str, SheetFacts]) -> Iterator[Sheet]:
    for meta in workbook.sheets_metadata:
        if meta.typ != SheetTypeEnum.WorkSheet or meta.visible != SheetVisibleEnum.Visible:
            continue
        fact = facts.get(meta.name, SheetFacts())
        source = workbook.get_sheet_by_name(meta.name)
        rows = [[_marked(value) for value in row] for row in source.to_python(skip_empty_area=False)]
        _apply_marks(rows, fact)
        merged = tuple((a, b, c, d) for (a, b), (c, d) in source.merged_cell_ranges or ()) or tuple(fact.merged)
        yield Sheet(name=meta.name, rows=rows, merged=merged, formulas=fact.formulas)


def _apply_marks(rows: list[list[str]], facts: SheetFacts) -> None:
    width = max([facts.width if facts.marked else 0, *(len(row) for row in rows)], default=0)
    height = max([row + 1 for row, _ in facts.marked], default=0)
    rows.extend([] for _ in range(height - len(rows)))
    for row in rows:
        row.extend([""] * (width - len(row)))
    for (down, across), mark in facts.marked.items():
        rows[down][across] = mark


def _marked(value: object) -> str:
    """One calamine value as marked text. Numbers keep every digit that was stored."""
    if isinstance(value, str):
        return value if value.isprintable() else value.translate(_CONTROLS)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return NUMBER + (str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value))
    if isinstance(value, datetime):
        is_day = value.time() == time(0)
        return DAY + (value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds"))
    if isinstance(value, date):
        return DAY + value.isoformat()
    if isinstance(value, timedelta):
        return NUMBER + repr(value.total_seconds() / 86_400)
    return DAY + value.isoformat() if isinstance(value, time) else ""


def _xlsx_facts(archive: Archive) -> dict[str, SheetFacts]:
    """Facts per sheet name, from the sheets' XML."""
    workbook = _parsed(archive.read("xl/workbook.xml"))
    relations = {
        item.get("Id", ""): item.get("Target", "") for item in _parsed(archive.read("xl/_rels/workbook.xml.rels"))
    }
    # Writers that never calculated store 0 for every formula and ask the reader to calculate; such a 0 is no result.
    uncalculated = re.search(rb'fullCalcOnLoad="(1|true)"', archive.read("xl/workbook.xml")) is not None
    percents = _percent_styles(archive.read("xl/styles.xml"))
    found: dict[str, SheetFacts] = {}
    for item in workbook.iter():
        if item.tag.endswith("}sheet"):
            target = relations.get(item.get(_RELATION, ""), "").lstrip("/")
            member = target if target.startswith("xl/") else f"xl/{target}"
            found[item.get("name", "")] = _sheet_facts(
                archive.chunks(member), SheetFacts(uncalculated=uncalculated, percents=percents)
            )
    return found


def _parsed(xml: bytes) -> ElementTree.Element:
    if len(xml) > _MAX_PARTS:
        raise UnableToReadFile(
            "Berkas ini memuat gaya atau daftar lembar yang terlalu besar. Salin datanya ke berkas baru."
        )
    try:
        return ElementTree.fromstring(xml)  # noqa: S314 (document types were refused in `archives`)
    except ElementTree.ParseError as error:
        raise UnableToReadFile("Berkas rusak: isinya bukan XML yang benar. Simpan ulang lalu unggah lagi.") from error


def _percent_styles(xml: bytes) -> frozenset[bytes]:
    """Numbers of the cell styles that show a fraction as per cent."""
    if not xml:
        return frozenset()
    styles = _parsed(xml)
    own = {
        item.get("numFmtId")
        for item in styles.iter()
        if item.tag.endswith("}numFmt") and "%" in item.get("formatCode", "")
    }
    cells = next((item for item in styles if item.tag.endswith("}cellXfs")), ())
    return frozenset(str(n).encode() for n, item in enumerate(cells) if item.get("numFmtId") in own | {"9", "10"})


def _sheet_facts(chunks: Iterator[bytes], facts: SheetFacts) -> SheetFacts:
    rest = b""
    for chunk in chunks:
        window = rest + chunk
        cut = window.rfind(b"</row>") + 1 or window.rfind(b":row>") + 1
        _read_cells(window[:cut], facts)
        rest = window[cut:]
        if len(rest) > 64_000_000:
            raise UnableToReadFile("Sebuah baris di lembar kerja terlalu panjang untuk dibaca. Simpan sebagai CSV.")
    _read_cells(rest, facts)
    return facts


def _read_cells(xml: bytes, facts: SheetFacts) -> None:
    for attributes, content in _cells(xml):
        place = _PLACE.search(attributes)
        if place is None:
            if b"<f" in content or b't="e"' in attributes:
                raise UnableToReadFile(
                    "Berkas berisi rumus yang letaknya tidak disebut. Salin sebagai nilai lalu unggah lagi."
                )
            continue
        row, column = int(place.group(2)) - 1, _column(place.group(1))
        facts.reach(row, column)
        if b"<f" in content or b":f" in content or b't="e"' in attributes:
            _mark_special(facts, (row, column), (attributes, content))
        style = _STYLE.search(attributes) if facts.percents else None
        if style and style.group(1) in facts.percents and (value := _VALUE.search(content)):
            _mark_percent(facts, (row, column), value.group(1).decode("utf-8", "replace"))


def _cells(xml: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(attributes, content) of every cell that has content, in one pass."""
    opened: tuple[bytes, int] | None = None
    for tag in _CELL_TAG.finditer(xml):
        if tag.group(1):
            if opened is not None and tag.start() > opened[1]:
                yield opened[0], xml[opened[1] : tag.start()]
            opened = None
        else:
            opened = None if tag.group(2).endswith(b"/") else (tag.group(2), tag.end())


def _mark_percent(facts: SheetFacts, place: tuple[int, int], stored: str) -> None:
    """What is shown as 12,5% is stored as 0.125; "12.500000%" says so, and only fits a column of per cents."""
    with suppress(ValueError):
        percent = f"{float(stored) * 100:.6f}%"
        if place not in facts.marked:
            facts.mark(place, percent)


def _mark_special(facts: SheetFacts, place: tuple[int, int], cell: tuple[bytes, bytes]) -> None:
    attributes, content = cell
    formula, value = _FORMULA.search(content), _VALUE.search(content)
    stored = value.group(1).decode("utf-8", "replace") if value else ""
    if b't="e"' in attributes:
        facts.mark(place, FAULT + (stored or "#ERROR"))
        return
    if formula is None:
        return
    text = (formula.group(1) or b"").decode("utf-8", "replace")[:200]
    if (not stored and b't="str"' not in attributes) or (facts.uncalculated and stored == "0"):
        facts.mark(place, NO_VALUE + "=" + text)
    else:
        facts.formulas += 1


def _column(letters: bytes) -> int:
    index = 0
    for code in letters:
        index = index * 26 + code - 64
    return index - 1


def _ods_facts(archive: Archive) -> dict[str, SheetFacts]:
    """Facts per sheet name, from `content.xml`, where equal neighbours are written once with a count."""
    found: dict[str, SheetFacts] = {}
    parser = ElementTree.XMLPullParser(events=("start", "end"))
    facts, row = SheetFacts(), 0
    try:
        for chunk in archive.chunks("content.xml"):
            parser.feed(chunk)
            for event, item in _events(parser):
                if event == "start" and item.tag == f"{_TABLE}table":
                    facts, row = SheetFacts(), 0
                    found[item.get(f"{_TABLE}name", "")] = facts
                elif event == "end" and item.tag == f"{_TABLE}table-row":
                    row = _read_ods_row(item, row, facts)
                    item.clear()
    except ElementTree.ParseError as error:
        raise UnableToReadFile("Berkas rusak: isinya bukan XML yang benar. Simpan ulang lalu unggah lagi.") from error
    return found


def _events(parser: ElementTree.XMLPullParser[ElementTree.Element]) -> Iterator[tuple[str, ElementTree.Element]]:
    """The elements that began or ended; typed for what start and end events carry."""
    for event in parser.read_events():
        yield cast("tuple[str, ElementTree.Element]", event)


def _read_ods_row(item: ElementTree.Element, row: int, facts: SheetFacts) -> int:
    """Take in one row element; answer the number of the next row."""
    repeat, column = _count(item, "number-rows-repeated"), 0
    for cell in item:
        times = _count(cell, "number-columns-repeated")
        if cell.tag == f"{_TABLE}table-cell" and (len(cell) or cell.get(f"{_OFFICE}value-type")):
            facts.reach(row + repeat - 1, column + times - 1)
            _read_ods_cell(cell, (row, column), facts)
        if cell.get(f"{_TABLE}formula") and not cell.get(f"{_OFFICE}value-type"):
            facts.reach(row + repeat - 1, column + times - 1)
            for below in range(min(repeat, 1_000)):
                for right in range(min(times, MAX_COLUMNS)):
                    formula = cell.get(f"{_TABLE}formula", "")[:200]
                    facts.mark((row + below, column + right), NO_VALUE + "=" + formula.partition("=")[2])
        column += times
    return row + repeat


def _read_ods_cell(cell: ElementTree.Element, place: tuple[int, int], facts: SheetFacts) -> None:
    row, column = place
    across, down = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
    if across > 1 or down > 1:
        facts.merged.append((row, column, row + down - 1, column + across - 1))
    if cell.get(f"{_OFFICE}value-type") == "percentage":
        _mark_percent(facts, place, cell.get(f"{_OFFICE}value", ""))
    if cell.get(f"{_TABLE}formula") and cell.get(f"{_OFFICE}value-type"):
        text = "".join(cell.itertext()).strip()
        if text.startswith(("#", "Err:")):
            facts.mark(place, FAULT + text[:40])
        else:
            facts.formulas += 1


def _count(item: ElementTree.Element, name: str) -> int:
    text = item.get(f"{_TABLE}{name}", "1")
    return min(int(text), 2_000_000) if text.isdigit() else 1
