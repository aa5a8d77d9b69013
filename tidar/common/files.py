"""Answers that are files: safe headers, no formula that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse, HttpResponseBase

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
R = TypeVar("R", bound=HttpResponseBase)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def safe_cell(value: object) -> str:
    """The text of a cell that no spreadsheet takes for a formula (OWASP, CSV injection): risky beginnings get a '."""
    text = "" if value is None else str(value)
    if text.startswith(RISKY) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    body = text[1:] if text[:1] in "+-" else text
    return bool(body) and all(part.isdigit() for part in body.replace(",", ".").split(".", 1))


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A CSV in UTF-8 with a byte order mark and `;`, as spreadsheets with Indonesian settings expect."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe_cell(heading) for heading in headings])
    writer.writerows([[safe_cell(value) for value in row] for row in rows])
    return attachment(HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"), name)


def xlsx_file(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[object]], *, notes: Sequence[Sequence[str]] = ()
) -> HttpResponse:
    """A workbook of texts, and of whole numbers that can be added up; nothing is a formula. `notes`: a second sheet."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        _sheet(book, "Data", [list(headings), *rows])
        if notes:
            _sheet(book, "Petunjuk", notes)
    return attachment(HttpResponse(out.getvalue(), content_type=XLSX), name)


def _sheet(book: xlsxwriter.Workbook, title: str, rows: Sequence[Sequence[object]]) -> None:
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bg_color": "#DCE9F5", "border": 1, "text_wrap": True, "valign": "top"})
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(r, c, value)
            else:
                sheet.write_string(r, c, "" if value is None else str(value), head if r == 0 else None)
    sheet.set_column(0, max(len(rows[0]) - 1, 0), 24)
    sheet.freeze_panes(1, 0)


def attachment(response: R, name: str) -> R:
    """Make a browser save, never show, what somebody else made (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name) or "berkas"
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
