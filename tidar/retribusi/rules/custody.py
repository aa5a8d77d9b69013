"""Cash in somebody's hands: which receipts it is, until when it may stay there, and what a count says. Pure.

Receipts leave a bag first in, first out: what a person still holds are the newest receipts that add up to it. The
time allowed comes from the dated parameter `deposit-within-hours` (1 × 24 hours in the rules of many regions,
`domain.md` 6.2; one day in PP 12/2019 and Permendagri 77/2020), never from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from tidar.common.formats import age_text
from tidar.common.money import rupiah_text

Severity = Literal[0, 1, 2, 3]
SOON = 0.25  # of the allowed time is left: say so before it is late
GRAVE = 2  # times the allowed time has passed since it was due
LEVELS: dict[Severity, str] = {0: "tepat waktu", 1: "segera", 2: "terlambat", 3: "sangat terlambat"}


@dataclass(frozen=True, slots=True)
class CashReceipt:
    """One cash receipt: when it was taken, and how much (> 0)."""

    at: datetime
    rupiah: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late cash is: since when it is held, until when it might be, and how grave that is (0 in time … 3)."""

    oldest_at: datetime
    due_at: datetime
    severity: Severity
    overdue_seconds: int

    @property
    def words(self) -> str:
        """`tepat waktu`, `segera`, `terlambat`, `sangat terlambat`."""
        return LEVELS[self.severity]


def oldest_held(receipts: Iterable[CashReceipt], *, held_rupiah: int) -> datetime | None:
    """When the oldest receipt that is still in the bag was taken; None when nothing is held.

    More held than all receipts together answers with the oldest of them.
    """
    span = span_held(receipts, held_rupiah=held_rupiah, taken_rupiah=held_rupiah)
    return span[0] if span else None


def span_held(
    receipts: Iterable[CashReceipt], *, held_rupiah: int, taken_rupiah: int
) -> tuple[datetime, datetime] | None:
    """The oldest and newest receipt among the `taken_rupiah` that leave a bag of `held_rupiah`, oldest first."""
    found: list[datetime] = []
    running = 0
    for receipt in sorted(receipts, key=lambda r: r.at, reverse=True):
        before, running = running, running + receipt.rupiah
        if before < held_rupiah and running > held_rupiah - taken_rupiah:
            found.append(receipt.at)
    return (min(found), max(found)) if found and taken_rupiah > 0 else None


def due_at(oldest_at: datetime, *, hours: float, is_working_day: Callable[[date], bool] | None = None) -> datetime:
    """Until when cash taken at `oldest_at` (in the region's zone) must be handed on.

    With `is_working_day`, a limit that falls on a day off moves to the same hour of the next working day; without, it
    does not move: only the region's rule can extend it.
    """
    due = oldest_at + timedelta(hours=hours)
    while is_working_day is not None and not is_working_day(due.date()):
        due += timedelta(days=1)
    return due


def lateness(oldest_at: datetime, *, due: datetime, at: datetime) -> Lateness:
    """How late cash is at a moment: 0 in time, 1 nearly due, 2 late, 3 late by more than `GRAVE` times the time."""
    allowed, left = (due - oldest_at).total_seconds(), (due - at).total_seconds()
    severity: Severity = 0
    if left < 0:
        severity = 3 if -left > GRAVE * allowed else 2
    elif left < SOON * allowed:
        severity = 1
    return Lateness(oldest_at, due, severity, max(int(-left), 0))


def late_words(who: str, rupiah: int, late: Lateness) -> str:
    """`Kas juru pungut Slamet Rp250.000 terlambat disetor 5 jam.`"""
    return f"Kas {who} {rupiah_text(rupiah)} {late.words} disetor: lewat {age_text(late.overdue_seconds)} dari batas."


def declared_words(*, declared_rupiah: int, held_rupiah: int) -> str:
    """What is said when more is declared than the books know of; empty when it is not."""
    surplus = declared_rupiah - held_rupiah
    if surplus <= 0:
        return ""
    return (
        f"Diajukan {rupiah_text(declared_rupiah)}, sedangkan kas tercatat {rupiah_text(held_rupiah)}: "
        f"lebih {rupiah_text(surplus)}."
    )


def counted_words(*, declared_rupiah: int, counted_rupiah: int) -> str:
    """What is said when the count differs from the declaration; empty when it does not."""
    missing = declared_rupiah - counted_rupiah
    if not missing:
        return ""
    word = "kurang" if missing > 0 else "lebih"
    return (
        f"Diajukan {rupiah_text(declared_rupiah)}, dihitung bendahara {rupiah_text(counted_rupiah)}: "
        f"{word} {rupiah_text(abs(missing))}."
    )


def surplus_words(*, counted_rupiah: int, held_rupiah: int) -> str:
    """What is said when more was counted than the ledger knew of: the surplus stands in titipan."""
    return (
        f"Dihitung {rupiah_text(counted_rupiah)}, sedangkan kas tercatat {rupiah_text(held_rupiah)}: "
        f"{rupiah_text(counted_rupiah - held_rupiah)} masuk titipan sampai asalnya jelas."
    )
