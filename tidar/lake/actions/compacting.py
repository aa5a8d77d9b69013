"""Keeping a table's list of files short: many small files at its end become one, and nothing that is read changes.

An export that appends every few seconds would end in thousands of files. Earlier versions keep naming the small ones,
so what was computed from them can be computed again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from tidar.lake.actions.versions import add_file, lock_table, readable_rows
from tidar.lake.models import LakeTable, Version
from tidar.lake.queries import engine, tables
from tidar.lake.rules.catalogue import SOURCE_COLUMNS, Relation, UnableToAdd, VersionView
from tidar.lake.rules.compacting import tail_to_fold


@transaction.atomic
def compact(table: str, *, at: datetime) -> VersionView | None:
    """Fold the small files at the end of the newest version into one; None when there are too few of them.

    The new version has the same rows (their count is compared) and the same source. Raises `UnableToFindTable`.
    """
    locked = lock_table(table)
    newest = Version.objects.filter(table=locked).order_by("-number").first()
    count = tail_to_fold([int(file["row_count"]) for file in newest.files]) if newest else 0
    if newest is None or not count:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "folded.parquet"
        _write_folded(locked, newest.files[-count:], path)
        file = add_file(table, path, newest.source_id)
    files = [*newest.files[:-count], file]
    if (rows := readable_rows(locked, files)) != newest.row_count:
        raise UnableToAdd(f"Pemadatan tabel {table} mengubah jumlah baris dari {newest.row_count} menjadi {rows}.")
    made = Version.objects.create(
        table=locked, number=newest.number + 1, files=files, row_count=rows, source_id=newest.source_id, created_at=at
    )
    return tables.view_of(made)


def _write_folded(table: LakeTable, files: Sequence[Mapping[str, Any]], path: Path) -> None:
    """The rows of these files as a reader of them alone would see them, in the order of the files."""
    import pyarrow.parquet as pq

    relation: Relation = tables.relation_of(table, files)
    names = [name for name, _type in relation.columns if name in relation.present]
    columns = ", ".join(f'"{name}"' for name in (*names, *SOURCE_COLUMNS))
    order = ", ".join(f'"{name}"' for name in SOURCE_COLUMNS)
    sql = f'SELECT {columns} FROM "{relation.name}" ORDER BY {order}'  # noqa: S608 - names and paths are ours
    pq.write_table(engine.run_on_duckdb(sql, (relation,)), path, compression="zstd")
