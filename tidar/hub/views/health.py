"""`/hub/kesehatan/` and `/api/hub/health`: which feeds keep their promise, since when, and whose they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import clock, wording
from tidar.common.access import actor_of, requires
from tidar.common.pages import page
from tidar.hub.queries.health import DAYS, Day, HealthRow, health_rows
from tidar.hub.queries.system_checks import system_checks
from tidar.hub.views.data import freshness_data
from tidar.places import api as places

ORDER = ("stale", "late", "waiting", "fresh", "unscheduled")
STEP, WIDTH = 10, 8  # of the day strip, in its own units


@requires("hub.see")
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """`/hub/kesehatan/`: the worst first; filters by state and owner."""
    rows = _rows(request)
    state, agency = request.GET.get("keadaan", ""), request.GET.get("dinas", "")
    owners = sorted({(row.feed.agency_code, row.feed.agency.name) for row in rows}, key=lambda pair: pair[1])
    shown = [row for row in rows if state in ("", row.state.state) and agency in ("", row.feed.agency_code)]
    context = {
        "rows": [_shown(row) for row in shown],
        "tally": [(name, sum(row.state.state == name for row in rows)) for name in ORDER],
        "owners": owners,
        "state": state,
        "agency": agency,
        "checks": system_checks(at=clock.now()),
        "days": DAYS,
        "strip_width": DAYS * STEP,
    }
    return page(request, "hub/health.html", context, block="table")


@requires("hub.see")
@require_safe
def health_data(request: HttpRequest) -> JsonResponse:
    """`/api/hub/health`: the same as JSON."""
    return JsonResponse({"feeds": [_data(row) for row in _rows(request)]})


def _rows(request: HttpRequest) -> list[HealthRow]:
    rows = health_rows(actor_of(request), at=clock.now(), zone=places.region().zone)
    return sorted(rows, key=lambda row: (ORDER.index(row.state.state), -(row.state.age_seconds or 0), row.feed.title))


def _shown(row: HealthRow) -> dict[str, Any]:
    days = [{"x": n * STEP, "level": day.level, "title": _day_words(day)} for n, day in enumerate(row.days)]
    return {"feed": row.feed, "state": row.state, "pull": row.pull, "days": days, "summary": _summary(row.days)}


def _day_words(day: Day) -> str:
    words = {
        "ok": _("data diterima"),
        "mixed": _("sebagian diterima, sebagian tertahan"),
        "bad": _("hanya data bermasalah"),
        "none": _("tidak ada data"),
    }
    return f"{wording.day(day.day)}: {words[day.level]}"


def _summary(days: tuple[Day, ...]) -> str:
    """What a reader who cannot see the strip hears."""
    good = sum(day.level in ("ok", "mixed") for day in days)
    bad = sum(day.level in ("bad", "mixed") for day in days)
    return _("%(days)d hari terakhir: data diterima pada %(good)d hari, bermasalah pada %(bad)d hari.") % {
        "days": len(days),
        "good": good,
        "bad": bad,
    }


def _data(row: HealthRow) -> dict[str, Any]:
    feed = row.feed
    pull = None
    if row.pull is not None:
        pull = {"last_tried_at": row.pull.last_tried_at, "failures": row.pull.failures, "sentence": row.pull.sentence}
    return {
        "code": feed.code,
        "title": feed.title,
        "agency": feed.agency_code,
        "kind": feed.kind,
        "sample": feed.sample,
        "active": feed.active,
        "freshness": freshness_data(row.state),
        "days": [{"day": day.day, "level": day.level} for day in row.days],
        "pull": pull,
    }
