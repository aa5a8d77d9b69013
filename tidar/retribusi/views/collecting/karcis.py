"""Karcis: the books, who holds which serials, what became of them; each write names what it moves and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.files import csv_file, xlsx_file
from tidar.common.ids import uuid7
from tidar.common.money import rupiah_text
from tidar.common.pages import page
from tidar.people import api as people
from tidar.places import api as places
from tidar.retribusi.actions import karcis as actions
from tidar.retribusi.models import KarcisBook, KarcisMove, LevyKind, Market
from tidar.retribusi.queries import karcis as queries
from tidar.retribusi.rules import karcis as rules
from tidar.retribusi.views.collecting.loading import agencies_of, book_named, move_named

Unreadable = rules.UnableToReadSerials


@requires("levies.see")
@require_http_methods(["GET", "HEAD", "POST"])
def books(request: HttpRequest) -> HttpResponse:
    """`/retribusi/karcis/`: the books and the collectors' balances; a new book is received here."""
    sentence, status = "", 200
    if request.method == "POST":
        try:
            book_id = _receive(request)
            messages.success(request, _("Buku karcis diterima di gudang."))
            return redirect("retribusi:karcis_book", book_id)
        except UnableTo as error:
            sentence, status = error.sentence, error.status
    by = actor_of(request)
    agencies = agencies_of(by, "levies.see")
    kinds = LevyKind.objects.order_by("title")
    context = {
        "books": queries.books(agencies=agencies),
        "holdings": named(queries.holdings(agencies=agencies)),
        "kinds": kinds if agencies is None else kinds.filter(agency__in=agencies),
        "may_keep": may_keep(by, None),
        "sentence": sentence,
        "written": request.POST,
    }
    return page(request, "retribusi/karcis/books.html", context, status=status)


def may_keep(by: Actor, agency: str | None) -> bool:
    """Whether the person may move karcis of the agency (None: of any)."""
    return any(by.may(permission, agency=agency) for permission in actions.KEEPERS)


def named(holdings: tuple[queries.Holding, ...]) -> list[dict[str, Any]]:
    """Holdings with the collector's name and their serials in words."""
    names = people.names_of({one.collector_id for one in holdings})
    return [
        {
            "holding": one,
            "name": names.get(one.collector_id, one.collector_id),
            "serials": [rules.range_text(one.book.prefix, *part) for part in one.held],
        }
        for one in holdings
    ]


def number_in(request: HttpRequest, name: str) -> int:
    """A whole number in a form field; points between thousands are forgiven."""
    text = request.POST.get(name, "").strip().replace(".", "")
    if not text.isdecimal() or len(text) > 10:
        raise Unreadable(_("Isi dengan angka saja: nomor seri dan rupiah tanpa huruf atau koma."))
    return int(text)


def _receive(request: HttpRequest) -> int:
    new = actions.NewBook(
        levy_kind=request.POST.get("jenis", ""),
        prefix=request.POST.get("awalan", ""),
        first_serial=number_in(request, "awal"),
        last_serial=number_in(request, "akhir"),
        denomination_rupiah=number_in(request, "nilai"),
    )
    return actions.receive_book(book=new, by=actor_of(request), at=clock.now())


@requires("levies.see", load=book_named)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, found: KarcisBook) -> HttpResponse:
    """`/retribusi/karcis/<id>/`: one book: where its serials are, what happened to them, and what can be done."""
    act = ACTS.get(request.POST.get("aksi", ""))
    if request.method == "POST" and act is not None:
        try:
            messages.success(request, act(request, found))
            return redirect("retribusi:karcis_book", found.pk)
        except UnableTo as error:
            return _book_page(request, found, sentence=error.sentence, status=error.status)
    return _book_page(request, found)


