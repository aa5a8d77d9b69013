"""Builders of files: bytes, XLSX by openpyxl and xlsxwriter, ODS by odfpy."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

Build = Callable[[Path], Path]
Rows = Sequence[Sequence[object]]


def raw(content: bytes, name: str = "data.csv") -> Build:
    """A file of exactly these bytes."""

    def build(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return build


def text(content: str, *, encoding: str = "utf-8", name: str = "data.csv") -> Build:
    """A text file."""
    return raw(content.encode(encoding), name)


def xlsx(rows: Rows, *, merge: Sequence[str] = (), change: Callable[[openpyxl.Workbook], None] | None = None) -> Build:
    """A workbook of one sheet, values as given, ranges merged afterwards; `change` may do anything else to it."""

    def build(folder: Path) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Data"
        for row in rows:
            sheet.append(list(row))
        for place in merge:
            sheet.merge_cells(place)
        if change:
            change(book)
        path = folder / "data.xlsx"
        book.save(path)
        return path

    return build


def ods(rows: Rows, *, spans: dict[tuple[int, int], int] | None = None) -> Build:
    """An OpenDocument sheet; `spans` says how many columns the cell at (row, column) covers."""

    def build(folder: Path) -> Path:
        document = OpenDocumentSpreadsheet()
        table = Table(name="Data")
        for y, row in enumerate(rows):
            line, hidden = TableRow(), 0
            for x, value in enumerate(row):
                if hidden:
                    line.addElement(CoveredTableCell())
                    hidden -= 1
                    continue
                across = (spans or {}).get((y, x), 1)
                hidden = across - 1
                line.addElement(_ods_cell(value, across))
            table.addElement(line)
        document.spreadsheet.addElement(table)
        path = folder / "data.ods"
        document.save(str(path))
        return path

    return build


def _ods_cell(value: object, across: int) -> TableCell:
    extra = {"numbercolumnsspanned": across} if across > 1 else {}
    if value is None:
        return TableCell(**extra)
    if isinstance(value, str) and value.startswith("="):
        return TableCell(formula="of:" + value, **extra)
    if isinstance(value, int | float):
        cell = TableCell(valuetype="float", value=str(value), **extra)
    elif isinstance(value, dt.date):
        cell = TableCell(valuetype="date", datevalue=value.isoformat(), **extra)
    else:
        cell = TableCell(valuetype="string", **extra)
    cell.addElement(P(text=str(value)))
    return cell


def repacked(build: Build, change: Callable[[dict[str, bytes]], None], *, name: str = "data.xlsx") -> Build:
    """The container that `build` makes, with its members changed."""

    def again(folder: Path) -> Path:
        source = build(folder)
        with zipfile.ZipFile(source) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
        change(members)
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return again
