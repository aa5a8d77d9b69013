"""What hub shows of rows that are checked but not yet in the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def first_rows(parquet: Path, *, limit: int = 10) -> list[dict[str, Any]]:
    """The first rows of a checked file as plain values, reading no more than one batch; empty when it is gone."""
    import pyarrow.parquet as pq

    if not parquet.exists():
        return []
    with pq.ParquetFile(parquet) as file:
        batch = next(file.iter_batches(batch_size=limit), None)
    rows: list[dict[str, Any]] = batch.to_pylist() if batch is not None else []
    return rows
