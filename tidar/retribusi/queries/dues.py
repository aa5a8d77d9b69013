"""What is still owed, oldest first: amount of each open SKRD less its allocations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum
from django.db.models.functions import Coalesce

from tidar.documents.api import number_text
from tidar.retribusi.models import Assessment


@dataclass(frozen=True, slots=True)
class Due:
    """One open SKRD. It can be paid once it is signed."""

    assessment_id: uuid.UUID
    number: str
    period_from: date
    period_to: date
    amount: int
    paid: int
    owed: int
    due_date: date
    signed: bool


def open_dues(occupancy_ids: Sequence[int]) -> dict[int, tuple[Due, ...]]:
    """Open SKRD of each occupancy, oldest first; occupancies that owe nothing are left out. One query."""
    found = (
        Assessment.objects.filter(occupancy_id__in=occupancy_ids, closed_at=None)
        .annotate(paid_rupiah=Coalesce(Sum("allocations__amount_rupiah"), 0))
        .order_by("occupancy_id", "period_from_date", "sequence")
        .values_list(
            "occupancy_id", "pk", "year", "sequence", "period_from_date", "period_to_date", "amount_rupiah",
            "paid_rupiah", "due_date", "run__signed_at",
        )
    )  # fmt: skip
    dues: dict[int, list[Due]] = {}
    for occupancy, key, year, sequence, from_date, to_date, amount, paid, due_date, signed_at in found:
        number = number_text("SKRD", year, sequence)
        due = Due(key, number, from_date, to_date, amount, paid, amount - paid, due_date, signed_at is not None)
        dues.setdefault(occupancy, []).append(due)
    return {occupancy: tuple(found) for occupancy, found in dues.items()}