def _book_page(request: HttpRequest, found: KarcisBook, *, sentence: str = "", status: int = 200) -> HttpResponse:
    moves = list(queries.moves_of(found)[:200])
    names = people.names_of({move.collector_id for move in moves if move.collector_id})
    holdings = [one for one in queries.holdings(agencies=None) if one.book.pk == found.pk]
    view = queries.book_view(found)
    context = {
        "book": found,
        "view": view,
        "serials": rules.range_text(found.prefix, found.first_serial, found.last_serial),
        "store": [rules.range_text(found.prefix, *part) for part in view.in_store],
        "holdings": named(tuple(holdings)),
        "moves": [_move_view(move, names) for move in moves],
        "collectors": people.holders("levies.collect", agency=found.agency_id, at=clock.now()),
        "markets": Market.objects.filter(agency=found.agency_id).order_by("name"),
        "may_keep": may_keep(actor_of(request), found.agency_id),
        "sentence": sentence,
        "written": request.POST,
    }
    return page(request, "retribusi/karcis/book.html", context, status=status)


def _move_view(move: KarcisMove, names: dict[str, str]) -> dict[str, Any]:
    return {
        "move": move,
        "serials": rules.range_text(move.book.prefix, move.first_serial, move.last_serial),
        "count": move.last_serial - move.first_serial + 1,
        "who": names.get(move.collector_id, move.collector_id),
    }


def _serials(request: HttpRequest, found: KarcisBook) -> actions.Serials:
    return actions.Serials(found.pk, number_in(request, "awal"), number_in(request, "akhir"))


def _issue(request: HttpRequest, found: KarcisBook) -> str:
    serials, collector = _serials(request, found), request.POST.get("juru_pungut", "")
    actions.issue(serials=serials, collector_id=collector, by=actor_of(request), at=clock.now())
    return _("%d karcis diserahkan. Cetak tanda terimanya dari riwayat di bawah.") % serials.count


def _sell(request: HttpRequest, found: KarcisBook) -> str:
    serials = _serials(request, found)
    amount = serials.count * found.denomination_rupiah
    sale = actions.Sale(
        serials=serials, collector_id=request.POST.get("juru_pungut", ""), amount_rupiah=amount,
        happened_at=_moment(request), payment_id=uuid7(), market=_market(request, found),
    )  # fmt: skip
    actions.record_sale(sale=sale, by=actor_of(request), at=clock.now())
    return _("%(count)d karcis terjual, %(sum)s masuk kas juru pungut.") % {
        "count": serials.count, "sum": rupiah_text(amount),
    }  # fmt: skip


def _market(request: HttpRequest, found: KarcisBook) -> str | None:
    code = request.POST.get("pasar", "")
    if code and not Market.objects.filter(pk=code, agency=found.agency_id).exists():
        raise Unreadable(_("Pasar itu tidak ada."))
    return code or None


def _moment(request: HttpRequest) -> datetime:
    """Noon of the day that was written, at the latest now; without a day, now."""
    now, text = clock.now(), request.POST.get("tanggal", "").strip()
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(hour=12, tzinfo=places.region().zone) if text else now
    except ValueError as error:
        raise Unreadable(_("Tanggal itu tidak terbaca.")) from error
    return min(day, now)


def _return(request: HttpRequest, found: KarcisBook) -> str:
    serials, collector = _serials(request, found), request.POST.get("juru_pungut", "")
    actions.take_back(serials=serials, collector_id=collector, by=actor_of(request), at=clock.now())
    return _("%d karcis diterima kembali.") % serials.count


def _void(request: HttpRequest, found: KarcisBook) -> str:
    serials, collector = _serials(request, found), request.POST.get("juru_pungut", "")
    reason = request.POST.get("alasan", "")
    actions.void(serials=serials, collector_id=collector, reason=reason, by=actor_of(request), at=clock.now())
    return _("%d karcis dinyatakan rusak atau hilang.") % serials.count


def _count(request: HttpRequest, found: KarcisBook) -> str:
    missing = actions.count_stock(
        book_id=found.pk, collector_id=request.POST.get("juru_pungut", ""),
        present=rules.serials_in(request.POST.get("ada", "")), by=actor_of(request), at=clock.now(),
    )  # fmt: skip
    if not missing:
        return _("Lengkap: semua karcis yang dipegangnya ada.")
    return _("%d karcis tidak ada; perkaranya dibuka.") % rules.count_of(missing)


