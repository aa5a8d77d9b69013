"""The leader's one page: five minutes of reading, one sheet of A4."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import requires
from tidar.common.pages import page
from tidar.retribusi.queries import custody
from tidar.retribusi.queries.ageing import Ages, Arrears, arrears_at, newest_close
from tidar.retribusi.queries.takings import takings
from tidar.retribusi.queries.targets import target_lines, together
from tidar.retribusi.rules import narrative
from tidar.retribusi.rules.ageing import AGES
from tidar.retribusi.views.custody.desk import Desk, day_asked, desk_led


@requires("levies.lead", load=desk_led)
@require_safe
def leader(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/pimpinan/`: today, month, year against target, markets, cash under way, arrears, open cases."""
    day = day_asked(request, desk.today)
    context: dict[str, Any] = {
        "desk": desk,
        "day": day,
        "is_today": day == desk.today,
        "now": clock.now(),
        **_income(desk, day),
        **_custody(desk.agency_code),
        **_arrears(desk.agency_code, day),
    }
    return page(request, "retribusi/boards/leader.html", context)


def _income(desk: Desk, day: date) -> dict[str, Any]:
    lines = target_lines(desk.agency_code, day)
    realised, stands = together(lines, day)
    rows = takings(desk.agency_code, day, day)
    before = takings(desk.agency_code, day - timedelta(days=7), day - timedelta(days=7))
    came = sum(row.rupiah for row in rows)
    return {
        "lines": lines,
        "realised": realised,
        "stands": stands,
        "today_rupiah": came,
        "today_words": narrative.today_words(
            rupiah=came, count=sum(r.count for r in rows), week_ago_rupiah=sum(r.rupiah for r in before), day=day
        ),
        "month_words": narrative.month_words(rupiah=realised.month, day=day),
        "year_words": narrative.year_words(stands),
    }


def _custody(agency: str) -> dict[str, Any]:
    now = clock.now()
    bags = [bag for bag in custody.bags(agency, at=now) if bag.rupiah > 0]
    held, purse_late = custody.purse(agency, at=now)
    found = [late for late in (*(bag.late for bag in bags), purse_late) if late and late.severity >= custody.TOLD]
    worst = max(found, key=lambda late: late.overdue_seconds, default=None)
    cases, bags_rupiah = custody.open_cases(agency), sum(bag.rupiah for bag in bags)
    age = (now - cases.oldest_at).total_seconds() if cases.oldest_at else None
    return {
        "bags": [bag for bag in bags if bag.late and bag.late.severity >= custody.TOLD],
        "under_way_rupiah": bags_rupiah + held.rupiah,
        "purse_late": purse_late if purse_late and purse_late.severity >= custody.TOLD else None,
        "purse_rupiah": held.rupiah,
        "is_late": bool(found),
        "custody_words": narrative.custody_words(
            bags_rupiah=bags_rupiah, purse_rupiah=held.rupiah, late=worst, late_count=len(found)
        ),
        "cases": cases,
        "cases_words": narrative.cases_words(count=cases.count, held_rupiah=cases.held_rupiah, oldest_seconds=age),
    }


def _arrears(agency: str, day: date) -> dict[str, Any]:
    closed_day = newest_close(day)
    lines = arrears_at(agency, day, closed_day=closed_day)
    ages, owed = sum((one.closed for one in lines), Ages()), sum(one.now for one in lines)
    return {
        "owed_rupiah": owed,
        "closed_day": closed_day,
        "ages": list(zip((title for _key, title in AGES), ages.by_age, strict=True)),
        "arrears_words": narrative.arrears_words(
            owed_rupiah=owed, overdue_rupiah=ages.overdue, old_rupiah=ages.to_3_years + ages.older,
            expired_rupiah=ages.older,
            is_aged=closed_day is not None,
        ),
        "by_market": _by_market(lines),
    }  # fmt: skip


def _by_market(lines: list[Arrears]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in lines:
        sums[one.market] = sums.get(one.market, 0) + one.now
    return sums
