"""What hub shows of rows that are checked but not yet in the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FIRST_BATCH = 2_000  # the engine writes in parallel, so a batch is only nearly in order


def first_rows(parquet: Path, *, limit: int = 10) -> list[dict[str, Any]]:
    """The first rows of a checked file in the file's order, from its first batch; empty when it is gone."""
    import pyarrow.parquet as pq

    if not parquet.exists():
        return []
    with pq.ParquetFile(parquet) as file:
        batch = next(file.iter_batches(batch_size=FIRST_BATCH), None)
    rows: list[dict[str, Any]] = batch.to_pylist() if batch is not None else []
    return sorted(rows, key=lambda row: int(row["_row"]))[:limit]
