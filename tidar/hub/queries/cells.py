"""Back from a row of the lake to the cell of the file it came from: the end of every lineage."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.common.sealing import is_sealed_text
from tidar.hub.models import Delivery, QuarantinedRow
from tidar.hub.queries.storage import opened_raw, raw_path
from tidar.hub.rules.book import Book
from tidar.hub.rules.closing import told_by
from tidar.hub.rules.reading import Survey, cell_name, open_book, shown, survey_from
from tidar.hub.rules.texts import records

MASK = "•••"  # personal data is never shown in lineage


@dataclass(frozen=True, slots=True)
class CellView:
    """What the file said, and where. `line` differs from `row` only in a CSV whose fields contain line breaks."""

    delivery_id: uuid.UUID
    file_name: str
    sheet: str  # "" in a text file
    row: int  # sheet row, or CSV record, the heading counted
    line: int | None  # line of a text file
    cell: str  # "C17"; "" when no column was asked for
    column: str
    heading: str
    text: str
    pairs: tuple[tuple[str, str], ...]  # heading → text, of the columns that the contract uses
    cells: tuple[str, ...] = ()  # where each of `pairs` stands: "B6", "C6", …
    corrected: tuple[tuple[str, str], ...] = ()  # column → text, when the row was mended in quarantine
    corrected_by: str = ""


def raw_cell(delivery_id: uuid.UUID, row: int, column: str | None = None) -> CellView:
    """The cell of contract column `column` in row `row`, as the file said it, with the whole row.

    Columns with personal data are masked; columns outside the contract are left out. Raises `UnableToFind` when the
    delivery, the row or the raw bytes are not there.
    """
    return raw_cells(delivery_id, row, (column,))[0]


def raw_cells(delivery_id: uuid.UUID, row: int, columns: Sequence[str | None]) -> tuple[CellView, ...]:
    """`raw_cell` for several columns of one row, in their order: one look into the file, however many."""
    delivery = Delivery.objects.select_related("feed").filter(pk=delivery_id).first()
    if delivery is None or delivery.survey is None or not delivery.mapping:
        raise UnableToFind(_("Kiriman itu tidak ada."))
    survey = survey_from(delivery.survey)
    raw_path(delivery)  # raises when retention has removed it, whatever is remembered
    line, cells = _row(delivery.raw_path, delivery.file_name, survey.sheet, row)
    texts = _texts(delivery, cells)
    corrected, who = _corrected(delivery, row)
    whole = CellView(
        delivery_id=delivery.pk,
        file_name=delivery.file_name,
        sheet=survey.sheet,
        row=row,
        line=line,
        cell="",
        column="",
        heading="",
        text="",
        pairs=tuple((survey.heading(delivery.mapping[name]) or name, text) for name, text in texts.items()),
        cells=tuple(cell_name(delivery.mapping[name], row) for name in texts),
        corrected=corrected,
        corrected_by=who,
    )
    return tuple(_at_column(whole, column, delivery.mapping, survey, texts) for column in columns)


def _at_column(
    whole: CellView, column: str | None, mapping: Mapping[str, int], survey: Survey, texts: Mapping[str, str]
) -> CellView:
    if not column:
        return whole
    index = mapping.get(column)
    return replace(
        whole,
        column=column,
        cell=cell_name(index, whole.row) if index is not None else "",
        heading=survey.heading(index) if index is not None else "",
        text=texts.get(column, ""),
    )


@lru_cache(maxsize=512)
def _row(raw: str, file_name: str, sheet_name: str, row: int) -> tuple[int | None, Sequence[str]]:
    """(line in a text file, marked cells) of one row, the first being 1. Raw files never change: it may be kept."""
    with opened_raw(Delivery(raw_path=raw)) as path:
        return _row_in(open_book(path, file_name=file_name), sheet_name, row)


def _row_in(book: Book, sheet_name: str, row: int) -> tuple[int | None, Sequence[str]]:
    if book.sheets:
        sheet = next((s for s in book.sheets if s.name == sheet_name), book.sheets[0])
        if 1 <= row <= len(sheet.rows):
            return None, sheet.rows[row - 1]
    else:
        for number, line, cells in records(book):
            if number == row:
                return line, cells
    raise UnableToFind(_("Baris %d tidak ada di berkas itu.") % row)


def _texts(delivery: Delivery, cells: Sequence[str]) -> dict[str, str]:
    """Contract column → text, in the contract's order."""
    mapping = delivery.mapping or {}
    found = {}
    for column in delivery.feed.rules.columns:
        if column.name in mapping:
            index = mapping[column.name]
            text = shown(cells[index]) if index < len(cells) else ""
            found[column.name] = MASK if column.personal else told_by(delivery.feed.rules)(text)
    return found


def _corrected(delivery: Delivery, row: int) -> tuple[tuple[tuple[str, str], ...], str]:
    mended = QuarantinedRow.objects.filter(
        delivery=delivery, row_number=row, status=QuarantinedRow.Status.RELEASED
    ).first()
    if mended is None:
        return (), ""
    personal = {column.name for column in delivery.feed.rules.columns if column.personal}
    changes = {
        k: v
        for k, v in (mended.corrected or {}).items()
        if mended.original.get(k) != v and not is_sealed_text(v) and k not in personal
    }
    return tuple(sorted(changes.items())), mended.decided_by_name
