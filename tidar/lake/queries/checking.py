"""The lake checks itself: every file that a version names is there, unchanged, with the rows it was said to have."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import Count, Max

from tidar.lake.models import Version
from tidar.lake.queries import tables


def check() -> tuple[str, ...]:
    """What is wrong, one sentence each, in a stable order; empty when the lake is whole."""
    return (*_gaps(), *_damages())


def _gaps() -> Iterator[str]:
    counted = Version.objects.order_by("table_id").values("table_id").annotate(last=Max("number"), n=Count("id"))
    for row in counted:
        if row["last"] != row["n"]:
            yield f"Tabel {row['table_id']} memiliki {row['n']} versi, padahal nomor terakhirnya {row['last']}."


def _damages() -> Iterator[str]:
    seen: set[str] = set()
    for version in Version.objects.order_by("table_id", "number").iterator():
        for file in version.files:
            if file["path"] not in seen:
                seen.add(file["path"])
                if sentence := _damage(file):
                    yield f"{version.table_id} versi {version.number}: {sentence}"


def _damage(file: dict[str, Any]) -> str:
    path: Path = tables.root() / file["path"]
    if not path.exists():
        return f"berkas {file['path']} hilang."
    if path.stat().st_size != file["size_bytes"]:
        return f"ukuran berkas {file['path']} berubah."
    with path.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != file["sha256"]:
            return f"isi berkas {file['path']} berubah."
    return _miscount(path, file["row_count"])


def _miscount(path: Path, expected: int) -> str:
    import pyarrow.parquet as pq

    found = pq.read_metadata(path).num_rows
    return "" if found == expected else f"berkas {path.name} memuat {found} baris, bukan {expected}."
