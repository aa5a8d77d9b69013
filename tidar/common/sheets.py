"""Tables as files: CSV for other programs, XLSX for people. Money stays a number; nothing becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

import xlsxwriter
from django.http import HttpRequest, HttpResponse

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with a title, said above it (agency, period), its headings and rows."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def wanted_file(request: HttpRequest) -> str:
    """The ending that `?unduh=` asks for, or "" for the page."""
    ending = request.GET.get("unduh", "")
    return ending if ending in ("csv", "xlsx") else ""


def sheet_file(sheet: Sheet, ending: str) -> HttpResponse:
    """The table as a file that a browser saves."""
    if ending == "csv":
        return _saved(_csv(sheet), "text/csv; charset=utf-8", f"{sheet.name}.csv")
    return _saved(_xlsx(sheet), XLSX, f"{sheet.name}.xlsx")


def _csv(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_safe(heading) for heading in sheet.headings])
    writer.writerows([[_safe(value) for value in row] for row in sheet.rows])
    return out.getvalue().encode("utf-8-sig")


def _safe(value: Cell) -> str:
    """The text of a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if isinstance(value, int | float):
        return str(value)
    text = _text(value)
    return f"'{text}" if text.startswith(RISKY) else text


def _text(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else str(value)


def _xlsx(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet("Data")
        head = book.add_format({"bold": True, "bg_color": "#DCE9E3", "border": 1, "text_wrap": True, "valign": "top"})
        money, title = book.add_format({"num_format": "#,##0"}), book.add_format({"bold": True, "font_size": 13})
        page.write_string(0, 0, sheet.title, title)
        decimal = book.add_format({"num_format": "#,##0.0##"})
        for column, heading in enumerate(sheet.headings):
            page.write_string(2, column, heading, head)
        for number, row in enumerate(sheet.rows, 3):
            for column, value in enumerate(row):
                if isinstance(value, int | float):
                    page.write_number(number, column, value, money if isinstance(value, int) else decimal)
                else:
                    page.write_string(number, column, _text(value))
        page.set_column(0, max(len(sheet.headings) - 1, 0), 20)
        page.freeze_panes(3, 0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
    return out.getvalue()


def _saved(data: bytes, kind: str, name: str) -> HttpResponse:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name) or "berkas"
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
