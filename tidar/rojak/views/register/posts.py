"""Posts: the list, a new one, and everything about one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common.access import actor_of, public, requires
from tidar.common.actor import Actor
from tidar.common.pages import page
from tidar.places import api as places
from tidar.rojak.actions.dating import end_entry, reopen_entry
from tidar.rojak.actions.posts import NewPost, change_post, create_post
from tidar.rojak.forms.register import LastDayForm, NewPostForm, PostForm
from tidar.rojak.models import Post
from tidar.rojak.queries import posts as queries
from tidar.rojak.rules.sketch import sketch
from tidar.rojak.views.register.desk import (
    act_of,
    done,
    may_coordinate,
    named_apart,
    post_named,
    refused,
    shown_with,
    today,
)


@requires("patrol.see")
@require_safe
def post_list(request: HttpRequest) -> HttpResponse:
    """`/rojak/pos/`: posts by code, narrowed by words, page by page."""
    actor, words = actor_of(request), request.GET.get("q", "")[:60].replace("\0", "").strip()
    ended, after = request.GET.get("berakhir") == "1", request.GET.get("sesudah", "")[:60].replace("\0", "")
    found = queries.post_page(actor, words=words, ended=ended, after=after, today=today())
    kept = request.GET.copy()
    kept.pop("sesudah", None)
    context = {
        "rows": found.rows, "following": found.following, "is_first": not after, "query": kept.urlencode(),
        "narrowed": words, "ended": ended, "may_edit": actor.may("patrol.coordinate"), "tab": "posts",
    }  # fmt: skip
    return page(request, "rojak/register/posts.html", context, block="list")


@requires("patrol.coordinate")
@require_http_methods(["GET", "HEAD", "POST"])
def new_post(request: HttpRequest) -> HttpResponse:
    """`/rojak/pos/baru/`: a post that is not there yet."""
    actor = actor_of(request)
    form = NewPostForm(
        request.POST or None, programs=[(p.pk, p.title) for p in queries.programs()], villages=_villages(actor),
        initial={"mulai": today(), "rw": _own_rw(actor)},
    )  # fmt: skip
    made: list[Post] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        area = data["desa"] + (f".{data['rw']:02d}" if data["rw"] else "")
        new = NewPost(program=data["program"], title=data["nama"], area_code=area, position=data["posisi"])
        said = _("Pos dibuat. Tambahkan rute, anggota, lalu jadwalnya.")
        if done(
            request, lambda by, at: made.append(create_post(new=new, from_date=data["mulai"], by=by, at=at)),
            said=said, form=form,
        ):  # fmt: skip
            return redirect("rojak:post", made[0].code)
    context = {"form": form, "tab": "posts"}
    return page(request, "rojak/register/new_post.html", context, status=422 if form.errors else 200)


def _villages(actor: Actor) -> list[tuple[str, str]]:
    """Villages in which the reader may make a post somewhere."""
    granted = [g.area for g in actor.grants if g.permission == "patrol.coordinate"]
    everywhere = actor.kind == "system" or None in granted
    return [
        (village.code, village.name)
        for village in sorted(places.villages(), key=lambda v: v.name)
        if everywhere or any(_overlap(area, village.code) for area in granted if area)
    ]


def _overlap(granted: str, village: str) -> bool:
    return (granted + ".").startswith(village + ".") or village.startswith(granted + ".")


def _own_rw(actor: Actor) -> int | None:
    """The RW of somebody who coordinates one only."""
    own = [g.area for g in actor.grants if g.permission == "patrol.coordinate" and g.area and g.area.count(".") == 4]
    return int(own[0].rpartition(".")[2]) if len(own) == 1 else None


FORMS: dict[str, type[forms.Form]] = {"ubah": PostForm, "akhiri": LastDayForm, "lanjutkan": forms.Form}


@requires("patrol.see", load=post_named)
@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest, found: Post) -> HttpResponse:
    """`/rojak/pos/<code>/`: this week's roster, route, members, stickers, paper; and what can be done."""
    failed: dict[str, forms.Form] = {}
    if request.method == "POST" and (kind := FORMS.get(name := act_of(request))) is not None:
        form = kind(request.POST)
        if form.is_valid() and _acted(request, name, form, found):
            return redirect("rojak:post", found.code)
        failed[name] = form
    return page(request, "rojak/register/post.html", _context(request, found, failed), status=422 if failed else 200)


def _acted(request: HttpRequest, name: str, form: forms.Form, found: Post) -> bool:
    data, pk = form.cleaned_data, found.pk
    acts = {
        "ubah": (
            lambda by, at: change_post(post_id=pk, title=data["nama"], position=data["posisi"], by=by, at=at),
            _("Data pos diperbaiki."),
        ),
        "akhiri": (
            lambda by, at: end_entry(kind="post", pk=pk, last_date=data["terakhir"], by=by, at=at),
            _("Pos dicatat berakhir. Riwayatnya tetap ada, dan dapat dilanjutkan lagi."),
        ),
        "lanjutkan": (lambda by, at: reopen_entry(kind="post", pk=pk, by=by, at=at), _("Pos dilanjutkan.")),
    }
    act, said = acts[name]
    return done(request, act, said=said, form=form)


def _context(request: HttpRequest, found: Post, failed: dict[str, forms.Form]) -> dict[str, Any]:
    first = monday_of(request.GET.get("minggu", ""))
    segments = queries.segments_of(found)
    running = [row for row in segments if row.is_running(today())]
    position = f"{found.lat:.6f}, {found.lon:.6f}" if found.lat is not None else ""
    shown: dict[str, forms.Form] = {
        "ubah": PostForm(initial={"nama": found.title, "posisi": position}),
        "akhiri": LastDayForm(initial={"terakhir": today()}),
        **failed,
    }
    spot = [(found.lon, found.lat)] if found.lon is not None and found.lat is not None else []
    return {
        **shown_with(request, found, "post"),
        "week": queries.week_of(found, first),
        "week_before": first - timedelta(days=7),
        "week_after": first + timedelta(days=7),
        "segments": running,
        "houses": sum(len(row.houses) for row in running),
        "stickers": sum(len(row.stickers) for row in running),
        "metres": sum(row.segment.length_metres for row in running),
        "drawing": sketch([row.segment.line for row in running], spot),
        "members": [m for m in queries.members_of(found) if m.until_date is None or m.until_date >= today()],
        "waiting": [s for s in queries.swaps_of(found, since=today()) if s.state == "diminta"]
        if may_coordinate(request, found) else [],
        "forms": named_apart(shown),
        "failed": next(iter(failed), ""),
        "failure": refused(failed),
    }  # fmt: skip


def monday_of(text: str) -> date:
    """The Monday of the week that an address names, else of this week."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        day = today()
    day = day if 2000 <= day.year <= 2190 else today()
    return day - timedelta(days=day.weekday())


@public
@require_safe
def sticker(request: HttpRequest, code: str) -> HttpResponseBase:
    """`/rojak/titik/<code>/`: what a sticker's QR opens on a phone without the app: the residents' page."""
    return redirect("rojak:resident", queries.public_code_of(code))
