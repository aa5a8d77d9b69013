"""Target against what came in, and the pace: is a year's target in reach at the rate so far? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Pace = Literal["di depan", "sesuai", "tertinggal", "tanpa target"]
CLOSE = 0.05  # of the share of the year that has passed: within it a market keeps pace


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a target stands on a day: shares in percent, what is missing, what the year ends with at this rate."""

    target_rupiah: int
    realised_rupiah: int
    percent: float | None
    expected_percent: float
    missing_rupiah: int
    year_end_rupiah: int
    needed_per_day_rupiah: int
    pace: Pace


def year_share(day: date) -> float:
    """How much of the year has passed at the end of `day`, 0 … 1."""
    first, last = date(day.year, 1, 1), date(day.year, 12, 31)
    return ((day - first).days + 1) / ((last - first).days + 1)


def standing(*, target_rupiah: int, realised_rupiah: int, day: date) -> Standing:
    """Where a year's target stands at the end of `day`. Rupiah are rounded down."""
    share = year_share(day)
    missing = max(target_rupiah - realised_rupiah, 0)
    days_left = (date(day.year, 12, 31) - day).days
    percent = 100 * realised_rupiah / target_rupiah if target_rupiah else None
    return Standing(
        target_rupiah=target_rupiah,
        realised_rupiah=realised_rupiah,
        percent=percent,
        expected_percent=100 * share,
        missing_rupiah=missing,
        year_end_rupiah=int(realised_rupiah / share),
        needed_per_day_rupiah=-(-missing // days_left) if days_left else missing,
        pace=_pace(percent, 100 * share),
    )


def _pace(percent: float | None, expected: float) -> Pace:
    if percent is None:
        return "tanpa target"
    if percent < expected * (1 - CLOSE):
        return "tertinggal"
    return "di depan" if percent > expected * (1 + CLOSE) else "sesuai"
