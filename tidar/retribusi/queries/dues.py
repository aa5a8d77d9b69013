"""What is owed: open SKRD with what is left of each, oldest first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from tidar.documents.api import number_text
from tidar.retribusi.rules.paying import period_words

# The same function that a payment reads, so that what a page shows is what a payment would find.
DUES_SQL = """
SELECT asked.id, d.assessment, d.year, d.sequence, d.from_date, d.to_date, d.amount, d.owed, d.due_date, d.signed
FROM unnest(%s::bigint[]) AS asked (id), LATERAL retribusi_dues(asked.id) d
ORDER BY asked.id, d.from_date, d.year, d.sequence
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One open SKRD: its number and days, its amount, what was paid of it and what is still owed."""

    assessment_id: uuid.UUID
    number: str
    period_from: date
    period_to: date
    amount: int
    paid: int
    owed: int
    due_date: date
    signed: bool

    @property
    def period(self) -> str:
        """Its days in words."""
        return period_words(self.period_from, self.period_to)


def open_dues(occupancy_ids: Sequence[int]) -> dict[int, tuple[Due, ...]]:
    """Open SKRD of each occupancy, oldest first, also those that are not signed yet; every id is in the answer.

    One statement, whatever the number of occupancies.
    """
    found: dict[int, list[Due]] = {key: [] for key in occupancy_ids}
    with connection.cursor() as cursor:
        cursor.execute(DUES_SQL, [list(found)])
        for key, assessment, year, sequence, from_date, to_date, amount, owed, due_date, signed in cursor.fetchall():
            number = number_text("SKRD", year, sequence)
            due = Due(assessment, number, from_date, to_date, amount, amount - owed, owed, due_date, signed)
            found[key].append(due)
    return {key: tuple(dues) for key, dues in found.items()}
