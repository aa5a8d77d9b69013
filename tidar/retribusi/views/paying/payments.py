"""The list of payments, one payment as its receipt, its SSRD, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.files import attachment, csv_file, xlsx_file
from tidar.common.pages import page
from tidar.documents import api as documents
from tidar.places import api as places
from tidar.retribusi.actions.paying import issue_receipt, reverse_payment
from tidar.retribusi.actions.paying.reversing import corrects, decides, is_in_hand
from tidar.retribusi.forms.paying import NarrowForm, ReverseForm
from tidar.retribusi.models import Payment
from tidar.retribusi.queries import payments as queries
from tidar.retribusi.queries.custody import name_of
from tidar.retribusi.queries.register import markets_for
from tidar.retribusi.rules.paying import days_listed
from tidar.retribusi.views.paying.loading import SeenPayment, payment_named, today


def _narrowed(request: HttpRequest) -> tuple[NarrowForm, queries.Narrowed]:
    form = NarrowForm(request.GET)
    form.is_valid()
    said = form.cleaned_data if form.is_bound else {}
    first, last = days_listed(said.get("dari"), said.get("sampai"), today=today())
    return form, queries.Narrowed(
        first, last, said.get("pasar", ""), said.get("cara", ""), said.get("juru", ""), said.get("q", "").strip()
    )


@requires("levies.see")
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """`/retribusi/pembayaran/?dari=&sampai=&pasar=&cara=&juru=&q=&sesudah=`: receipts of some days, newest first."""
    actor = actor_of(request)
    form, to = _narrowed(request)
    mine = queries.payments_seen_by(actor)
    found = queries.narrowed(mine, to)
    if (ending := request.GET.get("unduh", "")) in ("csv", "xlsx"):
        return _file(found, ending)
    rows, following = queries.after(found, request.GET.get("sesudah", ""))
    ids = sorted({row.collector_id for row in rows if row.collector_id} | {to.collector} - {""})
    context = {
        "form": form,
        "to": to,
        "rows": rows,
        "names": queries.names_of(ids),
        "following": following,
        "is_first": not request.GET.get("sesudah"),
        "sums": queries.sums_of(found),
        "markets": list(markets_for(actor)),
        "channels": Payment.Channel.choices,
        "may_take": actor.may("levies.collect"),
        "query": to.query,
    }
    return page(
        request, "retribusi/paying/payments.html", context, block="list", status=200 if form.is_valid() else 422
    )


def _file(found: QuerySet[Payment], ending: str) -> HttpResponse:
    headings = [
        _("Waktu"), _("Nomor bukti"), _("Pasar"), _("Lapak"), _("Cara bayar"), _("Juru pungut"), _("Jumlah"),
        _("Untuk SKRD"), _("Uang muka"), _("Titipan"), _("Karcis"), _("Dibukukan pada"), _("Membatalkan"),
    ]  # fmt: skip
    zone = places.region().zone
    rows = (
        [
            timezone.localtime(one.happened_at, zone).strftime("%Y-%m-%d %H:%M"), one.receipt_number,
            one.market.name if one.market else "", one.occupancy.levy_object.number if one.occupancy else "",
            str(one.get_channel_display()), one.collector_id, one.amount_rupiah, one.allocated_rupiah,
            one.advance_rupiah, one.suspense_rupiah, one.revenue_rupiah,
            timezone.localtime(one.recorded_at, zone).strftime("%Y-%m-%d %H:%M"), one.reason,
        ]
        for one in found[: queries.FILE_ROWS].iterator(chunk_size=2_000)
    )  # fmt: skip
    write = csv_file if ending == "csv" else xlsx_file
    return write(f"pembayaran.{ending}", headings, rows)


@requires("levies.see", load=payment_named)
@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: HttpRequest, seen: SeenPayment) -> HttpResponse:
    """`/retribusi/pembayaran/<uuid>/`: what it paid, how it was booked, what proves it; and taking it back."""
    if request.method != "POST":
        return _page(request, seen)
    form = ReverseForm(request.POST)
    if not form.is_valid():
        return _page(request, seen, form=form, status=422)
    try:
        done = reverse_payment(
            payment_id=seen.payment.pk, reason=form.cleaned_data["alasan"], by=actor_of(request), at=clock.now()
        )
    except UnableTo as error:
        return _page(request, seen, form=form, sentence=error.sentence, status=error.status)
    if done.case_id is None:
        messages.success(request, _("Pembayaran dibatalkan; tagihannya terbuka lagi."))
        return redirect("retribusi:payment", seen.payment.pk)
    messages.warning(request, _("Pembayaran dibatalkan. Uangnya kini titipan dan menunggu keputusan Anda di sini."))
    return redirect("retribusi:case", done.case_id)


def _page(
    request: HttpRequest, seen: SeenPayment, *, form: ReverseForm | None = None, sentence: str = "", status: int = 200
) -> HttpResponse:
    actor, found = actor_of(request), seen.payment
    whole = queries.whole(found)
    in_hand = is_in_hand(found)
    may = decides(found, actor) or (in_hand and corrects(found, actor, at=clock.now()))
    open_still = found.reverses_id is None and whole.reversal is None
    context = {
        "payment": found,
        "whole": whole,
        "collector": name_of(found.collector_id) if found.collector_id else "",
        "in_words": documents.amount_in_words(abs(found.amount_rupiah)),
        "may_reverse": may and open_still,
        "in_hand": in_hand,
        "may_issue": actor.may("levies.treasury", agency=seen.agency_code) and open_still,
        "form": form or ReverseForm(),
        "sentence": sentence,
    }
    return page(request, "retribusi/paying/payment.html", context, status=status)


@requires("levies.treasury", load=payment_named)
@require_POST
def make_ssrd(request: HttpRequest, seen: SeenPayment) -> HttpResponse:
    """`/retribusi/pembayaran/<uuid>/ssrd/`: give the payment its SSRD, once."""
    try:
        made = issue_receipt(payment_id=seen.payment.pk, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("%s terbit.") % made.number)
    return redirect("retribusi:payment", seen.payment.pk)


@requires("levies.see", load=payment_named)
@require_safe
def ssrd_pdf(request: HttpRequest, seen: SeenPayment) -> HttpResponse:
    """`/retribusi/pembayaran/<uuid>/ssrd.pdf`: the SSRD on paper."""
    found = documents.find("ssrd", f"pembayaran:{seen.payment.pk}")
    if found is None:
        raise UnableToFind(_("SSRD pembayaran ini belum diterbitkan."))
    answer = HttpResponse(documents.pdf(found.id), content_type="application/pdf")
    return attachment(answer, f"{found.number.replace('/', '-')}.pdf")
