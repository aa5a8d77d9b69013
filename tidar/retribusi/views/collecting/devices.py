"""Collectors' phones for those who supervise them: state, gaps, held records; and a collector's own phones."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo
from tidar.common.pages import page
from tidar.common.signed_records import is_signed
from tidar.retribusi.actions.device_review import accept_record, deciding, refuse_record
from tidar.retribusi.actions.devices import approve_device, revoke_device
from tidar.retribusi.models import Device, DeviceRecord, Market
from tidar.retribusi.queries.devices import (
    case_of,
    facts_of,
    holder_at,
    phones,
    phones_of,
    place_of,
    records_of,
    state_counts,
)
from tidar.retribusi.queries.devices import phone as phone_of
from tidar.retribusi.queries.reach import decides_for
from tidar.retribusi.views.collecting.loading import agencies_of, device_named, record_named

PER_PAGE = 50
State = DeviceRecord.State
TABS = (State.HELD, State.POSTED, State.REFUSED, State.SETTLED)


@requires("levies.see")
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """`/retribusi/alat/`: every phone of the person's agencies, what is missing of it and what waits."""
    found = phones(agencies=agencies_of(actor_of(request), "levies.see"), at=clock.now())
    using = [one for one in found if one.device.revoked_at is None]
    context = {
        "phones": found,
        "using_count": sum(1 for one in using if one.device.approved_at is not None),
        "asking_count": sum(1 for one in using if one.device.approved_at is None),
        "missing_count": sum(one.stock.of - one.stock.held for one in found),
        "waiting_count": sum(one.waiting for one in found),
        "waiting_rupiah": sum(one.waiting_rupiah for one in found),
        "late_count": sum(1 for one in found if one.late),
    }
    return page(request, "retribusi/devices/devices.html", context)


@requires("levies.see", load=device_named)
@require_safe
def device(request: HttpRequest, found: Device) -> HttpResponse:
    """`/retribusi/alat/<uuid>/`: one phone, its gaps and its records."""
    return _device_page(request, found)


def _device_page(request: HttpRequest, found: Device, *, sentence: str = "", status: int = 200) -> HttpResponse:
    counts = state_counts(found)
    asked = request.GET.get("keadaan", State.HELD if counts.get(State.HELD) else "")
    state = asked if asked in State.values else ""
    below = request.GET.get("sebelum", "")
    rows = list(records_of(found, state=state, before=_number(below))[: PER_PAGE + 1])
    tabs = [(one.value, one.label, counts.get(one.value, 0)) for one in TABS]
    context: dict[str, Any] = {
        "device": found,
        "phone": phone_of(found, at=clock.now()),
        "state": state,
        "tabs": [*tabs, ("semua", _("Semua"), sum(counts.values()))],
        "rows": rows[:PER_PAGE],
        "next_before": rows[PER_PAGE - 1].counter if len(rows) > PER_PAGE else None,
        "first_page": not below,
        "may_supervise": _decides(request, found, "levies.supervise"),
        "sentence": sentence,
    }
    return page(request, "retribusi/devices/device.html", context, block="records", status=status)


def _decides(request: HttpRequest, found: Device, permission: str) -> bool:
    """Whether the person decides about this phone and what it signed."""
    by, collector = actor_of(request), found.collector_id
    return decides_for(by, [permission], agency=found.agency_id, collector_id=collector, at=clock.now())


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 12 else None


@requires("levies.supervise", load=device_named)
@require_POST
def approve(request: HttpRequest, found: Device) -> HttpResponse:
    """`POST …/setujui/`: what the phone signs is booked as it says."""
    try:
        approve_device(device_id=found.pk, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _device_page(request, found, sentence=error.sentence, status=error.status)
    messages.success(request, _("Alat %s disetujui.") % found.code)
    return redirect("retribusi:device", found.pk)


@requires("levies.supervise", load=device_named)
@require_POST
def revoke(request: HttpRequest, found: Device) -> HttpResponse:
    """`POST …/cabut/`: out of use from now on."""
    try:
        revoke_device(device_id=found.pk, reason=request.POST.get("alasan", ""), by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _device_page(request, found, sentence=error.sentence, status=error.status)
    messages.success(request, _("Alat %s dicabut. Yang baru sampai mulai sekarang ditahan.") % found.code)
    return redirect("retribusi:device", found.pk)


@requires("levies.see", load=record_named)
@require_http_methods(["GET", "HEAD", "POST"])
def device_record(request: HttpRequest, row: DeviceRecord) -> HttpResponse:
    """`/retribusi/alat/<uuid>/catatan/<id>/`: one record as it was signed, and what a person decides about it."""
    sentence, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _reviewed(request, row))
            return redirect("retribusi:device", row.device_id)
        except UnableTo as error:
            sentence, status = error.sentence, error.status
    context = _record_context(request, row, sentence)
    return page(request, "retribusi/devices/record.html", context, status=status)


def _reviewed(request: HttpRequest, row: DeviceRecord) -> str:
    by, at, note = actor_of(request), clock.now(), request.POST.get("catatan", "")
    if request.POST.get("aksi") == "tolak":
        refuse_record(record_id=row.pk, note=note, by=by, at=at)
        return _("Catatan nomor %d ditolak.") % row.counter
    holder = _holder_of(request.POST, row)
    accept_record(record_id=row.pk, note=note, by=by, at=at, occupancy_id=holder)
    return _("Catatan nomor %d diterima.") % row.counter


def _holder_of(posted: QueryDict, row: DeviceRecord) -> int | None:
    """The trader that the reviewer names: as the receipt says, or who holds the stall with the number they wrote."""
    number, market = posted.get("nomor", "").strip(), posted.get("pasar", "")
    return holder_at(number, market=market or None, agency=row.agency_code, at=row.happened_at or row.received_at)


def _record_context(request: HttpRequest, row: DeviceRecord, sentence: str) -> dict[str, Any]:
    body, own = bytes(row.body), row.device.collector_id == actor_of(request).id
    facts = facts_of(body)
    case = case_of(row)
    return {
        "row": row,
        "device": row.device,
        "facts": facts,
        "place": place_of(facts, agency=row.agency_code),
        "case": case,
        "decided": case is not None and case.settled_at is not None,
        "markets": Market.objects.filter(agency=row.agency_code).order_by("name"),
        "body": body.decode("utf-8", "replace"),
        "signed": is_signed(body, signature=bytes(row.signature), public_key=bytes(row.device.public_key)),
        "may_accept": _decides(request, row.device, deciding(row, accepting=True)) and not own,
        "may_refuse": _decides(request, row.device, deciding(row, accepting=False)) and not own,
        "sentence": sentence,
        "written": request.POST,
    }


@requires("levies.collect")
@require_http_methods(["GET", "HEAD", "POST"])
def own_devices(request: HttpRequest) -> HttpResponse:
    """`/retribusi/alat/saya/`: a collector's own phones; who loses one says so here, from any other."""
    by, sentence = actor_of(request), ""
    if request.method == "POST":
        try:
            done = revoke_device(device_id=_own(request), reason=request.POST.get("alasan", ""), by=by, at=clock.now())
            messages.success(request, _("Alat %s dicabut.") % done.code)
            return redirect("retribusi:own_devices")
        except UnableTo as error:
            sentence = error.sentence
    context = {"phones": phones_of(by.id, at=clock.now()), "sentence": sentence}
    return page(request, "retribusi/devices/own.html", context, status=422 if sentence else 200)


def _own(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("alat", ""))
    except ValueError:
        return uuid.UUID(int=0)
