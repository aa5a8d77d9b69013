"""Figures over time: target against what came in, and how old arrears are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import wording
from tidar.common.access import requires
from tidar.common.pages import page
from tidar.common.sheets import Cell, Sheet, sheet_file, wanted_file
from tidar.retribusi.models import Market
from tidar.retribusi.queries.ageing import AgedLine, Ages, Narrowed, aged
from tidar.retribusi.queries.targets import TargetLine, target_lines, together
from tidar.retribusi.rules.ageing import AGES
from tidar.retribusi.views.custody.desk import Desk, day_asked, desk_seen

PER_PAGE = 50


@requires("levies.see", load=desk_seen)
@require_safe
def targets(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/target/?hari=…`: each market's target, what came in, the pace."""
    day = day_asked(request, desk.today)
    lines = target_lines(desk.agency_code, day)
    if ending := wanted_file(request):
        return sheet_file(_target_sheet(desk, lines, wording.day(day)), ending)
    realised, stands = together(lines, day)
    context = {"desk": desk, "tab": "target", "day": day, "lines": lines, "realised": realised, "stands": stands}
    return page(request, "retribusi/custody/targets.html", context)


def _target_sheet(desk: Desk, lines: list[TargetLine], day: str) -> Sheet:
    headings = [
        _("Pasar"), _("Retribusi"), _("Target"), _("Realisasi tahun ini"), _("Bulan ini"), _("Hari itu"), _("Kurang"),
        _("Perkiraan akhir tahun"), _("Laju"), _("Sumber target"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.market_name, one.levy_title, one.standing.target_rupiah, one.realised.year, one.realised.month,
            one.realised.today, one.standing.missing_rupiah, one.standing.year_end_rupiah, one.standing.pace,
            one.source,
        ]
        for one in lines
    ]  # fmt: skip
    title = _("Target dan realisasi sampai %(day)s, %(agency)s") % {"day": day, "agency": desk.agency_name}
    return Sheet("target-realisasi", title, headings, rows)


@requires("levies.see", load=desk_seen)
@require_safe
def ageing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/piutang/?menurut=pasar|blok|pedagang`: what is owed and how old it is."""
    asked = _narrowed(request, desk)
    ending = wanted_file(request)
    if ending:
        lines = list(aged(Narrowed(asked.agency, asked.market, asked.block, asked.by, limit=100_000), day=desk.today))
        return sheet_file(_aged_sheet(desk, lines), ending)
    found = list(aged(asked, day=desk.today))
    lines, more = found[: asked.limit - 1], len(found) == asked.limit
    context = {
        "desk": desk,
        "tab": "piutang",
        "asked": asked,
        "lines": lines,
        "total": sum((line.ages for line in lines), Ages()),
        "is_whole": not more and not asked.offset,
        "classes": [title for _key, title in AGES],
        "markets": Market.objects.filter(agency_id=desk.agency_code).order_by("name"),
        "next_offset": asked.offset + len(lines) if more else None,
        "previous_offset": max(asked.offset - PER_PAGE, 0) if asked.offset else None,
    }
    return page(request, "retribusi/custody/ageing.html", context)


def _narrowed(request: HttpRequest, desk: Desk) -> Narrowed:
    by = request.GET.get("menurut", "pasar")
    market = request.GET.get("pasar", "")
    offset = request.GET.get("mulai", "0")
    return Narrowed(
        agency=desk.agency_code,
        market=market if Market.objects.filter(pk=market, agency_id=desk.agency_code).exists() else "",
        block=request.GET["blok"][:20] if "blok" in request.GET else None,
        by=by if by in ("pasar", "blok", "pedagang") else "pasar",
        offset=int(offset) if offset.isdecimal() and len(offset) < 7 else 0,
        limit=PER_PAGE + 1,
    )


def _aged_sheet(desk: Desk, lines: list[AgedLine]) -> Sheet:
    headings = [_("Kode"), _("Nama"), _("Lapak"), *(title for _key, title in AGES), _("Jumlah"), _("Lewat tempo"),
                _("SKRD"), _("Hari tertua")]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.key, one.title, one.places, *one.ages.by_age, one.ages.owed, one.ages.overdue, one.ages.skrd_count,
         one.oldest_days]
        for one in lines
    ]  # fmt: skip
    title = _("Umur piutang per %(day)s, %(agency)s") % {"day": wording.day(desk.today), "agency": desk.agency_name}
    return Sheet("umur-piutang", title, headings, rows)
