"""Effort and findings per effort of every zone: comparable, because divided by the hours walked."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from tidar.common.access import actor_of, requires
from tidar.common.pages import page
from tidar.common.sheets import Cell, Sheet, sheet_file, wanted_file
from tidar.rojak.models import Post
from tidar.rojak.queries.effort import Effort, efforts, together
from tidar.rojak.queries.gaps import village_of
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.views.coverage.asked import area_name
from tidar.rojak.views.coverage.spans import Days, days_asked, quick_spans

ZONES = {"pos": pgettext_lazy("menurut", "pos"), "kelurahan": gettext_lazy("kelurahan atau desa")}


@requires("patrol.see")
@require_safe
def effort(request: HttpRequest) -> HttpResponse:
    """`/rojak/upaya/?menurut=pos|kelurahan&dari=…&sampai=…`: one line per zone; CSV and XLSX."""
    days, by = days_asked(request), request.GET.get("menurut", "pos")
    by = by if by in ZONES else "pos"
    posts = list(Post.objects.filter(posts_for(actor_of(request))).order_by("title", "id"))
    found = efforts([one.pk for one in posts], days.first, days.last)
    lines = _of_posts(posts, found) if by == "pos" else _of_villages(posts, found)
    lines.sort(key=lambda line: (-line["effort"].hours, line["title"]))
    if ending := wanted_file(request):
        return sheet_file(_sheet(lines, days), ending)
    context = {
        "days": days,
        "quick": quick_spans(),
        "by": by,
        "zones": ZONES.items(),
        "lines": lines,
        "total": together(found.values()),
    }
    return page(request, "rojak/coverage/effort.html", context, status=days.status)


def _of_posts(posts: list[Post], found: dict[int, Effort]) -> list[dict[str, Any]]:
    return [
        {"title": one.title, "area": area_name(one.area_code), "code": one.code, "effort": found[one.pk]}
        for one in posts
    ]


def _of_villages(posts: list[Post], found: dict[int, Effort]) -> list[dict[str, Any]]:
    by_village: dict[str, list[Effort]] = defaultdict(list)
    for one in posts:
        by_village[village_of(one.area_code)].append(found[one.pk])
    return [
        {"title": area_name(code), "area": _posts(len(few)), "code": "", "effort": together(few)}
        for code, few in by_village.items()
    ]


def _posts(count: int) -> str:
    return ngettext("%d pos", "%d pos", count) % count


def _sheet(lines: list[dict[str, Any]], days: Days) -> Sheet:
    headings = [
        _("Wilayah"), _("Keterangan"), _("Ronda"), _("Jam"), _("Km"), _("Ronda tanpa jarak"), _("Pemeriksaan pasti"),
        _("Pemeriksaan tidak pasti"), _("Ruas berbeda"), _("Temuan"), _("Temuan tiap 10 jam"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for line in lines:
        one: Effort = line["effort"]
        rate = one.per_ten_hours
        rows.append(
            [
                line["title"], line["area"], one.rounds, round(one.hours, 2), round(one.kilometres, 2), one.unmeasured,
                one.checks, one.uncertain_checks, one.segments, one.findings, None if rate is None else round(rate, 2),
            ]
        )  # fmt: skip
    return Sheet(f"upaya-ronda-{days.first:%Y%m%d}-{days.last:%Y%m%d}", _("Upaya ronda"), headings, rows)
