"""The lake's front door: declare a table, add a version, read with SQL; profile and check a text grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class LakeColumn:
    """A column with meaning. Every Parquet file also has `_delivery` (text) and `_row` (integer): where a row came from."""

    name: str
    type: Literal["text", "integer", "number", "boolean", "date", "timestamp"]
    title: str
    unit: str = ""
    description: str = ""
    personal: bool = False


@dataclass(frozen=True, slots=True)
class VersionView:
    """One immutable state of a table."""

    table: str
    number: int
    paths: tuple[Path, ...]
    row_count: int
    source_id: str
    created_at: datetime


def declare_table(
    name: str, *, title: str, columns: Sequence[LakeColumn], access_class: str, agency_code: str, source: str, at: datetime
) -> None:
    """Create the table, or bring its description up to date. Idempotent."""
    raise NotImplementedError


def add_version(
    table: str, *, parquet: Path, mode: Literal["replace", "append"], source_id: str, at: datetime
) -> VersionView:
    """Move `parquet` into the lake and make it the table ("replace") or part of it ("append").

    Call inside a transaction: the file is in place (fsynced, named by content) before the row; a rollback leaves only an
    unreferenced file. The same `source_id` and content again returns the version already made.
    """
    raise NotImplementedError


def current_version(table: str) -> VersionView | None:
    """The newest version, or None when nothing was published yet."""
    raise NotImplementedError


def read(sql: str, *, versions: Mapping[str, int] | None = None, parameters: Mapping[str, Any] | None = None) -> pa.Table:
    """Run one SELECT over lake tables by their names, through Ibis on the configured engine.

    `versions` pins tables to a number (default: current). Raises `UnableToRead` (with the engine's sentence) on bad SQL
    or an unknown table. Only registered tables are reachable: no files, no settings, no extensions.
    """
    raise NotImplementedError
