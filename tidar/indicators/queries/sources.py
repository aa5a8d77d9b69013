"""The last step down: what the file said in the row that a number used, with the cells that matter marked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.hub import api as hub
from tidar.hub.api import CellView, FeedState
from tidar.indicators.queries.lineage import SourceRow
from tidar.lake import api as lake

MASK = "•••"


@dataclass(frozen=True, slots=True)
class RawPair:
    """One cell of the row: heading, text as it came, and whether the number used it."""

    heading: str
    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as its source said it. `note` says why it cannot be shown, when it cannot."""

    table: str
    title: str
    delivery: str
    delivery_id: uuid.UUID | None  # of a delivery; None for an export
    row: int
    file_name: str = ""
    sheet: str = ""
    line: int | None = None
    cells: tuple[str, ...] = ()  # "C17", "D17"
    pairs: tuple[RawPair, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    corrected_by: str = ""
    note: str = ""
    url: str = ""  # the record's own page, of an export
    link: str = ""  # what the link to it says


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody may see of the rows: closed feeds only with `hub.see` for their agency, personal columns never."""

    actor: Actor
    feeds: Mapping[str, FeedState]  # by lake table
    tables: Mapping[str, lake.TableView]

    def may_open(self, table: str) -> bool:
        """Whether single rows of `table` may be shown to this reader."""
        described = (self.feeds.get(table), self.tables.get(table))  # a lake table may outlive its feed
        owners = {d.agency_code for d in described if d is not None and d.access_class == "closed"}
        return all(self.actor.may("hub.see", agency=owner) for owner in owners)

    def masks(self, columns: Mapping[str, Sequence[str]]) -> bool:
        """Whether a measure made of these columns (by table) is hidden from this reader."""
        return any(
            not self.may_open(table) or (table in self.tables and set(names) & self.tables[table].personal_columns)
            for table, names in columns.items()
        )


def reader(actor: Actor, *, at: datetime) -> Reader:
    """A reader with the feeds and tables of this moment."""
    feeds = {state.lake_table: state for state in hub.feed_states(at=at).values() if state.lake_table}
    return Reader(actor, feeds, {table.name: table for table in lake.tables()})


def raw_row(source: SourceRow, who: Reader) -> RawRow:
    """The row of the file, or the export's own file, that `source` names."""
    table = who.tables.get(source.table)
    shown = RawRow(
        table=source.table,
        title=table.title if table else source.table,
        delivery=source.delivery,
        delivery_id=delivery_id(source.delivery),
        row=source.row,
    )
    if not who.may_open(source.table):
        return _noted(shown, _("Baris umpan ini tertutup; hanya pemilik data yang dapat membukanya."))
    if shown.delivery_id is None:
        return _exported(shown, source, who)
    if source.table not in lake.tables_from(source.delivery):  # not published, or another feed's: not this reader's
        return _noted(shown, _("Tidak ada kiriman dengan nomor itu di danau data."))
    try:
        return _delivered(shown, source)
    except UnableTo as error:
        return _noted(shown, error.sentence)


def _delivered(shown: RawRow, source: SourceRow) -> RawRow:
    """One look into the file: each column that matters knows its heading and cell."""
    columns: Sequence[str | None] = source.columns or (None,)
    views: Sequence[CellView] = hub.raw_cells(uuid.UUID(source.delivery), source.row, columns)
    marked = {view.heading for view in views if view.heading}
    first = views[0]
    return RawRow(
        table=shown.table,
        title=shown.title,
        delivery=shown.delivery,
        delivery_id=shown.delivery_id,
        row=shown.row,
        file_name=first.file_name,
        sheet=first.sheet,
        line=first.line,
        cells=tuple(view.cell for view in views if view.cell) or first.cells,
        pairs=tuple(RawPair(heading, text, heading in marked) for heading, text in first.pairs),
        corrected=first.corrected,
        corrected_by=first.corrected_by,
    )


def _exported(shown: RawRow, source: SourceRow, who: Reader) -> RawRow:
    """What the app that exported the row says of its record."""
    found = lake.record_of(source.table, source.delivery, source.row, reader=who.actor)
    if found is None:
        return _noted(shown, _("Baris ini diterbitkan oleh Tidar sendiri (%s).") % source.delivery)
    used = set(source.columns)
    return RawRow(
        table=shown.table,
        title=shown.title,
        delivery=shown.delivery,
        delivery_id=None,
        row=shown.row,
        file_name=found.title,
        pairs=tuple(RawPair(cell.heading, cell.text, bool(used & set(cell.columns))) for cell in found.cells),
        note=found.note,
        url=found.url,
        link=found.link,
    )


def _noted(shown: RawRow, note: str) -> RawRow:
    return RawRow(shown.table, shown.title, shown.delivery, shown.delivery_id, shown.row, note=note)


def delivery_id(text: str) -> uuid.UUID | None:
    """The number of a delivery, however it is spelt; None when `text` names a source of another kind."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
