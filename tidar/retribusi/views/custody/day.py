"""The treasurer's page of a day: what came in, who holds cash, what waits to be counted and deposited, arrears."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import clock, wording
from tidar.common.access import actor_of, requires
from tidar.common.pages import page
from tidar.common.sheets import Cell, Sheet, sheet_file, wanted_file
from tidar.retribusi.models import Market, Payment
from tidar.retribusi.queries import custody
from tidar.retribusi.queries.ageing import arrears_at, newest_close
from tidar.retribusi.queries.books import channel_balances
from tidar.retribusi.queries.takings import Taking, bounds, summed, takings
from tidar.retribusi.views.custody.desk import Desk, day_asked, desk_seen


@requires("levies.see", load=desk_seen)
@require_safe
def day(request: HttpRequest, desk: Desk) -> HttpResponse:
    """`/retribusi/kas/?hari=2026-11-25`: one day at one desk."""
    asked = day_asked(request, desk.today)
    rows = takings(desk.agency_code, asked, asked)
    bags = custody.bags(desk.agency_code, at=clock.now())
    names = {bag.collector_id: bag.name for bag in bags}
    if ending := wanted_file(request):
        return sheet_file(_sheet(desk, asked, rows, names), ending)
    context: dict[str, Any] = {
        "desk": desk,
        "tab": "kas",
        "day": asked,
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1) if asked < desk.today else None,
        "is_today": asked == desk.today,
        "may_keep": actor_of(request).may("levies.treasury", agency=desk.agency_code),
        "bags": [bag for bag in bags if bag.rupiah or bag.waiting],
        "held_rupiah": sum(bag.rupiah for bag in bags),
        "titles": _titles(),
        "limit": custody.deposit_limit(asked),
        **_taken(rows, names),
        **_papers(desk.agency_code, asked),
        **_arrears(desk.agency_code, asked),
    }
    return page(request, "retribusi/custody/day.html", context)


def _titles() -> dict[str, str]:
    return {
        "channel": _("Menurut kanal"), "channel_one": _("Kanal"),
        "market": _("Menurut pasar"), "market_one": _("Pasar"),
        "collector": _("Menurut juru pungut"), "collector_one": _("Juru pungut"),
    }  # fmt: skip


def _taken(rows: list[Taking], names: dict[str, str]) -> dict[str, Any]:
    channels = {str(key): str(word) for key, word in Payment.Channel.choices}
    return {
        "by_channel": summed(rows, lambda row: (row.channel, channels.get(row.channel, row.channel))),
        "by_market": summed(rows, lambda row: (row.market, row.market_name or _("Tanpa pasar"))),
        "by_collector": summed(
            rows, lambda row: (row.collector_id, names.get(row.collector_id, "") if row.collector_id else _("Nontunai"))
        ),
        "taken_rupiah": sum(row.rupiah for row in rows),
        "taken_count": sum(row.count for row in rows),
        "suspense_rupiah": sum(row.suspense_rupiah for row in rows),
    }


def _papers(agency: str, asked: date) -> dict[str, Any]:
    since, until = bounds(asked, asked)
    held, late = custody.purse(agency, at=clock.now())
    deposits, channels = custody.deposited_between(agency, since, until), channel_balances()
    ready = custody.to_deposit(agency)
    return {
        "purse": held,
        "purse_late": late,
        "ready": ready,
        "unexplained_rupiah": held.rupiah - sum(int(one.counted_rupiah or 0) for one in ready),
        "waiting": custody.to_count(agency),
        "counted": custody.counted_between(agency, since, until),
        "deposits": deposits,
        "deposited_rupiah": sum(one.amount_rupiah for one in deposits),
        "channels_rupiah": sum(channels.values()),
        "cases": custody.open_cases(agency),
        "refund_rupiah": custody.refund_owed(agency),
    }


def _arrears(agency: str, asked: date) -> dict[str, Any]:
    closed = newest_close(asked)
    lines, names = arrears_at(agency, asked, closed_day=closed), dict(Market.objects.values_list("code", "name"))
    return {
        "closed_day": closed,
        "arrears": [(names.get(one.market, _("Tanpa pasar")), one) for one in lines],
        "owed_rupiah": sum(one.now for one in lines),
        "overdue_rupiah": sum(one.closed.overdue for one in lines),
    }


def _sheet(desk: Desk, asked: date, rows: list[Taking], names: dict[str, str]) -> Sheet:
    channels = {str(key): str(word) for key, word in Payment.Channel.choices}
    headings = [_("Kanal"), _("Pasar"), _("Juru pungut"), _("Jenis retribusi"), _("Bukti"), _("Rupiah"), _("Titipan")]
    lines: list[list[Cell]] = [
        [channels.get(r.channel, r.channel), r.market_name, names.get(r.collector_id, ""), r.levy_kind, r.count,
         r.rupiah, r.suspense_rupiah]
        for r in sorted(rows, key=lambda r: (r.channel, r.market, r.collector_id))
    ]  # fmt: skip
    title = _("Penerimaan %(day)s, %(agency)s") % {"day": wording.day(asked), "agency": desk.agency_name}
    return Sheet(f"penerimaan-{asked}", title, headings, lines)
