"""Runs: the list, a new one, its preview, issuing, signing, stopping, dropping, and all its papers in one file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.files import attachment
from tidar.common.pages import page
from tidar.retribusi.actions.assessing import UnableToIssue, drop_run, stop_run
from tidar.retribusi.actions.assessing.ordering import order_issue, order_preview, order_recount, order_signing
from tidar.retribusi.actions.assessing.papers import order_papers, papers_path
from tidar.retribusi.forms.assessing import RunForm, SureForm
from tidar.retribusi.models import LevyKind, Market, Run
from tidar.retribusi.queries.assessing.runs import (
    PER_PAGE,
    difference_sentences,
    left_out,
    lines_of,
    period_words,
    place_words,
    runs_seen_by,
    unsigned_total,
    warnings_before,
)
from tidar.retribusi.rules.formula import formula_words, from_json
from tidar.retribusi.views.assessing.loading import run_named

State = Run.State
WORKING = (State.PREVIEWING, State.ISSUING, State.SIGNING)
GATHERED = {
    "berjalan": (State.PREVIEWING, State.PREVIEWED, State.ISSUING, State.ISSUED, State.SIGNING),
    "berlaku": (State.SIGNED,),
    "dibatalkan": (State.DROPPED,),
}


@requires("levies.see")
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """`/retribusi/skrd/`: every run that the person may see, newest first."""
    actor = actor_of(request)
    found = runs_seen_by(actor)
    market, gathered = request.GET.get("pasar", ""), request.GET.get("keadaan", "")
    if market:
        found = found.filter(market=market)
    if gathered in GATHERED:
        found = found.filter(state__in=GATHERED[gathered])
    listed = Paginator(found, 25).get_page(request.GET.get("page"))
    context = {
        "rows": [run_view(run) for run in listed],
        "page_obj": listed,
        "query": "".join(f"&{k}={v}" for k, v in (("pasar", market), ("keadaan", gathered)) if v),
        "markets": markets_of(request),
        "market": market,
        "gathered": gathered,
        "filtered": bool(market or gathered),
        "unsigned": unsigned_total(actor),
        "may_assess": actor.may("levies.assess"),
    }
    return page(request, "retribusi/assessing/runs.html", context, block="list")


def markets_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Markets of runs that the person sees, by name."""
    codes = runs_seen_by(actor_of(request)).order_by().values("market")
    return list(Market.objects.filter(code__in=codes).order_by("name").values_list("code", "name"))


def run_view(run: Run) -> dict[str, Any]:
    """A run with its words, for a page."""
    done = run.signed_count if run.state in (State.SIGNING, State.SIGNED) else run.issued_count
    of = run.issued_count if run.state in (State.SIGNING, State.SIGNED) else run.line_count
    return {
        "run": run,
        "place": place_words(run),
        "period": period_words(run),
        "working": run.state in WORKING and not run.error,
        "done": done,
        "of": of,
        "percent": 100 * done // of if of else 0,
    }


@requires("levies.assess")
@require_http_methods(["GET", "HEAD", "POST"])
def new_run(request: HttpRequest) -> HttpResponse:
    """`/retribusi/skrd/baru/`: choose what to assess; warnings come before anything is made."""
    actor = actor_of(request)
    asked = request.POST if request.method == "POST" else (request.GET if "masa" in request.GET else None)
    form = RunForm(asked, actor=actor, initial=_initial(request))
    status, sentence = 200, ""
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run_id = order_preview(terms=form.terms, by=actor, at=clock.now())
            except UnableTo as error:
                sentence = error.sentence
            else:
                return redirect("retribusi:run", run_id)
    context = {"form": form, "warnings": _warnings(form), "sentence": sentence}
    return page(request, "retribusi/assessing/new_run.html", context, block="form", status=status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "masa": "bulan",
        "bulan": f"{today:%Y-%m}",
        "tanggal": today,
        "lapak": request.GET.get("lapak", ""),
        "pasar": request.GET.get("pasar", ""),
    }


def _warnings(form: RunForm) -> list[str]:
    """What to know before; of a form that is not whole yet, of its first choices."""
    if form.is_bound and not form.is_valid():
        return []
    if form.is_bound:
        terms = form.terms
        kind, market, from_date, to_date = terms.levy_kind, terms.market, terms.from_date, terms.to_date
    else:
        kind = form.kinds[0][0] if form.kinds else ""
        market = str(form.initial.get("pasar") or "")
        from_date = timezone.localdate().replace(day=1)
        to_date = date(from_date.year + from_date.month // 12, from_date.month % 12 + 1, 1)
        to_date = date.fromordinal(to_date.toordinal() - 1)
    found = LevyKind.objects.filter(pk=kind).first()
    if found is None:
        return []
    place = Market.objects.filter(pk=market).first() if market else None
    return warnings_before(found, place, from_date=from_date, to_date=to_date)


@requires("levies.see", load=run_named)
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, found: Run) -> HttpResponse:
    """`/retribusi/skrd/penetapan/<uuid>/`: a run from its preview to its signature, and what can be done with it."""
    if request.method != "POST":
        return _run_page(request, found)
    act = ACTS.get(request.POST.get("aksi", ""))
    try:
        if act is not None:
            act(request, found)
    except UnableTo as error:
        return _run_page(request, found, sentence=error.sentence, status=error.status)
    return redirect("retribusi:run", found.pk)


