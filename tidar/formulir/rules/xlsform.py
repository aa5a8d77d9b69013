"""An XLSForm (xlsx, xls, or the Markdown tables that pyxform reads too) as our definition and as an XForm for ODK.

pyxform is the reader that ODK itself uses (xlsform.org): what it refuses, no ODK client would read. Pure.
"""

from __future__ import annotations

import io
import logging
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from tidar.formulir.rules.definition import Definition, UnableToUseForm, definition_of

LARGEST_FILE, LARGEST_UNPACKED = 2_000_000, 40_000_000
KINDS = {".xlsx": ".xlsx", ".xls": ".xls", ".md": ".md"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What an XLSForm says: for us, for ODK, and what pyxform advises."""

    definition: Definition
    xform: str
    warnings: tuple[str, ...]


def read_xlsform(file: bytes, *, file_name: str) -> Reading:
    """Read one XLSForm. Raises `UnableToUseForm` with a sentence that says what is wrong."""
    kind = KINDS.get(PurePath(file_name).suffix.lower())
    if kind is None:
        raise UnableToUseForm("Formulir harus berkas XLSForm: .xlsx, .xls, atau tabel Markdown (.md).")
    if len(file) > LARGEST_FILE:
        raise UnableToUseForm("Berkas formulir paling besar 2 MB.")
    if not file.strip():
        raise UnableToUseForm("Berkas itu kosong.")
    if kind == ".xlsx":
        _must_unpack_small(file)
    converted = _converted(file, kind)
    return Reading(definition_of(converted[0]), converted[1], converted[2])


def _converted(file: bytes, kind: str) -> tuple[dict[str, object], str, tuple[str, ...]]:
    from pyxform.errors import PyXFormError  # 0.6 s to import, and most requests read no XLSForm
    from pyxform.xls2xform import convert

    logging.getLogger("pyxform").setLevel(logging.WARNING)
    source: str | io.BytesIO = _text(file) if kind == ".md" else io.BytesIO(file)
    try:
        result = convert(source, validate=False, file_type=kind)
    except PyXFormError as error:
        raise UnableToUseForm(f"Formulir ini bukan XLSForm yang benar: {str(error)[:300].rstrip('.')}.") from error
    except Exception as error:  # a damaged workbook fails in many ways inside its readers
        raise UnableToUseForm("Berkas ini tidak dapat dibaca sebagai XLSForm; mungkin rusak.") from error
    return result._pyxform or {}, result.xform, tuple(str(one) for one in result.warnings)


def _text(file: bytes) -> str:
    try:
        return file.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnableToUseForm("Tabel Markdown harus ditulis dalam UTF-8.") from None


def _must_unpack_small(file: bytes) -> None:
    """A workbook is a ZIP: one that unpacks to much more than it weighs is not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise UnableToUseForm("Berkas ini bukan buku kerja .xlsx; mungkin rusak.") from None
    if unpacked > LARGEST_UNPACKED:
        raise UnableToUseForm("Isi buku kerja ini terlalu besar setelah dibuka.")
