"""The lake's words as plain values: columns, tables, versions, and where a table's rows lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NotRequired, TypedDict

from tidar.common.errors import UnableTo, UnableToFind

ColumnType = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
SOURCE_COLUMNS = ("_delivery", "_row")  # in every file of the lake: which delivery or export, which row of it


class UnableToRead(UnableTo):
    """The question is not one SELECT over lake tables, or the engine could not answer it."""


class UnableToAdd(UnableTo):
    """The file is not a Parquet file with the columns that the table promises."""


class UnableToFindTable(UnableToFind):
    """No lake table has this name."""


@dataclass(frozen=True, slots=True)
class LakeColumn:
    """A column with meaning. Every file also has `_delivery` (text) and `_row` (integer): where a row came from."""

    name: str
    type: ColumnType
    title: str
    unit: str = ""
    description: str = ""
    personal: bool = False


class TableDescription(TypedDict):
    """What a table is, said once by the app or feed that publishes it."""

    title: str
    columns: Sequence[LakeColumn]
    access_class: str
    agency_code: str
    source: str  # "feed:<code>" or "app:<name>"
    key: NotRequired[Sequence[str]]


@dataclass(frozen=True, slots=True)
class TableView:
    """One table as its readers know it. `version` and `row_count` are of the newest version, 0 before the first."""

    name: str
    title: str
    columns: tuple[LakeColumn, ...]
    key: tuple[str, ...]
    access_class: str
    agency_code: str
    source: str
    version: int
    row_count: int

    @property
    def personal_columns(self) -> frozenset[str]:
        """Names of the columns that hold personal data: masked on screens."""
        return frozenset(column.name for column in self.columns if column.personal)


@dataclass(frozen=True, slots=True)
class VersionView:
    """One immutable state of a table."""

    table: str
    number: int
    paths: tuple[Path, ...]
    row_count: int
    source_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Relation:
    """A table at a version, as an engine needs it: its files oldest first, and which columns they hold."""

    name: str
    paths: tuple[Path, ...]
    columns: tuple[tuple[str, ColumnType], ...]
    present: frozenset[str]
    key: tuple[str, ...]
