"""Why a row waits in quarantine, in words that name the cell; and what to offer."""

from __future__ import annotations

from collections.abc import Mapping

from tidar.common.formats import number_text
from tidar.hub.rules.contract import Column

MASK = "•••"
ROW_FAULTS = {
    "kelebihan-sel": "baris ini punya lebih banyak sel daripada judul kolomnya, jadi isinya mungkin bergeser",
    "kembar-identik": "baris ini sama persis dengan baris {first}; yang pertama yang dipakai",
    "kunci-ganda": "kunci baris ini sama dengan baris lain (mulai baris {first}) tetapi isinya berbeda; pilih satu",
}
_FAULTS = {
    "kosong": "belum diisi, padahal wajib",
    "tak-terbaca": "tidak dapat dibaca",
    "bukan-angka": "bukan angka",
    "angka-ambigu": "dapat dibaca dua cara (ribuan atau pecahan); tulis tanpa titik ribuan, misalnya 1234 atau 1,234",
    "bukan-bulat": "bukan bilangan bulat",
    "tanggal-bukan-angka": "adalah tanggal, bukan angka (lembar kerja mungkin mengubahnya sendiri)",
    "tanggal-bukan-teks": "diubah lembar kerja menjadi tanggal; tulis ulang sebagai teks",
    "rumus-tanpa-nilai": "adalah rumus yang hasilnya tidak tersimpan; buka lalu simpan ulang, atau salin sebagai nilai",
    "galat-rumus": "adalah galat rumus",
    "bukan-tanggal": "bukan tanggal yang dikenal",
    "tanggal-ambigu": "dapat berarti dua tanggal (hari/bulan atau bulan/hari); tulis bulannya dengan huruf",
    "bukan-bulan": "bukan bulan yang dikenal",
    "bukan-waktu": "bukan waktu yang dikenal",
    "bukan-tahun": "bukan tahun",
    "bukan-ya-tidak": "bukan ya atau tidak",
    "kode-tak-dikenal": "tidak ada di daftar pilihan",
    "terlalu-panjang": "lebih panjang dari 32.767 huruf",
    "huruf-rusak": "memuat huruf yang rusak penyandiannya",
    "kode-wilayah-tak-dikenal": "bukan kode wilayah yang dikenal",
    "kode-bps": "adalah kode BPS di antara kode Kemendagri",
    "kode-dua-makna": "dapat berarti dua wilayah (kode BPS, atau Kemendagri tanpa titik); tulis dengan titik",
    "nama-wilayah-tak-dikenal": "bukan nama wilayah yang dikenal",
    "nama-ganda": "adalah nama lebih dari satu wilayah; tulis kodenya",
    "wilayah-tak-terbaca": "bukan kode atau nama wilayah",
    "di-luar-wilayah": "berada di luar wilayah",
    "tertukar": "tertukar dengan lawannya: bujur dan lintang terbalik",
}


def fault_sentence(fault: str, column: Column, value: str, *, cell: str) -> str:
    """One bad cell in words: "Sel C17 (Jumlah penduduk) berisi 'dua puluh': bukan angka."

    Personal data is never repeated: the sentence is kept, listed and read by others than its owner.
    """
    said = _limits(fault, column) or _FAULTS.get(fault, "tidak dapat dibaca")
    if fault == "kode-tak-dikenal" and len(column.codes) <= 12:
        said += ": " + ", ".join(column.codes)
    where = f"Sel {cell} ({column.title})" if cell else f"Kolom '{column.title}'"
    shown = MASK if column.personal else _short(value)
    if fault == "kosong":
        return f"{where} {said}." if not value else f"{where} berisi '{shown}', berarti {said}."
    return f"{where} berisi '{shown}': {said}."


def offer_sentence(offers: Mapping[str, str]) -> str:
    """What is proposed, in words; "" when nothing is."""
    return "" if not offers else "Mungkin maksudnya " + ", ".join(f"'{text}'" for text in offers.values()) + "?"


def row_sentence(fault: str, row: int, *, first: int = 0) -> str:
    """A fault of the row as a whole."""
    return f"Baris {row}: {ROW_FAULTS[fault].format(first=first)}."


def _limits(fault: str, column: Column) -> str:
    unit = f" {column.unit}" if column.unit else ""
    if fault == "di-bawah-minimum" and column.minimum is not None:
        return f"kurang dari batas terkecil {number_text(column.minimum)}{unit}"
    if fault == "di-atas-maksimum" and column.maximum is not None:
        return f"lebih dari batas terbesar {number_text(column.maximum)}{unit}"
    return "di luar batas yang wajar" if fault.startswith("di-") and "imum" in fault else ""


def _short(value: str) -> str:
    return value if len(value) <= 80 else value[:77] + "…"
