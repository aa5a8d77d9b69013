"""The register at a glance: every market with its blocks, what waits, where to search."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tidar.common.access import actor_of, requires
from tidar.common.pages import page
from tidar.retribusi.queries.census import censuses_for
from tidar.retribusi.queries.imports import waiting_count
from tidar.retribusi.queries.register import kinds_for, market_rows, payers_for
from tidar.retribusi.views.register.desk import today


@requires("levies.see")
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """`/retribusi/register/`: markets, blocks, occupied and empty stalls."""
    actor = actor_of(request)
    rows = market_rows(actor, today=today())
    context = {
        "rows": rows,
        "stalls": sum(row.stalls for row in rows),
        "occupied": sum(row.occupied for row in rows),
        "payer_count": payers_for(actor).count(),
        "kinds": kinds_for(actor),
        "waiting": waiting_count(actor),
        "walks": list(censuses_for(actor).filter(closed_at=None)),
        "may_register": actor.may("levies.register"),
        "tab": "register",
    }
    return page(request, "retribusi/register/home.html", context)
