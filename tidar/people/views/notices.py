"""The bell: what the person was told."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, signed_in
from tidar.common.pages import page
from tidar.people.actions.notices import mark_all_read
from tidar.people.queries.lists import notices_of


@signed_in
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first."""
    shown = Paginator(notices_of(actor_of(request).id), 30).get_page(request.GET.get("page"))
    return page(request, "people/notices.html", {"notices": shown})


@signed_in
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Everything told so far is read."""
    mark_all_read(by=actor_of(request), at=clock.now())
    return redirect("people:notices")
