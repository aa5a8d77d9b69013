"""Declaring tables and adding versions: files first, rows second, numbers without gaps.

Guarantees. A version's files are on disk, flushed, named by their content, before its row exists; so a crash leaves at
most a file that no version names. Numbers of a table are 1, 2, 3 … in commit order: the table's row is locked while the
next number is found. The same source with the same content is one version, however often it comes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Unpack

from django.db import transaction

from tidar.lake.models import LakeTable, Version
from tidar.lake.queries import engine, tables
from tidar.lake.rules.catalogue import SOURCE_COLUMNS, TableDescription, UnableToAdd, UnableToFindTable, VersionView

Mode = Literal["replace", "append"]


def declare_table(name: str, *, at: datetime, **description: Unpack[TableDescription]) -> None:
    """Create the table, or bring its description up to date. Idempotent."""
    described = {
        **description,
        "columns": [asdict(column) for column in description["columns"]],
        "key": list(description.get("key", ())),
    }
    LakeTable.objects.update_or_create(name=name, defaults=described, create_defaults={**described, "declared_at": at})


@transaction.atomic
def add_version(table: str, *, parquet: Path, mode: Mode, source_id: str, at: datetime) -> VersionView:
    """Move `parquet` into the lake and make it the table ("replace") or part of it ("append").

    Returns the version already made when this source brought this content before. Raises `UnableToAdd`,
    `UnableToFindTable`.
    """
    file = add_file(table, parquet, source_id)
    locked = lock_table(table)
    for version in Version.objects.filter(table=locked, source_id=source_id).order_by("-number"):
        if version.files[-1]["sha256"] == file["sha256"]:
            return tables.view_of(version)
    newest = Version.objects.filter(table=locked).order_by("-number").first()
    before = newest.files if newest and mode == "append" else []
    files = [*before, file]
    version = Version.objects.create(
        table=locked,
        number=newest.number + 1 if newest else 1,
        files=files,
        row_count=readable_rows(locked, files),
        source_id=source_id,
        created_at=at,
    )
    return tables.view_of(version)


def lock_table(name: str) -> LakeTable:
    """The table, locked until the transaction ends: the guard that keeps version numbers gap-free."""
    table = LakeTable.objects.select_for_update(no_key=True).filter(name=name).first()
    if table is None:
        raise UnableToFindTable(f"Tidak ada tabel bernama “{name}” di danau data.")
    return table


def readable_rows(table: LakeTable, files: Sequence[dict[str, Any]]) -> int:
    """How many rows a reader of these files sees: of one key only the newest."""
    if len(files) == 1 or not table.key:
        return sum(int(file["row_count"]) for file in files)
    relation = tables.relation_of(table, files)
    return int(engine.run_on_duckdb(f'SELECT count(*) AS n FROM "{table.name}"', (relation,))["n"][0].as_py())  # noqa: S608


def add_file(table: str, parquet: Path, source_id: str) -> dict[str, Any]:
    """Put a Parquet file in its place, flushed, and say what a version notes of it."""
    row_count, columns = _measured(parquet)
    sha256 = _hashed(parquet)
    relative = Path(table) / sha256[:2] / f"{sha256}.parquet"
    size_bytes = parquet.stat().st_size
    _moved(parquet, tables.root() / relative)
    return {
        "path": str(relative),
        "sha256": sha256,
        "row_count": row_count,
        "size_bytes": size_bytes,
        "columns": columns,
        "source": source_id,
    }


def _measured(parquet: Path) -> tuple[int, list[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(parquet)
    except (OSError, pa.ArrowInvalid) as error:
        raise UnableToAdd(f"Berkas {parquet.name} bukan Parquet yang utuh.") from error
    columns = list(metadata.schema.names)
    if missing := [name for name in SOURCE_COLUMNS if name not in columns]:
        raise UnableToAdd(f"Berkas {parquet.name} tidak memuat kolom asal {', '.join(missing)}.")
    return metadata.num_rows, columns


def _hashed(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _moved(source: Path, target: Path) -> None:
    """Put `source` at `target`, flushed to disk; an existing file is replaced (same name, same content)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_suffix(f".{os.getpid()}.{id(source)}.part")
    try:
        source.rename(staged)
    except OSError:  # another file system
        shutil.copyfile(source, staged)
        source.unlink()
    _flushed(staged)
    staged.replace(target)
    for directory in (target.parent, target.parent.parent, tables.root()):
        _flushed(directory)


def _flushed(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