ACTS: dict[str, Callable[[HttpRequest, KarcisBook], str]] = {
    "serahkan": _issue,
    "terjual": _sell,
    "kembali": _return,
    "rusak": _void,
    "hitung": _count,
}


@requires("levies.see", load=move_named)
@require_safe
def handover(request: HttpRequest, move: KarcisMove) -> HttpResponse:
    """`/retribusi/karcis/serah/<id>/`: the receipt of an issue or a return, to be printed and signed by both."""
    if move.kind not in (KarcisMove.Kind.ISSUED, KarcisMove.Kind.RETURNED):
        raise UnableToFind(_("Serah terima karcis itu tidak ada."))
    names = people.names_of({move.collector_id, move.actor_id})
    count = move.last_serial - move.first_serial + 1
    agency = people.agency(move.agency_code)
    context = {
        "move": move,
        "agency": agency,
        "region": places.region().name,
        "serials": rules.range_text(move.book.prefix, move.first_serial, move.last_serial),
        "count": count,
        "total": count * move.book.denomination_rupiah,
        "collector": names.get(move.collector_id, move.collector_id),
        "keeper": names.get(move.actor_id, move.actor_id),
        "returned": move.kind == KarcisMove.Kind.RETURNED,
    }
    return page(request, "retribusi/karcis/handover.html", context)


HEADINGS = (
    _l("Waktu"), _l("Jenis retribusi"), _l("Kejadian"), _l("Awalan"), _l("Nomor pertama"), _l("Nomor terakhir"),
    _l("Lembar"), _l("Nilai selembar"), _l("Jumlah"), _l("Juru pungut"), _l("Alasan"),
)  # fmt: skip


@requires("levies.see")
@require_safe
def register(request: HttpRequest, ending: str) -> HttpResponse:
    """`/retribusi/karcis/mutasi.xlsx` (or `.csv`): everything that happened to every karcis."""
    moves = list(queries.all_moves(agencies=agencies_of(actor_of(request), "levies.see")))
    names = people.names_of({move.collector_id for move in moves if move.collector_id})
    rows = [_register_row(move, names) for move in moves]
    headings = [str(heading) for heading in HEADINGS]
    name = f"mutasi-karcis.{ending}"
    return xlsx_file(name, headings, rows) if ending == "xlsx" else csv_file(name, headings, rows)


def _register_row(move: KarcisMove, names: dict[str, str]) -> list[object]:
    count, each = move.last_serial - move.first_serial + 1, move.book.denomination_rupiah
    moment = move.happened_at.astimezone(places.region().zone)
    return [
        f"{moment:%Y-%m-%d %H:%M}", move.book.levy_kind.title, move.get_kind_display(), move.book.prefix,
        move.first_serial, move.last_serial, count, each, count * each,
        names.get(move.collector_id, move.collector_id), move.reason,
    ]  # fmt: skip


@requires("levies.collect")
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """`/retribusi/karcis/saya/`: what a collector holds and sold."""
    by = actor_of(request)
    return page(request, "retribusi/karcis/collector.html", _balance(by.id, by.name, agencies=None))


@requires("levies.see")
@require_safe
def collector(request: HttpRequest, collector_id: str) -> HttpResponse:
    """`/retribusi/karcis/juru-pungut/<id>/`: one collector's balance, within the person's agencies."""
    agencies = agencies_of(actor_of(request), "levies.see")
    name = people.names_of([collector_id]).get(collector_id)
    context = _balance(collector_id, name or collector_id, agencies=agencies)
    if not context["holdings"]:
        raise UnableToFind(_("Juru pungut itu tidak memegang karcis perangkat daerah Anda."))
    return page(request, "retribusi/karcis/collector.html", context | {"see_books": True})


def _balance(collector_id: str, name: str, *, agencies: frozenset[str] | None) -> dict[str, Any]:
    holdings = queries.holdings(agencies=agencies, collector_id=collector_id)
    return {
        "name": name,
        "holdings": named(holdings),
        "held_count": sum(one.held_count for one in holdings),
        "held_rupiah": sum(one.held_rupiah for one in holdings),
        "sold_count": sum(one.sold_count for one in holdings),
        "sold_rupiah": sum(one.sold_rupiah for one in holdings),
    }
