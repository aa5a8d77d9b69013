"""What `places` publishes to the lake: the table `wilayah`, one row per area."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tidar.lake import api as lake
from tidar.lake.api import LakeColumn
from tidar.places.models import Area

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "wilayah"
COLUMNS = (
    LakeColumn("area_code", "text", "Kode wilayah (Kemendagri)"),
    LakeColumn("bps_code", "text", "Kode wilayah (BPS)"),
    LakeColumn("name", "text", "Nama wilayah"),
    LakeColumn("level", "text", "Tingkat", description="region, kecamatan, kelurahan, desa, rw, rt"),
    LakeColumn("parent_code", "text", "Kode wilayah induk"),
    LakeColumn("area_km2", "number", "Luas", unit="km2"),
    LakeColumn("postal_code", "text", "Kode pos"),
    LakeColumn("lon", "number", "Bujur titik pusat", unit="derajat"),
    LakeColumn("lat", "number", "Lintang titik pusat", unit="derajat"),
)


def publish_areas(*, edition: str, at: datetime) -> None:
    """Make the lake's `wilayah` equal to the areas as they are now; the same `edition` again changes nothing.

    `_delivery` and `_row` say where a row comes from: "region:33.71" and the row of its `areas.csv`, or the imported
    file; an area that was typed in has "areas" and row 0. Call inside the transaction that wrote the areas.
    """
    lake.declare_table(
        TABLE,
        title="Wilayah: kode, nama, luas, titik pusat",
        columns=COLUMNS,
        access_class="open",
        agency_code="",
        source="app:places",
        at=at,
        key=("area_code",),
    )
    import pyarrow.parquet as pq  # here, not above: half a second that only writers pay

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wilayah.parquet"
        pq.write_table(_table(Area.objects.order_by("code").iterator()), path)
        lake.add_version(TABLE, parquet=path, mode="replace", source_id=f"areas:{edition}", at=at)


def _table(areas: Iterable[Area]) -> pa.Table:
    import pyarrow as pa

    types = {"text": pa.string(), "number": pa.float64()}
    schema = pa.schema([*((c.name, types[c.type]) for c in COLUMNS), ("_delivery", pa.string()), ("_row", pa.int64())])
    rows = [
        {
            "area_code": a.code,
            "bps_code": a.bps_code,
            "name": a.name,
            "level": a.level,
            "parent_code": a.parent_id,
            "area_km2": None if a.area_km2 is None else float(a.area_km2),
            "postal_code": a.postal_code or None,
            "lon": a.lon,
            "lat": a.lat,
            "_delivery": a.source or "areas",
            "_row": a.source_row or 0,
        }
        for a in areas
    ]
    return pa.Table.from_pylist(rows, schema=schema)
