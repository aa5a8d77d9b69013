"""Files that are refused as a whole, each with its sentence."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.hub.dirty.case import Case
from tests.hub.dirty.files import Build, ods, raw, repacked, text, xlsx

SHEET = xlsx([["Kelurahan", "Periode", "Laki-laki", "Perempuan"], ["Wates", "2026-01", 4012, 4103]])
CSV = "Kelurahan;Periode;Laki-laki;Perempuan\nWates;2026-01;4012;4103\n"


def add(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda members: members.update({name: content})


def swap(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[name]
        members[name] = members[name].replace(old, new)

    return change


def lying_size(folder: Path) -> Path:
    """A container whose directory says that a sheet is small, while it inflates to far more."""
    path = repacked(SHEET, add("xl/worksheets/sheet2.xml", b"<a>" + b" " * 3_000_000 + b"</a>"))(folder)
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            if struct.unpack_from("<I", content, at + offset)[0] > 2_000_000:
                struct.pack_into("<I", content, at + offset, 1_000)
    path.write_bytes(content)
    return path


def crowded(folder: Path) -> Path:
    path = folder / "data.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(2_001):
            archive.writestr(f"{number}.xml", "")
    return path


def encrypted_zip(folder: Path) -> Path:
    path = SHEET(folder)
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(signature)
        content[at + offset] |= 1
    path.write_bytes(content)
    return path


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
BOMB = b"<worksheet>" + b"0" * 30_000_000
FAR = swap(
    "xl/worksheets/sheet1.xml", b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
)
DTD = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]>'


def refused(name: str, build: Build, words: str, file_name: str = "") -> Case:
    return Case(name, build, refused=words, file_name=file_name)


CASES = (
    refused("zip bomb by ratio", repacked(SHEET, add("xl/worksheets/sheet1.xml", BOMB)), "bom zip"),
    refused("zip bomb by a lying size", lying_size, "ukuran yang tidak benar"),
    refused("zip with too many members", crowded, "2002 bagian"),
    refused("cell at the far corner", repacked(SHEET, FAR), "16384 kolom"),
    refused("macro workbook", repacked(SHEET, add("xl/vbaProject.bin", b"VBA")), "makro"),
    refused("macro by name", SHEET, "makro", "laporan.xlsm"),
    refused(
        "macro by content type",
        repacked(SHEET, swap("[Content_Types].xml", b"sheet.main+xml", b"sheet.macroEnabled.main+xml")),
        "makro",
    ),
    refused(
        "macro in ODS", repacked(ods([["a"]]), add("Basic/Standard/Module1.xml", b"<x/>"), name="data.ods"), "makro"
    ),
    refused(
        "XML entity in XLSX",
        repacked(SHEET, lambda m: m.update({"xl/worksheets/sheet1.xml": DTD + m["xl/worksheets/sheet1.xml"]})),
        "DOCTYPE",
    ),
    refused(
        "XML entity in ODS",
        repacked(ods([["a"]]), lambda m: m.update({"content.xml": DTD + m["content.xml"]}), name="data.ods"),
        "DOCTYPE",
    ),
    refused("XML entity in UTF-16", repacked(SHEET, add("xl/styles.xml", DTD.decode().encode("utf-16"))), "DOCTYPE"),
    refused("encrypted workbook", raw(OLE + "EncryptedPackage".encode("utf-16-le"), "data.xlsx"), "kata sandi"),
    refused("encrypted members", encrypted_zip, "kata sandi"),
    refused("old Excel", raw(OLE, "data.xls"), "Excel lama"),
    refused(
        "truncated workbook", lambda folder: raw(SHEET(folder).read_bytes()[:-200], "potong.xlsx")(folder), "rusak"
    ),
    refused(
        "zip of something else",
        repacked(SHEET, lambda m: m.pop("xl/workbook.xml") and None, name="data.zip"),
        "bukan lembar kerja",
    ),
    refused("CSV called XLSX", text(CSV, name="data.xlsx"), "berakhiran .xlsx tetapi isinya teks (CSV)"),
    refused(
        "XLSX called CSV",
        lambda folder: SHEET(folder).rename(folder / "data.csv"),
        "berakhiran .csv tetapi isinya lembar kerja XLSX",
    ),
    refused(
        "web page called XLS", text("<html><table><tr><td>1</td></tr></table></html>", name="data.xls"), "halaman web"
    ),
    refused("PDF", raw(b"%PDF-1.7\n", "data.csv"), "PDF"),
    refused("picture", raw(b"\x89PNG\r\n\x1a\n", "data.csv"), "gambar PNG"),
    refused("zero bytes", raw(b"a;b\n\0\0\0\0;1\n"), "bukan teks"),
    refused("empty file", raw(b""), "kosong"),
    refused("only blanks", raw(b"\n\n  \n"), "kosong"),
    refused("empty sheet", xlsx([]), "kosong"),
    refused("path in a file name", text(CSV), "folder", "../../etc/passwd.csv"),
    refused("backslash in a file name", text(CSV), "folder", "C:\\data.csv"),
    refused("hidden signs in a file name", text(CSV), "tersembunyi", "data\u202evsc.csv"),
    refused("10,000 columns", text(";".join(f"k{i}" for i in range(10_000)) + "\n"), "10000 kolom"),
    refused("10,000 columns in XLSX", xlsx([[f"k{i}" for i in range(10_000)]]), "10000 kolom"),
    refused(
        "10,000 columns in JSON",
        text("[{" + ",".join(f'"k{i}":1' for i in range(10_000)) + "}]", name="data.json"),
        "10000 kolom",
    ),
    refused("deeply nested JSON", text("[" * 100_000 + "]" * 100_000, name="data.json"), "bersarang"),
    refused("broken JSON", text('[{"a": 1}, {', name="data.json"), "bukan JSON yang benar"),
    refused("JSON without records", text("[1, 2, 3]", name="data.json"), "bukan daftar rekaman"),
    refused("enormous cell", text(CSV + '"' + "x" * 1_100_000 + '";1;1;1\n'), "satu juta karakter"),
)
