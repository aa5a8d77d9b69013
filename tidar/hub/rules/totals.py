"""What a total row says against the rows above it: a difference is told, and changes nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tidar.common.formats import number_text
from tidar.hub.rules.book import BLANKS, cell_name
from tidar.hub.rules.contract import Column
from tidar.hub.rules.numbers import read_number

TOTAL_REASON = "baris jumlah"  # how `rows.skipped_rows` calls them
MAX_ROWS = 20_000  # a sheet that a person sums; longer ones are not read again
_AVERAGE = re.compile(r"rata\s*-?\s*rata", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Summed:
    """A column whose total can be checked: its contract column, where it is, how its numbers are written."""

    column: Column
    source: int
    style: str

    def number(self, row: Sequence[str]) -> Decimal | None:
        """The number in a row; 0 for a blank cell, None for one that cannot be read."""
        cell = row[self.source] if self.source < len(row) else ""
        if not cell.strip(BLANKS):
            return Decimal(0)
        return read_number(cell, style=self.style, unit=self.column.unit)[0]


def total_notes(rows: Mapping[int, Sequence[str]], totals: Mapping[int, str], columns: Sequence[Summed]) -> list[str]:
    """One sentence for each total that is not the sum of the rows above it; none where a row cannot be read.

    `rows` are the data rows (accepted or not) and the total rows, `totals` the latter with their reasons. A total may
    count all rows above it or those since the total before: agreeing with either is agreeing.
    """
    return [sentence for column in columns for sentence in _of_column(rows, totals, column)]


def _of_column(rows: Mapping[int, Sequence[str]], totals: Mapping[int, str], column: Summed) -> Iterator[str]:
    everything: Decimal | None = Decimal(0)
    group: Decimal | None = Decimal(0)
    for number in sorted(rows):
        found = column.number(rows[number])
        if number not in totals:
            everything = None if everything is None or found is None else everything + found
            group = None if group is None or found is None else group + found
            continue
        is_written = column.source < len(rows[number]) and rows[number][column.source].strip(BLANKS)
        sums = (everything, group)
        group = Decimal(0)
        if not is_written or found is None or _AVERAGE.search(totals[number]) or None in sums or found in sums:
            continue
        expected = sums[1] if re.search(r"sub\s*-?\s*total", totals[number], re.IGNORECASE) else sums[0]
        cell = cell_name(column.source, number)
        yield f"Baris jumlah ({cell}) berbunyi {_text(found)}, jumlah baris di atasnya {_text(expected)}."


def _text(number: Decimal | None) -> str:
    plain = (number or Decimal(0)).normalize()
    exponent = plain.as_tuple().exponent
    return number_text(plain, decimals=max(0, -exponent) if isinstance(exponent, int) else 0)
