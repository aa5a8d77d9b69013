"""What e-Retribusi publishes to the lake: bills, payments, deposits and places, without anybody's name.

Each row says with `_delivery` and `_row` which single record it is (`rules.lake`); `queries.source_rows` walks back.
Money is whole rupiah; a reversal is a negative row, nothing is netted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from tidar.lake.api import LakeColumn
from tidar.retribusi.rules import lake as names
from tidar.retribusi.rules.paying import NEW_MONEY_SQL

if TYPE_CHECKING:
    import pyarrow as pa

RUPIAH = "rupiah"
SKRD_WORDS = "tahun × 100.000.000 + nomor urut; menyambung ketetapan dengan pembayarannya"

PLACE_COLUMNS = (
    LakeColumn("market", "text", "Kode pasar"),
    LakeColumn("market_name", "text", "Nama pasar"),
    LakeColumn("levy_kind", "text", "Jenis retribusi"),
    LakeColumn("agency", "text", "Perangkat daerah"),
    LakeColumn("area_code", "text", "Kode wilayah", description="Kemendagri; kelurahan tempat objek berada"),
    LakeColumn("object_id", "integer", "Nomor objek dalam register"),
    LakeColumn("number", "text", "Nomor lapak", description="seperti tertulis di lapak"),
    LakeColumn("place_type", "text", "Jenis tempat", description="kios, los, lesehan, konter"),
)


@dataclass(frozen=True, slots=True)
class LevyTable:
    """One lake table: how it is called and described, and the SQL that gives its rows in the order of its columns.

    The SQL has a column for `_row` at its end; `%(ids)s` are the records to write, `%(rows)s` their `_row` (payments).
    """

    name: str
    title: str
    delivery: str
    columns: tuple[LakeColumn, ...]
    sql: str
    key: tuple[str, ...] = ()


PAYMENTS_TEMPLATE = """
SELECT p.id::text, p.receipt_number, part.purpose, part.skrd, part.period_from, part.period_to,
    part.amount_rupiah, p.channel, {new_money},
    (p.happened_at AT TIME ZONE %(zone)s)::date, p.happened_at, p.recorded_at,
    coalesce(b.market_id, p.market_id), m.name, b.levy_kind_id, p.agency_id,
    nullif(coalesce(nullif(b.area_code, ''), m.area_code), ''), b.id, b.number, nullif(b.place_type, ''), wanted.line
