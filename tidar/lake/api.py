"""The lake's front door: declare a table, add a version, read with SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from tidar.common.actor import Actor
from tidar.lake.actions import compacting as _compacting
from tidar.lake.actions import versions as _versions
from tidar.lake.actions.intake import Grid, GridBroken
from tidar.lake.queries import checking as _checking
from tidar.lake.queries import engine as _engine
from tidar.lake.queries import records as _records
from tidar.lake.queries import tables as _tables
from tidar.lake.rules import statements as _statements
from tidar.lake.rules.catalogue import (
    LakeColumn,
    TableDescription,
    TableView,
    UnableToAdd,
    UnableToFindTable,
    UnableToRead,
    VersionView,
)
from tidar.lake.rules.checks import ColumnPlan, Reading
from tidar.lake.rules.records import RecordCell, RecordView, Resolver

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ColumnPlan",
    "Grid",
    "GridBroken",
    "LakeColumn",
    "Reading",
    "RecordCell",
    "RecordView",
    "TableDescription",
    "TableView",
    "UnableToAdd",
    "UnableToFindTable",
    "UnableToRead",
    "VersionView",
    "add_version",
    "check",
    "compact",
    "current_version",
    "current_versions",
    "declare_table",
    "exported_tables",
    "read",
    "read_given",
    "record_of",
    "register_records",
    "tables",
    "tables_read_by",
    "version",
    "versions_of",
]  # fmt: skip


def declare_table(name: str, *, at: datetime, **description: Unpack[TableDescription]) -> None:
    """Create the table, or bring its description (`title`, `columns`, `access_class`, …) up to date. Idempotent.

    With a `key` (the contract's), rows of the same key in several appended files count once, the newest file's: a month
    delivered again, or a released quarantine row, corrects and does not double.
    """
    _versions.declare_table(name, at=at, **description)


def add_version(
    table: str, *, parquet: Path, mode: Literal["replace", "append"], source_id: str, at: datetime
) -> VersionView:
    """Move `parquet` into the lake and make it the table ("replace") or part of it ("append").

    Call inside a transaction: the file is in place (fsynced, named by content) before the row; a rollback leaves only
    an unreferenced file. The same `source_id` and content again returns the version already made. Raises `UnableToAdd`
    when it is no Parquet file or lacks `_delivery` or `_row`, `UnableToFindTable` for an undeclared table.
    """
    return _versions.add_version(table, parquet=parquet, mode=mode, source_id=source_id, at=at)


def compact(table: str, *, at: datetime) -> VersionView | None:
    """Fold the many small files that frequent exports append into one; None when there are few. Same rows, same source.

    Raises `UnableToFindTable`.
    """
    return _compacting.compact(table, at=at)


def tables() -> tuple[TableView, ...]:
    """All declared tables by name, with their columns and newest version; two queries."""
    return _tables.tables()


def current_version(table: str) -> VersionView | None:
    """The newest version, or None when nothing was published yet."""
    return _tables.current_version(table)


def tables_from(source_id: str) -> tuple[str, ...]:
    """Tables that a source (a delivery, an export) brought rows to, also rows released later from its quarantine."""
    return _tables.tables_from(source_id)


def exported_tables() -> tuple[str, ...]:
    """Tables that apps publish; their rows' `_delivery` names the export's own source, not a version's."""
    return _tables.exported_tables()


def current_versions(names: Sequence[str]) -> dict[str, VersionView]:
    """The newest version of each named table that has one; one query."""
    return _tables.current_versions(names)


def version(table: str, number: int) -> VersionView:
    """One version by its number. Raises `UnableToFindTable`."""
    return _tables.version(table, number)


def versions_of(table: str) -> tuple[VersionView, ...]:
    """All versions, newest first."""
    return _tables.versions_of(table)


def read(
    sql: str, *, versions: Mapping[str, int] | None = None, parameters: Mapping[str, Any] | None = None
) -> pa.Table:
    """Run one SELECT over lake tables by their names, through Ibis on the configured engine.

    `versions` pins tables to a number (default: current); `parameters` fill `$name` in the text. Raises `UnableToRead`
    (with the engine's sentence) on bad SQL or an unknown table. Only registered tables are reachable: no files, no
    settings, no extensions.
    """
    return _engine.read(sql, versions=versions, parameters=parameters)


def read_given(
    sql: str, *, rows: Mapping[str, Sequence[Mapping[str, Any]]], parameters: Mapping[str, Any] | None = None
) -> pa.Table:
    """`read` over tables given as plain rows instead of the lake's: worked examples run on the engine that computes.

    `_delivery` "contoh" and `_row` 2, 3, … are added where a row does not say them. Touches no lake table.
    """
    return _engine.read_given(sql, rows=rows, parameters=parameters)


def tables_read_by(sql: str) -> tuple[str, ...]:
    """Names of the lake tables that a SELECT reads, sorted. Raises `UnableToRead`; touches no data."""
    return _statements.tables_of(_statements.parse(sql))


def register_records(table: str, resolver: Resolver) -> None:
    """Let the app that exports `table` say which single record a row is; called by its `ready`.

    `resolver(delivery, row, reader)` gives the record as that reader may see it, or None for a row that is not its.
    """
    _records.register(table, resolver)


def record_of(table: str, delivery: str, row: int, *, reader: Actor) -> RecordView | None:
    """The single record behind a row of an exported table, as `reader` may see it; None when nobody knows the row."""
    return _records.record_of(table, delivery, row, reader=reader)


def check() -> tuple[str, ...]:
    """What is wrong in the lake, one sentence each: gaps in versions, missing or damaged files, wrong counts."""
    return _checking.check()
