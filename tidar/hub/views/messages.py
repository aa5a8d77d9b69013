"""`/hub/pesan/`: messages from sensors that could not be read, each with the reason in words."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.pages import page
from tidar.hub.models import Message
from tidar.hub.queries.sensing import message_counts, observations_seen_by, quarantined_messages
from tidar.hub.rules.sensing import readable_payload

PAGE = 50


@requires("hub.see")
@require_GET
def sensor_messages(request: HttpRequest) -> HttpResponse:
    """The newest values of all sensors, and quarantined messages, newest first, fifty on a page."""
    now = clock.now()
    before = _before(request)
    reader = actor_of(request)
    kept = quarantined_messages(limit=PAGE + 1, before=before, reader=reader)
    counts = message_counts(since=now - timedelta(hours=1))
    context = {
        "sensors": observations_seen_by(reader),
        "messages": [(message, readable_payload(bytes(message.payload))) for message in kept[:PAGE]],
        "older": str(kept[PAGE - 1].pk) if len(kept) > PAGE else "",
        "paged": before is not None,
        "accepted": counts.get(Message.Status.ACCEPTED, 0),
        "quarantined": counts.get(Message.Status.QUARANTINED, 0),
    }
    return page(request, "hub/messages.html", context, block="messages")


def _before(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("sebelum", ""))
    except ValueError:
        return None