FROM unnest(%(ids)s::uuid[], %(rows)s::bigint[]) AS wanted(id, line)
JOIN retribusi_payment p ON p.id = wanted.id
LEFT JOIN retribusi_occupancy o ON o.id = p.occupancy_id
LEFT JOIN retribusi_levyobject b ON b.id = o.levy_object_id
LEFT JOIN retribusi_market m ON m.code = coalesce(b.market_id, p.market_id)
CROSS JOIN LATERAL (
    SELECT 1 AS turn, 'skrd' AS purpose, s.year::bigint * 100000000 + s.sequence AS skrd,
           s.period_from_date AS period_from, s.period_to_date AS period_to, a.amount_rupiah
    FROM retribusi_allocation a JOIN retribusi_assessment s ON s.id = a.assessment_id WHERE a.payment_id = p.id
    UNION ALL
    SELECT 2, other.purpose, NULL, NULL, NULL, other.amount FROM (VALUES
        ('uang-muka', p.advance_rupiah), ('titipan', p.suspense_rupiah), ('karcis', p.revenue_rupiah)
    ) AS other(purpose, amount) WHERE other.amount <> 0
) part
ORDER BY wanted.line, part.turn, part.period_from, part.skrd
"""

# A payment's rows never change and come exactly once, so they need no key, and asking for one day stays cheap.
PAYMENTS = LevyTable(
    name=names.PAYMENTS,
    title="Pembayaran retribusi",
    delivery=names.DELIVERIES[names.PAYMENTS],
    columns=(
        LakeColumn("payment_id", "text", "Nomor pembayaran"),
        LakeColumn("receipt", "text", "Nomor tanda terima"),
        LakeColumn(
            "purpose", "text", "Untuk", description="skrd, uang-muka, titipan, karcis; satu baris untuk tiap bagian"
        ),
        LakeColumn("skrd", "integer", "SKRD yang dibayar", description=SKRD_WORDS),
        LakeColumn("period_from", "date", "Masa SKRD dari"),
        LakeColumn("period_to", "date", "Masa SKRD sampai"),
        LakeColumn("amount_rupiah", "integer", "Jumlah", unit=RUPIAH, description="negatif bila pembatalan"),
        LakeColumn("channel", "text", "Cara bayar", description="tunai, karcis, qris, va, kartu, uang-muka, titipan"),
        LakeColumn(
            "new_money", "boolean", "Uang baru", description="tidak: uang yang sudah diterima dulu, atau tetap ada"
        ),
        LakeColumn("paid_date", "date", "Tanggal bayar", description="menurut jam daerah"),
        LakeColumn("paid_at", "timestamp", "Waktu bayar"),
        LakeColumn("recorded_at", "timestamp", "Waktu dibukukan"),
        *PLACE_COLUMNS,
    ),
    sql=PAYMENTS_TEMPLATE.format(new_money=NEW_MONEY_SQL),
)

ASSESSMENTS = LevyTable(
    name=names.ASSESSMENTS,
    title="Ketetapan retribusi (SKRD)",
    delivery=names.DELIVERIES[names.ASSESSMENTS],
    key=("skrd",),
    columns=(
        LakeColumn("skrd", "integer", "SKRD", description=SKRD_WORDS),
        LakeColumn("assessment_id", "text", "Tanda pengenal SKRD"),
        LakeColumn("skrd_number", "text", "Nomor SKRD"),
        LakeColumn("period_from", "date", "Masa dari"),
        LakeColumn("period_to", "date", "Masa sampai"),
        LakeColumn("days", "integer", "Hari yang dikenai", unit="hari"),
        LakeColumn("amount_rupiah", "integer", "Jumlah ketetapan", unit=RUPIAH),
        LakeColumn("due_date", "date", "Jatuh tempo"),
        LakeColumn("issued_date", "date", "Tanggal terbit", description="menurut jam daerah"),
        LakeColumn("state", "text", "Keadaan", description="berlaku, batal"),
        LakeColumn("tariff_id", "integer", "Versi tarif"),
        *PLACE_COLUMNS,
    ),
    sql="""
SELECT s.year::bigint * 100000000 + s.sequence, s.id::text,
    'SKRD/' || s.year || '/' || lpad(s.sequence::text, 7, '0'), s.period_from_date, s.period_to_date,
    s.days, s.amount_rupiah, s.due_date, (s.issued_at AT TIME ZONE %(zone)s)::date,
    CASE s.closed_by WHEN 'batal' THEN 'batal' ELSE 'berlaku' END, s.tariff_id,
    b.market_id, m.name, b.levy_kind_id, k.agency_id, nullif(coalesce(nullif(b.area_code, ''), m.area_code), ''), b.id,
    b.number, nullif(b.place_type, ''), s.year::bigint * 100000000 + s.sequence AS line
FROM retribusi_assessment s
JOIN retribusi_occupancy o ON o.id = s.occupancy_id JOIN retribusi_levyobject b ON b.id = o.levy_object_id
JOIN retribusi_levykind k ON k.code = b.levy_kind_id LEFT JOIN retribusi_market m ON m.code = b.market_id
WHERE s.id = ANY(%(ids)s::uuid[])
ORDER BY line
""",
)

DEPOSITS = LevyTable(
    name=names.DEPOSITS,
    title="Setoran retribusi ke kas daerah (STS)",
    delivery=names.DELIVERIES[names.DEPOSITS],
    key=("deposit_id",),
    columns=(
        LakeColumn("deposit_id", "text", "Setoran"),
        LakeColumn("sts_number", "text", "Nomor STS"),
        LakeColumn("agency", "text", "Perangkat daerah"),
        LakeColumn("amount_rupiah", "integer", "Jumlah setoran", unit=RUPIAH),
        LakeColumn("period_from", "date", "Penerimaan dari"),
        LakeColumn("period_to", "date", "Penerimaan sampai"),
        LakeColumn("deposited_date", "date", "Tanggal setor", description="menurut jam daerah"),
        LakeColumn("deposited_at", "timestamp", "Waktu setor"),
        LakeColumn("handovers", "integer", "Banyaknya serah terima", unit="serah terima"),
        LakeColumn("waited_hours", "number", "Umur uang saat disetor", unit="jam",
                   description="sejak serah terima tertua di dalamnya diterima bendahara"),
    ),
    sql="""
