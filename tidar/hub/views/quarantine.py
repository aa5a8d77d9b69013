"""The quarantine of a delivery: see why, correct, confirm a spelling, release, discard, export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo
from tidar.common.files import csv_file, xlsx_file
from tidar.common.pages import page
from tidar.common.sealing import is_sealed_text
from tidar.hub.actions.quarantine import correct_row, current_values, discard_rows, release_rows
from tidar.hub.actions.spelling import Spelling, confirm_spelling, suggested_spellings, value_labels
from tidar.hub.forms import ReasonForm, SpellingForm
from tidar.hub.models import Delivery, QuarantinedRow
from tidar.hub.queries.deliveries import QuarantineFilter, codes_of, quarantine_counts, quarantined
from tidar.hub.queries.storage import open_cell
from tidar.hub.rules.contract import Column
from tidar.hub.rules.sentences import MASK
from tidar.hub.views.loading import Asked, delivery_named, export_named, row_named, uuids_in

PER_PAGE = 50
Status = QuarantinedRow.Status
Labels = dict[str, dict[str, str]]


@requires("hub.deliver", load=delivery_named)
@require_http_methods(["GET", "HEAD", "POST"])
def quarantine(request: HttpRequest, delivery: Delivery) -> HttpResponse:
    """`/hub/kiriman/<uuid>/karantina/`: the rows that broke the contract, and what can be done."""
    if request.method != "POST":
        return _page(request, delivery)
    act = ACTS.get(request.POST.get("aksi", ""))
    try:
        if act is not None:
            act(request, delivery)
    except UnableTo as error:
        return _page(request, delivery, sentence=error.sentence, status=error.status)
    return redirect("hub:quarantine", delivery.pk)


def _page(request: HttpRequest, delivery: Delivery, *, sentence: str = "", status: int = 200) -> HttpResponse:
    narrowed = _narrowed(request)
    listed = Paginator(quarantined(delivery, narrowed), PER_PAGE).get_page(request.GET.get("page"))
    columns, labels = delivery.feed.rules.columns, value_labels(delivery.feed)
    titles = {column.name: column.title for column in columns}
    context = {
        "delivery": delivery,
        "feed": delivery.feed,
        "counts": quarantine_counts(delivery),
        "narrowed": narrowed,
        "statuses": Status.choices,
        "kinds": [{**kind, "title": titles.get(kind["column"], _("seluruh baris"))} for kind in codes_of(delivery)],
        "page_obj": listed,
        "items": [row_view(row, columns, labels) for row in listed],
        "spellings": suggested_spellings(delivery),
        "published": delivery.status == Delivery.Status.PUBLISHED,
        "query": _query(narrowed),
        "sentence": sentence,
    }
    return page(request, "hub/quarantine.html", context, block="rows", status=status)


def _narrowed(request: HttpRequest) -> QuarantineFilter:
    status = request.GET.get("status", Status.OPEN)
    code, _sep, column = request.GET.get("jenis", "").partition("|")
    return QuarantineFilter(status if status in Status.values else "", code, column)


def _query(narrowed: QuarantineFilter) -> str:
    kind = f"&jenis={narrowed.code}|{narrowed.column}" if narrowed.code else ""
    return f"&status={narrowed.status}{kind}"


def said(column: Column, text: str) -> str:
    """A cell as it leaves the quarantine, on a screen or in a file: personal data, and what is closed, masked."""
    return MASK if text and (column.personal or is_sealed_text(text)) else text


def _cell_view(row: QuarantinedRow, column: Column, now: str, labels: dict[str, str]) -> dict[str, Any]:
    original, suggestion = row.original.get(column.name, ""), row.suggestion.get(column.name, "")
    masked = column.personal or is_sealed_text(original) or is_sealed_text((row.corrected or {}).get(column.name, ""))
    return {
        "column": column,
        "original": said(column, original),
        "now": MASK if masked and now else now,
        "changed": now != open_cell(original),
        "suggestion": "" if masked else suggestion,
        "label": labels.get(suggestion, ""),
        "now_label": "" if masked else labels.get(now, ""),
        "is_bad": column.name == row.column,
        "masked": masked,
    }


def row_view(row: QuarantinedRow, columns: Any, labels: Labels) -> dict[str, Any]:
    """A row for the page: per contract column what came, what it is now and what is proposed."""
    now = current_values(row)
    cells = [_cell_view(row, column, now.get(column.name, ""), labels.get(column.name, {})) for column in columns]
    bad = next((cell for cell in cells if cell["is_bad"]), None)
    passes = row.corrected is not None and not row.remark
    return {"row": row, "cells": cells, "bad": bad, "passes": passes, "others": [c for c in cells if not c["is_bad"]]}


def _release(request: HttpRequest, delivery: Delivery) -> None:
    everything = request.POST.get("cakupan") == "semua"
    ids = None if everything else uuids_in(request, "baris")
    if ids == []:
        messages.info(request, _("Belum ada baris yang dipilih."))
        return
    done = release_rows(delivery_id=delivery.pk, row_ids=ids, by=actor_of(request), at=clock.now())
    if done.released_count:
        sentence = ngettext(
            "%d baris dilepas; angka yang memakainya dihitung ulang.",
            "%d baris dilepas; angka yang memakainya dihitung ulang.",
            done.released_count,
        )
        messages.success(request, sentence % done.released_count)
    if done.kept_count:
        sentence = ngettext(
            "%d baris belum lolos; alasannya tertulis di barisnya.",
            "%d baris belum lolos; alasannya tertulis di barisnya.",
            done.kept_count,
        )
        messages.warning(request, sentence % done.kept_count)


def _discard(request: HttpRequest, delivery: Delivery) -> None:
    form, ids = ReasonForm(request.POST), uuids_in(request, "baris")
    if not ids:
        messages.info(request, _("Belum ada baris yang dipilih."))
        return
    reason = form.cleaned_data["alasan"] if form.is_valid() else ""
    count = discard_rows(delivery_id=delivery.pk, row_ids=ids, reason=reason, by=actor_of(request), at=clock.now())
    sentence = ngettext(
        "%d baris tidak dipakai. Aslinya tetap dapat dibaca di sini.",
        "%d baris tidak dipakai. Aslinya tetap dapat dibaca di sini.",
        count,
    )
    messages.success(request, sentence % count)


def _confirm(request: HttpRequest, delivery: Delivery) -> None:
    form = SpellingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Pilih arti ejaan itu dulu."))
        return
    data = form.cleaned_data
    meant = Spelling(data["kolom"], data["tulisan"], data["arti"])
    count = confirm_spelling(delivery_id=delivery.pk, spelling=meant, by=actor_of(request), at=clock.now())
    words = {"text": meant.text, "meaning": meant.meaning, "count": count}
    messages.success(request, _("Ingat: '%(text)s' = %(meaning)s. Diterapkan pada %(count)d baris.") % words)


ACTS: dict[str, Callable[[HttpRequest, Delivery], None]] = {"lepas": _release, "buang": _discard, "ingat": _confirm}


@requires("hub.deliver", load=row_named)
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, found: QuarantinedRow) -> HttpResponse:
    """`/hub/kiriman/<uuid>/karantina/<row>/`: correct one row; a page of its own, or inline with HTMX."""
    sentence = ""
    if request.method == "POST":
        values = _corrections(request, found)
        try:
            found = correct_row(row_id=found.pk, values=values, by=actor_of(request), at=clock.now())
        except UnableTo as error:
            sentence = error.sentence
        else:
            if not getattr(request, "htmx", False):
                return _after_correction(request, found)
    status = 422 if sentence or (request.method == "POST" and found.remark) else 200
    delivery = delivery_named(request, found.delivery_id)
    context = {
        "delivery": delivery,
        "feed": delivery.feed,
        "item": row_view(found, delivery.feed.rules.columns, value_labels(delivery.feed)),
        "sentence": sentence,
        "editing": request.method != "POST" or status == 422,
    }
    return page(request, "hub/row.html", context, block="row", status=status)


def _corrections(request: HttpRequest, row: QuarantinedRow) -> dict[str, str]:
    """What was written, by column. A masked field (personal data) comes empty, and left empty it changes nothing."""
    columns, kept = row.delivery.feed.rules.columns, {**row.original, **(row.corrected or {})}
    masked = {c.name for c in columns if c.personal or is_sealed_text(kept.get(c.name, ""))}
    asked = ((c, request.POST[f"nilai-{c.name}"].strip()) for c in columns if f"nilai-{c.name}" in request.POST)
    return {column.name: text for column, text in asked if text or column.name not in masked}


def _after_correction(request: HttpRequest, found: QuarantinedRow) -> HttpResponse:
    if found.remark:
        messages.warning(request, found.remark)
        return redirect("hub:row", found.delivery_id, found.pk)
    messages.success(request, _("Baris %d sekarang sesuai kontrak. Lepaskan bila sudah yakin.") % found.row_number)
    return redirect("hub:quarantine", found.delivery_id)


@requires("hub.deliver", load=export_named)
@require_safe
def export(request: HttpRequest, asked: Asked) -> HttpResponse:
    """`/hub/kiriman/<uuid>/karantina.xlsx` (or `.csv`): all rows; no formula runs, nothing personal is told."""
    columns = asked.delivery.feed.rules.columns
    headings = [_("Baris"), _("Sel"), _("Alasan"), _("Keadaan"), *(c.title for c in columns), *_now_headings(columns)]
    name = f"karantina-{asked.delivery.feed.code}-{str(asked.delivery.pk)[:8]}.{asked.ending}"
    rows = list(_exported(asked.delivery, columns))
    return csv_file(name, headings, rows) if asked.ending == "csv" else xlsx_file(name, headings, rows)


def _now_headings(columns: Any) -> list[str]:
    return [_("%s (perbaikan)") % column.title for column in columns]


def _exported(delivery: Delivery, columns: Any) -> Iterator[list[object]]:
    for found in quarantined(delivery, QuarantineFilter(status="")):
        corrected = found.corrected or {}
        yield [
            found.row_number,
            found.cell,
            found.sentence,
            found.get_status_display(),
            *(said(column, found.original.get(column.name, "")) for column in columns),
            *(said(column, corrected.get(column.name, "")) for column in columns),
        ]