def _run_page(request: HttpRequest, found: Run, *, sentence: str = "", status: int = 200) -> HttpResponse:
    actor, notes = actor_of(request), found.notes
    scope = {"agency": found.agency_code, "area": found.area_code or None}
    context = run_view(found) | {
        "sentence": sentence or found.error,
        "differences": difference_sentences(notes) if "total" in notes else [],
        "left_out": left_out(notes),
        "blocks": _blocks(notes),
        "samples": [{"number": s[2], "amount": s[3], "words": s[4]} for s in notes.get("samples") or ()],
        "partly": notes.get("partly_without_tariff"),
        "papers": notes.get("papers"),
        "papers_ready": papers_path(found.pk).exists() if found.state == State.SIGNED else False,
        "may_assess": actor.may("levies.assess", **scope),
        "may_sign": actor.may("levies.sign", **scope),
        "stopped": found.stop_wanted and found.state in WORKING,
    }
    return page(request, "retribusi/assessing/run.html", context, block="body", status=status)


def _blocks(notes: dict[str, Any]) -> list[dict[str, Any]]:
    """Sums by market and block."""
    names = dict(Market.objects.values_list("code", "name"))
    return [
        {"key": f"{market}|{block}", "market": names.get(market, ""), "block": block, "count": count, "rupiah": rupiah}
        for market, block, count, rupiah in notes.get("blocks") or ()
    ]


def _sure(request: HttpRequest) -> None:
    form = SureForm(request.POST)
    if not form.is_valid():
        raise UnableToIssue(str(form.errors["yakin"][0]))


def _issue(request: HttpRequest, found: Run) -> None:
    _sure(request)
    order_issue(run_id=found.pk, by=actor_of(request), at=clock.now())


def _sign(request: HttpRequest, found: Run) -> None:
    _sure(request)
    order_signing(run_id=found.pk, by=actor_of(request), at=clock.now())


def _go_on(request: HttpRequest, found: Run) -> None:
    order = order_signing if found.state == State.SIGNING else order_issue
    order(run_id=found.pk, by=actor_of(request), at=clock.now())


def _stop(request: HttpRequest, found: Run) -> None:
    if stop_run(run_id=found.pk, by=actor_of(request), at=clock.now()):
        messages.info(request, _("Dihentikan. Yang sudah terbit tetap terbit; penetapan dapat dilanjutkan kapan saja."))


def _recount(request: HttpRequest, found: Run) -> None:
    order_recount(run_id=found.pk, by=actor_of(request), at=clock.now())


def _drop(request: HttpRequest, found: Run) -> None:
    _sure(request)
    state = drop_run(run_id=found.pk, by=actor_of(request), at=clock.now())
    told = _("Pratinjau dibatalkan; tidak ada SKRD yang terbit.")
    if state != State.DROPPED:
        told = _("Penetapan diakhiri. SKRD yang sudah terbit dapat ditandatangani; sisanya tidak diterbitkan.")
    messages.info(request, told)


def _print(request: HttpRequest, found: Run) -> None:
    order_papers(run_id=found.pk, by=actor_of(request), at=clock.now())
    messages.info(request, _("SKRD sedang dicetak. Berkasnya muncul di halaman ini bila sudah selesai."))


ACTS: dict[str, Callable[[HttpRequest, Run], None]] = {
    "terbitkan": _issue, "tandatangani": _sign, "lanjutkan": _go_on, "hentikan": _stop, "hitung-ulang": _recount,
    "batalkan": _drop, "cetak": _print,
}  # fmt: skip


@requires("levies.see", load=run_named)
@require_safe
def run_lines(request: HttpRequest, found: Run) -> HttpResponse:
    """`/retribusi/skrd/penetapan/<uuid>/baris/`: the draft lines of a preview, by block or by what changed."""
    block, change = request.GET.get("blok", ""), request.GET.get("beda", "")
    after = request.GET.get("sesudah", "")
    lines = lines_of(
        found, block=block, change=change, after=int(after) if after.isdecimal() and len(after) < 19 else 0
    )
    shown = lines[:PER_PAGE]
    context = run_view(found) | {
        "lines": [{"line": line, "words": formula_words(from_json(line.formula))} for line in shown],
        "next": shown[-1].id if len(lines) > PER_PAGE else None,
        "blocks": _blocks(found.notes),
        "block": block,
        "change": change,
        "query": "".join(f"&{k}={v}" for k, v in (("blok", block), ("beda", change)) if v),
    }
    return page(request, "retribusi/assessing/run_lines.html", context, block="list")


@requires("levies.see", load=run_named)
@require_safe
def run_papers(request: HttpRequest, found: Run) -> HttpResponseBase:
    """`/retribusi/skrd/penetapan/<uuid>/skrd.zip`: all papers of a signed run, once they are printed."""
    path = papers_path(found.pk)
    if found.state != State.SIGNED or not path.exists():
        raise UnableToFind(_("SKRD penetapan ini belum dicetak."))
    name = f"skrd-{found.market_id or 'kota'}-{found.from_date.isoformat()}.zip"
    return attachment(FileResponse(path.open("rb"), content_type="application/zip"), name)
