"""Payers: the list, one payer with a masked NIK, a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.pages import page
from tidar.retribusi.actions.register import NewPayer, register_payer
from tidar.retribusi.actions.rights import correct_payer, reveal_nik
from tidar.retribusi.forms.register import PayerForm, PurposeForm
from tidar.retribusi.models import Payer
from tidar.retribusi.queries import register as queries
from tidar.retribusi.rules.register import nik_mask
from tidar.retribusi.views.register.desk import act_of, done, payer_named


@requires("levies.see")
@require_safe
def payer_list(request: HttpRequest) -> HttpResponse:
    """`/retribusi/register/wajib/`: payers by name, searched by name, NPWRD, telephone or the end of a NIK."""
    actor, words = actor_of(request), request.GET.get("q", "")[:60]
    found = queries.payers(actor, words)
    listed = queries.keyset_page(found, ("name", "id"), request.GET.get("sesudah", ""))
    context = {
        "rows": listed.rows,
        "count": found.count(),
        "following": listed.following,
        "is_first": listed.is_first,
        "words": words,
        "may_register": actor.may("levies.register"),
        "tab": "payers",
    }
    return page(request, "retribusi/register/payers.html", context, block="list")


def new_payer_of(form: forms.Form) -> NewPayer:
    """The payer that a form describes."""
    data = form.cleaned_data
    return NewPayer(data["nama"], data["nik"], data["telepon"], data["alamat"])


@requires("levies.register")
@require_http_methods(["GET", "HEAD", "POST"])
def new_payer(request: HttpRequest) -> HttpResponse:
    """`/retribusi/register/wajib/baru/`: register somebody."""
    actor, form = actor_of(request), PayerForm(request.POST or None)
    kinds = queries.kinds_for(actor, "levies.register")
    made: list[int] = []

    def act(by: Actor, at: datetime) -> None:
        agency = kinds[0].agency_id if kinds else None
        made.append(register_payer(payer=new_payer_of(form), agency=agency, by=by, at=at))

    if (
        request.method == "POST"
        and form.is_valid()
        and done(request, act, said=_("Wajib retribusi terdaftar."), form=form)
    ):
        return redirect("retribusi:payer", made[0])
    status = 422 if form.errors else 200
    return page(request, "retribusi/register/new_payer.html", {"form": form, "tab": "payers"}, status=status)


@requires("levies.see", load=payer_named)
@require_http_methods(["GET", "HEAD", "POST"])
def payer(request: HttpRequest, found: Payer) -> HttpResponse:
    """`/retribusi/register/wajib/<id>/`: who it is, what they hold; the NIK in full only for a stated purpose."""
    failed: dict[str, forms.Form] = {}
    opened = ""
    if request.method == "POST" and act_of(request) == "ubah":
        form: forms.Form = PayerForm(request.POST)
        if form.is_valid() and done(
            request, lambda by, at: correct_payer(payer_id=found.pk, payer=new_payer_of(form), by=by, at=at),
            said=_("Data wajib retribusi diperbaiki."), form=form,
        ):  # fmt: skip
            return redirect("retribusi:payer", found.pk)
        failed["ubah"] = form
    elif request.method == "POST" and act_of(request) == "buka-nik":
        form = PurposeForm(request.POST)
        opened = _opened(request, form, found)
        if not opened:
            failed["buka-nik"] = form
    response = page(
        request,
        "retribusi/register/payer.html",
        _context(request, found, failed, opened),
        status=422 if failed else 200,
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _opened(request: HttpRequest, form: forms.Form, found: Payer) -> str:
    told: list[str] = []
    if form.is_valid():
        purpose = form.cleaned_data["tujuan"]
        done(
            request, lambda by, at: told.append(reveal_nik(payer_id=found.pk, purpose=purpose, by=by, at=at)), form=form
        )
    return told[0] if told else ""


def _context(request: HttpRequest, found: Payer, failed: dict[str, forms.Form], opened: str) -> dict[str, Any]:
    actor = actor_of(request)
    initial = {"nama": found.name, "telepon": found.phone, "alamat": found.address}
    shown = {"ubah": PayerForm(initial=initial), "nik": PurposeForm()}
    shown |= {("nik" if name == "buka-nik" else name): form for name, form in failed.items()}
    for name, form in shown.items():
        form.auto_id = f"{name}-%s"
    held = found.occupancies.filter(levy_object__in=queries.objects_for(actor))
    return {
        "payer": found,
        "mask": nik_mask(found.nik_last4),
        "opened": opened,
        "held": list(
            held.select_related("levy_object__market", "levy_object__levy_kind").order_by("to_date", "-from_date")
        ),
        "forms": shown,
        "failed": next(iter(failed), ""),
        "may_register": queries.may_see_payer(actor, found, permission="levies.register"),
        "tab": "payers",
    }
