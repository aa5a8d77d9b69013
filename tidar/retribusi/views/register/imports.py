"""The agency's spreadsheet against the register: every line with its reason, and settling what waits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tidar.common.access import actor_of, requires
from tidar.common.actor import Actor
from tidar.common.pages import page
from tidar.retribusi.actions.importing.settling import accept_line, dismiss_line, link_line, undo_line
from tidar.retribusi.models import ImportLine
from tidar.retribusi.queries import imports as queries
from tidar.retribusi.queries.register import keyset_page, payer_by_npwrd
from tidar.retribusi.views.register.desk import act_of, done, number_in, text_in

State = ImportLine.State
TABS = (State.DUPLICATE, State.CONFLICT, State.APPLIED, State.SAME, State.DISMISSED, State.UNDONE)


@requires("levies.see")
@require_http_methods(["GET", "HEAD", "POST"])
def import_lines(request: HttpRequest) -> HttpResponse:
    """`/retribusi/register/impor/`: lines by state, of the newest delivery or the one that is asked for."""
    if request.method == "POST":
        _settle(request)
        return redirect(request.get_full_path())
    actor = actor_of(request)
    deliveries = queries.imports(actor)
    delivery = _asked(request.GET.get("kiriman", ""))
    counts = queries.counts_by_state(actor, delivery)
    state = request.GET.get("keadaan", "")
    if state not in State.values:
        state = next((s for s in TABS if counts.get(s)), State.DUPLICATE)
    found = queries.lines_for(actor).filter(state=state).order_by("id")
    if delivery:
        found = found.filter(delivery_id=delivery)
    listed = keyset_page(found, ("id",), request.GET.get("sesudah", ""), size=30)
    newest = uuid.UUID(delivery) if delivery else (deliveries[0].delivery_id if deliveries else None)
    context = {
        "tabs": [(s, s.label, counts.get(s, 0)) for s in TABS],
        "state": state,
        "waits": state in queries.WAITING,
        "rows": listed.rows,
        "following": listed.following,
        "deliveries": deliveries,
        "delivery": delivery,
        "missing": list(queries.not_listed(actor, newest)[:50]) if newest else [],
        "may_register": actor.may("levies.register"),
        "tab": "imports",
    }
    return page(request, "retribusi/register/imports.html", context)


def _asked(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


def _settle(request: HttpRequest) -> None:
    line = number_in(request, "baris") or 0
    acts: dict[str, tuple[Callable[[Actor, datetime], Any], str]] = {
        "terima": (lambda by, at: accept_line(line_id=line, by=by, at=at), _("Baris itu masuk register.")),
        "tautkan": (lambda by, at: _linked(request, line, by=by, at=at), _("Baris itu ditautkan dan masuk register.")),
        "abaikan": (
            lambda by, at: dismiss_line(line_id=line, reason=text_in(request, "alasan"), by=by, at=at),
            _("Baris itu diabaikan; alasannya tersimpan."),
        ),
        "batalkan": (lambda by, at: undo_line(line_id=line, by=by, at=at), _("Dibatalkan.")),
    }
    if act_of(request) in acts:
        act, said = acts[act_of(request)]
        done(request, act, said=said)


def _linked(request: HttpRequest, line: int, *, by: Actor, at: datetime) -> None:
    payer_id = number_in(request, "wajib")
    if payer_id is None and (payer := payer_by_npwrd(text_in(request, "npwrd"))) is not None:
        payer_id = payer.pk
    link_line(line_id=line, payer_id=payer_id or 0, by=by, at=at)
