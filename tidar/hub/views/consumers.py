"""`/hub/konsumen/`: how far each consumer of the spine has come, and what it could not handle."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.pages import page
from tidar.hub.actions.consuming import retry_dead_letter, settle_dead_letter
from tidar.hub.models import DeadLetter
from tidar.hub.queries.spine import consumer_states, dead_letters, head


@requires("hub.administer")
@require_GET
def consumers(request: HttpRequest) -> HttpResponse:
    """Cursors, how many events behind, and dead letters that wait for a person."""
    return _shown(request)


@requires("hub.administer")
@require_POST
def retry(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """Hand the event to its consumer once more."""
    _must_exist(letter_id)
    try:
        retry_dead_letter(letter_id=letter_id, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _shown(request, failure=error.sentence, failed=letter_id, status=error.status)
    messages.success(request, _("Kejadian berhasil diolah ulang."))
    return redirect("hub:consumers")


@requires("hub.administer")
@require_POST
def settle(request: HttpRequest, letter_id: uuid.UUID) -> HttpResponse:
    """Close a dead letter that somebody dealt with otherwise."""
    _must_exist(letter_id)
    try:
        settle_dead_letter(letter_id=letter_id, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _shown(request, failure=error.sentence, failed=letter_id, status=error.status)
    messages.success(request, _("Kejadian ditutup tanpa diolah."))
    return redirect("hub:consumers")


def _must_exist(letter_id: uuid.UUID) -> None:
    if not DeadLetter.objects.filter(pk=letter_id).exists():
        raise UnableToFind(_("Kejadian gagal itu tidak ada."))


def _shown(
    request: HttpRequest, *, failure: str = "", failed: uuid.UUID | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "head": head(),
        "consumers": consumer_states(),
        "letters": dead_letters(),
        "failure": failure,
        "failed": failed,
    }
    return page(request, "hub/consumers.html", context, status=status)
