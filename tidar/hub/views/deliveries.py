"""One delivery: what came, what became of it, its raw bytes, and the same bytes once more through today's contract."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo
from tidar.common.files import attachment
from tidar.common.pages import page
from tidar.hub import api
from tidar.hub.actions.processing import replay_delivery
from tidar.hub.actions.receiving import note_opening
from tidar.hub.models import Delivery
from tidar.hub.queries.deliveries import quarantine_counts, rejection_groups, timeline
from tidar.hub.queries.storage import is_sealed, raw_chunks, raw_path
from tidar.hub.rules.reading import Survey, survey_from
from tidar.hub.views.loading import delivery_named


@requires("hub.see", load=delivery_named)
@require_safe
def delivery(request: HttpRequest, found: Delivery) -> HttpResponse:
    """`/hub/kiriman/<uuid>/`: everything that is known of a delivery."""
    actor = actor_of(request)
    survey = survey_from(found.survey) if found.survey else None
    context = {
        "delivery": found,
        "feed": found.feed,
        "state": api.feed_states(at=clock.now()).get(found.feed.code),
        "report": found.report or {},
        "survey": survey,
        "mapped": _mapped(found, survey),
        "counts": quarantine_counts(found),
        "groups": rejection_groups(found),
        "moments": timeline(found),
        "replays": list(found.replays.order_by("received_at")),
        "raw_kept": found.raw_deleted_at is None,
        "may_deliver": actor.may("hub.deliver", agency=found.agency_code),
        "may_replay": actor.may("hub.administer", agency=found.agency_code),
    }
    return page(request, "hub/delivery.html", context)


def _mapped(found: Delivery, survey: Survey | None) -> list[dict[str, Any]]:
    if survey is None or not found.mapping:
        return []
    letters = {column.index: column.letter for column in survey.columns}
    return [
        {
            "column": column,
            "letter": letters.get(found.mapping[column.name], ""),
            "heading": survey.heading(found.mapping[column.name]),
        }
        for column in found.feed.rules.columns
        if column.name in found.mapping
    ]


@requires("hub.deliver", load=delivery_named)
@require_safe
def raw(request: HttpRequest, found: Delivery) -> HttpResponseBase:
    """`/hub/kiriman/<uuid>/berkas`: the bytes as they came, to save, never to show."""
    path = raw_path(found)
    response: StreamingHttpResponse
    if is_sealed(found):
        note_opening(delivery=found, by=actor_of(request), at=clock.now())
        response = StreamingHttpResponse(raw_chunks(found), content_type="application/octet-stream")
    else:
        response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    response["Content-Length"] = str(found.size_bytes)
    return attachment(response, found.file_name)


@requires("hub.administer", load=delivery_named)
@require_POST
def replay(request: HttpRequest, found: Delivery) -> HttpResponse:
    """`/hub/kiriman/<uuid>/putar-ulang/`: the raw bytes through the contract of today, as a new delivery."""
    try:
        new = replay_delivery(delivery_id=found.pk, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        messages.error(request, error.sentence)
        return redirect("hub:delivery", found.pk)
    messages.success(request, _("Berkas yang sama diperiksa lagi dengan kontrak hari ini. Ini hasilnya."))
    return redirect("hub:delivery", new)
