"""Hand-overs: the collector declares on one page, the treasurer counts on another. Both work without JavaScript."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.files import attachment
from tidar.common.ids import uuid7
from tidar.common.money import rupiah_text
from tidar.common.pages import page
from tidar.common.sheets import Sheet, sheet_file, wanted_file
from tidar.documents import api as documents
from tidar.places import api as places
from tidar.retribusi.actions.custody import confirm_handover, declare_handover, explain_surplus, withdraw_handover
from tidar.retribusi.actions.custody.explaining import surplus_case
from tidar.retribusi.forms.custody import AmountForm, SendBackForm
from tidar.retribusi.models import Case, Handover
from tidar.retribusi.queries import custody
from tidar.retribusi.views.custody.desk import Desk, desk_seen, span_asked, today


@requires("levies.see", load=desk_seen)
@require_safe
def handovers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/serah/`: what waits to be counted, and what was counted in a month."""
    from tidar.retribusi.queries.takings import bounds

    span = span_asked(request, desk.today)
    counted = custody.counted_between(desk.agency_code, *bounds(span.first, span.last))
    if ending := wanted_file(request):
        return sheet_file(_sheet(desk, span.text, counted), ending)
    context = {
        "desk": desk,
        "tab": "serah",
        "span": span,
        "waiting": custody.to_count(desk.agency_code),
        "counted": counted,
        "counted_rupiah": sum(int(one.counted_rupiah or 0) for one in counted),
        "may_keep": actor_of(request).may("levies.treasury", agency=desk.agency_code),
    }
    return page(request, "retribusi/custody/handovers.html", context)


def _sheet(desk: Desk, text: str, counted: list[Handover]) -> Sheet:
    headings = [_("TBP"), _("Dihitung pada"), _("Juru pungut"), _("Diajukan"), _("Dihitung"), _("Titipan"), _("STS")]
    zone = places.region().zone
    rows = [
        [
            one.tbp_number, timezone.localtime(one.confirmed_at, zone), one.collector_name, one.declared_rupiah,
            one.counted_rupiah, one.surplus_rupiah, one.deposit.number if one.deposit else "",
        ]
        for one in counted
    ]  # fmt: skip
    title = _("Serah terima %(agency)s") % {"agency": desk.agency_name}
    return Sheet(f"serah-terima-{text.partition('=')[2]}", title, headings, rows)


@dataclass(frozen=True, slots=True)
class Seen:
    """A hand-over as somebody may see it: who keeps or checks the treasury, or its own collector."""

    handover: Handover

    @property
    def agency_code(self) -> str:
        """For `common.access`."""
        return self.handover.agency_id


def handover_named(request: HttpRequest, handover_id: uuid.UUID) -> Seen:
    """The hand-over with this id."""
    found = Handover.objects.select_related("deposit").filter(pk=handover_id).first()
    if found is None:
        raise UnableToFind(_("Serah terima itu tidak ada."))
    return Seen(found)


@requires("levies.see", load=handover_named)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, seen: Seen) -> HttpResponse:
    """`/retribusi/kas/serah/<uuid>/`: count and receive, or send back with a reason; later, the TBP."""
    found = seen.handover
    if request.method != "POST":
        return _page(request, found)
    acts = {"terima": _count, "kembalikan": _send_back, "jelaskan": _explain}
    act = acts.get(request.POST.get("aksi", ""))
    return act(request, found) if act else redirect("retribusi:handover", found.pk)


