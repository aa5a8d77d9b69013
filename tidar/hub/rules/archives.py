"""Looking into a zip container (XLSX, ODS) before any library opens it.

Every member is inflated once, here, against the size it declares, because the libraries that follow trust that size.
What is refused: too many or too large members, ratios that only bombs have, macros, passwords, XML with a document
type (the door to entities), and formats that look alike.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tidar.hub.rules.book import UnableToReadFile

MAX_MEMBERS = 2_000
MAX_TOTAL = 400_000_000
MAX_RATIO = 250  # spreadsheets reach about 60; above this only repetition made on purpose
_SMALL = 2_000_000
_CHUNK = 1 << 20
_DOCTYPES = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True, slots=True)
class Archive:
    """An inspected container: which kind, and its members by name."""

    path: Path
    kind: str  # "xlsx" or "ods"
    members: dict[str, zipfile.ZipInfo]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of one member, inflated piece by piece; nothing when there is no such member."""
        info = self.members.get(name)
        if info is not None:
            with self.path.open("rb") as raw:
                yield from _inflated(raw, info)

    def read(self, name: str) -> bytes:
        """The bytes of one member; empty when there is none."""
        return b"".join(self.chunks(name))


def inspect_archive(path: Path) -> Archive:
    """Open the container and refuse what is unsafe; afterwards any library may read it."""
    try:
        with zipfile.ZipFile(path) as container:
            infos = container.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise UnableToReadFile(
            "Berkas rusak: kemasannya (zip) tidak dapat dibuka. Simpan ulang lalu unggah lagi."
        ) from error
    _refuse_bombs(infos)
    archive = Archive(path, _kind(path, infos), {info.filename: info for info in infos})
    _refuse_macros(archive)
    for name in archive.members:
        _refuse_doctype(archive, name)
    if archive.kind == "ods" and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnableToReadFile("Berkas ini dikunci dengan kata sandi. Simpan tanpa kata sandi lalu unggah lagi.")
    return archive


def _refuse_bombs(infos: list[zipfile.ZipInfo]) -> None:
    sentence = (
        "Berkas ini mengembang terlalu besar saat dibuka (bom zip), jadi tidak dibuka. "
        "Bila isinya memang data, simpan sebagai CSV."
    )
    if len(infos) > MAX_MEMBERS:
        raise UnableToReadFile(f"Berkas ini berisi {len(infos)} bagian, lebih dari {MAX_MEMBERS}; tidak dibuka.")
    if len({info.filename for info in infos}) < len(infos):
        raise UnableToReadFile("Berkas rusak: ada dua bagian dengan nama yang sama di dalamnya. Simpan ulang berkas.")
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise UnableToReadFile(sentence)
    for info in infos:
        if info.flag_bits & 0x1:
            raise UnableToReadFile("Berkas ini dikunci dengan kata sandi. Simpan tanpa kata sandi lalu unggah lagi.")
        if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise UnableToReadFile(sentence)


def _kind(path: Path, infos: list[zipfile.ZipInfo]) -> str:
    names = {info.filename for info in infos}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        raise UnableToReadFile("Format .xlsb belum dapat dibaca. Simpan sebagai .xlsx lalu unggah lagi.")
    mimetype = next((info for info in infos if info.filename == "mimetype"), None)
    if mimetype is not None and mimetype.file_size < 200:
        with path.open("rb") as raw:
            said = b"".join(_inflated(raw, mimetype)).decode("ascii", "replace").strip()
        if said.startswith(_ODS):
            return "ods"
    raise UnableToReadFile(
        "Berkas ini kemasan zip, bukan lembar kerja. "
        "Buka dahulu dan unggah berkas CSV, XLSX, ODS atau GeoJSON di dalamnya."
    )


def _refuse_macros(archive: Archive) -> None:
    for name in archive.members:
        lowered = name.lower()
        basic = archive.kind == "ods" and lowered.startswith(("basic/", "scripts/")) and not lowered.endswith("/")
        if "vbaproject" in lowered or lowered.startswith(("xl/macrosheets/", "xl/activex/")) or basic:
            raise UnableToReadFile(
                "Berkas ini berisi makro (program). Simpan sebagai .xlsx tanpa makro lalu unggah lagi."
            )
    if archive.kind == "xlsx" and b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise UnableToReadFile("Berkas ini berisi makro (program). Simpan sebagai .xlsx tanpa makro lalu unggah lagi.")


def _refuse_doctype(archive: Archive, name: str) -> None:
    """Inflates the member whole, so that its declared size is known to be true, and looks for a document type."""
    tail = b""
    is_xml = name.lower().endswith((".xml", ".rels", ".vml", ".rdf"))
    for chunk in archive.chunks(name):
        window = tail + chunk
        if is_xml and any(mark in window for mark in _DOCTYPES):
            raise UnableToReadFile(
                f"Berkas ini memuat deklarasi XML yang berbahaya (DOCTYPE/ENTITY di {name[:80]}), jadi tidak dibuka."
            )
        tail = chunk[-32:]


def _inflated(raw: object, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Inflate one member from its own local header; stop as soon as it exceeds what it declares."""
    seek, read = raw.seek, raw.read  # type: ignore[attr-defined]
    seek(max(info.header_offset, 0))
    header = read(30)
    if info.header_offset < 0 or len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise UnableToReadFile("Berkas rusak: kemasannya (zip) tidak lengkap. Simpan ulang lalu unggah lagi.")
    seek(info.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnableToReadFile("Berkas ini dikemas dengan cara yang tidak dikenal. Simpan ulang lalu unggah lagi.")
    inflate = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    left, made = info.compress_size, 0
    while left > 0 or (inflate and inflate.unconsumed_tail):
        piece = inflate.unconsumed_tail if inflate and inflate.unconsumed_tail else read(min(_CHUNK, left))
        if not (inflate and inflate.unconsumed_tail):
            left -= len(piece)
        if not piece:
            raise UnableToReadFile("Berkas rusak: isinya terpotong. Unggah lagi dari berkas aslinya.")
        try:
            out = inflate.decompress(piece, _CHUNK) if inflate else piece
        except zlib.error as error:
            raise UnableToReadFile("Berkas rusak: isinya tidak dapat dibuka. Simpan ulang lalu unggah lagi.") from error
        made += len(out)
        if made > info.file_size:
            raise UnableToReadFile("Berkas ini menyatakan ukuran yang tidak benar (bom zip), jadi tidak dibuka.")
        yield out


def xml_number(pattern: str) -> re.Pattern[bytes]:
    """A compiled pattern over XML bytes."""
    return re.compile(pattern.encode(), re.DOTALL)
