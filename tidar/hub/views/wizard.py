"""Three steps from a file to published rows: choose the file, map its columns, check and publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tidar.common import clock, wording
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo
from tidar.common.pages import page
from tidar.hub.actions import mapping, processing, publishing, receiving, spelling
from tidar.hub.forms import HeaderForm, MappingForm, ReasonForm, SpellingForm, UploadForm, errors_of, field_name
from tidar.hub.metrics import first_rows
from tidar.hub.models import Delivery, Feed
from tidar.hub.queries.deliveries import overtaken_by, rejection_groups
from tidar.hub.queries.storage import checked_path
from tidar.hub.rules.contract import Column
from tidar.hub.rules.reading import Survey, survey_from
from tidar.hub.rules.sentences import MASK
from tidar.hub.views.feeds import limits_words, type_words
from tidar.hub.views.loading import delivery_named, feed_named

Status = Delivery.Status
ACCEPTS = ".csv,.txt,.tsv,.xlsx,.ods,.json,.geojson"


@requires("hub.deliver", load=feed_named)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, feed: Feed) -> HttpResponse:
    """Step 1, `/hub/umpan/<code>/unggah/`: choose a file."""
    if request.method != "POST":
        return _upload_page(request, feed, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, feed, form, status=422)
    by, at = actor_of(request), clock.now()
    file = form.cleaned_data["berkas"]
    try:
        pk = receiving.receive_delivery(feed_code=feed.code, file=file, file_name=file.name, by=by, at=at)
        delivery = delivery_named(request, pk)
        if delivery.status == Status.RECEIVED:
            mapping.survey_delivery(delivery_id=pk, by=by, at=at)
            return go_on(delivery_named(request, pk))
    except UnableTo as error:
        form.add_error("berkas", error.sentence)
        return _upload_page(request, feed, form, status=error.status)
    day = wording.day(delivery.received_at)
    messages.info(request, _("Berkas yang sama persis sudah diterima pada %s. Ini kirimannya.") % day)
    return go_on(delivery)


def _upload_page(request: HttpRequest, feed: Feed, form: UploadForm, *, status: int = 200) -> HttpResponse:
    context = {"feed": feed, "form": form, "accept": ACCEPTS, "contract": feed.rules, "step": 1}
    context["error"] = errors_of(form, "berkas") if form.is_bound else ""
    return page(request, "hub/upload.html", context, block="form", status=status)


def go_on(delivery: Delivery) -> HttpResponse:
    """To the page where the delivery now is."""
    names = {
        Status.MAPPING: "hub:map",
        Status.CHECKING: "hub:check",
        Status.CHECKED: "hub:check",
        Status.HELD: "hub:check",
    }
    return redirect(names.get(Status(delivery.status), "hub:delivery"), delivery.pk)


@requires("hub.deliver", load=delivery_named)
@require_http_methods(["GET", "HEAD", "POST"])
def map_(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Step 2, `/hub/kiriman/<uuid>/petakan/`: which column is which."""
    if delivery.status in (Status.PUBLISHED, Status.REFUSED, Status.CHECKING):
        return go_on(delivery)
    if delivery.survey is None:
        mapping.survey_delivery(delivery_id=delivery.pk, by=actor_of(request), at=clock.now())
        return go_on(delivery_named(request, delivery.pk))
    if request.method != "POST":
        return _map_page(request, delivery)
    if request.POST.get("aksi") == "judul":
        return _other_header(request, delivery)
    if request.POST.get("aksi") == "batal":
        return _call_off(request, delivery)
    form = MappingForm(request.POST, contract=delivery.feed.rules, survey=survey_from(delivery.survey))
    if not form.is_valid():
        return _map_page(request, delivery, form=form, status=422)
    try:
        mapping.map_columns(delivery_id=delivery.pk, mapping=form.mapping(), by=actor_of(request), at=clock.now())
        return _begin_check(request, delivery)
    except UnableTo as error:
        return _map_page(request, delivery, form=form, sentence=error.sentence, status=422)


