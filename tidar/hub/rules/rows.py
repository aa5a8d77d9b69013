"""Rows that are not data: totals, notes, signatures, blank rows, repeated headings, column numbers. Each with its
reason.

Doubt goes to quarantine, not here: a row is left out only when nothing in it could be a record of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tidar.hub.rules.book import BLANKS, DAY, NUMBER, is_blank, shown
from tidar.hub.rules.headings import exact
from tidar.hub.rules.surveying import Skipped

TOTAL = r"^\s*(sub\s*-?\s*total|grand\s*total|total|jumlah|jml|rata\s*-?\s*rata)\b"
SUSPECT = TOTAL + r"|^[\x01\s(\[]*[01][\s)\]]*$"  # first cell of a total row, or of a row that numbers the columns
_TOTAL = re.compile(TOTAL, re.IGNORECASE)
_TOTAL_REST = re.compile(
    r"[\s.:=]*|[\s.:]+(keseluruhan|seluruhnya|semua|akhir|umum|total|per|kota|kab|kabupaten|kec|kecamatan|kel|kelurahan|desa"
    r"|rw|rt|sementara|penduduk|halaman|bulan|tahun|nilai|baris|data)\b.*",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^\s*(sumber|catatan|keterangan|ket\b|note|\*|dicetak|dibuat|diolah|update"
    r"|pemutakhiran|data per|mengetahui|kepala|nip\b|ttd"
    r"|[A-Za-z. ]+,\s*\d{1,2}\s+[A-Za-z]+\s+\d{4}\s*$)",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"^\s*(kecamatan|kec|kelurahan|kel|desa|kota|kabupaten|rw|bulan|tahun|semester|triwulan|wilayah)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Table:
    """What classifying a row needs to know about the table around it."""

    headings: tuple[str, ...]  # one per source column
    mapped: tuple[int, ...]  # source columns that the contract uses
    key: tuple[int, ...]  # source columns of the key


def skipped_rows(rows: Iterable[tuple[int, Sequence[str]]], table: Table, *, last: int) -> list[Skipped]:
    """Classify candidate rows, in order. `last` is the last row of the file: what trails the table may be notes."""
    listed = list(rows)
    found: dict[int, str] = {}
    for number, row in listed:
        reason = _reason(row, table)
        if reason:
            found[number] = reason
    for number, reason in _trailing(listed, found, table, last=last):
        found[number] = reason
    return [Skipped(number, found[number]) for number in sorted(found)]


def _reason(row: Sequence[str], table: Table) -> str:
    filled = [(index, shown(cell).strip(BLANKS)) for index, cell in enumerate(row) if cell.strip(BLANKS)]
    if not filled:
        return "baris kosong"
    if _is_total(row, filled, table):
        return f"baris jumlah ('{filled[0][1][:40]}')"
    if _is_heading_again(filled, table):
        return "judul kolom berulang"
    if _is_numbering(filled, table):
        return "baris nomor kolom"
    if len(filled) == 1 and len(table.mapped) > 2:
        if _NOTE.match(filled[0][1]):
            return f"catatan ('{filled[0][1][:60]}')"
        if (
            filled[0][0] == min(table.mapped, default=0)
            and filled[0][0] not in table.key
            and _GROUP.match(filled[0][1])
        ):
            return f"judul kelompok ('{filled[0][1][:60]}')"
    return ""


def _is_total(row: Sequence[str], filled: Sequence[tuple[int, str]], table: Table) -> bool:
    """A word of summing, no other words but dashes, and a key that is not a record's key."""
    place, word = filled[0]
    match = _TOTAL.match(word)
    if not match or not _TOTAL_REST.fullmatch(word[match.end() :]):
        return False
    others = [
        text for _, text in filled[1:] if not re.fullmatch(r"[-–—]+|[-+(]?(?:rp\.?\s*)?[\d.,\s]+[%)]?", text.lower())
    ]
    others = [text for text in others if not _TOTAL.match(text)]
    keys = [index for index in table.key if index != place and index < len(row) and row[index].strip(BLANKS)]
    return not others and len(filled) > 1 and not (keys and place not in table.key and place in table.mapped)


def _is_heading_again(filled: Sequence[tuple[int, str]], table: Table) -> bool:
    same = sum(index < len(table.headings) and exact(text) == exact(table.headings[index]) for index, text in filled)
    return same >= 2 and same == len(filled)


def _is_numbering(filled: Sequence[tuple[int, str]], table: Table) -> bool:
    """(1) (2) (3) … under the headings, in every column."""
    numbers = [text.strip("()[]") for _, text in filled]
    wide = len(filled) >= max(3, len([name for name in table.headings if name]) - 1)
    if not wide or not all(re.fullmatch(r"\d{1,3}", number) for number in numbers):
        return False
    steps = [int(number) for number in numbers]
    return steps == list(range(steps[0], steps[0] + len(steps))) and steps[0] in (0, 1)


def _trailing(
    rows: Sequence[tuple[int, Sequence[str]]], found: dict[int, str], table: Table, *, last: int
) -> Iterator[tuple[int, str]]:
    """Rows at the very end, below a blank row, a total or a note, one or two cells of words: notes and signatures."""
    by_number = dict(rows)
    number, block = last, []
    while number in by_number and (number in found or _is_loose(by_number[number], table)):
        block.append(number)
        number -= 1
    begun = False
    for row in reversed(block):
        if row in found:
            begun = True
        elif begun or _NOTE.match(_first(by_number[row])):
            begun = True
            yield row, f"catatan di bawah tabel ('{_first(by_number[row])[:60]}')"


def _is_loose(row: Sequence[str], table: Table) -> bool:
    filled = [cell for cell in row if cell.strip(BLANKS)]
    words = all(cell[0] not in (NUMBER, DAY) and not re.fullmatch(r"[-\d.,]+", cell.strip(BLANKS)) for cell in filled)
    return is_blank(row) or (words and len(filled) <= 2 and len(table.mapped) > 2)


def _first(row: Sequence[str]) -> str:
    return next((shown(cell).strip(BLANKS) for cell in row if cell.strip(BLANKS)), "")
