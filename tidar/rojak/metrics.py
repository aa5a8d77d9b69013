"""What Si Rojak publishes to the lake: rounds, findings, coverage and how segments stand; nobody's name, no words.

Single rows are "limited". Findings about persons are in none of them: they are counted per month, kelurahan and kind,
and counts below five are left empty. The public tables hold months and kelurahan only, with small cells hidden
(`rules.suppression`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from tidar.lake.api import LakeColumn
from tidar.rojak.rules import lake as names

if TYPE_CHECKING:
    import pyarrow as pa

AREA = LakeColumn("area_code", "text", "Kode wilayah", description="Kemendagri; RW atau RT melanjutkan kode kelurahan")
PROGRAM = LakeColumn("program", "text", "Program ronda")
POST = LakeColumn("post", "text", "Kode pos")
MONTH = LakeColumn("month", "text", "Bulan", description="TTTT-BB")
PLACE = LakeColumn("area_code", "text", "Kode wilayah", description="kelurahan atau desa; kabupaten/kota: jumlahnya")
HIDDEN = LakeColumn("hidden", "boolean", "Disembunyikan", description="ya: kurang dari 5, atau akan membukanya")


@dataclass(frozen=True, slots=True)
class PatrolTable:
    """One lake table: how it is called, described, keyed, and who may read its rows."""

    name: str
    title: str
    columns: tuple[LakeColumn, ...]
    key: tuple[str, ...] = ()
    access_class: str = "limited"

    @property
    def delivery(self) -> str:
        """The `_delivery` of its rows."""
        return names.DELIVERIES[self.name]


ROUNDS = PatrolTable(
    name=names.ROUNDS,
    title="Ronda",
    key=("round_id",),
    columns=(
        LakeColumn("round_id", "text", "Ronda"),
        PROGRAM,
        POST,
        AREA,
        LakeColumn("started_date", "date", "Tanggal mulai", description="menurut jam daerah"),
        LakeColumn("started_at", "timestamp", "Mulai"),
        LakeColumn("ended_at", "timestamp", "Selesai", description="kosong: belum ditutup"),
        LakeColumn("hours", "number", "Lama", unit="jam"),
        LakeColumn("kilometres", "number", "Jarak", unit="km", description="kosong: jejaknya tidak cukup teliti"),
        LakeColumn("planned", "boolean", "Menurut jadwal"),
        LakeColumn("people", "integer", "Yang hadir", unit="orang"),
        LakeColumn("checks", "integer", "Pemeriksaan pasti", unit="kali"),
        LakeColumn("uncertain_checks", "integer", "Pemeriksaan tidak pasti", unit="kali"),
        LakeColumn("segments", "integer", "Ruas berbeda", unit="ruas", description="yang diperiksa dengan pasti"),
        LakeColumn("findings", "integer", "Temuan tentang tempat", unit="temuan"),
        LakeColumn("manner", "text", "Cara dicatat", description="hp, odk, kertas"),
        LakeColumn("lon", "number", "Bujur posnya", unit="derajat"),
        LakeColumn("lat", "number", "Lintang posnya", unit="derajat"),
    ),
)
ROUNDS_SQL = """
SELECT r.id::text, p.program_id, p.code, p.area_code, (r.started_at AT TIME ZONE %(zone)s)::date, r.started_at,
    r.ended_at, extract(epoch FROM r.ended_at - r.started_at)::float8 / 3600, r.distance_metres::float8 / 1000,
    r.rule_id IS NOT NULL, (SELECT count(*) FROM rojak_attendance a WHERE a.round_id = r.id), k.certain, k.doubted,
    k.segments, (SELECT count(*) FROM rojak_finding f JOIN rojak_findingkind t ON t.id = f.kind_id
        WHERE f.round_id = r.id AND t.sensitivity = 'tempat'), r.manner, p.lon, p.lat, coalesce(i.id, 0)