def _other_header(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = HeaderForm(request.POST)
    if not form.is_valid():
        return _map_page(request, delivery, sentence=errors_of(form, "baris_judul"), status=422)
    row = form.cleaned_data["baris_judul"]
    found = mapping.survey_delivery(delivery_id=delivery.pk, by=actor_of(request), at=clock.now(), header_row=row)
    fresh = delivery_named(request, delivery.pk)
    return _map_page(request, fresh) if found and getattr(request, "htmx", False) else go_on(fresh)


def _call_off(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    by = actor_of(request)
    sentence = f"Dibatalkan oleh {by.name} sebelum terbit."  # kept with the delivery: Indonesian for everybody
    mapping.refuse_delivery(delivery_id=delivery.pk, sentence=sentence, by=by, at=clock.now())
    messages.info(request, _("Kiriman dibatalkan. Tidak ada satu baris pun yang dipakai; berkasnya tetap tersimpan."))
    return redirect("hub:feed", delivery.feed.code)


def _begin_check(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Small files are checked while the person waits; larger ones by the worker, with progress on the page."""
    if delivery.size_bytes <= processing.INLINE_BYTES:
        processing.check_delivery(delivery_id=delivery.pk, by=actor_of(request), at=clock.now())
    else:
        processing.queue_check(delivery_id=delivery.pk, by=actor_of(request), at=clock.now())
    return go_on(delivery_named(request, delivery.pk))


def _map_page(
    request: HttpRequest, delivery: Delivery, *, form: MappingForm | None = None, sentence: str = "", status: int = 200
) -> HttpResponse:
    survey = survey_from(delivery.survey)
    contract = delivery.feed.rules
    chosen = delivery.mapping or {}
    if form is None:
        initial = {field_name(column): str(chosen.get(column.name, "")) for column in contract.columns}
        form = MappingForm(contract=contract, survey=survey, initial=initial)
    context = {
        "feed": delivery.feed,
        "delivery": delivery,
        "survey": survey,
        "preview": _preview(survey, personal_places(contract.columns, {**survey.mapping, **chosen})),
        "letters": [column.letter for column in survey.columns],
        "rows": [_mapped(form, column, survey, chosen) for column in contract.columns],
        "header_row": survey.header_rows[0] if survey.header_rows else 1,
        "sentence": sentence,
        "step": 2,
    }
    return page(request, "hub/map.html", context, block="mapping", status=status)


def personal_places(columns: Sequence[Column], mapping: dict[str, int]) -> frozenset[int]:
    """Which columns of the file hold personal data, as far as the mapping knows."""
    return frozenset(mapping[c.name] for c in columns if c.personal and c.name in mapping)


def _preview(survey: Survey, hidden: frozenset[int]) -> list[dict[str, Any]]:
    skipped = {s.row: s.reason for s in survey.skipped}
    first = (survey.header_rows[-1] if survey.header_rows else 0) + 1  # of what is not a heading
    lines = [
        [MASK if n >= first and place in hidden and cell else cell for place, cell in enumerate(cells)]
        for n, cells in enumerate(survey.preview[: max(12, first + 7)], start=1)
    ]
    return [
        {
            "number": n,
            "cells": cells,
            "is_header": n in survey.header_rows,
            "skipped": skipped.get(n, ""),
            "joined": " ".join(cell for cell in cells if cell),
        }
        for n, cells in enumerate(lines, start=1)
    ]


def _mapped(form: MappingForm, column: Column, survey: Survey, chosen: dict[str, int]) -> dict[str, Any]:
    index = chosen.get(column.name)
    source = next((c for c in survey.columns if c.index == index), None)
    return {
        "column": column,
        "field": form[field_name(column)],
        "type": type_words(column),
        "limits": limits_words(column),
        "source": source,
        "guessed": index is not None and column.name not in survey.sure,
    }


@requires("hub.deliver", load=delivery_named)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, delivery: Delivery) -> HttpResponseBase:
    """Step 3, `/hub/kiriman/<uuid>/periksa/`: what the check says; publish, go back or call off."""
    if request.method == "POST":
        act = CHECK_ACTS.get(request.POST.get("aksi", ""))
        try:
            return act(request, delivery) if act else redirect("hub:check", delivery.pk)
        except UnableTo as error:
            fresh = delivery_named(request, delivery.pk)
            return _check_page(request, fresh, sentence=error.sentence, status=error.status)
    if delivery.status not in (Status.CHECKING, Status.CHECKED, Status.HELD):
        if getattr(request, "htmx", False):  # the poll has seen the end: the browser moves on
            return HttpResponse(status=204, headers={"HX-Redirect": go_on(delivery)["Location"]})
        return go_on(delivery)
    return _check_page(request, delivery)


def _publish(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    publishing.publish_delivery(delivery_id=delivery.pk, by=actor_of(request), at=clock.now())
    messages.success(request, _("Terbit. Angka yang memakai data ini dihitung ulang sekarang juga."))
    return redirect("hub:delivery", delivery.pk)


def _back(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return redirect("hub:map", delivery.pk)


def _stop(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    processing.cancel_check(delivery_id=delivery.pk, by=actor_of(request), at=clock.now())
    messages.info(request, _("Pemeriksaan dihentikan."))
    return redirect("hub:map", delivery.pk)


def _again(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    return _begin_check(request, delivery)


def _lift(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _check_page(request, delivery, sentence=errors_of(form, "alasan"), status=422)
    reason = form.cleaned_data["alasan"]
    processing.lift_hold(delivery_id=delivery.pk, reason=reason, by=actor_of(request), at=clock.now())
    return redirect("hub:check", delivery.pk)


def _remember(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """Before publishing: remember what a spelling means, then check again."""
    form = SpellingForm(request.POST)
    if not form.is_valid():
        return redirect("hub:check", delivery.pk)
    data = form.cleaned_data
    spelling.remember_spelling(
        feed_id=delivery.feed_id,
        spelling=spelling.Spelling(data["kolom"], data["tulisan"], data["arti"]),
        by=actor_of(request),
        at=clock.now(),
    )
    messages.success(
        request, _("Ingat: '%(text)s' = %(meaning)s.") % {"text": data["tulisan"], "meaning": data["arti"]}
    )
    return _begin_check(request, delivery)


CHECK_ACTS: dict[str, Callable[[HttpRequest, Delivery], HttpResponse]] = {
    "terbitkan": _publish,
    "kembali": _back,
    "batal": _call_off,
    "hentikan": _stop,
    "ulang": _again,
    "lanjutkan": _lift,
    "ingat": _remember,
}


def _check_page(request: HttpRequest, delivery: Delivery, *, sentence: str = "", status: int = 200) -> HttpResponse:
    report = delivery.report or {}
    running = delivery.status == Status.CHECKING
    contract = delivery.feed.rules
    context = {
        "feed": delivery.feed,
        "delivery": delivery,
        "running": running,
        "stalled": bool(
            running and delivery.run_started_at and clock.now() - delivery.run_started_at > processing.STALLED_AFTER
        ),
        "report": report,
        "groups": [] if running else rejection_groups(delivery),
        "spellings": [] if running else spelling.suggested_spellings(delivery),
        "columns": contract.columns,
        "overtaken_by": overtaken_by(delivery),
        "accepted": [] if running else _accepted(delivery),
        "releasable": report.get("releasable", False),
        "sentence": sentence,
        "step": 3,
    }
    return page(request, "hub/check.html", context, block="result", status=status)


def _accepted(delivery: Delivery) -> list[dict[str, Any]]:
    labels = spelling.value_labels(delivery.feed)
    columns = delivery.feed.rules.columns
    rows = first_rows(checked_path(delivery), limit=8)
    return [{"number": row["_row"], "values": [_said(row.get(c.name), c, labels) for c in columns]} for row in rows]


def _said(value: Any, column: Column, labels: dict[str, dict[str, str]]) -> Any:
    """A value for the screen: personal data masked, codes in words."""
    if column.personal and value is not None:
        return MASK
    return labels.get(column.name, {}).get(str(value), value)
