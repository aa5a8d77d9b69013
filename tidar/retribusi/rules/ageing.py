"""How old a debt is: days past its due date, in the classes that the treasurer reports. Pure.

A levy expires three years after it falls due, unless a Surat Teguran or an acknowledgement interrupts that
(`domain.md` 6.3); so the last class begins there, by the calendar and not by counted days.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

Age = Literal["not_due", "to_30_days", "to_90_days", "to_1_year", "to_3_years", "older"]
AGES: tuple[tuple[Age, str], ...] = (
    ("not_due", "belum jatuh tempo"),
    ("to_30_days", "0–30 hari"),
    ("to_90_days", "31–90 hari"),
    ("to_1_year", "91–365 hari"),
    ("to_3_years", "lebih dari 1 tahun"),
    ("older", "lebih dari 3 tahun"),
)


def age_of(due_date: date, *, day: date) -> Age:
    """The class of a debt that fell due on `due_date`, as seen at the end of `day`."""
    overdue = (day - due_date).days
    if overdue <= 0:
        return "not_due"
    if overdue <= 30:
        return "to_30_days"
    if overdue <= 90:
        return "to_90_days"
    if overdue <= 365:
        return "to_1_year"
    return "to_3_years" if day <= three_years_after(due_date) else "older"


def three_years_after(due_date: date) -> date:
    """The same day three years later; 29 February becomes 28 February."""
    try:
        return due_date.replace(year=due_date.year + 3)
    except ValueError:
        return due_date.replace(year=due_date.year + 3, day=28)
