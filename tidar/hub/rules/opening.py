"""Opening a file that came from outside: what it is by its bytes, whether its name agrees, whether it is safe."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

from tidar.hub.rules.archives import inspect_archive
from tidar.hub.rules.book import MAX_COLUMNS, Book, UnableToReadFile
from tidar.hub.rules.records import open_records
from tidar.hub.rules.sheets import open_workbook
from tidar.hub.rules.texts import delimiter_of, read_facts, text_lines

_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "gambar PNG"),
    (b"\xff\xd8\xff", "gambar JPEG"),
    (b"GIF8", "gambar GIF"),
    (b"Rar!", "arsip RAR"),
    (b"7z\xbc\xaf", "arsip 7z"),
    (b"\x1f\x8b", "arsip GZIP"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3", "basis data SQLite"),
    (b"PAR1", "Parquet"),
    (b"{\\rtf", "dokumen RTF"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIXES = {
    "csv": (".csv", ".txt", ".tsv"),
    "xlsx": (".xlsx",),
    "ods": (".ods",),
    "json": (".json", ".geojson"),
}
_MACRO_SUFFIXES = (".xlsm", ".xltm", ".xlam")


def open_book(path: Path, *, file_name: str) -> Book:
    """Open `path`, called `file_name` by its sender. Raises `UnableToReadFile` with a sentence for whatever is unsafe.

    The kind follows from the bytes; a name that says otherwise is refused, because one of the two is a mistake.
    """
    suffix = _safe_suffix(file_name)
    with path.open("rb") as raw:
        head = raw.read(4096)
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise UnableToReadFile("Berkas ini kosong.")
    family = _family(head)
    if suffix and suffix not in _SUFFIXES["xlsx" if family == "zip" else family] and family != "zip":
        raise UnableToReadFile(_disagreement(suffix, family))
    if family == "zip":
        archive = inspect_archive(path)
        if suffix and suffix not in _SUFFIXES[archive.kind]:
            raise UnableToReadFile(_disagreement(suffix, archive.kind))
        return open_workbook(archive, file_name)
    return open_records(path, file_name) if family == "json" else _open_text(path, file_name)


def _safe_suffix(file_name: str) -> str:
    if not file_name or any(sign in file_name for sign in "/\\\0") or file_name.strip(". ") == "":
        raise UnableToReadFile(
            "Nama berkas tidak boleh memuat alamat folder (garis miring). Ganti namanya lalu unggah lagi."
        )
    if not file_name.isprintable() or len(file_name) > 255:
        raise UnableToReadFile(
            "Nama berkas terlalu panjang atau memuat karakter tersembunyi. Ganti namanya lalu unggah lagi."
        )
    suffix = Path(file_name).suffix.lower()
    if suffix in _MACRO_SUFFIXES:
        raise UnableToReadFile("Berkas ini berisi makro (program). Simpan sebagai .xlsx tanpa makro lalu unggah lagi.")
    return suffix


def _family(head: bytes) -> str:
    """ "zip", "json" or "csv" by the first bytes; anything else is refused by its name."""
    if head.startswith(_OLE):
        wide = "EncryptedPackage".encode("utf-16-le")
        if wide in head:
            raise UnableToReadFile("Berkas ini dikunci dengan kata sandi. Simpan tanpa kata sandi lalu unggah lagi.")
        raise UnableToReadFile(
            "Berkas ini format Excel lama (.xls) atau dikunci dengan kata sandi. Simpan sebagai .xlsx lalu unggah lagi."
        )
    for magic, name in _FOREIGN:
        if head.startswith(magic):
            raise UnableToReadFile(
                f"Isi berkas ini adalah {name}, bukan data tabel. Unggah CSV, XLSX, ODS atau GeoJSON."
            )
    if head.startswith(b"PK"):
        return "zip"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return "json"
    lowered = start[:512].lower()
    if lowered.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")) or b"<table" in lowered:
        raise UnableToReadFile(
            "Isi berkas ini halaman web atau XML, bukan lembar kerja, walaupun namanya seperti itu. "
            "Buka dengan Excel, simpan sebagai .xlsx, lalu unggah lagi."
        )
    return "csv"


def _disagreement(suffix: str, family: str) -> str:
    says = {"csv": "teks (CSV)", "json": "JSON", "xlsx": "lembar kerja XLSX", "ods": "lembar kerja ODS"}
    return f"Nama berkas berakhiran {suffix} tetapi isinya {says[family]}. Perbaiki nama atau unggah berkas yang benar."


def _open_text(path: Path, file_name: str) -> Book:
    facts = read_facts(path)
    sample = list(itertools.islice(text_lines(path, facts.encoding), 200))
    delimiter = delimiter_of(sample)
    width = max((len(row) for row in _sampled(sample, delimiter)), default=0)
    if width > MAX_COLUMNS:
        raise UnableToReadFile(
            f"Berkas ini memiliki {width} kolom; paling banyak {MAX_COLUMNS}. Hapus kolom yang tidak perlu."
        )
    return Book(
        path=path, file_name=file_name, kind="csv", encoding=facts.encoding, delimiter=delimiter,
        plain=facts.plain, blanks=facts.blanks, line_count=facts.line_count,
    )  # fmt: skip


def _sampled(sample: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(sample, delimiter=delimiter))
    except csv.Error:
        return []
