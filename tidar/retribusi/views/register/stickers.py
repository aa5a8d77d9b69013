"""QR stickers of stalls, as a sheet to print and stick on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from tidar.common.access import actor_of, requires
from tidar.common.pages import page
from tidar.documents.api import qr_svg
from tidar.retribusi.queries import register as queries
from tidar.retribusi.rules.register import sticker_text
from tidar.retribusi.views.register.desk import today
from tidar.retribusi.views.register.stalls import narrowed_by, query_of

LARGEST_SHEET = 400


@requires("levies.register")
@require_safe
def stickers(request: HttpRequest) -> HttpResponse:
    """`/retribusi/register/stiker/?pasar=&blok=` or `?objek=<id>`: one sticker for each stall, 24 on a page of A4."""
    actor = actor_of(request)
    if (asked := request.GET.get("objek", "")[:18]).isdecimal():
        found = queries.objects_for(actor, "levies.register").filter(pk=asked)
    else:
        found = queries.stalls(actor, narrowed_by(request), today=today())
    rows = list(found[: LARGEST_SHEET + 1])
    context = {
        "stickers": [(stall, mark_safe(qr_svg(sticker_text(stall.qr_code)))) for stall in rows[:LARGEST_SHEET]],  # noqa: S308
        "too_many": len(rows) > LARGEST_SHEET,
        "largest": LARGEST_SHEET,
        "query": query_of(request),
        "tab": "stalls",
    }
    return page(request, "retribusi/register/stickers.html", context)
