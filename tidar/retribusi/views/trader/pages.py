"""Own bills, history, receipts; paying without cash."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tidar.common import clock
from tidar.common.access import requires_holder
from tidar.common.pace import slow_down
from tidar.common.pages import page
from tidar.documents import api as documents
from tidar.gateways.api import connected_bank
from tidar.retribusi.actions.charging import UnableToCharge, Wanted, make_charge
from tidar.retribusi.actions.door import proof_of, trader
from tidar.retribusi.models import Payer
from tidar.retribusi.queries import trader as queries
from tidar.retribusi.views.trader.door import HOLDER

mine = requires_holder(HOLDER, door="retribusi:trader_door", proof=proof_of)


@mine
@require_safe
def home(request: HttpRequest, holder_id: str) -> HttpResponse:
    """What I owe, stall by stall, and how to pay it."""
    context = {"mine": queries.mine(int(holder_id)), "cashless": connected_bank() is not None}
    return page(request, "retribusi/trader/home.html", context)


@mine
@require_safe
def history(request: HttpRequest, holder_id: str) -> HttpResponse:
    """What I paid, newest first."""
    found = queries.payments(int(holder_id), before=_moment(request.GET.get("sebelum", "")))
    shown = found[: queries.PAGE]
    older = shown[-1].happened_at.isoformat() if len(found) > queries.PAGE else ""
    return page(request, "retribusi/trader/history.html", {"payments": shown, "older": older})


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


@mine
@require_safe
def receipt(request: HttpRequest, holder_id: str, payment_id: uuid.UUID) -> HttpResponse:
    """One receipt: on screen, to print, to share."""
    found = queries.payment(int(holder_id), payment_id)
    words = documents.amount_in_words(found.amount_rupiah)
    return page(request, "retribusi/trader/receipt.html", {"receipt": found, "words": words})


@mine
@require_POST
def pay(request: HttpRequest, holder_id: str) -> HttpResponse:
    """Offer the chosen bills of one stall, or the trader's virtual account, and show how to pay."""
    slow_down(request, what="trader-pay", most=30, seconds=600)
    me = queries.mine(int(holder_id))
    stall = next((s for s in me.stalls if str(s.occupancy_id) == request.POST.get("lapak", "")), None)
    if stall is None:
        raise UnableToCharge(_("Lapak itu bukan milik Anda."))
    kind = "va" if request.POST.get("cara") == "va" else "qris-dinamis"
    chosen = set(request.POST.getlist("skrd"))
    bills = tuple(due.assessment_id for due in stall.payable if str(due.assessment_id) in chosen)
    wanted = Wanted(stall.occupancy_id, kind, bills if kind == "qris-dinamis" else ())
    charge_id = make_charge(wanted=wanted, by=trader(Payer.objects.get(pk=me.payer_id)), at=clock.now())
    return redirect("retribusi:trader_charge", charge_id=charge_id)


@mine
@require_safe
def charge(request: HttpRequest, holder_id: str, charge_id: uuid.UUID) -> HttpResponse:
    """One offer: its QRIS or account number, and whether it was paid; asks again by itself."""
    found = queries.charge(int(holder_id), charge_id)
    at = clock.now()
    context = {
        "charge": found,
        "qr": documents.qr_svg(found.qr_content) if found.qr_content and found.kind != "va" else "",
        "waiting": found.state in ("dibuat", "aktif", "tidak-pasti"),
        "expired": found.expires_at is not None and found.expires_at <= at,
    }
    return page(request, "retribusi/trader/charge.html", context, block="state")
