"""Noting a told finding at the desk, with what may be the same shown first; and the same question for the phone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
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
from tidar.formulir import api as formulir
from tidar.places import api as places
from tidar.rojak.actions.noting import ToldFinding, UnableToNote, note_told, take_photo
from tidar.rojak.forms.findings import KindForm, ToldForm
from tidar.rojak.models import Finding, FindingKind, Post, Segment
from tidar.rojak.queries import findings as queries
from tidar.rojak.queries.reach import may_read, posts_for
from tidar.rojak.rules import findings as rules
from tidar.rojak.rules.items import MAX_PHOTOS
from tidar.rojak.views.findings.desk import done, private, today

Near = tuple[tuple[Finding, float | None], ...]
LOOKING = "lihat"  # as formulir's questions ask which of them are shown
KEPT_SECONDS = 3 * 3_600  # how long a photograph stays chosen while the form is mended


class UnableToCompare(UnableTo):
    """The question names no kind, place or moment."""


@dataclass(slots=True)
class Desk:
    """What is asked about one kind, and what was said so far. `kept`: photographs that came before, SHA-256 → name."""

    kind: FindingKind
    form: ToldForm
    asked: formulir.FormView | None
    answers: dict[str, formulir.Answer]
    kept: dict[str, str]
    chosen: list[str]  # of those, the ones that belong to no question
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def questions(self) -> list[str]:
        """Names of the questions that ask for a photograph."""
        return (
            [one["name"] for one in self.asked.definition["questions"] if one["type"] == "photo"] if self.asked else []
        )

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong."""
        return self.form.is_valid() and not self.problems


@requires("patrol.coordinate")
@require_http_methods(["GET", "HEAD", "POST"])
def finding_new(request: HttpRequest) -> HttpResponse:
    """`/rojak/temuan/baru/`: first the kind, then its questions; near findings are shown before it is kept.

    `?lihat=1`: only which questions these answers ask. Photographs that came stay chosen when something else is wrong.
    """
    desk = _desk(request)
    near: Near = ()
    if desk is None:
        return _page(request, {"kinds": KindForm(kinds=_kinds(request)), "tab": "findings"})
    if request.method != "POST" or LOOKING in request.GET:
        return _page(request, _context(request, desk, near))
    _take_photos(request, desk)
    _check(desk)
    if desk.is_fine:
        told = _told(desk)
        near = _near_told(told, actor_of(request))
        if near and "tetap" not in request.POST:
            return _page(request, _context(request, desk, near), status=422)
        act = lambda by, at: note_told(told=told, by=by, at=at)  # noqa: E731
        if done(request, act, said=_("Temuan tercatat."), form=desk.form):
            return redirect("rojak:finding", told.id)
    return _page(request, _context(request, desk, near), status=422)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return private(page(request, "rojak/findings/finding_new.html", context, block="questions", status=status))


def _context(request: HttpRequest, desk: Desk, near: Near) -> dict[str, Any]:
    asked = desk.asked
    return {
        "form": desk.form,
        "kind": desk.kind,
        "near": near,
        "has_places": bool(desk.form.fields["tempat"].choices),  # type: ignore[attr-defined]
        "fields": formulir.fields(asked.definition, desk.answers, today=today(), problems=desk.problems)
        if asked
        else (),
        "asked": asked,
        "chosen": [(sha256, desk.kept[sha256]) for sha256 in desk.chosen],
        "mark": signing.dumps(desk.kept, salt=_salt(request)) if desk.kept else "",
        "tab": "findings",
    }


def _kinds(request: HttpRequest) -> list[tuple[str, str]]:
    posts = Post.objects.filter(posts_for(actor_of(request), "patrol.coordinate"))
    kinds = FindingKind.objects.filter(active=True, program__in=posts.values("program"))
    return [(str(one.pk), one.title) for one in kinds.order_by("program", "order", "id")]


