"""One tap: ask somebody to look at a gap, or take that back. Works as a plain form and as an HTMX row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.pages import page
from tidar.rojak.actions.gaps import ask_for_check, withdraw_task
from tidar.rojak.models import GapTask, Segment
from tidar.rojak.queries.gaps import members_now, open_tasks, segments_now
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.views.coverage.board import gap_row

ROW = "rojak/coverage/_gap.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """A segment that somebody may be asked to look at."""

    segment: Segment

    @property
    def area_code(self) -> str:
        """For `access.requires`."""
        return self.segment.post.area_code


@dataclass(frozen=True, slots=True)
class AskedBefore(Asked):
    """A segment, and the task that may be taken back."""

    task_id: uuid.UUID


def segment_named(request: HttpRequest, segment_id: int) -> Asked:
    """The segment with this number."""
    found = Segment.objects.select_related("post").filter(pk=segment_id).first()
    if found is None:
        raise UnableToFind(_("Ruas itu tidak ada."))
    return Asked(found)


def task_named(request: HttpRequest, task_id: uuid.UUID) -> AskedBefore:
    """The task with this id, with its segment."""
    found = GapTask.objects.select_related("segment__post").filter(pk=task_id).first()
    if found is None:
        raise UnableToFind(_("Permintaan itu tidak ada."))
    return AskedBefore(found.segment, found.pk)


@requires("patrol.coordinate", load=segment_named)
@require_POST
def ask(request: HttpRequest, asked: Asked) -> HttpResponse:
    """`/rojak/ruas/<id>/minta/`: `anggota` names a member; without, whoever walks the next round."""
    member = request.POST.get("anggota", "")
    try:
        ask_for_check(
            segment_id=asked.segment.pk,
            member_id=int(member) if member.isascii() and member.isdigit() else None,
            by=actor_of(request),
            at=clock.now(),
        )
    except UnableTo as error:
        return _answer(request, asked, sentence=error.sentence, status=error.status)
    return _answer(request, asked, done=_("Diminta: %s.") % asked.segment.title)


@requires("patrol.coordinate", load=task_named)
@require_POST
def take_back(request: HttpRequest, asked: AskedBefore) -> HttpResponse:
    """`/rojak/permintaan/<uuid>/batal/`: nobody is asked any more."""
    try:
        withdraw_task(task_id=asked.task_id, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _answer(request, asked, sentence=error.sentence, status=error.status)
    return _answer(request, asked, done=_("Dibatalkan: %s.") % asked.segment.title)


def _answer(
    request: HttpRequest, asked: Asked, *, done: str = "", sentence: str = "", status: int = 200
) -> HttpResponse:
    """The row alone for HTMX; else back to the page it came from, with what was done or why not."""
    if getattr(request, "htmx", False):
        return _row(request, asked, sentence=sentence, status=status)
    if sentence:
        messages.error(request, sentence)
    else:
        messages.success(request, done)
    if request.POST.get("dari") == "papan":
        return redirect(reverse("rojak:gaps"))
    return redirect(reverse("rojak:gaps_of_post", args=[asked.segment.post.code]))


def _row(request: HttpRequest, asked: Asked, *, sentence: str, status: int) -> HttpResponse:
    now, actor = clock.now(), actor_of(request)
    found = [
        one for one in segments_now(posts_for(actor) & Q(pk=asked.segment.post_id), now) if one.id == asked.segment.pk
    ]
    if not found:
        return page(request, ROW, {"gone": True, "sentence": sentence}, status=status)
    context = {
        "row": gap_row(found[0], open_tasks([found[0].id]).get(found[0].id), asks=True),
        "members": members_now([found[0].post_id], now).get(found[0].post_id, []),
        "from_board": request.POST.get("dari") == "papan",
        "sentence": sentence,
    }
    return page(request, ROW, context, status=status)
