"""Surveying a book: heading, columns, rows that are no data, mapping, drift and what a person must decide."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tidar.common.formats import number_text
from tidar.hub.rules.book import BLANKS, DAY, FAULT, NO_VALUE, NUMBER, Book, Sheet, is_blank, letter, shown
from tidar.hub.rules.contract import Contract
from tidar.hub.rules.dates import read_date, read_month
from tidar.hub.rules.drift import drift_sentences, suggest_mapping
from tidar.hub.rules.headings import Heading, find_heading, joined_names
from tidar.hub.rules.numbers import number_evidence, number_style
from tidar.hub.rules.rows import Table, skipped_rows
from tidar.hub.rules.surveying import Memory, Skipped, SourceColumn, Survey
from tidar.hub.rules.texts import records

READ_WHOLE = 20_000  # rows of a text file up to which a survey reads all of it
_HEAD = 1_000
_PREVIEW = 20
_MOST_SKIPS = 500
_STYLES = {"id": "1.234,5", "en": "1,234.5", "mixed": "campuran", "ambiguous": "ambigu", "": ""}


def survey(book: Book, contract: Contract, memory: Memory, *, header_row: int | None = None) -> Survey:
    """Everything a person (or the machine, when nothing is to be asked) needs before checking. Changes nothing.

    `header_row` (as a spreadsheet numbers it) is where a person says the heading stands.
    """
    whole = book.kind != "csv" or book.line_count <= READ_WHOLE
    sheets = book.sheets or (_text_sheet(book, limit=None if whole else _HEAD),)
    sheet, heading, rivals = _choose_sheet(sheets, contract, memory)
    heading = _said_heading(sheet, heading, header_row)
    proposal = suggest_mapping(heading.names, contract, memory)
    first = heading.rows[-1] + 2 if heading.rows else 1
    table = table_of(heading.names, proposal.mapping, contract)
    skips = _preamble(sheet, heading)
    if whole:
        body = [(number, row) for number, row in enumerate(sheet.rows, start=1) if number >= first]
        skips += skipped_rows(body, table, last=len(sheet.rows))
    out = {skipped.row for skipped in skips}
    data = [row for number, row in enumerate(sheet.rows, start=1) if number >= first and number not in out]
    questions = [*_heading_questions(heading, data), *rivals, *(proposal.questions if heading.rows else ())]
    return Survey(
        kind=book.kind, encoding=book.encoding, delimiter=book.delimiter, sheet=sheet.name if book.sheets else "",
        header_rows=tuple(row + 1 for row in heading.rows), first_data_row=first,
        last_data_row=_last_row(sheet, out) if whole else None, row_count=len(sheet.rows) if whole else book.line_count,
        columns=tuple(_source_column(index, name, data) for index, name in enumerate(heading.names)),
        skipped=tuple(skips[:_MOST_SKIPS]),
        preview=tuple(tuple(shown(cell) for cell in row) for row in sheet.rows[:_PREVIEW]),
        mapping=proposal.mapping, sure=proposal.sure,
        drift=tuple(drift_sentences(heading.names, contract, proposal.mapping, memory)),
        notes=(*book.notes, *_notes(book, sheet)), questions=tuple(questions),
    )  # fmt: skip


def _said_heading(sheet: Sheet, found: Heading, header_row: int | None) -> Heading:
    """The heading that a person pointed at, with its second line where the machine saw one there too."""
    if header_row is None or header_row > len(sheet.rows) or found.rows[:1] == (header_row - 1,):
        return found
    return Heading((header_row - 1,), joined_names(sheet, (header_row - 1,)))


def table_of(headings: Sequence[str], mapping: dict[str, int], contract: Contract) -> Table:
    """What row classification needs, from a mapping."""
    key = tuple(mapping[name] for name in contract.key if name in mapping)
    return Table(headings=tuple(headings), mapped=tuple(sorted(mapping.values())), key=key)


def _text_sheet(book: Book, *, limit: int | None) -> Sheet:
    rows = []
    for number, _, row in records(book):
        rows.append(row)
        if limit is not None and number >= limit:
            break
    return Sheet(name="", rows=rows)


def _choose_sheet(
    sheets: Sequence[Sheet], contract: Contract, memory: Memory
) -> tuple[Sheet, Heading, tuple[str, ...]]:
    """The sheet whose heading fits the contract best; two that fit equally are a question."""
    scored = []
    for place, sheet in enumerate(sheets):
        heading = find_heading(sheet, contract, memory.heading_memory)
        mapped = len(suggest_mapping(heading.names, contract, memory).mapping)
        scored.append((mapped, -place, sheet, heading))
    scored.sort(key=lambda item: (item[0], item[1]), reverse=True)
    best = scored[0]
    equal = [item[2].name for item in scored if item[0] == best[0]]
    if len(equal) > 1 and best[0]:
        names = ", ".join(f"'{name}'" for name in equal)
        return (
            best[2],
            best[3],
            (f"Ada beberapa lembar yang cocok: {names}. Lembar '{best[2].name}' yang dibaca. Benarkah?",),
        )
    return best[2], best[3], ()


def _preamble(sheet: Sheet, heading: Heading) -> list[Skipped]:
    top = heading.rows[0] if heading.rows else 0
    return [
        Skipped(number, "baris kosong" if is_blank(row) else "judul atau keterangan di atas tabel")
        for number, row in enumerate(sheet.rows[:top], start=1)
    ]


def _last_row(sheet: Sheet, skipped: set[int]) -> int:
    return next((number for number in range(len(sheet.rows), 0, -1) if number not in skipped), 0)


def _heading_questions(heading: Heading, data: Sequence[Sequence[str]]) -> tuple[str, ...]:
    if not heading.rows:
        return ("Baris judul kolom tidak ditemukan. Tunjukkan baris yang berisi judul kolom.",)
    return () if data else ("Tidak ada baris data di bawah judul kolom.",)


def _notes(book: Book, sheet: Sheet) -> list[str]:
    notes = []
    if sheet.formulas:
        notes.append(
            f"{number_text(sheet.formulas)} sel berisi rumus; yang dibaca adalah hasil yang tersimpan di berkas."
        )
    if book.encoding == "mixed":
        notes.append("Berkas memakai dua penyandian huruf; tiap baris dibaca menurut penyandiannya sendiri.")
    elif book.encoding == "cp1252":
        notes.append("Berkas memakai penyandian huruf Windows (cp1252).")
    elif book.encoding.startswith("utf-16"):
        notes.append("Berkas memakai penyandian huruf UTF-16.")
    return notes


def _source_column(index: int, heading: str, data: Sequence[Sequence[str]]) -> SourceColumn:
    cells = [row[index] for row in data[:_HEAD] if index < len(row) and row[index].strip(BLANKS)]
    samples = tuple(dict.fromkeys(shown(cell).strip(BLANKS)[:80] for cell in cells))[:5]
    guessed, style = guess_type(cells)
    return SourceColumn(
        index=index, letter=letter(index), heading=heading, samples=samples, guessed_type=guessed, guessed_style=style
    )  # fmt: skip


def guess_type(cells: Sequence[str]) -> tuple[str, str]:
    """What a column seems to hold, and in which style; a guess for the eye, checking decides from all rows."""
    if not cells:
        return "text", ""
    bare = [cell for cell in cells if cell[0] not in (NO_VALUE, FAULT)]
    most = 0.8 * len(bare)
    dates = sum(
        cell[0] == DAY or bool(re.search(r"\D", cell) and read_date(cell)[0]) for cell in bare if cell[0] != NUMBER
    )
    if bare and dates >= most:
        return "date", "" if all(cell[0] == DAY for cell in bare) else "hari/bulan/tahun"
    numbers = [cell for cell in bare if cell[0] == NUMBER or number_evidence(cell.strip(BLANKS)) != "other"]
    if bare and len(numbers) >= most:
        whole = all(re.fullmatch(r"\x01?[-+]?\d+", cell.strip(BLANKS)) for cell in numbers)
        shapes = {re.sub(r"(?<!^)\d|^[1-9]", "9", cell.strip(BLANKS)): 1 for cell in numbers if cell[0] != NUMBER}
        return ("integer" if whole else "number"), _STYLES[number_style(shapes)]
    if sum(cell[0] != NUMBER and read_month(cell)[0] is not None for cell in bare) >= most and bare:
        return "month", ""
    if {cell.casefold().strip(BLANKS) for cell in bare} <= {"ya", "tidak", "true", "false", "y", "n"}:
        return "boolean", ""
    return "text", ""