FROM rojak_round r JOIN rojak_post p ON p.id = r.post_id
LEFT JOIN rojak_patrolitem i ON i.item_id = r.id AND i.state = 'diterima'
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE c.is_certain) AS certain, count(*) FILTER (WHERE NOT c.is_certain) AS doubted,
        count(DISTINCT c.segment_id) FILTER (WHERE c.is_certain) AS segments
    FROM rojak_check c WHERE c.round_id = r.id
) k
WHERE %(ids)s::uuid[] IS NULL OR r.id = ANY(%(ids)s::uuid[])
ORDER BY r.started_at, r.id
"""

FINDINGS = PatrolTable(
    name=names.FINDINGS,
    title="Temuan ronda",
    key=("finding_id",),
    columns=(
        LakeColumn("finding_id", "text", "Temuan", description="atau kelompok, untuk temuan tentang orang"),
        PROGRAM,
        LakeColumn("kind", "text", "Jenis"),
        LakeColumn("kind_title", "text", "Nama jenis"),
        LakeColumn("about", "text", "Tentang", description="tempat, orang"),
        AREA,
        LakeColumn("found_date", "date", "Tanggal", description="tentang orang: tanggal satu bulan itu"),
        LakeColumn("severity", "integer", "Tingkat", description="1 ringan, 2 biasa, 3 segera; kosong: tentang orang"),
        LakeColumn("state", "text", "Keadaan", description="menurut langkah terakhir; kosong: tentang orang"),
        LakeColumn("fixed", "boolean", "Beres"),
        LakeColumn("fixed_days", "number", "Lama sampai beres", unit="hari"),
        LakeColumn("findings", "integer", "Banyaknya", unit="temuan", description="kosong: kurang dari 5"),
        LakeColumn("lon", "number", "Bujur", unit="derajat", description="ruas atau posnya; kosong: tentang orang"),
        LakeColumn("lat", "number", "Lintang", unit="derajat"),
    ),
)
FINDINGS_SQL = """
SELECT f.id, f.id::text, p.program_id, t.key, t.title, 'tempat', f.area_code,
    (f.happened_at AT TIME ZONE %(zone)s)::date, f.severity, f.happened_at,
    coalesce((s.line->0->>0)::float8, p.lon), coalesce((s.line->0->>1)::float8, p.lat), coalesce(i.id, 0)
FROM rojak_finding f JOIN rojak_findingkind t ON t.id = f.kind_id JOIN rojak_post p ON p.id = f.post_id
LEFT JOIN rojak_segment s ON s.id = f.segment_id
LEFT JOIN rojak_patrolitem i ON i.item_id = f.id AND i.state = 'diterima'
WHERE t.sensitivity = 'tempat' AND (%(ids)s::uuid[] IS NULL OR f.id = ANY(%(ids)s::uuid[]))
ORDER BY f.happened_at, f.id
"""
PERSONS_SQL = """
SELECT p.program_id, t.key, t.title, array_to_string((string_to_array(p.area_code, '.'))[1:4], '.'),
    date_trunc('month', f.happened_at AT TIME ZONE %(zone)s)::date, count(*)
