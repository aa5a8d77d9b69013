"""What the pages of the register share: what an address names, today, an act that may fail with a sentence."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.access import actor_of
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.places import api as places
from tidar.retribusi.models import Census, LevyObject, Payer
from tidar.retribusi.queries.register import may_see_payer


def today() -> date:
    """The day in the region."""
    return clock.now().astimezone(places.region().zone).date()


def stall_named(request: HttpRequest, object_id: int) -> LevyObject:
    """The object with this id."""
    found = LevyObject.objects.select_related("levy_kind__agency", "market").filter(pk=object_id).first()
    if found is None:
        raise UnableToFind(_("Lapak itu tidak ada."))
    return found


def payer_named(request: HttpRequest, payer_id: int) -> Payer:
    """The payer with this id, for somebody of an agency that knows the payer."""
    found = Payer.objects.select_related("agency").filter(pk=payer_id).first()
    if found is None:
        raise UnableToFind(_("Wajib retribusi itu tidak ada."))
    actor = actor_of(request)
    if actor.may("levies.see") and not may_see_payer(actor, found):
        raise UnableToAllow(_("Wajib retribusi ini bukan dari perangkat daerah Anda."))
    return found


def census_named(request: HttpRequest, census_id: uuid.UUID) -> Census:
    """The walk with this id."""
    found = Census.objects.select_related("market__agency").filter(pk=census_id).first()
    if found is None:
        raise UnableToFind(_("Pendataan itu tidak ada."))
    return found


def act_of(request: HttpRequest) -> str:
    """Which act a form asks for."""
    return request.POST.get("aksi", "")


def done(
    request: HttpRequest, act: Callable[[Actor, datetime], Any], *, said: str = "", form: forms.Form | None = None
) -> bool:
    """Do the act as the reader, now; True when it was done. A failure stays on the form, or is shown as a message."""
    try:
        act(actor_of(request), clock.now())
    except UnableToAllow:
        raise
    except UnableTo as error:
        if form is not None:
            form.add_error(None, error.sentence)
        else:
            messages.error(request, error.sentence)
        return False
    if said:
        messages.success(request, said)
    return True


def text_in(request: HttpRequest, name: str) -> str:
    """What a form field says, without what no database would take."""
    return request.POST.get(name, "").replace("\0", "")


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number in a form field, None when there is none."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None
