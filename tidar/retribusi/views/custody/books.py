"""The treasurer's books on paper and screen: BKU, help books, and whether gross equals gross."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import wording
from tidar.common.access import requires
from tidar.common.pages import page
from tidar.common.sheets import Cell, Sheet, sheet_file, wanted_file
from tidar.retribusi.models import Payment
from tidar.retribusi.queries import books, custody
from tidar.retribusi.queries.books import Book
from tidar.retribusi.views.custody.desk import Desk, Span, desk_seen, span_asked

HELP_KINDS = ("rekening", "juru-pungut", "kanal")


@requires("levies.see", load=desk_seen)
@require_safe
def bku(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/bku/?bulan=2026-11` or `?hari=…`: the general cash book of receipts."""
    span = span_asked(request, desk.today)
    book = books.bku(desk.agency_code, span.first, span.last)
    if ending := wanted_file(request):
        return sheet_file(book_sheet(desk, span, book, name="bku", title=_("Buku kas umum penerimaan")), ending)
    context = {"desk": desk, "tab": "bku", "span": span, "book": book, "channels": books.channel_balances()}
    return page(request, "retribusi/custody/bku.html", context)


@requires("levies.see", load=desk_seen)
@require_safe
def help_book(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/buku-pembantu/?jenis=rekening&kunci=…`: one account code, collector or channel."""
    span = span_asked(request, desk.today)
    kind = request.GET.get("jenis", "")
    kind = kind if kind in HELP_KINDS else HELP_KINDS[0]
    choices = _choices(desk, kind)
    asked = request.GET.get("kunci", "")
    key = asked if asked in choices else next(iter(choices), "")
    book = _help_book(desk, span, kind, key) if choices else Book(0, (), None)
    title = _("Buku pembantu %s") % choices.get(key, "")
    if ending := wanted_file(request):
        return sheet_file(book_sheet(desk, span, book, name=f"buku-pembantu-{kind}", title=title), ending)
    context: dict[str, Any] = {
        "desk": desk, "tab": "buku-pembantu", "span": span, "book": book, "kind": kind, "key": key, "choices": choices,
        "title": title, "has_balance": kind == "juru-pungut", "hidden": {"jenis": kind, "kunci": key},
        "extra": f"&jenis={kind}&kunci={quote(key)}",
    }  # fmt: skip
    return page(request, "retribusi/custody/help_book.html", context)


def _choices(desk: Desk, kind: str) -> dict[str, str]:
    if kind == "juru-pungut":
        return custody.collectors(desk.agency_code)
    if kind == "kanal":
        old = Payment.NO_NEW_MONEY
        return {str(key): str(word) for key, word in Payment.Channel.choices if key not in old}
    titles = books.kind_titles(desk.agency_code)
    return {code: f"{code} {title}" for code, title in titles.items() if code}


def _help_book(desk: Desk, span: Span, kind: str, key: str) -> Book:
    makers = {"rekening": books.account_book, "juru-pungut": books.collector_book, "kanal": books.channel_book}
    return makers[kind](desk.agency_code, key, span.first, span.last)


def book_sheet(desk: Desk, span: Span, book: Book, *, name: str, title: str) -> Sheet:
    """A book as a table: opening balance first, then the rows, then the closing balance."""
    headings = [
        _("No."), _("Tanggal"), _("Nomor bukti"), _("Kode rekening"), _("Uraian"), _("Penerimaan"), _("Pengeluaran"),
        _("Saldo"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [["", span.first, "", "", _("Saldo awal"), "", "", book.opening_rupiah]]
    rows += [
        [r.number, r.day, r.evidence, r.code, r.description, r.in_rupiah, r.out_rupiah, r.balance_rupiah]
        for r in book.rows
    ]
    closing = [book.in_rupiah, book.out_rupiah, book.closing_rupiah]
    rows.append(["", span.last, "", "", _("Jumlah dan saldo akhir"), *closing])
    said = _("%(title)s, %(from)s – %(to)s, %(agency)s") % {
        "title": title, "from": wording.day(span.first), "to": wording.day(span.last), "agency": desk.agency_name,
    }  # fmt: skip
    return Sheet(f"{name}-{span.text.partition('=')[2]}", said, headings, rows)


@requires("levies.see", load=desk_seen)
@require_safe
def three_way(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/cocok/`: receipts ↔ hand-overs ↔ STS of a month or a day; gross equals gross."""
    span = span_asked(request, desk.today)
    found = books.three_way(desk.agency_code, span.first, span.last)
    holders = [*found.collectors, found.treasurer]
    if ending := wanted_file(request):
        headings = [_("Pemegang"), _("Saldo awal"), _("Masuk"), _("Keluar"), _("Sisa"), _("Buku besar"), _("Selisih")]
        rows: list[list[Cell]] = [
            [
                m.title,
                m.opening_rupiah,
                m.in_rupiah,
                m.out_rupiah,
                m.closing_rupiah,
                m.ledger_rupiah,
                m.difference_rupiah,
            ]
            for m in holders
        ]
        title = _("Pencocokan %s") % desk.agency_name
        return sheet_file(Sheet(f"cocok-{span.text.partition('=')[2]}", title, headings, rows), ending)
    context = {
        "desk": desk, "tab": "cocok", "span": span, "found": found,
        "collectors": [m for m in found.collectors if m.is_moved],
        "channels_rupiah": sum(books.channel_balances().values()),
    }  # fmt: skip
    return page(request, "retribusi/custody/three_way.html", context)
