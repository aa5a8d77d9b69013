"""Days that are not charged and reliefs by decision: lists, a form each, and withdrawing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.pages import page
from tidar.retribusi.actions.closures import Days, close_market, grant_leave, withdraw_closure
from tidar.retribusi.actions.reliefs import NewRelief, grant_relief, withdraw_relief
from tidar.retribusi.forms.register_tariffs import ClosureForm, ReliefForm
from tidar.retribusi.models import Occupancy
from tidar.retribusi.queries import register as registered
from tidar.retribusi.queries import tariffs as queries
from tidar.retribusi.rules.register import stall_number
from tidar.retribusi.views.register.desk import act_of, done, number_in, today


def _holder(market: str, number: str, day: date, *, levy_kind: str = "") -> Occupancy:
    """Who holds that stall on a day."""
    found = Occupancy.objects.filter(levy_object__market=market or None, levy_object__number=stall_number(number))
    if levy_kind:
        found = found.filter(levy_object__levy_kind=levy_kind)
    held = found.filter(from_date__lte=day).order_by("-from_date").first()
    if held is None or (held.to_date is not None and held.to_date < day):
        raise UnableToFind(_("Tidak ada yang menempati lapak %s pada hari itu.") % stall_number(number))
    return held


@requires("levies.see")
@require_http_methods(["GET", "HEAD", "POST"])
def closures(request: HttpRequest) -> HttpResponse:
    """`/retribusi/libur/`: closed markets and traders on leave."""
    actor = actor_of(request)
    markets = list(registered.markets_for(actor, "levies.tariffs"))
    form = ClosureForm(request.POST if act_of(request) == "catat" else None, markets=markets)
    if request.method == "POST" and act_of(request) == "tarik":
        number = number_in(request, "libur") or 0
        done(
            request, lambda by, at: withdraw_closure(closure_id=number, by=by, at=at),
            said=_("Ditarik. Hari itu dihitung lagi mulai SKRD berikutnya; SKRD yang sudah terbit tidak berubah."),
        )  # fmt: skip
        return redirect("retribusi:closures")
    said = _("Dicatat. SKRD yang belum terbit tidak menghitung hari itu.")
    if (
        form.is_bound
        and form.is_valid()
        and done(request, lambda by, at: _close(form, by=by, at=at), said=said, form=form)
    ):
        return redirect("retribusi:closures")
    context = {
        "rows": list(queries.closures_for(actor)[:200]),
        "form": form,
        "day": today(),
        "may_set": bool(markets),
        "tab": "closures",
    }
    return page(request, "retribusi/tariffs/closures.html", context, status=422 if form.errors else 200)


def _close(form: forms.Form, *, by: Actor, at: datetime) -> None:
    data = form.cleaned_data
    days = Days(data["mulai"], data["sampai"], data["alasan"], data["keputusan"])
    if data["nomor"]:
        held = _holder(data["pasar"], data["nomor"], data["mulai"])
        grant_leave(occupancy_id=held.pk, days=days, by=by, at=at)
    else:
        close_market(market=data["pasar"], days=days, by=by, at=at)


@requires("levies.see")
@require_http_methods(["GET", "HEAD", "POST"])
def reliefs(request: HttpRequest) -> HttpResponse:
    """`/retribusi/keringanan/`: exemptions and reductions by decision."""
    actor = actor_of(request)
    kinds = registered.kinds_for(actor, "levies.tariffs")
    markets = list(registered.markets_for(actor))
    form = ReliefForm(request.POST if act_of(request) == "catat" else None, kinds=kinds, markets=markets)
    if request.method == "POST" and act_of(request) == "tarik":
        number = number_in(request, "keringanan") or 0
        done(
            request, lambda by, at: withdraw_relief(relief_id=number, by=by, at=at),
            said=_("Ditarik. Berlaku mulai SKRD berikutnya; SKRD yang sudah terbit tidak berubah."),
        )  # fmt: skip
        return redirect("retribusi:reliefs")
    said = _("Keringanan dicatat dan berlaku mulai SKRD berikutnya.")
    if (
        form.is_bound
        and form.is_valid()
        and done(request, lambda by, at: _relieve(form, by=by, at=at), said=said, form=form)
    ):
        return redirect("retribusi:reliefs")
    context: dict[str, Any] = {
        "rows": list(queries.reliefs_for(actor)[:200]),
        "form": form,
        "day": today(),
        "may_set": bool(kinds),
        "tab": "reliefs",
    }
    return page(request, "retribusi/tariffs/reliefs.html", context, status=422 if form.errors else 200)


def _relieve(form: forms.Form, *, by: Actor, at: datetime) -> None:
    data = form.cleaned_data
    held = _holder(data["pasar"], data["nomor"], data["mulai"], levy_kind=data["retribusi"]) if data["nomor"] else None
    grant_relief(
        relief=NewRelief(
            levy_kind=data["retribusi"], percent=data["persen"], from_date=data["mulai"], to_date=data["sampai"],
            decision=data["keputusan"], reason=data["alasan"],
            market=None if held else data["pasar"] or None, occupancy_id=held.pk if held else None,
        ),
        by=by, at=at,
    )  # fmt: skip
