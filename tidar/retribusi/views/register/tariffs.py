"""Tariffs as people read them, a new version from a day, and every version there was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common.access import actor_of, requires
from tidar.common.pages import page
from tidar.retribusi.actions.tariffs import NewTariff, add_tariff
from tidar.retribusi.forms.register_tariffs import TariffForm
from tidar.retribusi.queries import register as registered
from tidar.retribusi.queries import tariffs as queries
from tidar.retribusi.views.register.desk import done, today


@requires("levies.see")
@require_safe
def tariffs(request: HttpRequest) -> HttpResponse:
    """`/retribusi/tarif/`: market by place type, with the article; what comes into force later stands beside it."""
    actor = actor_of(request)
    context = {
        "tables": queries.tables(actor, day=today()),
        "day": today(),
        "parameters": registered.parameters_in_force(today()),
        "may_set": actor.may("levies.tariffs"),
        "tab": "tariffs",
    }
    return page(request, "retribusi/tariffs/tariffs.html", context)


@requires("levies.see")
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """`/retribusi/tarif/riwayat/`: every version, the newest first."""
    actor = actor_of(request)
    kind, market = request.GET.get("retribusi", ""), request.GET.get("pasar", "")
    context = {
        "rows": list(queries.versions(actor, kind, market)[:400]),
        "kinds": registered.kinds_for(actor),
        "markets": list(registered.markets_for(actor)),
        "kind": kind,
        "market": market,
        "day": today(),
        "tab": "tariffs",
    }
    return page(request, "retribusi/tariffs/history.html", context)


@requires("levies.tariffs")
@require_http_methods(["GET", "HEAD", "POST"])
def new_tariff(request: HttpRequest) -> HttpResponse:
    """`/retribusi/tarif/baru/`: a new version; the one before it ends the day before."""
    actor = actor_of(request)
    kinds = registered.kinds_for(actor, "levies.tariffs")
    markets = list(registered.markets_for(actor, "levies.tariffs"))
    initial = {name: request.GET.get(name, "") for name in ("retribusi", "pasar", "jenis")}
    form = TariffForm(request.POST or None, kinds=kinds, markets=markets, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        new = NewTariff(
            levy_kind=data["retribusi"], market=data["pasar"] or None, place_type=data["jenis"],
            period=data["periode"], amount_rupiah=data["besaran"], valid_from_date=data["mulai"],
            legal_basis=data["dasar"], area_from_m2=data["luas_mulai"], area_below_m2=data["luas_kurang_dari"],
        )  # fmt: skip
        said = _("Tarif baru dicatat. SKRD yang sudah terbit tidak berubah.")
        if done(request, lambda by, at: add_tariff(new=new, by=by, at=at), said=said, form=form):
            return redirect(
                reverse("retribusi:tariff_history") + f"?retribusi={new.levy_kind}&pasar={new.market or ''}"
            )
    status = 422 if form.errors else 200
    return page(request, "retribusi/tariffs/new.html", {"form": form, "tab": "tariffs"}, status=status)
