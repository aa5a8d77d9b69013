"""The counter: stall → what is owed → cash → receipt. A normal page, without JavaScript.

Who takes money never books it: cash taken here is in the clerk's own bag like any collector's, until a treasurer has
counted it in a hand-over.
"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.files import attachment
from tidar.common.ids import uuid7
from tidar.common.pages import page
from tidar.documents import api as documents
from tidar.retribusi.actions.paying import NewPayment, issue_receipt, record_payment
from tidar.retribusi.forms.paying import SURPLUS, PayForm, StallForm
from tidar.retribusi.models import Occupancy, Payment
from tidar.retribusi.queries.dues import Due, open_dues
from tidar.retribusi.queries.payments import parts_of
from tidar.retribusi.queries.register import markets_for, objects_for
from tidar.retribusi.rules.accounts import collector_cash_key
from tidar.retribusi.views.paying.loading import holder_at, today

COLLECT = "levies.collect"


@requires(COLLECT)
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """`/retribusi/pembayaran/baru/?pasar=&lapak=`: take cash at the counter."""
    if request.method == "POST":
        return _take(request)
    if "lapak" not in request.GET:
        return _page(request)
    form = StallForm(request.GET)
    if not form.is_valid():
        return _page(request, stall_form=form, status=422)
    market, number = form.cleaned_data["pasar"], form.cleaned_data["lapak"]
    holder = holder_at(actor_of(request), COLLECT, market=market, number=number)
    if holder is None:
        said = _("Lapak %s tidak ada di pasar ini, atau tidak ada yang menempatinya.") % number
        return _page(request, stall_form=form, sentence=said, status=422)
    return _page(request, holder=holder, stall_form=form)


def _take(request: HttpRequest) -> HttpResponse:
    form, actor = PayForm(request.POST), actor_of(request)
    holder = _holder(actor, request.POST.get("lapak_id", ""))
    if holder is None:
        return _page(request, sentence=_("Pilih lapaknya lagi."), status=422)
    if not form.is_valid():
        return _page(request, holder=holder, form=form, status=422)
    owed = sum(due.owed for due in _payable(holder))
    said = form.cleaned_data
    if owed != said["terlihat"] and not Payment.objects.filter(key=f"loket:{said['kunci']}").exists():
        stale = _("Tagihan lapak ini berubah sejak halaman dibuka. Periksa lagi jumlahnya.")
        return _page(request, holder=holder, form=form, sentence=stale, status=422)
    if said["jumlah"] > said["terlihat"] and not said["sisa"]:
        return _page(request, holder=holder, form=form, rest=said["jumlah"] - owed)
    try:
        payment_id = _record(said, holder, actor)
    except UnableTo as error:
        return _page(request, holder=holder, form=form, sentence=error.sentence, status=error.status)
    messages.success(request, _("Pembayaran tercatat. Berikan bukti ini kepada pedagang."))
    return redirect("retribusi:desk_receipt", payment_id)


def _record(said: dict[str, Any], holder: Occupancy, actor: Actor) -> uuid.UUID:
    """The payment with its SSRD, in one transaction: a receipt at once, for every payment."""
    key, at = said["kunci"], clock.now()
    payment = NewPayment(
        id=key, key=f"loket:{key}", channel=Payment.Channel.CASH.value, amount_rupiah=said["jumlah"],
        happened_at=_first_time(key) or at, occupancy_id=holder.pk, cash_account_key=collector_cash_key(actor.id),
        receipt_number=_number(key, today()), agency=holder.levy_object.levy_kind.agency_id, collector_id=actor.id,
        surplus=said["sisa"] or "suspense",
    )  # fmt: skip
    with transaction.atomic():
        receipt = record_payment(payment=payment, by=actor, at=at)
        issue_receipt(payment_id=receipt.payment_id, by=actor, at=at)
    return receipt.payment_id


def _first_time(key: uuid.UUID) -> Any:
    """When this form was booked before: pressed twice, it is the same payment."""
    return Payment.objects.filter(key=f"loket:{key}").values_list("happened_at", flat=True).first()


def _number(key: uuid.UUID, day: date) -> str:
    known = Payment.objects.filter(key=f"loket:{key}").values_list("receipt_number", flat=True).first()
    return known or f"LOKET-{day:%y%m%d}-{key.hex[-8:].upper()}"


def _holder(actor: Actor, text: str) -> Occupancy | None:
    if not text.isdecimal():
        return None
    mine = objects_for(actor, COLLECT)
    found = Occupancy.objects.select_related("payer", "levy_object__levy_kind", "levy_object__market")
    return found.filter(pk=int(text), levy_object__in=mine).first()


def _payable(holder: Occupancy) -> tuple[Due, ...]:
    return tuple(due for due in open_dues([holder.pk])[holder.pk] if due.signed)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, holder, form = actor_of(request), more.get("holder"), more.get("form")
    dues = _payable(holder) if holder else ()
    context = {
        "markets": list(markets_for(actor, COLLECT)),
        "dues": dues,
        "owed": sum(due.owed for due in dues),
        "key": form["kunci"].value() if form is not None else uuid7(),
        "choices": SURPLUS,
        **more,
    }
    return page(request, "retribusi/paying/desk.html", context, status=status)


def _own(request: HttpRequest, payment_id: uuid.UUID) -> Payment:
    """A payment that this person took, at the counter or elsewhere."""
    found = Payment.objects.select_related("occupancy__levy_object__market", "market")
    payment = found.filter(pk=payment_id, collector_id=actor_of(request).id).first()
    if payment is None:
        raise UnableToFind(_("Pembayaran itu tidak ada di antara penerimaan Anda."))
    return payment


@requires(COLLECT, load=_own)
@require_safe
def desk_receipt(request: HttpRequest, payment: Payment) -> HttpResponse:
    """`/retribusi/pembayaran/<uuid>/bukti/`: the receipt to show, print and hand over."""
    document = documents.find("ssrd", f"pembayaran:{payment.pk}")
    owed = (
        sum(due.owed for due in open_dues([payment.occupancy_id])[payment.occupancy_id]) if payment.occupancy_id else 0
    )
    context = {
        "payment": payment,
        "parts": parts_of(payment),
        "document": document,
        "in_words": documents.amount_in_words(payment.amount_rupiah) if payment.amount_rupiah > 0 else "",
        "owed": owed,
        "again": reverse("retribusi:desk"),
    }
    return page(request, "retribusi/paying/receipt.html", context)


@requires(COLLECT, load=_own)
@require_safe
def desk_ssrd(request: HttpRequest, payment: Payment) -> HttpResponse:
    """`/retribusi/pembayaran/<uuid>/bukti.pdf`: the same on paper."""
    found = documents.find("ssrd", f"pembayaran:{payment.pk}")
    if found is None:
        raise UnableToFind(_("SSRD pembayaran ini belum diterbitkan."))
    answer = HttpResponse(documents.pdf(found.id), content_type="application/pdf")
    return attachment(answer, f"{found.number.replace('/', '-')}.pdf")
