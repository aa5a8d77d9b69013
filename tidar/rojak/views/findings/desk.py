"""What these pages share: acts that may fail with a sentence, today in the region, who is behind an address."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tidar.common import clock
from tidar.common.access import actor_of
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.places import api as places
from tidar.rojak.queries.finding_pages import finding_with_state
from tidar.rojak.queries.reach import may_read


def today() -> date:
    """The day in the region."""
    return clock.now().astimezone(places.region().zone).date()


def done(
    request: HttpRequest, act: Callable[[Actor, datetime], Any], *, said: str = "", form: forms.Form | None = None
) -> bool:
    """Do the act as the reader, now; True when it was done. A failure stays on the form, or is shown as a message."""
    try:
        act(actor_of(request), clock.now())
    except (UnableToAllow, UnableToFind):
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


def readable_finding(request: HttpRequest, finding_id: uuid.UUID) -> Any:
    """The finding with its state, for somebody who may read it; for everybody else there is none."""
    found = finding_with_state(finding_id)
    if found is None or not may_read(actor_of(request), found):
        raise UnableToFind(_("Temuan itu tidak ada, atau bukan untuk Anda."))
    return found


def may_any(actor: Actor, *permissions: str) -> None:
    """Raise `UnableToAllow` unless the actor holds one of these somewhere."""
    if not any(actor.may(permission) for permission in permissions):
        raise UnableToAllow(_("Anda tidak memiliki wewenang untuk halaman ini."))


def private(response: HttpResponse) -> HttpResponse:
    """Kept by no browser and no proxy."""
    response["Cache-Control"] = "private, no-store"
    return response