SELECT d.id::text, d.number, d.agency_id, d.amount_rupiah, d.period_from_date, d.period_to_date,
    (d.deposited_at AT TIME ZONE %(zone)s)::date, d.deposited_at, h.n,
    extract(epoch FROM d.deposited_at - h.oldest)::float8 / 3600, d.year::bigint * 100000000 + d.sequence AS line
FROM retribusi_deposit d
CROSS JOIN LATERAL (SELECT count(*) AS n, min(confirmed_at) AS oldest FROM retribusi_handover
                    WHERE deposit_id = d.id) h
WHERE d.id = ANY(%(ids)s::uuid[])
ORDER BY line
""",
)  # fmt: skip

OCCUPANCY = LevyTable(
    name=names.OCCUPANCY,
    title="Tempat dan penempatannya menurut register",
    delivery=names.DELIVERIES[names.OCCUPANCY],
    key=("object_id",),
    columns=(
        *PLACE_COLUMNS,
        LakeColumn("block", "text", "Blok"),
        LakeColumn("area_m2", "number", "Luas", unit="m²"),
        LakeColumn("lon", "number", "Bujur", unit="derajat", description="milik pasarnya bila lapak belum diukur"),
        LakeColumn("lat", "number", "Lintang", unit="derajat", description="milik pasarnya bila lapak belum diukur"),
        LakeColumn("from_date", "date", "Ditempati sejak", description="penempatan terakhir; kosong: belum pernah"),
        LakeColumn("to_date", "date", "Ditempati sampai", description="kosong: masih ditempati"),
        LakeColumn("right", "text", "Dasar menempati", description="izin, kartu, sewa, belum"),
        LakeColumn("closed_date", "date", "Tempat ditiadakan sejak"),
    ),
    sql="""
SELECT b.market_id, m.name, b.levy_kind_id, k.agency_id, nullif(coalesce(nullif(b.area_code, ''), m.area_code), ''),
    b.id, b.number, nullif(b.place_type, ''), nullif(b.block, ''), b.area_m2::float8, coalesce(b.lon, m.lon),
    coalesce(b.lat, m.lat), o.from_date, o.to_date, o."right", (b.closed_at AT TIME ZONE %(zone)s)::date, b.id AS line
FROM retribusi_levyobject b
JOIN retribusi_levykind k ON k.code = b.levy_kind_id LEFT JOIN retribusi_market m ON m.code = b.market_id
LEFT JOIN LATERAL (SELECT * FROM retribusi_occupancy x WHERE x.levy_object_id = b.id
                   ORDER BY x.from_date DESC, x.id DESC LIMIT 1) o ON true
WHERE %(ids)s::bigint[] IS NULL OR b.id = ANY(%(ids)s::bigint[])
ORDER BY line
""",
)
TABLES = (PAYMENTS, ASSESSMENTS, DEPOSITS, OCCUPANCY)


def write_rows(table: LevyTable, *, ids: Sequence[Any] | None, zone: str, path: Path, rows: Sequence[int] = ()) -> int:
    """Write the lake rows of these records as one Parquet file; returns how many there are (0: no file)."""
    with connection.cursor() as cursor:
        values = {"ids": None if ids is None else list(ids), "rows": list(rows), "zone": zone}
        cursor.execute(table.sql, values)
        found = cursor.fetchall()
    if found:
        import pyarrow.parquet as pq  # here, not above: half a second that only writers pay

        pq.write_table(_arrow(table, found), path, compression="zstd")
    return len(found)


def _arrow(table: LevyTable, found: Sequence[Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    types = {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "date": pa.date32(), "timestamp": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    columns = list(zip(*found, strict=True))
    arrays = [pa.array(values, types[c.type]) for c, values in zip(table.columns, columns[:-1], strict=True)]
    arrays += [pa.array([table.delivery] * len(found), pa.string()), pa.array(columns[-1], pa.int64())]
    return pa.Table.from_arrays(arrays, names=[*(c.name for c in table.columns), "_delivery", "_row"])
