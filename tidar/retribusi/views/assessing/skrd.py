"""SKRD: the list with its export, one SKRD and how its amount came about, its paper, and its cancellation."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.files import csv_file, xlsx_file
from tidar.common.pages import page
from tidar.documents import api as documents
from tidar.retribusi.actions.assessing import cancel_assessment
from tidar.retribusi.forms.assessing import CancelForm
from tidar.retribusi.models import Assessment, LevyObject
from tidar.retribusi.queries.assessing import skrd as queries
from tidar.retribusi.queries.assessing.papers import bases_of
from tidar.retribusi.queries.assessing.runs import runs_seen_by
from tidar.retribusi.queries.assessing.skrd import STATES, SkrdFilter, SkrdRow, state_words
from tidar.retribusi.rules.formula import formula_words, from_json, span_text
from tidar.retribusi.views.assessing.loading import Skrd, skrd_named
from tidar.retribusi.views.assessing.runs import markets_of

PARAMETERS = {
    "pasar": "market",
    "blok": "block",
    "keadaan": "state",
    "bulan": "month",
    "q": "words",
    "penetapan": "run",
}
GREATEST_EXPORT = 100_000


@requires("levies.see")
@require_safe
def skrd_list(request: HttpRequest) -> HttpResponse:
    """`/retribusi/skrd/daftar/`: SKRD by market, block, state and month; newest first."""
    actor, today, wanted = actor_of(request), timezone.localdate(), asked(request)
    rows, following = queries.skrd_page(actor, wanted, today=today)
    context = {
        "rows": [{"skrd": row, "state": state_words(row.state)} for row in rows],
        "next": following,
        "wanted": wanted,
        "query": query_of(wanted),
        "states": [(state, state_words(state)) for state in STATES],
        "markets": markets_of(request),
        "blocks": _blocks(wanted.market),
        "filtered": wanted != SkrdFilter(),
        "totals": queries.totals(actor, wanted, today=today) if wanted.month or wanted.run else None,
        "run": runs_seen_by(actor).filter(pk=wanted.run).first() if wanted.run else None,
    }
    return page(request, "retribusi/assessing/skrd_list.html", context, block="list")


def asked(request: HttpRequest) -> SkrdFilter:
    """The filter of the address; what is not one of the choices is left out."""
    values = {name: request.GET.get(key, "").strip()[:60] for key, name in PARAMETERS.items()}
    if values["state"] not in STATES:
        values["state"] = ""
    if not _is_uuid(values["run"]):
        values["run"] = ""
    return SkrdFilter(**values, before=request.GET.get("sebelum", "")[:30])


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def query_of(wanted: SkrdFilter) -> str:
    """The filter as an address has it, without the page."""
    return urlencode({key: value for key, name in PARAMETERS.items() if (value := getattr(wanted, name))})


def _blocks(market: str) -> list[str]:
    if not market:
        return []
    found = LevyObject.objects.filter(market=market).exclude(block="")
    return sorted(set(found.values_list("block", flat=True)))


@requires("levies.see")
@require_safe
def skrd_export(request: HttpRequest, ending: str) -> HttpResponse:
    """`/retribusi/skrd/daftar.xlsx` (or `.csv`): all SKRD of the filter, oldest number first."""
    headings = [
        _("Nomor"), _("Pasar"), _("Blok"), _("Lapak"), _("Jenis tempat"), _("Wajib retribusi"), _("NPWRD"), _("Masa"),
        _("Jatuh tempo"), _("Ketetapan (Rp)"), _("Dibayar (Rp)"), _("Sisa (Rp)"), _("Keadaan"),
    ]  # fmt: skip
    name = f"skrd-{timezone.localdate().isoformat()}.{ending}"
    rows = list(_exported(request))
    return csv_file(name, headings, rows) if ending == "csv" else xlsx_file(name, headings, rows)


def _exported(request: HttpRequest) -> Iterator[list[object]]:
    found = queries.all_skrd(actor_of(request), asked(request), today=timezone.localdate())
    for count, row in enumerate(found):
        if count == GREATEST_EXPORT:
            yield [_("Hanya %d baris pertama; persempit saringannya.") % GREATEST_EXPORT]
            return
        yield _cells(row)


def _cells(row: SkrdRow) -> list[object]:
    return [
        row.number, row.market, row.block, row.stall, row.place_type, row.payer, row.npwrd, row.period,
        row.due_date.isoformat(), row.amount_rupiah, row.paid_rupiah, row.owed_rupiah, state_words(row.state),
    ]  # fmt: skip


@requires("levies.see", load=skrd_named)
@require_http_methods(["GET", "HEAD", "POST"])
def skrd(request: HttpRequest, found: Skrd) -> HttpResponse:
    """`/retribusi/skrd/<uuid>/`: one SKRD; a POST cancels it, with a reason."""
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _skrd_page(request, found, form)
    if not form.is_valid():
        return _skrd_page(request, found, form, status=422)
    data = form.cleaned_data
    try:
        cancel_assessment(
            assessment_id=found.assessment.pk,
            reason=data["alasan"],
            decision=data["keputusan"],
            by=actor_of(request),
            at=clock.now(),
        )
    except UnableTo as error:
        return _skrd_page(request, found, form, sentence=error.sentence, status=error.status)
    messages.success(request, _("SKRD dibatalkan. Masa yang sama dapat ditetapkan lagi."))
    return redirect("retribusi:skrd", found.assessment.pk)


def _skrd_page(
    request: HttpRequest, found: Skrd, form: CancelForm, *, sentence: str = "", status: int = 200
) -> HttpResponse:
    one = found.assessment
    paid = queries.paid_of([one.pk]).get(one.pk, 0)
    formula = from_json(one.formula)
    state = queries.state_of(
        one.closed_by, signed=one.run.signed_at is not None, due_date=one.due_date, today=timezone.localdate()
    )
    may_sign = actor_of(request).may("levies.sign", agency=found.agency_code, area=found.area_code or None)
    context = {
        "skrd": one,
        "number": documents.number_text("SKRD", one.year, one.sequence),
        "state": state,
        "state_words": state_words(state),
        "period": span_text(one.period_from_date, one.period_to_date),
        "paid": paid,
        "owed": 0 if state == "batal" else one.amount_rupiah - paid,
        "in_words": documents.amount_in_words(one.amount_rupiah),
        "formula": formula_words(formula),
        "tariffs": bases_of(formula),
        "allocations": queries.payments_of(one),
        "transfers": queries.transfers_of(one),
        "cancellation": queries.cancellation_of(one),
        "document": documents.find("skrd", f"skrd:{one.pk}"),
        "may_cancel": may_sign and one.closed_by != "batal",
        "form": form,
        "sentence": sentence,
    }
    return page(request, "retribusi/assessing/skrd.html", context, status=status)


@requires("levies.see", load=skrd_named)
@require_safe
def skrd_pdf(request: HttpRequest, found: Skrd) -> HttpResponse:
    """`/retribusi/skrd/<uuid>/skrd.pdf`: the signed paper, the same bytes every time."""
    document = documents.find("skrd", _subject(found.assessment))
    if document is None:
        raise UnableToFind(_("SKRD ini belum ditandatangani, jadi belum ada suratnya."))
    answer = HttpResponse(documents.pdf(document.id), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{document.number.replace("/", "-")}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _subject(assessment: Assessment) -> str:
    return f"skrd:{assessment.pk}"
