"""Cases: what waits for a decision, one case, and deciding it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToAllow
from tidar.common.pages import page
from tidar.ledger import api as ledger
from tidar.retribusi.actions.cases import must_decide, settle_case
from tidar.retribusi.forms.paying import SettleForm
from tidar.retribusi.models import Case
from tidar.retribusi.queries import cases as queries
from tidar.retribusi.queries.register import markets_for
from tidar.retribusi.rules import cases as rules
from tidar.retribusi.views.paying.loading import SeenCase, case_named, holder_at


@requires("levies.see")
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """`/retribusi/perkara/?jenis=&selesai=ya&sesudah=`: what waits, oldest first; or what was decided."""
    kind, is_open = request.GET.get("jenis", ""), request.GET.get("selesai") != "ya"
    kind = kind if kind in Case.Kind.values else ""
    mine = queries.cases_seen_by(actor_of(request))
    found = queries.case_list(mine, kind=kind, is_open=is_open)
    rows, following = queries.after(found, request.GET.get("sesudah", ""), is_open=is_open)
    context = {
        "rows": rows,
        "following": following,
        "is_first": not request.GET.get("sesudah"),
        "sums": queries.case_sums(mine),
        "kinds": Case.Kind.choices,
        "kind": kind,
        "is_open": is_open,
        "query": f"jenis={kind}&selesai={'' if is_open else 'ya'}",
    }
    return page(request, "retribusi/paying/cases.html", context)


@requires("levies.see", load=case_named)
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, seen: SeenCase) -> HttpResponse:
    """`/retribusi/perkara/<uuid>/`: what happened, what it holds, and the decision."""
    if request.method != "POST":
        return _page(request, seen.case)
    form, actor = SettleForm(request.POST), actor_of(request)
    if not form.is_valid():
        return _page(request, seen.case, form=form, status=422)
    said = form.cleaned_data
    holder = holder_at(actor, "levies.see", market=said["pasar"], number=said["lapak"]) if said["lapak"] else None
    if said["lapak"] and holder is None:
        unknown = _("Lapak %s tidak ada di pasar ini, atau tidak ada yang menempatinya.") % said["lapak"]
        return _page(request, seen.case, form=form, sentence=unknown, status=422)
    try:
        settle_case(
            case_id=seen.case.pk, decision=said["keputusan"], note=said["catatan"], by=actor, at=clock.now(),
            occupancy_id=holder.pk if holder else None,
        )  # fmt: skip
    except UnableTo as error:
        return _page(request, seen.case, form=form, sentence=error.sentence, status=error.status)
    messages.success(request, _("Perkara diputuskan dan tercatat."))
    return redirect("retribusi:case", seen.case.pk)


def _page(
    request: HttpRequest, found: Case, *, form: SettleForm | None = None, sentence: str = "", status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    payment = queries.payment_of(found)
    group = ledger.find_group(found.group_key) if found.group_key else None
    context = {
        "case": found,
        "payment": payment,
        "transfers": group.transfers if group else (),
        "decisions": [(key, rules.DECISIONS[key]) for key in rules.allowed(found.held_rupiah)],
        "decided": rules.DECISIONS.get(found.decision, _("Ditutup bersama pembatalan pembayarannya")),
        "may_decide": found.settled_at is None and _may_decide(found, request),
        "markets": list(markets_for(actor)) if not found.occupancy_id and found.held_rupiah else [],
        "form": form or SettleForm(),
        "sentence": sentence,
    }
    return page(request, "retribusi/paying/case.html", context, status=status)


def _may_decide(found: Case, request: HttpRequest) -> bool:
    try:
        must_decide(found, actor_of(request))
    except UnableToAllow:
        return False
    return True
