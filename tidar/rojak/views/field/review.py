"""What the head of the RW decides: versions in conflict, items that were held, phones that are lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.pages import page
from tidar.rojak.actions import settling
from tidar.rojak.actions.devices import revoke_device
from tidar.rojak.actions.reading import note_reading
from tidar.rojak.forms.review import ReasonForm
from tidar.rojak.models import Device
from tidar.rojak.queries import review as queries
from tidar.rojak.queries.devices import devices_for

ACTS: Mapping[str, tuple[Callable[..., Any], Any]] = {
    "lepas": (settling.release_item, gettext_lazy("Catatan dilepas dan kini dihitung.")),
    "tolak": (settling.refuse_item, gettext_lazy("Catatan ditolak; isinya tetap disimpan.")),
    "pertahankan": (settling.keep_accepted, gettext_lazy("Versi yang sudah diterima dipertahankan.")),
    "ambil": (settling.take_other, gettext_lazy("Versi ini kini yang dihitung.")),
}


@requires("patrol.coordinate")
@require_safe
@never_cache
def review_list(request: HttpRequest) -> HttpResponse:
    """`/rojak/periksa/`: conflicts, held items, and what was decided; newest first."""
    tab = request.GET.get("keadaan", "")
    counts = queries.counts(actor_of(request))
    if tab not in queries.TABS:
        tab = "bentrok" if counts["bentrok"] or not counts["ditahan"] else "ditahan"
    before = request.GET.get("sebelum", "")
    rows, following = queries.listed(
        actor_of(request),
        tab=tab,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0,
    )
    context = {"rows": rows, "following": following, "tab": tab, "counts": counts, "is_first": not before}
    return page(request, "rojak/review/list.html", context, block="rows")


def _load(request: HttpRequest, number: int) -> queries.Page:
    return queries.review_page(number, actor=actor_of(request))


@requires("patrol.coordinate", load=_load)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def review_item(request: HttpRequest, found: queries.Page) -> HttpResponse:
    """`/rojak/periksa/<number>/`: what was sent, beside the version that counts; a decision with its reason."""
    by, at, number = actor_of(request), clock.now(), found.version.line.number
    form, chosen = ReasonForm(), ""
    if request.method == "POST":
        form, chosen = ReasonForm(request.POST), request.POST.get("aksi", "")
        if chosen not in ACTS:
            raise UnableToFind(_("Tindakan itu tidak ada."))
        act, said = ACTS[chosen]
        if form.is_valid() and _done(act, number, form, by=by, at=at):
            messages.success(request, said)
            return redirect("rojak:review_item", number)
        found = _load(request, number)  # what stood in the way may have changed it
    if found.concerns_person:
        note_reading(subject=("temuan", found.version.line.row.item_id), why=_("Memeriksa catatan"), by=by, at=at)
    context = {"found": found, "form": form, "chosen": chosen}
    return page(request, "rojak/review/item.html", context, status=422 if form.errors else 200)


def _done(act: Callable[..., Any], number: int, form: ReasonForm, *, by: Any, at: datetime) -> bool:
    try:
        act(number=number, reason=form.cleaned_data["alasan"], by=by, at=at)
    except UnableToAllow:
        raise
    except UnableTo as error:
        form.add_error(None, error.sentence)
        return False
    return True


@requires("patrol.coordinate")
@require_safe
@never_cache
def device_list(request: HttpRequest) -> HttpResponse:
    """`/rojak/alat/`: phones of the RW, whose they are, when they were last seen, what is held of them."""
    return _devices(request)


def _devices(request: HttpRequest, *, form: ReasonForm | None = None, wrong: str = "") -> HttpResponse:
    devices = devices_for(actor_of(request))
    context = {"devices": devices, "form": form or ReasonForm(), "wrong": wrong}
    return page(request, "rojak/review/devices.html", context, status=422 if form and form.errors else 200)


def _load_device(request: HttpRequest, device_id: uuid.UUID) -> Device:
    device = Device.objects.select_related("user").filter(pk=device_id).first()
    if device is None:
        raise UnableToFind(_("HP itu tidak ada."))
    return device


@requires("patrol.coordinate", load=_load_device)
@require_POST
def revoke(request: HttpRequest, device: Device) -> HttpResponse:
    """`POST /rojak/alat/<id>/cabut/`: out of use, with the reason."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            revoke_device(device_id=device.pk, reason=form.cleaned_data["alasan"], by=actor_of(request), at=clock.now())
        except UnableToAllow:
            raise
        except UnableTo as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("HP %s dicabut.") % device.code)
            return redirect("rojak:devices")
    return _devices(request, form=form, wrong=str(device.pk))
