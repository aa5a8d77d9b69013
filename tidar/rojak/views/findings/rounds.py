"""Rounds: the list, one round with its track and its summary for the group, as text and as a picture."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableToFind
from tidar.common.files import attachment
from tidar.common.pages import page
from tidar.rojak.models import Round
from tidar.rojak.queries import pictures, rounds
from tidar.rojak.queries.reach import may_coordinate
from tidar.rojak.rules import summary as rules
from tidar.rojak.rules.tracks import Track
from tidar.rojak.views.findings.desk import private


class RoundToRead:
    """A round with the area that `requires` checks."""

    def __init__(self, found: Any) -> None:
        self.round = found
        self.area_code: str = found.post.area_code


def round_asked(request: HttpRequest, round_id: uuid.UUID) -> RoundToRead:
    """The round with this id."""
    found = rounds.round_named(round_id)
    if found is None:
        raise UnableToFind(_("Ronda itu tidak ada."))
    return RoundToRead(found)


@requires("patrol.see")
@require_safe
def round_list(request: HttpRequest) -> HttpResponse:
    """`/rojak/ronda/`: rounds, newest first, of every post that the reader may see."""
    actor, post = actor_of(request), request.GET.get("pos", "")[:60]
    context = {
        "listed": rounds.listed(actor, at=clock.now(), post=post, after=request.GET.get("sesudah", "")[:40]),
        "posts": rounds.post_choices(actor),
        "post": post,
        "query": f"pos={post}" if post else "",
        "tab": "rounds",
    }
    return private(page(request, "rojak/findings/rounds.html", context, block="list"))


@requires("patrol.see", load=round_asked)
@require_safe
def one_round(request: HttpRequest, asked: RoundToRead) -> HttpResponse:
    """`/rojak/ronda/<id>/`: what a round brought; who was there only for who leads the patrol."""
    found: Round = asked.round
    actor, now = actor_of(request), clock.now()
    shown = rounds.round_page(found, reader=actor, at=now)
    text = rules.summary_text(rounds.summary_of(found, at=now))
    context = {
        "shown": shown,
        "round": found,
        "words": found.post.program.words,
        "text": text,
        "share": rules.share_address(text),
        "drawing": _drawing(shown),
        "leads": may_coordinate(actor, found.post),
        "tab": "rounds",
    }
    return private(page(request, "rojak/findings/round.html", context))


@requires("patrol.see", load=round_asked)
@require_safe
def round_picture(request: HttpRequest, asked: RoundToRead) -> HttpResponse:
    """The picture of a round for the group."""
    data = pictures.round_picture(asked.round, at=clock.now())
    name = f"ronda-{asked.round.started_at:%Y%m%d-%H%M}.png"
    return attachment(HttpResponse(data, content_type="image/png"), name)


def _drawing(shown: rounds.RoundPage) -> dict[str, Any]:
    """What the map draws: segments, checks, certain stretches, fixes that tell nothing, findings with a place."""
    post = shown.round.post
    day = shown.round.started_at.date()
    checked = {check.segment for check in shown.checks}
    return {
        "segments": [
            {"title": one.title, "line": one.line, "checked": one.title in checked}
            for one in rounds.segments_of(post, day)
            if len(one.line) > 1
        ],
        "checks": [
            {"lon": c.lon, "lat": c.lat, "certain": c.is_certain, "title": c.segment}
            for c in shown.checks
            if c.lon is not None
        ],
        **_track(shown.track),
    }


def _track(track: Track) -> dict[str, Any]:
    return {"lines": track.lines, "unknown": track.unknown}
