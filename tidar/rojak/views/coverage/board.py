"""The gap board: where one should have been and was not, in the whole region or in one's own RW."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.pages import page
from tidar.common.sheets import Cell, Sheet, sheet_file, wanted_file
from tidar.places import api as places
from tidar.rojak.models import Segment
from tidar.rojak.queries.gaps import (
    PostNow,
    SegmentNow,
    members_now,
    open_tasks,
    posts_now,
    segments_now,
    worst_first,
)
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.views.coverage.asked import (
    GAPS,
    SORTS,
    STATES,
    VIEWS,
    Asked,
    area_name,
    bar,
    counts,
    programs,
    words_of,
)
from tidar.rojak.views.coverage.picture import picture
from tidar.rojak.views.coverage.sentences import sentence_of, when_of

POSTS_PER_PAGE = 12
SEGMENTS_PER_PAGE = 50


@requires("patrol.see")
@require_safe
@gzip_page
def board(request: HttpRequest) -> HttpResponse:
    """`/rojak/celah/`: posts by how badly they need somebody, or every segment; as CSV and XLSX with `?unduh=`."""
    asked, now, actor = Asked.of(request), clock.now(), actor_of(request)
    everything = segments_now(posts_for(actor), now)
    found = [one for one in everything if _in_places(one, asked)]
    shown = [one for one in found if asked.keeps(one)]
    if ending := wanted_file(request):
        return sheet_file(sheet_of(_sorted(shown, asked), now), ending)
    known = programs()
    context = {
        "asked": asked,
        "now": now,
        "counts": counts(found),
        "bar": bar(counts(found)),
        "total": len(found),
        "gap_count": sum(one.state.is_gap for one in found),
        "known_percent": _fine(found),
        "shown_count": len(shown),
        "picture": picture(shown),
        "programs": [known[key] for key in sorted({one.program for one in everything})],
        "villages": _villages(everything),
        "words": words_of({one.program for one in found}, known),
        "states": [(GAPS, _("semua celah")), *((key, word) for key, (word, _kind) in STATES.items())],
        "sorts": SORTS.items(),
        "views": [(key, word, asked.query(view=key)) for key, word in VIEWS.items()],
        "query": asked.query(),
        "has_filters": bool(asked.program or asked.village or asked.state),
        **(_of_posts(request, shown, actor, now) if asked.view == "pos" else _of_segments(request, shown, asked)),
    }
    return page(request, "rojak/coverage/board.html", context, block="board")


def _in_places(one: SegmentNow, asked: Asked) -> bool:
    in_village = not asked.village or one.village == asked.village
    return in_village and (not asked.program or one.program == asked.program)


def _fine(found: Sequence[SegmentNow]) -> float | None:
    fine = sum(one.state.kind in ("hari-ini", "terperiksa") for one in found)
    return 100 * fine / len(found) if found else None


def _villages(found: Sequence[SegmentNow]) -> list[tuple[str, str]]:
    codes = {one.village for one in found}
    return sorted(((code, area_name(code)) for code in codes), key=lambda pair: pair[1])


def _of_posts(request: HttpRequest, shown: Sequence[SegmentNow], actor: Actor, now: datetime) -> dict[str, Any]:
    turned: Page[PostNow] = Paginator(posts_now(shown), POSTS_PER_PAGE).get_page(request.GET.get("page"))
    posts = list(turned)
    tasks = open_tasks([one.id for post in posts for one in post.worst])
    mine = {post.id for post in posts if actor.may("patrol.coordinate", area=post.area_code)}
    members = members_now(sorted(mine), now) if mine else {}
    cards = [
        {
            "post": post,
            "area": area_name(post.area_code),
            "worst": [gap_row(one, tasks.get(one.id), asks=post.id in mine) for one in post.worst],
            "members": members.get(post.id, []),
        }
        for post in posts
    ]
    return {"turned": turned, "cards": cards}


def gap_row(one: SegmentNow, task: Any, *, asks: bool) -> dict[str, Any]:
    """What the rows of a gap need: the segment, who was asked, whether this reader may ask."""
    word, badge = STATES[one.state.kind]
    return {
        "one": one, "task": task, "asks": asks, "word": word, "badge": badge, "sentence": sentence_of(one),
        "when": when_of(one.state),
    }  # fmt: skip


def _sorted(shown: Sequence[SegmentNow], asked: Asked) -> list[SegmentNow]:
    if asked.sort == "tempo":
        return sorted(shown, key=lambda one: (one.state.due_at, one.id))
    return list(shown) if asked.sort == "pos" else worst_first(shown)


def _of_segments(request: HttpRequest, shown: Sequence[SegmentNow], asked: Asked) -> dict[str, Any]:
    turned: Page[SegmentNow] = Paginator(_sorted(shown, asked), SEGMENTS_PER_PAGE).get_page(request.GET.get("page"))
    rows = [gap_row(one, None, asks=False) | {"area": area_name(one.area_code or one.post_area)} for one in turned]
    return {"turned": turned, "rows": rows}


def sheet_of(found: Sequence[SegmentNow], now: datetime) -> Sheet:
    """Every segment with its state, for spreadsheets."""
    zone = places.region().zone
    headings = [
        _("Pos"), _("Wilayah"), _("Kode"), _("Ruas"), _("Kepentingan"), _("Jam ronda sampai jatuh tempo"), _("Keadaan"),
        _("Terakhir diperiksa"), _("Pasti"), _("Jatuh tempo"), _("Terlambat (hari)"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.post_title, area_name(one.area_code or one.post_area), one.code, one.title, one.importance,
            one.due_hours, str(STATES[one.state.kind][0]),
            one.state.last_at.astimezone(zone).replace(tzinfo=None) if one.state.last_at else None,
            "" if one.state.last_at is None else _("ya") if one.state.is_certain else _("tidak"),
            one.state.due_at.replace(tzinfo=None), one.state.overdue_days,
        ]
        for one in found
    ]  # fmt: skip
    at = now.astimezone(zone)
    return Sheet(f"celah-ronda-{at:%Y-%m-%d}", _("Celah ronda, %s") % f"{at:%Y-%m-%d %H.%M}", headings, rows)


@requires("patrol.see")
@require_safe
@gzip_page
def board_map(request: HttpRequest) -> HttpResponse:
    """`/rojak/celah/peta.geojson`: the lines of the same segments, each with its state; for the board's map."""
    asked, now = Asked.of(request), clock.now()
    shown = segments_now(posts_for(actor_of(request)) & asked.posts(), now)
    if post := request.GET.get("pos", ""):
        shown = [one for one in shown if one.post_code == post]
    shown = [one for one in shown if asked.keeps(one)]
    lines = dict(Segment.objects.filter(pk__in=[one.id for one in shown]).values_list("pk", "line"))
    features = [
        {
            "type": "Feature",
            "id": one.id,
            "geometry": {"type": "LineString", "coordinates": lines[one.id]},
            "properties": {
                "kind": one.state.kind,
                "title": one.title,
                "post": one.post_title,
                "area": area_name(one.area_code or one.post_area),
                "sentence": sentence_of(one),
            },
        }
        for one in worst_first(shown)[::-1]  # the worst are drawn last, on top
        if len(lines[one.id]) > 1
    ]
    document = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    answer = HttpResponse(document, content_type="application/geo+json")
    answer["Cache-Control"] = "private, no-store"
    return answer
