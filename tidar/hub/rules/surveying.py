"""What reading found, before anything is decided: the shape of a survey. JSON-able, kept with the delivery."""

from __future__ import annotations

import msgspec

from tidar.hub.rules.book import BookKind


class SourceColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the file: where it is, what it is called, what it seems to hold."""

    index: int  # 0-based
    letter: str  # "C"
    heading: str  # lines of a two-line heading joined by " "
    samples: tuple[str, ...] = ()  # up to five different cells, as people read them
    guessed_type: str = "text"  # a contract type
    guessed_style: str = ""  # "1.234,5", "1,234.5", "ambigu", "hari/bulan/tahun", …; "" when plain


class Skipped(msgspec.Struct, frozen=True):
    """A row that is not data, and why, in words."""

    row: int
    reason: str


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What reading found. Rows are numbered as a spreadsheet does, the first is 1."""

    kind: BookKind
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_rows: tuple[int, ...] = ()
    first_data_row: int = 1
    last_data_row: int | None = None  # None: a large text file, read to its end
    row_count: int = 0  # exact for sheets; lines for large text files
    columns: tuple[SourceColumn, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()  # the first 20 rows from the top of the file
    mapping: dict[str, int] = {}  # contract column → source index
    sure: tuple[str, ...] = ()  # contract columns mapped by memory or exact words; the others are guesses
    drift: tuple[str, ...] = ()  # differences of headings from last time, in words
    notes: tuple[str, ...] = ()  # what was assumed, in words
    questions: tuple[str, ...] = ()  # what a person must decide; empty: can go on by itself

    def heading(self, index: int) -> str:
        """Heading of a source column, "" when there is none."""
        return next((column.heading for column in self.columns if column.index == index), "")


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed remembers from earlier deliveries."""

    heading_memory: dict[str, str] = {}  # heading as last mapped → contract column
    value_memory: dict[str, dict[str, str]] = {}  # column → {spelling → code}
    previous_headings: list[str] = []  # of the last published delivery, in their order


def survey_data(survey: Survey) -> dict[str, object]:
    """The survey as JSON data, for `Delivery.survey`."""
    data: dict[str, object] = msgspec.to_builtins(survey)
    return data


def survey_from(data: object) -> Survey:
    """The survey from JSON data."""
    return msgspec.convert(data, Survey)
