"""The night's count of arrears, so that a page needs only what has moved since. Derived: counting again agrees."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.places import api as places
from tidar.retribusi.models import ArrearsDay
from tidar.retribusi.queries.ageing import Ages, counted_at

CLOSES_BACK = 31  # days that are counted again when nobody did: a month of pages by day stays quick


class UnableToClose(UnableTo):
    """The day's arrears cannot be counted yet."""


def close_arrears(*, day: date, by: Actor, at: datetime) -> int:
    """Count what was owed at the end of `day` and keep it, in place of an earlier count; returns how many lines.

    Raises `UnableToClose` while the day still runs in the region.
    """
    if day >= _today(at):
        raise UnableToClose(_("Hari itu belum berakhir."))
    rows = [_row(day, market, kind, ages, at) for market, kind, ages in counted_at(day)]
    with transaction.atomic():
        replaced, _each = ArrearsDay.objects.filter(day_date=day).delete()
        if not rows and not replaced:
            return 0
        ArrearsDay.objects.bulk_create(rows)
        after = {"lines": len(rows), "owed_rupiah": sum(row.owed_rupiah for row in rows)}
        record("arrears.close", by=by, at=at, subject=("arrears", day.isoformat()), after=after)
    return len(rows)


def close_missing(*, by: Actor, at: datetime, days: int = CLOSES_BACK) -> int:
    """Count the days up to yesterday that nobody counted (a new city, a machine that was off); returns how many."""
    today = _today(at)
    wanted = [today - timedelta(days=back) for back in range(days, 0, -1)]
    done = set(ArrearsDay.objects.filter(day_date__in=wanted).values_list("day_date", flat=True))
    return sum(1 for day in wanted if day not in done and close_arrears(day=day, by=by, at=at))


def _today(at: datetime) -> date:
    return timezone.localtime(at, places.region().zone).date()


def _row(day: date, market: str | None, levy_kind: str, ages: Ages, at: datetime) -> ArrearsDay:
    return ArrearsDay(
        day_date=day, market_id=market, levy_kind_id=levy_kind, not_due_rupiah=ages.not_due,
        to_30_days_rupiah=ages.to_30_days, to_90_days_rupiah=ages.to_90_days, to_1_year_rupiah=ages.to_1_year,
        to_3_years_rupiah=ages.to_3_years, older_rupiah=ages.older, owed_rupiah=ages.owed, skrd_count=ages.skrd_count,
        occupancy_count=ages.late_count, made_at=at,
    )  # fmt: skip
