"""The hub as JSON: feeds with their freshness, one feed, one delivery."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.hub import api
from tidar.hub.models import Delivery, Feed
from tidar.hub.queries.deliveries import deliveries_of, feed_rows, quarantine_counts
from tidar.hub.rules.contract import contract_data
from tidar.hub.views.loading import delivery_named, feed_named


@requires("hub.see")
@require_safe
def feeds_data(request: HttpRequest) -> JsonResponse:
    """`/api/hub/feeds`: the feeds that the reader may see, each with its freshness."""
    states = api.feed_states(at=clock.now())
    rows = feed_rows(actor_of(request), words=request.GET.get("q", ""), agency=request.GET.get("agency", ""))
    return JsonResponse(
        {
            "feeds": [
                feed_data(row.feed, states.get(row.feed.code))
                | {"rows": row.row_count, "quarantine_open": row.open_count}
                for row in rows
            ]
        }
    )


@requires("hub.see", load=feed_named)
@require_safe
def feed_data_view(request: HttpRequest, found: Feed) -> JsonResponse:
    """`/api/hub/feeds/<code>`: one feed with its contract, freshness and newest deliveries."""
    state = api.feed_states(at=clock.now()).get(found.code)
    recent = [delivery_data(delivery) for delivery in deliveries_of(found)[:20]]
    return JsonResponse(
        feed_data(found, state)
        | {"description": found.description, "contract": contract_data(found.rules), "deliveries": recent}
    )


@requires("hub.see", load=delivery_named)
@require_safe
def delivery_data_view(request: HttpRequest, found: Delivery) -> JsonResponse:
    """`/api/hub/deliveries/<uuid>`: what came and what became of it."""
    counts = quarantine_counts(found)
    report = found.report or {}
    state = api.feed_states(at=clock.now()).get(found.feed.code)
    return JsonResponse(
        delivery_data(found)
        | {
            "feed": found.feed.code,
            "freshness": freshness_data(state),
            "sentence": found.sentence,
            "stage": found.stage,
            "progress": found.progress,
            "notes": report.get("notes", []),
            "differences": report.get("differences", []),
            "quarantine": {"open": counts.open, "released": counts.released, "discarded": counts.discarded},
        }
    )


def freshness_data(state: api.FeedState | None) -> dict[str, Any] | None:
    """How fresh, since when, and until when it was promised."""
    if state is None:
        return None
    return {"state": state.state, "last_at": state.last_at, "due_at": state.due_at, "age_seconds": state.age_seconds}


def feed_data(found: Feed, state: api.FeedState | None) -> dict[str, Any]:
    """A feed as the API writes it."""
    return {
        "code": found.code,
        "title": found.title,
        "agency": found.agency_code,
        "kind": found.kind,
        "lake_table": found.lake_table,
        "access_class": found.access_class,
        "rhythm_seconds": found.rhythm_seconds,
        "grace_seconds": found.grace_seconds,
        "retention_days": found.retention_days,
        "sample": found.sample,
        "active": found.active,
        "freshness": freshness_data(state),
    }


def delivery_data(found: Delivery) -> dict[str, Any]:
    """A delivery as the API writes it."""
    return {
        "id": str(found.pk),
        "status": found.status,
        "file_name": found.file_name,
        "sha256": found.sha256,
        "size_bytes": found.size_bytes,
        "received_at": found.received_at,
        "published_at": found.published_at,
        "received_by": found.received_by_name,
        "accepted": found.accepted_count,
        "rejected": found.rejected_count,
        "skipped": found.skipped_count,
        "lake_version": found.lake_version,
        "replay_of": str(found.replay_of_id) if found.replay_of_id else None,
        "raw_kept": found.raw_deleted_at is None,
    }