def _count(request: HttpRequest, found: Handover) -> HttpResponse:
    form = AmountForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    counted = form.cleaned_data["jumlah"]
    if counted != found.declared_rupiah and request.POST.get("yakin") != "ya":
        return _page(request, found, form=form, counted=counted)  # a second look before what cannot be undone
    try:
        done = confirm_handover(handover_id=found.pk, counted_rupiah=counted, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _page(request, found, form=form, sentence=error.sentence, status=error.status)
    messages.success(request, _("%(amount)s diterima dengan %(tbp)s.") % {
        "amount": rupiah_text(int(done.counted_rupiah or 0)), "tbp": done.tbp_number,
    })  # fmt: skip
    for sentence in done.sentences:
        messages.warning(request, sentence)
    return redirect("retribusi:handover", found.pk)


def _send_back(request: HttpRequest, found: Handover) -> HttpResponse:
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _page(request, found, back=form, status=422)
    try:
        withdraw_handover(
            handover_id=found.pk, by=actor_of(request), at=clock.now(), reason=form.cleaned_data["alasan"]
        )
    except UnableTo as error:
        return _page(request, found, back=form, sentence=error.sentence, status=error.status)
    messages.success(request, _("Serah terima dikembalikan kepada juru pungut; tidak ada uang yang berpindah."))
    return redirect("retribusi:handovers")


def _explain(request: HttpRequest, found: Handover) -> HttpResponse:
    try:
        moved = explain_surplus(handover_id=found.pk, by=actor_of(request), at=clock.now())
    except UnableTo as error:
        return _page(request, found, sentence=error.sentence, status=error.status)
    messages.success(request, _("%s kembali ke kas juru pungut; perkaranya selesai.") % rupiah_text(moved))
    return redirect("retribusi:handover", found.pk)


def _page(request: HttpRequest, found: Handover, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    keeps = actor.may("levies.treasury", agency=found.agency_id)
    context = {
        "handover": found,
        "held": custody.cash_on_hand([found.collector_id])[found.collector_id],
        "kinds": custody.titles_by_code(found.by_account),
        "cases": Case.objects.filter(subject=f"serah:{found.pk}").order_by("opened_at"),
        "paper": documents.find("tbp", f"serah:{found.pk}") if found.tbp_number else None,
        "may_count": keeps and found.state == Handover.State.DECLARED and actor.id != found.collector_id,
        "may_explain": keeps and surplus_case(found) is not None and custody.late_receipts(found) > 0,
        "is_own": actor.id == found.collector_id,
        "form": AmountForm(),
        "back": SendBackForm(),
        **more,
    }
    return page(request, "retribusi/custody/handover.html", context, status=status)


@requires("levies.see", load=handover_named)
@require_safe
def tbp_pdf(request: HttpRequest, seen: Seen) -> HttpResponse:
    """`/retribusi/kas/serah/<uuid>/tbp.pdf`: the TBP on paper, for the collector who handed over."""
    paper = documents.find("tbp", f"serah:{seen.handover.pk}")
    if paper is None:
        raise UnableToFind(_("TBP terbit sesudah bendahara menghitung dan menerima uangnya."))
    answer = HttpResponse(documents.pdf(paper.id), content_type="application/pdf")
    return attachment(answer, f"{paper.number.replace('/', '-')}.pdf")


@requires("levies.collect")
@require_http_methods(["GET", "HEAD", "POST"])
def own_cash(request: HttpRequest) -> HttpResponse:
    """`/retribusi/kas/saya/`: a collector's own cash; declare a hand-over, take one back."""
    if request.method != "POST":
        return _own_page(request)
    if request.POST.get("aksi") == "tarik":
        return _take_back(request)
    form = AmountForm(request.POST)
    if not form.is_valid():
        return _own_page(request, form=form, status=422)
    actor, now = actor_of(request), clock.now()
    try:
        done = declare_handover(
            id=form.cleaned_data["kunci"] or uuid7(), collector_id=actor.id,
            declared_rupiah=form.cleaned_data["jumlah"], happened_at=now, by=actor, at=now,
        )  # fmt: skip
    except UnableTo as error:
        return _own_page(request, form=form, sentence=error.sentence, status=error.status)
    messages.success(request, _("Diajukan. Serahkan uangnya kepada bendahara untuk dihitung bersama."))
    for sentence in done.sentences:
        messages.warning(request, sentence)
    return redirect("retribusi:own_cash")


def _take_back(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    waiting = custody.open_handover(actor.id)
    if waiting is not None:
        try:
            withdraw_handover(handover_id=waiting.pk, by=actor, at=clock.now(), reason=_("Ditarik juru pungut"))
        except UnableTo as error:
            return _own_page(request, sentence=error.sentence, status=error.status)
        messages.success(request, _("Pengajuan ditarik kembali; uangnya tetap tercatat pada Anda."))
    return redirect("retribusi:own_cash")


def _own_page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    held = custody.cash_on_hand([actor.id])[actor.id]
    limit = custody.deposit_limit(today())
    context = {
        "held": held,
        "late": limit.lateness(held.oldest_at, at=now) if limit and held.oldest_at else None,
        "waiting": custody.open_handover(actor.id),
        "past": custody.of_collector(actor.id, limit=30),
        "form": AmountForm(),
        "key": uuid7(),
        **more,
    }
    return page(request, "retribusi/custody/own.html", context, status=status)
