"""The bell: what every open page and every phone of the patrol asks to know whether somebody calls for help."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires, signed_in
from tidar.places import api as places
from tidar.rojak.actions.sos import take_in_hand
from tidar.rojak.queries.bell import Call, calls_heard, mark_of, of_others
from tidar.rojak.views.findings.desk import private

WALL = "dinding"


@signed_in
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """`/rojak/sos/lonceng/?ada=<mark>[&di=dinding]`: the strip, or 204 when the page has it as it is.

    On the wall, which everybody in the room reads, it says neither words nor a place. Opened by itself: the page of
    calls.
    """
    if request.headers.get("HX-Request") != "true":
        return _elsewhere(request)
    calls = calls_heard(actor_of(request), at=clock.now())
    if request.GET.get("ada") == mark_of(calls):
        return private(HttpResponse(status=204))
    return _strip(request, calls)


@signed_in
@require_POST
def take(request: HttpRequest, sos_id: uuid.UUID) -> HttpResponse:
    """`POST /rojak/sos/<id>/pegang/`: I have it in hand; the strip anew, or back to the page of calls."""
    take_in_hand(sos_id=sos_id, by=actor_of(request), at=clock.now())
    if request.headers.get("HX-Request") == "true":
        return _strip(request, calls_heard(actor_of(request), at=clock.now()))
    messages.success(request, _("Tercatat: Anda memegang panggilan ini."))
    return _elsewhere(request)


def _elsewhere(request: HttpRequest) -> HttpResponse:
    return redirect("rojak:sos" if actor_of(request).may("patrol.see") else "rojak:app")


def _strip(request: HttpRequest, calls: tuple[Call, ...]) -> HttpResponse:
    is_wall = request.GET.get("di") == WALL
    asked = {"ada": mark_of(calls)} | ({"di": WALL} if is_wall else {})
    context = {
        "calls": calls,
        "is_wall": is_wall,
        "query": urlencode({"di": WALL}) if is_wall else "",
        "address": f"{reverse('rojak:bell')}?{urlencode(asked)}",
        "ringing": any(call.is_ringing for call in calls),
    }
    return private(render(request, "rojak/findings/bell.html", context))


@requires("patrol.walk")
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """`GET /api/rojak/panggilan`: open calls of colleagues that must reach this person, for the phone's next sync."""
    actor, at = actor_of(request), clock.now()
    found = of_others(calls_heard(actor, at=at), actor)
    return private(JsonResponse({"calls": [_call(one) for one in found]}))


def _call(call: Call) -> dict[str, Any]:
    sos = call.sos
    spot = None if sos.lon is None or sos.lat is None else [round(sos.lon * 1e6), round(sos.lat * 1e6)]
    return {
        "id": str(sos.pk),
        "post": sos.post.title,
        "at": sos.happened_at.astimezone(places.region().zone).isoformat(timespec="seconds"),
        "note": sos.note,
        "spot": spot,
        "accuracy_m": sos.accuracy_metres,
        "in_hand": not call.is_ringing,
        "by": call.seen_by,
    }
