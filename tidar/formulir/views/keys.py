"""A person's own keys for ODK Collect."""

from __future__ import annotations

import uuid
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tidar.common import clock
from tidar.common.access import actor_of, signed_in
from tidar.common.errors import UnableTo
from tidar.common.pages import page
from tidar.formulir.actions.keys import make_key, revoke_key
from tidar.formulir.forms import KeyForm, errors_of
from tidar.formulir.queries.keys import areas_of, keys_of
from tidar.formulir.rules.openrosa import collect_settings
from tidar.formulir.views.openrosa import address_of
from tidar.places import api as places


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that the person has; a new one is shown once, with the QR code that sets up ODK Collect."""
    actor = actor_of(request)
    areas = [(code, _area_name(code)) for code in areas_of(actor)]
    form = KeyForm(request.POST if request.method == "POST" else None, areas=areas)
    if not form.is_bound:
        return _page(request, form, areas)
    if not form.is_valid():
        return _page(request, form, areas, error=errors_of(form, "nama") or errors_of(form, "wilayah"))
    name, area = form.cleaned_data["nama"], form.cleaned_data["wilayah"]
    try:
        secret = make_key(name=name, area_code=area, by=actor, at=clock.now())
    except UnableTo as error:
        return _page(request, form, areas, error=error.sentence)
    address = address_of(request, f"/odk/{secret}")
    return _page(request, KeyForm(areas=areas), areas, address=address, qr=_qr(address, name), made_name=name)


@signed_in
@require_POST
def revoke(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """The key opens nothing from now on."""
    revoke_key(key_id=key_id, by=actor_of(request), at=clock.now())
    messages.success(request, _("Kunci dicabut. HP itu tidak dapat mengirim lagi."))
    return redirect("formulir:keys")


def _page(request: HttpRequest, form: KeyForm, areas: list[tuple[str, str]], **extra: Any) -> HttpResponse:
    now = clock.now()
    context = {"form": form, "areas": areas, "keys": keys_of(actor_of(request).id), "now": now, "error": ""}
    return page(request, "formulir/keys.html", context | extra, status=422 if extra.get("error") else 200)


def _area_name(code: str) -> str:
    if not code:
        return _("Seluruh %s") % places.region().name
    found = places.area(code)
    return f"{found.name} ({code})" if found else code


def _qr(address: str, name: str) -> SafeString:
    """The QR code as SVG: no style, no script, so that it passes a strict CSP; nothing in it comes from the person."""
    text = collect_settings(server_url=address, project=f"Tidar, {name}"[:80])
    code = segno.make(text, error="l", micro=False)
    return mark_safe(code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))  # noqa: S308
