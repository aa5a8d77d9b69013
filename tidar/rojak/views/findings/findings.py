"""Findings: the list, one finding with its chain, its photographs, what is done about it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, signed_in
from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.files import attachment, csv_file, xlsx_file
from tidar.common.pages import page
from tidar.formulir import api as formulir
from tidar.rojak.actions import findings as actions
from tidar.rojak.actions.follow_up import show_mended
from tidar.rojak.actions.reading import note_reading
from tidar.rojak.forms.findings import AfterPhotoForm, DuplicateForm, NoteForm, PassOnForm, WhyForm, WorkOrderForm
from tidar.rojak.models import FindingKind
from tidar.rojak.queries import finding_lists, finding_pages
from tidar.rojak.queries.findings import near_finding
from tidar.rojak.queries.reach import may_coordinate, may_handle
from tidar.rojak.rules import findings as rules
from tidar.rojak.views.findings.desk import done, may_any, private, readable_finding


def wanted_by(request: HttpRequest) -> finding_lists.Wanted:
    """What the address asks for."""
    asked = request.GET
    tab = asked.get("keadaan", "terbuka")
    severity = asked.get("tingkat", "")
    return finding_lists.Wanted(
        tab=tab if tab in finding_lists.TABS else "terbuka",
        post=asked.get("pos", "")[:60],
        kind=asked.get("jenis", "")[:60],
        severity=int(severity) if severity in ("1", "2", "3") else 0,
        after=asked.get("sesudah", "")[:90],
    )


@signed_in
@require_safe
def finding_list(request: HttpRequest) -> HttpResponse:
    """`/rojak/temuan/`: what was found and is still to be done; by state, post, kind and severity."""
    actor = actor_of(request)
    may_any(actor, "patrol.see", "patrol.handle")
    now, wanted = clock.now(), wanted_by(request)
    query = request.GET.copy()
    query.pop("sesudah", None)
    filters = query.copy()
    filters.pop("keadaan", None)
    open_count, late_count = finding_lists.counts(actor, now)
    context = {
        "listed": finding_lists.listed(actor, wanted, now),
        "choices": finding_lists.choices(actor),
        "wanted": wanted,
        "query": query.urlencode(),
        "filters": filters.urlencode(),
        "open_count": open_count,
        "late_count": late_count,
        "may_add": actor.may("patrol.coordinate"),
        "tab": "findings",
    }
    return private(page(request, "rojak/findings/findings.html", context, block="list"))


@signed_in
@require_safe
def finding_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The list as a file: where, what, how bad and in which state, without notes, answers and photographs."""
    actor, now = actor_of(request), clock.now()
    may_any(actor, "patrol.see", "patrol.handle")
    rows = (
        (one.happened_at.astimezone().strftime("%Y-%m-%d %H:%M"), one.kind, one.post,
         "" if one.concerns_person else one.segment, one.severity_word, one.word, one.due_at.date().isoformat())
        for one in finding_lists.exported(actor, wanted_by(request), now)
    )  # fmt: skip
    make = xlsx_file if ending == "xlsx" else csv_file
    headings = (
        _("Waktu"), _("Jenis"), _("Pos"), _("Bagian rute"), _("Tingkat"), _("Keadaan"), _("Batas beres")
    )  # fmt: skip
    return make(f"temuan-ronda.{ending}", headings, rows)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: HttpRequest, finding_id: uuid.UUID) -> HttpResponse:
    """`/rojak/temuan/<id>/`: what was found, its chain of evidence, and what can be done next."""
    found = readable_finding(request, finding_id)
    failed: tuple[str, forms.Form] | None = None
    if request.method == "POST":
        name = request.POST.get("aksi", "")
        if name not in ACTS:
            raise UnableToFind(_("Tindakan itu tidak ada."))
        form = _form(name, request, found)
        if form.is_valid() and done(
            request, ACTS[name].does(found.pk, form.cleaned_data), said=str(ACTS[name].said), form=form
        ):
            return redirect("rojak:finding", found.pk)
        failed = (name, form)
    actor = actor_of(request)
    if found.kind.sensitivity == FindingKind.Sensitivity.PERSON:
        note_reading(subject=("temuan", found.pk), why="Halaman temuan", by=actor, at=clock.now())
    context = _context(request, found, failed)
    return private(page(request, "rojak/findings/finding.html", context, status=422 if failed else 200))


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can be done with a finding: in which states, by whom, with which form."""

    title: str | Promise
    said: str | Promise
    states: tuple[rules.State, ...]
    form: Callable[..., forms.Form]
    does: Callable[[uuid.UUID, dict[str, Any]], Callable[[Actor, datetime], Any]]
    leads: bool = False  # only who leads the patrol; else whoever handles


def _passes(pk: uuid.UUID, said: dict[str, Any]) -> Callable[[Actor, datetime], Any]:
    return lambda by, at: actions.pass_on(finding_id=pk, want=said["sebagai"], note=said["catatan"], by=by, at=at)


def _orders(pk: uuid.UUID, said: dict[str, Any]) -> Callable[[Actor, datetime], Any]:
    order = actions.WorkOrder(said["nomor"], said["kepada"], said["batas"])
    return lambda by, at: actions.order_work(finding_id=pk, order=order, by=by, at=at)


def _shows(pk: uuid.UUID, said: dict[str, Any]) -> Callable[[Actor, datetime], Any]:
    file: UploadedFile = said["foto"]
    return lambda by, at: show_mended(finding_id=pk, data=file.read(5_000_001), by=by, at=at)


def _confirms(pk: uuid.UUID, said: dict[str, Any]) -> Callable[[Actor, datetime], Any]:
    return lambda by, at: actions.confirm_fixed(finding_id=pk, note=said["catatan"], by=by, at=at)


def _reopens(pk: uuid.UUID, said: dict[str, Any]) -> Callable[[Actor, datetime], Any]:
    return lambda by, at: actions.reopen(finding_id=pk, why=said["alasan"], by=by, at=at)


def _equals(pk: uuid.UUID, said: dict[str, Any]) -> Callable[[Actor, datetime], Any]:
    return lambda by, at: actions.mark_duplicate(finding_id=pk, of=uuid.UUID(said["sama"]), by=by, at=at)


STILL = rules.STILL_OPEN
ACTS: dict[str, Act] = {
    "teruskan": Act(
        gettext_lazy("Teruskan"), gettext_lazy("Temuan diteruskan."), (rules.OPEN, rules.REOPENED), PassOnForm, _passes
    ),
    "perintah": Act(
        gettext_lazy("Catat perintah kerja"), gettext_lazy("Perintah kerja tercatat."), STILL, WorkOrderForm, _orders
    ),
    "foto": Act(
        gettext_lazy("Tambah foto sesudah"), gettext_lazy("Foto sesudah tersimpan."), STILL, AfterPhotoForm, _shows
    ),
    "beres": Act(
        gettext_lazy("Nyatakan beres"), gettext_lazy("Temuan dinyatakan beres."), STILL, NoteForm, _confirms, leads=True
    ),
    "sama": Act(
        gettext_lazy("Tandai sama dengan temuan lain"),
        gettext_lazy("Ditandai sama."),
        STILL,
        DuplicateForm,
        _equals,
        leads=True,
    ),
    "buka": Act(
        gettext_lazy("Buka lagi"),
        gettext_lazy("Temuan dibuka lagi."),
        (rules.FIXED, rules.DUPLICATE),
        WhyForm,
        _reopens,
        leads=True,
    ),
}


def _form(name: str, request: HttpRequest | None, found: Any) -> forms.Form:
    more: dict[str, Any] = {"auto_id": f"{name}-%s"}
    if name == "sama":
        more["choices"] = [(str(row.pk), _choice(row, metres)) for row, metres in near_finding(found)]
    data, files = (request.POST, request.FILES) if request is not None else (None, None)
    if name == "teruskan" and data is None:
        more["initial"] = {"sebagai": found.kind.becomes}
    return ACTS[name].form(data, files, **more)


def _choice(row: Any, metres: float | None) -> str:
    when = row.happened_at.strftime("%d-%m-%Y %H.%M")
    return f"{row.kind.title}, {when}" + ("" if metres is None else f", {metres:.0f} m")


def _context(request: HttpRequest, found: Any, failed: tuple[str, forms.Form] | None) -> dict[str, Any]:
    actor = actor_of(request)
    shown = finding_pages.finding_page(found, reader=actor, at=clock.now())
    leads, handles = may_coordinate(actor, found.post), may_handle(actor, found)
    possible = [
        name for name, act in ACTS.items() if shown.row.state in act.states and (leads if act.leads else handles)
    ]
    acts = []
    for name in possible:
        form = failed[1] if failed and failed[0] == name else _form(name, None, found)
        if name != "sama" or form.fields["sama"].choices:  # type: ignore[attr-defined]
            acts.append(
                {"name": name, "title": ACTS[name].title, "form": form, "open": bool(failed and failed[0] == name)}
            )
    return {
        "shown": shown,
        "finding": found,
        "acts": acts,
        "near": near_finding(found)[:3] if shown.row.state in STILL else (),
        "has_list": actor.may("patrol.see") or actor.may("patrol.handle"),
        "tab": "findings",
    }


@signed_in
@require_safe
def finding_photo(request: HttpRequest, finding_id: uuid.UUID, sha256: str) -> HttpResponse:
    """One photograph of a finding, for who may read the finding; saved, never run, by a browser."""
    found = readable_finding(request, finding_id)
    linked = found.photos.filter(photo_id=sha256).exists()
    kept = formulir.photo(sha256) if linked and found.erased_at is None else None
    if kept is None or not kept.kept_sha256 or kept.state != "diterima":
        raise UnableToFind(_("Foto itu tidak ada."))
    if found.kind.sensitivity == FindingKind.Sensitivity.PERSON:
        note_reading(subject=("temuan", found.pk), why="Foto temuan", by=actor_of(request), at=clock.now())
    data = formulir.photo_bytes(kept.kept_sha256)
    return attachment(HttpResponse(data, content_type="image/jpeg"), f"temuan-{sha256[:12]}.jpg")
