"""The route of a post: its segments, one with its line, houses and stickers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tidar.common.access import requires
from tidar.common.actor import Actor
from tidar.common.pages import page
from tidar.places import api as places
from tidar.rojak.actions.checkpoints import add_checkpoint, change_checkpoint, replace_sticker
from tidar.rojak.actions.dating import end_entry, reopen_entry
from tidar.rojak.actions.posts import SegmentValues, add_segment, change_segment, set_houses
from tidar.rojak.forms.register import HousesForm, LastDayForm, SegmentForm, StickerForm
from tidar.rojak.models import Post, Segment
from tidar.rojak.queries import posts as queries
from tidar.rojak.rules.lines import typed
from tidar.rojak.rules.program import settings_of
from tidar.rojak.rules.sketch import sketch
from tidar.rojak.views.register.desk import (
    SegmentOfPost,
    act_of,
    done,
    may_coordinate,
    named_apart,
    number_in,
    post_named,
    refused,
    segment_named,
    shown_with,
    today,
)

Act = Callable[[Actor, datetime], Any]


@requires("patrol.see", load=post_named)
@require_http_methods(["GET", "HEAD", "POST"])
def route(request: HttpRequest, post: Post) -> HttpResponse:
    """`/rojak/pos/<code>/rute/`: the segments in the order of a walk; a new one."""
    form = SegmentForm(request.POST or None, initial={"tenggat": settings_of(post.program.settings).default_due_hours})
    made: list[Segment] = []
    if request.method == "POST" and form.is_valid():
        values = values_of(form.cleaned_data)
        said = _("Ditambahkan ke rute. Pasang stiker dan tulis rumahnya.")
        if done(
            request,
            lambda by, at: made.append(add_segment(post_id=post.pk, values=values, from_date=today(), by=by, at=at)),
            said=said, form=form,
        ):  # fmt: skip
            return redirect("rojak:segment", post.code, made[0].code)
    segments = queries.segments_of(post)
    context = {
        **shown_with(request, post, "route"),
        "segments": segments,
        "drawing": sketch([row.segment.line for row in segments if row.is_running(today())]),
        "form": form,
        "others": beside([row.segment.line for row in segments if row.is_running(today())], post),
    }
    return page(request, "rojak/register/route.html", context, status=422 if form.errors else 200)


def beside(lines: list[Any], post: Post) -> dict[str, Any]:
    """What the drawing tool shows beside the line: the rest of the route, and where to look when there is none."""
    region, area = places.region(), places.area(post.area_code.rpartition(".")[0])
    spots = [(post.lon, post.lat), (area.lon, area.lat) if area else (None, None), (region.lon, region.lat)]
    centre = next([lon, lat] for lon, lat in spots if lon is not None and lat is not None)
    return {"lines": lines, "centre": centre}


def values_of(data: dict[str, Any]) -> SegmentValues:
    """A segment as a form describes it."""
    return SegmentValues(
        title=data["nama"], due_hours=data["tenggat"], importance=data["kepentingan"], rt=data["rt"],
        line=data["garis"], order=data["urutan"],
    )  # fmt: skip


FORMS: dict[str, type[forms.Form]] = {
    "ubah": SegmentForm, "rumah": HousesForm, "stiker": StickerForm, "pindah": StickerForm, "ganti": forms.Form,
    "lepas": forms.Form, "pasang": forms.Form, "akhiri": LastDayForm, "lanjutkan": forms.Form,
}  # fmt: skip


@requires("patrol.see", load=segment_named)
@require_http_methods(["GET", "HEAD", "POST"])
def segment(request: HttpRequest, found: SegmentOfPost) -> HttpResponse:
    """`/rojak/pos/<code>/rute/<segment>/`: its facts, its houses, its stickers; and what can be done."""
    failed: dict[str, forms.Form] = {}
    if request.method == "POST" and (kind := FORMS.get(name := act_of(request))) is not None:
        form = kind(request.POST)
        if form.is_valid() and done(request, _act(name, form, found.segment, request), said=_said(name), form=form):
            return redirect("rojak:segment", found.post.code, found.segment.code)
        failed[name] = form
    return page(request, "rojak/register/segment.html", _context(request, found, failed), status=422 if failed else 200)


def _said(name: str) -> str:
    return {
        "ubah": _("Datanya diperbaiki."),
        "rumah": _("Daftar rumah disimpan."),
        "stiker": _("Stiker dibuat. Cetak, lalu tempel."),
        "pindah": _("Data stiker diperbaiki."),
        "ganti": _("Stiker lama tidak berlaku lagi. Cetak dan tempel yang baru."),
        "lepas": _("Stiker dicatat dilepas."),
        "pasang": _("Stiker dipakai lagi."),
        "akhiri": _("Dicatat berakhir. Riwayatnya tetap ada, dan dapat dilanjutkan lagi."),
        "lanjutkan": _("Dilanjutkan."),
    }[name]


def _act(name: str, form: forms.Form, found: Segment, request: HttpRequest) -> Act:
    data, sticker, pk = form.cleaned_data, number_in(request, "titik"), found.pk
    acts: dict[str, Act] = {
        "ubah": lambda by, at: change_segment(segment_id=pk, values=values_of(data), by=by, at=at),
        "rumah": lambda by, at: set_houses(
            segment_id=pk, labels=data["rumah"].splitlines(), from_date=today(), by=by, at=at
        ),
        "stiker": lambda by, at: add_checkpoint(
            segment_id=pk, title=data["nama"], position=data["posisi"], from_date=today(), by=by, at=at
        ),
        "pindah": lambda by, at: change_checkpoint(
            checkpoint_id=sticker, title=data["nama"], position=data["posisi"], by=by, at=at
        ),
        "ganti": lambda by, at: replace_sticker(checkpoint_id=sticker, from_date=today(), by=by, at=at),
        "lepas": lambda by, at: end_entry(kind="checkpoint", pk=sticker, last_date=today(), by=by, at=at),
        "pasang": lambda by, at: reopen_entry(kind="checkpoint", pk=sticker, by=by, at=at),
        "akhiri": lambda by, at: end_entry(kind="segment", pk=pk, last_date=data["terakhir"], by=by, at=at),
        "lanjutkan": lambda by, at: reopen_entry(kind="segment", pk=pk, by=by, at=at),
    }
    return acts[name]


def _context(request: HttpRequest, found: SegmentOfPost, failed: dict[str, forms.Form]) -> dict[str, Any]:
    own = found.segment
    rows = queries.segments_of(found.post)
    others = [row.segment.line for row in rows if row.segment.pk != own.pk and row.is_running(today())]
    stickers = list(own.checkpoints.order_by("until_date", "order", "id"))
    spots = [(c.lon, c.lat) for c in stickers if c.until_date is None and c.lon is not None and c.lat is not None]
    houses = [house.label for house in own.houses.filter(until_date=None)]
    shown: dict[str, forms.Form] = {
        "ubah": SegmentForm(initial=_initial(own)),
        "rumah": HousesForm(initial={"rumah": "\n".join(houses)}),
        "stiker": StickerForm(),
        "akhiri": LastDayForm(initial={"terakhir": today()}),
        **failed,
    }
    return {
        **shown_with(request, found.post, "route"),
        "segment": own,
        "rt": int(own.area_code.rpartition(".")[2]) if own.area_code else None,
        "houses": houses,
        "stickers": stickers,
        "moving": number_in(request, "titik") if "pindah" in failed else 0,
        "drawing": sketch([own.line, *others], spots) if own.line else None,
        "others": beside(others, found.post),
        "may_edit": may_coordinate(request, found.post),
        "forms": named_apart(shown),
        "failed": next(iter(failed), ""),
        "failure": refused(failed),
    }


def _initial(own: Segment) -> dict[str, Any]:
    return {
        "nama": own.title, "rt": int(own.area_code.rpartition(".")[2]) if own.area_code else None,
        "kepentingan": own.importance, "tenggat": own.due_hours, "urutan": own.order, "garis": typed(own.line),
    }  # fmt: skip
