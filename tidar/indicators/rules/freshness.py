"""How fresh a number is: as fresh as the worst of its inputs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

FreshState = Literal["fresh", "late", "stale", "waiting", "unscheduled"]
ORDER: tuple[FreshState, ...] = ("unscheduled", "fresh", "waiting", "late", "stale")
WORDS: dict[FreshState, str] = {
    "fresh": "Segar",
    "late": "Terlambat",
    "stale": "Basi",
    "waiting": "Menunggu kiriman pertama",
    "unscheduled": "Tanpa jadwal",
}
KINDS: dict[FreshState, str] = {
    "fresh": "ok",
    "late": "warn",
    "stale": "bad",
    "waiting": "muted",
    "unscheduled": "muted",
}


def worst(states: Iterable[FreshState]) -> FreshState:
    """The least fresh of `states`; without any, nothing was promised: unscheduled."""
    return max(states, key=ORDER.index, default="unscheduled")


def oldest(ages: Iterable[float | None]) -> float | None:
    """The greatest age; None when no input has one."""
    return max((age for age in ages if age is not None), default=None)