def _desk(request: HttpRequest) -> Desk | None:
    """The kind that was chosen with its form; None while none is."""
    said = request.POST if request.method == "POST" else request.GET
    known = dict(_kinds(request))
    if (pk := said.get("jenis", "")) not in known:
        return None
    kind = FindingKind.objects.get(pk=pk)
    asked = formulir.published(kind.form_key) if kind.form_key else None
    kept = _kept(request)
    answers: dict[str, formulir.Answer] = formulir.begun(asked.definition) if asked else {}
    if asked and request.method == "POST":
        texts = {one["name"]: request.POST.getlist(f"q-{one['name']}") for one in asked.definition["questions"]}
        answers = formulir.typed(asked.definition, texts)
    chosen = [sha256 for sha256 in dict.fromkeys(request.POST.getlist("pakai")) if sha256 in kept]
    return Desk(kind, _form(request, kind), asked, answers, kept, chosen)


def _form(request: HttpRequest, kind: FindingKind) -> ToldForm:
    posts = Post.objects.filter(posts_for(actor_of(request), "patrol.coordinate"), program=kind.program_id)
    segments = Segment.objects.filter(post__in=posts, from_date__lte=today()).exclude(until_date__lt=today())
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return ToldForm(
        *sent,
        kind=(str(kind.pk), kind.title),
        places=[(str(one.pk), f"{one.title}, {one.post.title}") for one in segments.select_related("post")],
        bounds=places.region().bounds,
        initial={
            "waktu": clock.now().astimezone(), "nomor": uuid7(), "tingkat": kind.severity, "jenis": str(kind.pk),
        },
    )  # fmt: skip


def _salt(request: HttpRequest) -> str:
    """What came of one person is of no use to another."""
    return f"rojak.told-photos:{actor_of(request).id}"


def _kept(request: HttpRequest) -> dict[str, str]:
    """Photographs that this person brought with the same form before."""
    try:
        found = signing.loads(request.POST.get("foto_ada", ""), salt=_salt(request), max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return {}
    return dict(found)


def _take_photos(request: HttpRequest, desk: Desk) -> None:
    """Keep what was chosen now; what is no photograph gets its sentence where it was chosen."""
    for name in desk.questions:
        if file := request.FILES.get(f"q-{name}"):
            desk.answers.pop(name, None)
            try:
                desk.answers[name] = _taken(request, desk, file)
            except UnableToNote as error:
                desk.problems[name] = error.sentence
    files = request.FILES.getlist("foto")
    if len(files) + len(desk.chosen) > MAX_PHOTOS:
        desk.form.add_error("foto", _("Satu temuan memuat paling banyak %d foto.") % MAX_PHOTOS)
        return
    for file in files:
        try:
            desk.chosen.append(_taken(request, desk, file))
        except UnableToNote as error:
            desk.form.add_error("foto", error.sentence)
    desk.chosen = list(dict.fromkeys(desk.chosen))


def _taken(request: HttpRequest, desk: Desk, file: UploadedFile) -> str:
    sha256 = take_photo(file=file, by=actor_of(request), at=clock.now())
    desk.kept[sha256] = (file.name or "")[:80]
    return sha256


def _check(desk: Desk) -> None:
    """Hold the answers against the form, as of the day that they are about."""
    if desk.asked is None:
        return
    moment = desk.form.cleaned_data.get("waktu") if desk.form.is_valid() else None
    day = moment.astimezone(places.region().zone).date() if moment else today()
    key, version = desk.asked.key, desk.asked.version
    checked = formulir.check_answers(key=key, version=version, answers=desk.answers, today=day, photos=desk.kept)
    desk.problems = dict(checked.problems) | desk.problems
    desk.answers = checked.answers


def _told(desk: Desk) -> ToldFinding:
    said = desk.form.cleaned_data
    asked = [desk.answers[name] for name in desk.questions]
    return ToldFinding(
        id=said["nomor"],
        kind=desk.kind,
        segment=Segment.objects.select_related("post__program").get(pk=said["tempat"]),
        severity=int(said["tingkat"]),
        happened_at=said["waktu"],
        note=said["catatan"],
        position=said["letak"],
        form=(desk.asked.key, desk.asked.version) if desk.asked else None,
        answers=desk.answers,
        photos=list(dict.fromkeys([*desk.chosen, *(one for one in asked if isinstance(one, str))])),
    )


def _near_told(told: ToldFinding, actor: Actor) -> Near:
    spot = told.position
    lon, lat = (spot.lon, spot.lat) if spot else (None, None)  # or nobody told where on the segment
    found = queries.near(
        kind=told.kind,
        spot=rules.Spot(told.segment.code, lon, lat, told.happened_at),
        post_ids=[told.segment.post_id],
        but=told.id,
    )
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
