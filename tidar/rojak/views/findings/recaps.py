"""The month's recap of an RW or a kelurahan: which there are, the page, the PDF."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableToFind
from tidar.common.files import attachment
from tidar.common.pages import page
from tidar.rojak.queries import recap as queries
from tidar.rojak.queries import recap_pdf
from tidar.rojak.rules import recap as rules
from tidar.rojak.views.findings.desk import today

MONTHS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """An area and a month; `area_code` is what `requires` checks."""

    area_code: str
    first: date
    last: date


def asked(request: HttpRequest, area: str, month: str) -> Asked:
    """The area and month of an address."""
    span = rules.month_of(month)
    if span is None or span[0] > today():
        raise UnableToFind(_("Bulan itu tidak ada rekapnya."))
    return Asked(area, *span)


@requires("patrol.recap")
@require_safe
def recap_list(request: HttpRequest) -> HttpResponse:
    """`/rojak/rekap/`: the areas and months whose recap the reader may read."""
    first = today().replace(day=1)
    months = [rules.shifted(first, -n) for n in range(MONTHS_SHOWN)]
    context = {"areas": queries.recap_areas(actor_of(request)), "months": months, "tab": "recaps"}
    return page(request, "rojak/findings/recaps.html", context)


def _found(wanted: Asked) -> queries.Recap:
    found = queries.recap(wanted.area_code, first=wanted.first, last=wanted.last, at=clock.now())
    if found is None:
        raise UnableToFind(_("Di wilayah itu tidak ada pos pada bulan ini."))
    return found


@requires("patrol.recap", load=asked)
@require_safe
def recap(request: HttpRequest, wanted: Asked) -> HttpResponse:
    """`/rojak/rekap/<area>/<yyyy-mm>/`: effort, coverage, findings and what became of them, post by post."""
    found = _found(wanted)
    rows = list(found.rows)
    every = [*rows, found.total] if len(rows) > 1 else rows
    following = rules.shifted(wanted.first, 1)
    context = {
        "recap": found,
        "month": rules.month_text(wanted.first),
        "previous": rules.month_text(rules.shifted(wanted.first, -1)),
        "following": rules.month_text(following) if following <= today() else "",
        "figures": recap_pdf.figures(found.total),
        "sentences": rules.sentences(found.total, rows),
        "effort_heads": rules.EFFORT_HEADS,
        "effort": [rules.effort_cells(row) for row in every],
        "finding_heads": rules.FINDING_HEADS,
        "findings": [rules.finding_cells(row) for row in every],
        "notes": rules.NOTES,
        "tab": "recaps",
    }
    return page(request, "rojak/findings/recap.html", context)


@requires("patrol.recap", load=asked)
@require_safe
def recap_file(request: HttpRequest, wanted: Asked) -> HttpResponse:
    """The recap as PDF."""
    data = recap_pdf.recap_pdf(_found(wanted))
    name = f"rekap-ronda-{wanted.area_code}-{rules.month_text(wanted.first)}.pdf"
    return attachment(HttpResponse(data, content_type="application/pdf"), name)
