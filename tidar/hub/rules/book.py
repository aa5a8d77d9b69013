"""A book: a file that was opened safely, and how its cells are carried as text without losing what they were.

Spreadsheets say more than text: a number cell is a number whatever the reader's decimal sign, a date cell is a date.
So that the text `1.234` (one thousand…, to an Indonesian) is never confused with the number cell 1.234, typed cells
carry a one-character mark that no file can bring in itself (control characters of text files are removed on opening).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tidar.common.errors import UnableTo

BookKind = Literal["csv", "xlsx", "ods", "json", "geojson"]

NUMBER = "\x01"  # then the number with a decimal point: a cell that is a number
DAY = "\x02"  # then ISO 8601: a cell that is a date or a moment
NO_VALUE = "\x03"  # then the formula: a formula whose result was not stored
FAULT = "\x04"  # then "#REF!" and the like
MARKS = NUMBER + DAY + NO_VALUE + FAULT
BLANKS = " \t\r\n\xa0\ufeff"
MAX_COLUMNS = 500
MAX_CELL = 32_767  # characters, the limit of spreadsheets


class UnableToReadFile(UnableTo):
    """The file is refused as a whole; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet: its name and its rows as marked text, row 1 first, all rows equally wide."""

    name: str
    rows: list[list[str]]
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column; 0-based
    formulas: int = 0  # cells whose stored result was read


@dataclass(frozen=True, slots=True)
class Book:
    """An opened file. Text files stay on disk (they may be large); others are read into `sheets`."""

    path: Path
    file_name: str
    kind: BookKind
    encoding: str = ""  # utf-8, utf-8-sig, utf-16, cp1252, mixed; "" when the format defines it
    delimiter: str = ""
    plain: bool = False  # a text file that a strict reader may take as it is: no blank lines, lone CRs or control bytes
    blanks: str = BLANKS  # which of them occur in a text file at all
    line_count: int = 0
    sheets: tuple[Sheet, ...] = ()
    date1904: bool = False
    notes: tuple[str, ...] = field(default=())


def shown(cell: str) -> str:
    """The cell as a person would read it: `1234,5` for a number cell, the ISO date for a date cell."""
    if not cell or cell[0] not in MARKS:
        return cell
    body = cell[1:]
    if cell[0] == NUMBER:
        return body.replace(".", ",")
    if cell[0] == NO_VALUE:
        return "=" + body.removeprefix("=")
    return body


def is_blank(row: Iterable[str]) -> bool:
    """Whether no cell holds anything to read."""
    return not any(cell.strip(BLANKS) for cell in row)


def letter(index: int) -> str:
    """Spreadsheet letters of a 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(index: int, row: int) -> str:
    """`C17`: column letters and row number as a spreadsheet shows them."""
    return f"{letter(index)}{row}"
