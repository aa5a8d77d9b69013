"""Small lake tables for tests."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tidar.lake import api

AT = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
COLUMNS = (api.LakeColumn("kelurahan", "text", "Kelurahan"), api.LakeColumn("jiwa", "integer", "Jiwa", unit="jiwa"))


def declare(name: str = "penduduk", **changes: Any) -> None:
    """Declare a table of two columns."""
    description = {
        "title": "Penduduk",
        "columns": COLUMNS,
        "access_class": "open",
        "agency_code": "disdukcapil",
        "source": "feed:penduduk",
    }
    api.declare_table(name, at=AT, **{**description, **changes})


def parquet(path: Path, rows: list[dict[str, Any]], *, delivery: str = "d1") -> Path:
    """Write rows with their source columns."""
    full = [{**row, "_delivery": delivery, "_row": number} for number, row in enumerate(rows, 2)]
    pq.write_table(pa.Table.from_pylist(full), path)
    return path


def publish(path: Path, rows: list[dict[str, Any]], **options: Any) -> api.VersionView:
    """Add `rows` to the table `penduduk` (or `table`)."""
    source_id = options.pop("source_id", "d1")
    table, mode = options.pop("table", "penduduk"), options.pop("mode", "replace")
    file = parquet(path / f"{source_id}.parquet", rows, delivery=source_id)
    return api.add_version(table, parquet=file, mode=mode, source_id=source_id, at=AT, **options)