FROM rojak_finding f JOIN rojak_findingkind t ON t.id = f.kind_id JOIN rojak_post p ON p.id = f.post_id
WHERE t.sensitivity = 'orang' GROUP BY 1, 2, 3, 4, 5 ORDER BY 5, 1, 2, 4
"""

COVERAGE = PatrolTable(
    name=names.COVERAGE,
    title="Cakupan ronda per jam",
    key=("post", "area_code", "date", "hour"),
    columns=(
        PROGRAM,
        POST,
        AREA,
        LakeColumn("date", "date", "Tanggal"),
        LakeColumn("hour", "integer", "Jam", description="8 = 08.00 sampai 09.00"),
        LakeColumn("segments", "integer", "Ruas", unit="ruas"),
        LakeColumn("due_minutes", "number", "Menit ronda × ruas", unit="menit"),
        LakeColumn("covered_minutes", "number", "Menit tercakup", unit="menit"),
        LakeColumn("unknown_minutes", "number", "Menit tidak diketahui", unit="menit"),
        LakeColumn("checks", "integer", "Pemeriksaan pasti", unit="kali"),
        LakeColumn("uncertain_checks", "integer", "Pemeriksaan tidak pasti", unit="kali"),
    ),
)

SEGMENTS = PatrolTable(
    name=names.SEGMENTS,
    title="Keadaan ruas ronda sekarang",
    key=("segment_id",),
    columns=(
        LakeColumn("segment_id", "integer", "Ruas"),
        PROGRAM,
        POST,
        LakeColumn("post_title", "text", "Nama pos"),
        AREA,
        LakeColumn("title", "text", "Nama ruas"),
        LakeColumn("importance", "integer", "Kepentingan", description="1 biasa, 2 penting, 3 paling penting"),
        LakeColumn("kind", "text", "Keadaan", description="lewat, belum, tidak-diketahui, hari-ini, terperiksa"),
        LakeColumn("is_gap", "boolean", "Celah"),
        LakeColumn("overdue_days", "integer", "Terlambat", unit="hari"),
        LakeColumn("last_at", "timestamp", "Terakhir diperiksa"),
        LakeColumn("due_at", "timestamp", "Jatuh tempo"),
        LakeColumn("seen_at", "timestamp", "Dihitung pada"),
        LakeColumn("lon", "number", "Bujur", unit="derajat"),
        LakeColumn("lat", "number", "Lintang", unit="derajat"),
    ),
)

ROUNDS_PUBLIC = PatrolTable(
    name=names.PUBLIC[names.ROUNDS],
    title="Ronda per bulan dan kelurahan (publik)",
    access_class="open",
    columns=(
        MONTH,
        PROGRAM,
        PLACE,
        LakeColumn("rounds", "integer", "Ronda", unit="ronda"),
        LakeColumn("hours", "number", "Lama", unit="jam"),
        LakeColumn("kilometres", "number", "Jarak", unit="km"),
        LakeColumn("checks", "integer", "Pemeriksaan pasti", unit="kali"),
        HIDDEN,
    ),
)
FINDINGS_PUBLIC = PatrolTable(
    name=names.PUBLIC[names.FINDINGS],
    title="Temuan ronda tentang tempat per bulan dan kelurahan (publik)",
    access_class="open",
    columns=(
        MONTH,
        PROGRAM,
        LakeColumn("kind", "text", "Jenis"),
        LakeColumn("kind_title", "text", "Nama jenis"),
        PLACE,
        LakeColumn("findings", "integer", "Temuan", unit="temuan"),
        HIDDEN,
    ),
)
COVERAGE_PUBLIC = PatrolTable(
    name=names.PUBLIC[names.COVERAGE],
    title="Cakupan ronda per bulan, jam, dan kelurahan (publik)",
    access_class="open",
    columns=(
        MONTH,
        LakeColumn("hour", "integer", "Jam"),
        PROGRAM,
        PLACE,
        LakeColumn("segments", "integer", "Ruas", unit="ruas"),
        LakeColumn("due_minutes", "number", "Menit ronda × ruas", unit="menit"),
        LakeColumn("covered_minutes", "number", "Menit tercakup", unit="menit"),
        LakeColumn("unknown_minutes", "number", "Menit tidak diketahui", unit="menit"),
        HIDDEN,
    ),
)
TABLES = (ROUNDS, FINDINGS, COVERAGE, SEGMENTS, ROUNDS_PUBLIC, FINDINGS_PUBLIC, COVERAGE_PUBLIC)


def rows_of(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of one of the statements above."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def write_rows(table: PatrolTable, rows: Sequence[Sequence[Any]], path: Path) -> None:
    """Write rows (the table's columns, and `_row` at the end) as one Parquet file."""
    import pyarrow.parquet as pq  # here, not above: half a second that only writers pay

    pq.write_table(_arrow(table, rows), path, compression="zstd")


def _arrow(table: PatrolTable, rows: Sequence[Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    types = {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "date": pa.date32(), "timestamp": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(table.columns) + 1)
    arrays = [pa.array(values, types[c.type]) for c, values in zip(table.columns, columns[:-1], strict=True)]
    arrays += [pa.array([table.delivery] * len(rows), pa.string()), pa.array(columns[-1], pa.int64())]
    return pa.Table.from_arrays(arrays, names=[*(c.name for c in table.columns), "_delivery", "_row"])
