"""The two contracts and the areas that the dirty files are read against."""

from __future__ import annotations

from tidar.hub.rules.contract import Column, Contract
from tidar.hub.rules.reading import AreaKey

_AREAS = (
    ("33.71", "3371", "Kota Magelang", "region", ""),
    ("33.71.01", "3371010", "Magelang Selatan", "kecamatan", "33.71"),
    ("33.71.02", "3371020", "Magelang Utara", "kecamatan", "33.71"),
    ("33.71.03", "3371011", "Magelang Tengah", "kecamatan", "33.71"),
    ("33.71.01.1003", "3371010004", "Rejowinangun Selatan", "kelurahan", "33.71.01"),
    ("33.71.01.1007", "3371010002", "Magersari", "kelurahan", "33.71.01"),
    ("33.71.02.1003", "3371020004", "Wates", "kelurahan", "33.71.02"),
    ("33.71.02.1005", "3371020006", "Kedungsari", "kelurahan", "33.71.02"),
    ("33.71.03.1002", "3371011003", "Cacaban", "kelurahan", "33.71.03"),
    ("33.71.03.1004", "3371011004", "Magelang", "kelurahan", "33.71.03"),
)
AREAS = tuple(AreaKey(*row) for row in _AREAS)
BOUNDS = (110.19, -7.52, 110.25, -7.43)
WATES, KEDUNGSARI, CACABAN, MAGERSARI = "33.71.02.1003", "33.71.02.1005", "33.71.03.1002", "33.71.01.1007"

PENDUDUK = Contract(
    columns=(
        Column(name="kelurahan", title="Kelurahan", type="area"),
        Column(name="periode", title="Periode", type="month", aliases=("Bulan",)),
        Column(
            name="laki_laki",
            title="Laki-laki",
            type="integer",
            unit="jiwa",
            minimum=0,
            maximum=100_000,
            aliases=("Penduduk laki-laki", "Jumlah penduduk laki-laki"),
            units={"ribu jiwa": 1000},
        ),
        Column(
            name="perempuan",
            title="Perempuan",
            type="integer",
            unit="jiwa",
            minimum=0,
            maximum=100_000,
            aliases=("Penduduk perempuan", "Jumlah penduduk perempuan"),
            units={"ribu jiwa": 1000},
        ),
    ),
    key=("kelurahan", "periode"),
    mode="append",
)

TITIK = Contract(
    columns=(
        Column(name="kode", title="Kode", type="text"),
        Column(name="jenis", title="Jenis", type="text", codes={"atcs": "Lampu lalu lintas", "cctv": "Kamera"}),
        Column(name="luas", title="Luas", type="number", unit="m2", required=False, minimum=0),
        Column(name="aktif", title="Aktif", type="boolean", required=False),
        Column(name="dicek", title="Dicek tanggal", type="date", required=False),
        Column(name="lon", title="Bujur", type="lon", required=False),
        Column(name="lat", title="Lintang", type="lat", required=False),
    ),
    key=("kode",),
)
