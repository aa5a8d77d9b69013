"""Noting a told finding at the desk, with what may be the same shown first; and the same question for the phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.pages import page
from tidar.rojak.actions.noting import ToldFinding, note_told
from tidar.rojak.forms.findings import ToldForm
from tidar.rojak.models import Finding, FindingKind, Post, Segment
from tidar.rojak.queries import findings as queries
from tidar.rojak.queries.reach import may_read, posts_for
from tidar.rojak.rules import findings as rules
from tidar.rojak.views.findings.desk import done, private, today

Near = tuple[tuple[Finding, float | None], ...]


class UnableToCompare(UnableTo):
    """The question names no kind, place or moment."""


@requires("patrol.coordinate")
@require_http_methods(["GET", "HEAD", "POST"])
def finding_new(request: HttpRequest) -> HttpResponse:
    """`/rojak/temuan/baru/`: note what was told; near findings of the same kind are shown before it is sent."""
    actor, form = actor_of(request), _form(request)
    near: Near = ()
    if request.method == "POST" and form.is_valid():
        told = _told(form)
        near = _near_told(told, actor)
        if near and "tetap" not in request.POST:
            return private(page(request, "rojak/findings/finding_new.html", _context(form, near), status=422))
        act = lambda by, at: note_told(told=told, by=by, at=at)  # noqa: E731
        if done(request, act, said=_("Temuan tercatat."), form=form):
            return redirect("rojak:finding", told.id)
    status = 422 if form.errors else 200
    return private(page(request, "rojak/findings/finding_new.html", _context(form, near), status=status))


def _context(form: ToldForm, near: Near) -> dict[str, Any]:
    return {"form": form, "near": near, "has_places": bool(form.fields["tempat"].choices), "tab": "findings"}  # type: ignore[attr-defined]


def _form(request: HttpRequest) -> ToldForm:
    posts = Post.objects.filter(posts_for(actor_of(request), "patrol.coordinate"))
    kinds = FindingKind.objects.filter(active=True, program__in=posts.values("program")).select_related("program")
    segments = Segment.objects.filter(post__in=posts, from_date__lte=today()).exclude(until_date__lt=today())
    first = {"waktu": clock.now().astimezone(), "nomor": uuid7(), "tingkat": 2}
    return ToldForm(
        request.POST or None,
        kinds=[(str(one.pk), one.title) for one in kinds.order_by("program", "order", "id")],
        places=[(str(one.pk), f"{one.title}, {one.post.title}") for one in segments.select_related("post")],
        initial=first,
    )


def _told(form: ToldForm) -> ToldFinding:
    said = form.cleaned_data
    return ToldFinding(
        id=said["nomor"],
        kind=FindingKind.objects.get(pk=said["jenis"]),
        segment=Segment.objects.select_related("post__program").get(pk=said["tempat"]),
        severity=int(said["tingkat"]),
        happened_at=said["waktu"],
        note=said["catatan"],
    )


def _near_told(told: ToldFinding, actor: Actor) -> Near:
    spot = rules.Spot(told.segment.code, None, None, told.happened_at)  # nobody told where on the segment
    found = queries.near(kind=told.kind, spot=spot, post_ids=[told.segment.post_id], but=told.id)
    return tuple(pair for pair in found if may_read(actor, pair[0]))


class Asked:
    """A post and a kind; `area_code` is what `requires` checks."""

    def __init__(self, post: Post, kind: FindingKind) -> None:
        self.post, self.kind = post, kind
        self.area_code = post.area_code


def kind_asked(request: HttpRequest) -> Asked:
    """The post and kind that the question names."""
    post = Post.objects.filter(code=request.GET.get("pos", "")[:60]).first()
    kinds = FindingKind.objects.filter(key=request.GET.get("jenis", "")[:60])
    kind = kinds.filter(program=post.program_id).first() if post is not None else None
    if post is None or kind is None:
        raise UnableToFind(_("Pos atau jenis itu tidak ada."))
    return Asked(post, kind)


@requires("patrol.walk", load=kind_asked)
@require_safe
def near(request: HttpRequest, asked: Asked) -> HttpResponse:
    """`GET /api/rojak/dekat?pos=&jenis=&ruas=&lon_e6=&lat_e6=&waktu=`: open findings that may be the same.

    `{"near": [{id, kind, segment, metres | null, severity, at, state}]}`, nearest first. About persons: only to who may
    read them.
    """
    spot = _spot(request)
    found = queries.near(kind=asked.kind, spot=spot, post_ids=[asked.post.pk])
    if asked.kind.sensitivity == FindingKind.Sensitivity.PERSON:
        found = tuple(pair for pair in found if may_read(actor_of(request), pair[0]))
    return private(JsonResponse({"near": [_plain(row, metres) for row, metres in found]}))


def _plain(row: Any, metres: float | None) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "kind": row.kind.key,
        "segment": row.segment.code if row.segment else "",
        "metres": None if metres is None else round(metres),
        "severity": row.severity,
        "at": row.happened_at.isoformat(timespec="seconds"),
        "state": queries.state_by(row.last_step),
    }


def _spot(request: HttpRequest) -> rules.Spot:
    asked = request.GET
    try:
        at = datetime.fromisoformat(asked["waktu"]) if "waktu" in asked else clock.now()
        lon = int(asked["lon_e6"]) / 1e6 if "lon_e6" in asked else None
        lat = int(asked["lat_e6"]) / 1e6 if "lat_e6" in asked else None
    except ValueError:
        raise UnableToCompare(_("Waktu atau letak itu tidak dapat dibaca.")) from None
    is_bad = (lon is not None and abs(lon) > 180) or (lat is not None and abs(lat) > 90) or at.tzinfo is None
    if is_bad or not 2000 <= at.year <= 2200:
        raise UnableToCompare(_("Waktu atau letak itu tidak dapat dibaca."))
    return rules.Spot(asked.get("ruas", "")[:40], lon, lat, at)
