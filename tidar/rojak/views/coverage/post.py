"""One post: its gaps, the share of patrol time that was covered, who carried it, and the effort."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableToFind
from tidar.common.pages import page
from tidar.common.sheets import Cell, Sheet, sheet_file, wanted_file
from tidar.rojak.models import Post
from tidar.rojak.queries.cells import CellRow, coverage
from tidar.rojak.queries.effort import efforts
from tidar.rojak.queries.fairness import Burden, burden, evenness
from tidar.rojak.queries.gaps import members_now, segments_now, with_tasks, worst_first
from tidar.rojak.views.coverage.asked import area_name, bar, counts, words_of
from tidar.rojak.views.coverage.board import gap_row
from tidar.rojak.views.coverage.picture import picture
from tidar.rojak.views.coverage.spans import Days, days_asked, quick_spans

HOUR_WIDTH = 40  # of one bar in the drawing, with its gaps


@dataclass(frozen=True, slots=True)
class Share:
    """A share of patrol time, by group or by hour."""

    name: str
    due_hours: float
    covered_hours: float
    unknown_hours: float

    @property
    def percent(self) -> float | None:
        """Of what was due, how much was covered for certain."""
        return 100 * self.covered_hours / self.due_hours if self.due_hours else None

    @property
    def unknown_percent(self) -> float | None:
        """Of what was due, how much may have been covered."""
        return 100 * self.unknown_hours / self.due_hours if self.due_hours else None


def post_named(request: HttpRequest, code: str) -> Post:
    """The post with this code."""
    found = Post.objects.select_related("program").filter(code=code).first()
    if found is None:
        raise UnableToFind(_("Pos itu tidak ada."))
    return found


@requires("patrol.see", load=post_named)
@require_safe
@gzip_page
def post(request: HttpRequest, found: Post) -> HttpResponse:
    """`/rojak/celah/<post>/?dari=…&sampai=…`: gaps now; coverage, fairness and effort of a span; CSV and XLSX."""
    days, now = days_asked(request), clock.now()
    rows = coverage([found.pk], days.first, days.last, at=now)
    leads = actor_of(request).may("patrol.coordinate", area=found.area_code)
    carried = burden(found.pk, days.first, days.last)
    if ending := wanted_file(request):
        return sheet_file(_sheet(found, days, rows), ending)
    by_rt = shares(rows, key=lambda row: row.group, name=_rt_name(found))
    context = {
        "post": found,
        "area": area_name(found.area_code),
        "words": words_of([found.program_id], {found.program_id: found.program}),
        "days": days,
        "quick": quick_spans(),
        "whole": whole(rows),
        "by_rt": by_rt,
        "rt_evenness": evenness([one.covered_hours / one.due_hours for one in by_rt]),
        "hours": (hours := hour_bars(shares(rows, key=lambda row: row.hour, name=lambda hour: f"{hour:02}"))),
        "hours_width": max(len(hours), 1) * HOUR_WIDTH,
        "carried": carried,
        "volunteers": _volunteers(carried, leads=leads),
        "effort": efforts([found.pk], days.first, days.last)[found.pk],
        "leads": leads,
        **_now(found, now, leads=leads),
    }
    return page(request, "rojak/coverage/post.html", context, status=days.status)


def _now(found: Post, now: datetime, *, leads: bool) -> dict[str, Any]:
    """How its segments stand: gaps with who was asked, and the rest."""
    segments = with_tasks(worst_first(segments_now(Q(pk=found.pk), now)))
    return {
        "now": now,
        "counts": counts(segments),
        "picture": picture(segments),
        "bar": bar(counts(segments)),
        "pressing": [gap_row(one, one.task, asks=leads) for one in segments if one.state.kind != "terperiksa"],
        "fine": [gap_row(one, None, asks=False) for one in segments if one.state.kind == "terperiksa"],
        "gap_count": sum(one.state.is_gap for one in segments),
        "members": members_now([found.pk], now).get(found.pk, []) if leads else [],
    }


def whole(rows: Iterable[CellRow]) -> Share:
    """All rows together."""
    found = shares(rows, key=lambda _row: "", name=lambda _key: "")
    return found[0] if found else Share("", 0.0, 0.0, 0.0)


def shares(rows: Iterable[CellRow], *, key: Any, name: Any) -> list[Share]:
    """Rows summed by a key, in the key's order."""
    sums: dict[Any, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row in rows:
        found = sums[key(row)]
        for n, minutes in enumerate((row.due_minutes, row.covered_minutes, row.unknown_minutes)):
            found[n] += minutes / 60
    return [Share(name(one), *sums[one]) for one in sorted(sums)]


def hour_bars(found: Sequence[Share]) -> list[dict[str, Any]]:
    """One bar per hour of the day for a drawing 100 high: where it stands and how high it is."""
    return [
        {"share": one, "x": n * HOUR_WIDTH + 6, "middle": n * HOUR_WIDTH + 20, "height": one.percent or 0.0,
         "y": 100 - (one.percent or 0.0)}
        for n, one in enumerate(found)
    ]  # fmt: skip


def _rt_name(found: Post) -> Any:
    def name(code: str) -> str:
        rest = code.removeprefix(f"{found.area_code}.")
        return f"RT {rest}" if rest != code else _("tanpa RT")

    return name


def _volunteers(carried: Burden, *, leads: bool) -> list[dict[str, Any]]:
    """Members with their parts; names only for who leads the post, everybody else reads "Anggota 1"."""
    total = carried.total_checks
    return [
        {
            "name": (one.name or _("anggota yang dihapus")) if leads else _("Anggota %d") % n,
            "one": one,
            "percent": 100 * one.checks / total if total else None,
        }
        for n, one in enumerate(carried.volunteers, 1)
    ]


def _sheet(found: Post, days: Days, rows: Sequence[CellRow]) -> Sheet:
    """Every day and hour of every RT, for spreadsheets."""
    headings = [
        _("Tanggal"), _("Jam"), _("Wilayah"), _("Ruas"), _("Menit ronda × ruas"), _("Menit tercakup"),
        _("Menit tidak diketahui"), _("Pemeriksaan pasti"), _("Pemeriksaan tidak pasti"),
    ]  # fmt: skip
    cells: list[list[Cell]] = [
        [
            f"{row.day:%Y-%m-%d}", row.hour, area_name(row.group), row.segments, round(row.due_minutes, 1),
            round(row.covered_minutes, 1), round(row.unknown_minutes, 1), row.checks, row.uncertain_checks,
        ]
        for row in rows
    ]  # fmt: skip
    name = f"cakupan-{found.code}-{days.first:%Y%m%d}-{days.last:%Y%m%d}"
    return Sheet(name, _("Cakupan %s") % found.title, headings, cells)
