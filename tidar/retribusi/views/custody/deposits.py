"""Deposits (STS): the list, a new one made of counted hand-overs, one slip with its document."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
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
from tidar.common.sheets import Cell, Sheet, sheet_file, wanted_file
from tidar.documents import api as documents
from tidar.places import api as places
from tidar.retribusi.actions.custody import deposit
from tidar.retribusi.forms.custody import DepositForm
from tidar.retribusi.models import Deposit, Handover
from tidar.retribusi.queries import custody
from tidar.retribusi.queries.books import by_code
from tidar.retribusi.queries.takings import bounds
from tidar.retribusi.views.custody.desk import Desk, desk_kept, desk_seen, span_asked


@requires("levies.see", load=desk_seen)
@require_safe
def deposits(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/sts/`: deposits of a month, and what still has to be deposited."""
    span = span_asked(request, desk.today)
    made = custody.deposited_between(desk.agency_code, *bounds(span.first, span.last))
    if ending := wanted_file(request):
        return sheet_file(_sheet(desk, span.text, made), ending)
    held, late = custody.purse(desk.agency_code, at=clock.now())
    context = {
        "desk": desk,
        "tab": "sts",
        "span": span,
        "deposits": made,
        "total_rupiah": sum(one.amount_rupiah for one in made),
        "ready": custody.to_deposit(desk.agency_code),
        "purse": held,
        "purse_late": late,
        "may_keep": actor_of(request).may("levies.treasury", agency=desk.agency_code),
    }
    return page(request, "retribusi/custody/deposits.html", context)


def _sheet(desk: Desk, text: str, made: list[Deposit]) -> Sheet:
    headings = [_("STS"), _("Disetor pada"), _("Dari"), _("Sampai"), _("Rekening"), _("Bukti bank"), _("Rupiah")]
    rows: list[list[Cell]] = [
        [
            one.number, timezone.localtime(one.deposited_at, places.region().zone), one.period_from_date,
            one.period_to_date, one.bank_account, one.bank_reference, one.amount_rupiah,
        ]
        for one in made
    ]  # fmt: skip
    title = _("Setoran %(agency)s") % {"agency": desk.agency_name}
    return Sheet(f"sts-{text.partition('=')[2]}", title, headings, rows)


@requires("levies.treasury", load=desk_kept)
@require_http_methods(["GET", "HEAD", "POST"])
def new_deposit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/sts/baru/`: choose counted hand-overs, see the sum, deposit them; nobody types the amount."""
    ready = custody.to_deposit(desk.agency_code)
    choices = [(str(one.pk), one.tbp_number) for one in ready]
    if request.method != "POST":
        return _form_page(request, desk, DepositForm(choices=choices))
    form = DepositForm(request.POST, choices=choices)
    if not form.is_valid():
        return _form_page(request, desk, form, status=422)
    said = form.cleaned_data
    moment = _moment(said["waktu"], (one for one in ready if str(one.pk) in said["serah"]))
    try:
        made = deposit(
            id=said["kunci"], handover_ids=[uuid.UUID(one) for one in said["serah"]], bank_account=said["rekening"],
            bank_reference=said["bukti"], deposited_at=moment, by=actor_of(request), at=clock.now(),
        )  # fmt: skip
    except UnableTo as error:
        return _form_page(request, desk, form, sentence=error.sentence, status=error.status)
    messages.success(request, _("%(number)s: %(amount)s disetor ke kas daerah.") % {
        "number": made.number, "amount": rupiah_text(made.amount_rupiah),
    })  # fmt: skip
    return redirect("retribusi:deposit", made.id)


def _moment(said: datetime, chosen: Iterable[Handover]) -> datetime:
    """The moment that was meant: the page asks for a minute, and within it the cash was counted first."""
    counted = max((one.confirmed_at for one in chosen if one.confirmed_at), default=said)
    return counted if said < counted < said + timedelta(minutes=1) else said


def _form_page(
    request: HttpRequest, desk: Desk, form: DepositForm, *, sentence: str = "", status: int = 200
) -> HttpResponse:
    ready = custody.to_deposit(desk.agency_code)
    chosen = set(form.data.getlist("serah")) if form.is_bound and hasattr(form.data, "getlist") else None
    last = Deposit.objects.filter(agency_id=desk.agency_code).order_by("-deposited_at").first()
    context: dict[str, Any] = {
        "desk": desk,
        "tab": "sts",
        "form": form,
        "sentence": sentence,
        "key": form.data.get("kunci") if form.is_bound else uuid7(),
        "ready": [(one, chosen is None or str(one.pk) in chosen) for one in ready],
        "total_rupiah": sum(int(one.counted_rupiah or 0) for one in ready if chosen is None or str(one.pk) in chosen),
        "account": form.data.get("rekening") if form.is_bound else (last.bank_account if last else ""),
        "moment": form.data.get("waktu")
        if form.is_bound
        else timezone.localtime(clock.now(), places.region().zone).strftime("%Y-%m-%dT%H:%M"),
    }
    return page(request, "retribusi/custody/new_deposit.html", context, status=status)


def deposit_named(request: HttpRequest, deposit_id: uuid.UUID) -> Deposit:
    """The deposit with this id."""
    found = custody.find_deposit(deposit_id)
    if found is None:
        raise UnableToFind(_("Setoran itu tidak ada."))
    return found


@requires("levies.see", load=deposit_named)
@require_safe
def one_deposit(request: HttpRequest, found: Deposit) -> HttpResponse:
    """`/retribusi/kas/sts/<uuid>/`: one STS, the hand-overs it is made of, its document."""
    handovers = list(found.handovers.order_by("confirmed_at", "id"))
    context = {
        "deposit": found,
        "handovers": handovers,
        "kinds": custody.titles_by_code(by_code(handovers)),
        "paper": documents.find("sts", f"sts:{found.pk}"),
    }
    return page(request, "retribusi/custody/deposit.html", context)


@requires("levies.see", load=deposit_named)
@require_safe
def sts_pdf(request: HttpRequest, found: Deposit) -> HttpResponse:
    """`/retribusi/kas/sts/<uuid>/sts.pdf`: the STS on paper, as the bank and the archive want it."""
    paper = documents.find("sts", f"sts:{found.pk}")
    if paper is None:
        raise UnableToFind(_("Dokumen STS ini tidak ada."))
    answer = HttpResponse(documents.pdf(paper.id), content_type="application/pdf")
    return attachment(answer, f"{paper.number.replace('/', '-')}.pdf")
