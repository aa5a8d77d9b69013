"""`GET /changes?since=SEQ`: the spine as pages of JSON, by which any consumer proves that it missed nothing."""

from __future__ import annotations

import hashlib

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo
from tidar.hub.queries.spine import MAX_PAGE, events_between, head
from tidar.hub.rules.spine import event_data, may_see

DEFAULT_LIMIT = 500
LARGEST_NUMBER = 2**63 - 1


class UnableToPage(UnableTo):
    """A parameter of the request cannot be understood."""

    status = 400


@requires("hub.see")
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Events with a number greater than `since`, in order; ask again with `next` until it equals `head`.

    `withheld` counts events in between that this reader may not see, so that a missing number is explained. A page
    carries a strong ETag; the same page again answers 304.
    """
    since = number(request, "since", default=0, largest=LARGEST_NUMBER)
    limit = max(1, number(request, "limit", default=DEFAULT_LIMIT, largest=MAX_PAGE))
    kinds = tuple(filter(None, request.GET.get("kinds", "").split(",")))
    last = head()
    events = events_between(since, last, limit=limit, kinds=kinds)
    following = events[-1].seq if len(events) == limit else max(last, since)
    seen = [event for event in events if may_see(actor_of(request), event)]
    body = msgspec.json.encode(
        {
            "events": [event_data(event) for event in seen],
            "next": following,
            "head": last,
            "withheld": len(events) - len(seen),
        }
    )
    return _tagged(request, body)


def number(request: HttpRequest, name: str, *, default: int, largest: int) -> int:
    """A whole number from the query string, at most `largest`; raises `UnableToPage`."""
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise UnableToPage(_("Parameter “%s” harus bilangan bulat nol atau lebih.") % name)
    return min(int(text), largest)


def _tagged(request: HttpRequest, body: bytes) -> HttpResponse:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if tag in {part.strip() for part in request.headers.get("If-None-Match", "").split(",")}:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
