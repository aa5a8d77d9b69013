"""The journal of one day: its lines in the order of posting, and its totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import Coalesce

from tidar.ledger.models import JournalDay, Transfer
from tidar.ledger.rules.journal import JournalLine, day_hash
from tidar.ledger.rules.views import JournalDayView
from tidar.places import api as places

COLUMNS = (
    "id", "key", "debit__key", "credit__key", "amount_rupiah", "reference", "reverses__key", "happened_at",
    "recorded_at", "group_id", "group__key", "group__kind", "group__actor_kind", "group__actor_id", "group__reason",
)  # fmt: skip
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class DayTotals:
    """How much was recorded on a day; two readings that are equal read the same rows, as none is ever changed."""

    transfer_count: int
    total_rupiah: int
    last_transfer_id: int


def bounds(day: date) -> tuple[datetime, datetime]:
    """The moments between which a transfer is recorded "on" that day, in the region's zone."""
    zone = places.region().zone
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def day_totals(day: date) -> DayTotals:
    """Count, sum and last number of the transfers recorded on a day."""
    begins_at, ends_at = bounds(day)
    rows = Transfer.objects.filter(recorded_at__gte=begins_at, recorded_at__lt=ends_at)
    found = rows.aggregate(n=Count("id"), total=Coalesce(Sum("amount_rupiah"), 0), last=Coalesce(Max("id"), 0))
    return DayTotals(found["n"], int(found["total"]), found["last"])


def journal_lines(day: date) -> Iterator[JournalLine]:
    """The lines of a day in the order of their numbers, read in chunks."""
    begins_at, ends_at = bounds(day)
    rows = Transfer.objects.filter(recorded_at__gte=begins_at, recorded_at__lt=ends_at).order_by("id")
    for row in rows.values_list(*COLUMNS).iterator(chunk_size=CHUNK):
        yield JournalLine(*(_text(value) for value in row))


def _text(value: Any) -> Any:
    """What is no number or moment, as text; nothing as an empty one."""
    return value if isinstance(value, (int, datetime)) else str(value or "")


def hash_of_day(day: date, previous_hash: str) -> str:
    """What the stored transfers of a day hash to, after the day before."""
    return day_hash(previous_hash, journal_lines(day))


def newest_day() -> JournalDay | None:
    """The last closed day."""
    return JournalDay.objects.order_by("-day_date").first()


def first_day() -> date | None:
    """The day on which the first transfer was recorded, or None."""
    moment = Transfer.objects.aggregate(first=Min("recorded_at"))["first"]
    return moment.astimezone(places.region().zone).date() if moment else None


def day_view(day: JournalDay) -> JournalDayView:
    """A closed day as a plain value."""
    return JournalDayView(
        day.day_date, day.transfer_count, day.total_rupiah, day.previous_hash, day.hash, day.closed_at
    )


def journal_days(*, limit: int = 31) -> tuple[JournalDayView, ...]:
    """The last closed days, newest first."""
    return tuple(day_view(day) for day in JournalDay.objects.order_by("-day_date")[:limit])
