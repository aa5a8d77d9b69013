"""What a post prints, as PDF."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import requires
from tidar.rojak.models import Member, Post, Segment
from tidar.rojak.queries import posts as queries
from tidar.rojak.queries import sheets
from tidar.rojak.views.register.desk import post_named, today
from tidar.rojak.views.register.posts import monday_of


@requires("patrol.coordinate", load=post_named)
@require_safe
def stickers(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/stiker.pdf?untuk=<sticker or segment>`: twelve on a page; all of them, or only these."""
    found = queries.stickers_of(post, code=request.GET.get("untuk", "")[:60].replace("\0", ""))

    def address(code: str) -> str:
        return request.build_absolute_uri(reverse("rojak:sticker", args=[code]))

    return _shown(sheets.stickers_pdf(post, found, address=address, at=clock.now()), f"stiker-{post.code}.pdf")


@requires("patrol.coordinate", load=post_named)
@require_safe
def roster(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/jadwal.pdf?minggu=<day>`: the week's roster for the wall; from Saturday the next week's."""
    asked = request.GET.get("minggu", "")
    first = monday_of(asked) if asked else sheets.next_monday(today())
    week = queries.week_of(post, first)
    made = sheets.roster_pdf(post, week, typing_page=_typing_page(request, post), at=clock.now())
    return _shown(made, f"jadwal-{post.code}-{first.isoformat()}.pdf")


@requires("patrol.coordinate", load=post_named)
@require_safe
def form(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/formulir.pdf`: the form of a round without a phone."""
    made = sheets.form_pdf(
        post, segments=running_segments(post, today()), members=running_members(post, today()),
        kinds=queries.kinds_of(post), typing_page=_typing_page(request, post), at=clock.now(),
    )  # fmt: skip
    return _shown(made, f"formulir-{post.code}.pdf")


def running_segments(post: Post, day: date) -> list[Segment]:
    """Segments that are patrolled on a day, in the order of a walk."""
    return list(post.segments.filter(queries.running(day)))


def running_members(post: Post, day: date) -> list[Member]:
    """Members on a day, by name; and those who left within a month before it, whom old sheets still name."""
    recent = post.members.filter(from_date__lte=day, erased_at=None)
    return list(recent.exclude(until_date__lt=day - timedelta(days=31)))


def _typing_page(request: HttpRequest, post: Post) -> str:
    return request.build_absolute_uri(reverse("rojak:paper", args=[post.code]))


def _shown(made: bytes, name: str) -> HttpResponse:
    """Shown in the browser's own viewer; kept by no proxy, because it names people."""
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
