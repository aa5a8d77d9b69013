"""What a finding's steps say about it, which findings may be the same, and what a person may read. Pure.

A finding has no stored state. Its steps (`Evidence`, in order) decide: the last step that decides anything says what
the state is, so nobody can set a state without leaving a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Literal

State = Literal["terbuka", "diteruskan", "beres", "dibuka-lagi", "sama"]

OPEN: State = "terbuka"
PASSED_ON: State = "diteruskan"
FIXED: State = "beres"
REOPENED: State = "dibuka-lagi"
DUPLICATE: State = "sama"

AFTER_STEP: Mapping[str, State] = {
    "temuan": OPEN,
    "permohonan": PASSED_ON,
    "insiden": PASSED_ON,
    "perintah-kerja": PASSED_ON,
    "konfirmasi": FIXED,
    "dibuka-lagi": REOPENED,
    "duplikat": DUPLICATE,
}
DECIDING = tuple(AFTER_STEP)
STILL_OPEN: tuple[State, ...] = (OPEN, PASSED_ON, REOPENED)

WORDS: Mapping[State, str] = {
    OPEN: "Terbuka",
    PASSED_ON: "Diteruskan",
    FIXED: "Beres",
    REOPENED: "Dibuka lagi",
    DUPLICATE: "Sama dengan temuan lain",
}
SEVERITY_WORDS: Mapping[int, str] = {1: "ringan", 2: "sedang", 3: "mendesak"}
FIX_DAYS: Mapping[int, int] = {1: 30, 2: 14, 3: 3}  # where the program's settings do not say otherwise
EARTH_METRES = 6_371_008.8  # mean radius, IUGG 1980


def state_after(steps: Iterable[str]) -> State:
    """The state that a finding is in after these kinds of steps, oldest first; no step at all is open."""
    state: State = OPEN
    for step in steps:
        state = AFTER_STEP.get(step, state)
    return state


def is_open(state: State) -> bool:
    """Whether something is still to be done."""
    return state in STILL_OPEN


def fix_by(*, severity: int, since: datetime, fix_days: Mapping[str, int] | None = None) -> datetime:
    """Until when a finding of this severity should be fixed; `since` is when it was found or opened again."""
    days = (fix_days or {}).get(str(severity), FIX_DAYS[severity])
    return since + timedelta(days=int(days))


def is_overdue(state: State, *, due_at: datetime, at: datetime) -> bool:
    """Whether it is still open after the day by which it should have been fixed."""
    return is_open(state) and at > due_at


def metres_between(lon: float, lat: float, *, other_lon: float, other_lat: float) -> float:
    """Great-circle distance by the haversine formula; exact enough (< 0.6 %) for telling near from far."""
    a = sin(radians(other_lat - lat) / 2) ** 2
    b = cos(radians(lat)) * cos(radians(other_lat)) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(a + b)))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when something of one kind was seen; without a position only the segment tells where."""

    segment: str
    lon: float | None
    lat: float | None
    at: datetime


def are_near(one: Spot, other: Spot, *, metres: float, hours: float) -> bool:
    """Whether two findings of one kind may be one: near in time, and in place or (without positions) on one segment.

    Symmetric, and every finding is near itself when it has a place at all.
    """
    if abs(one.at - other.at) > timedelta(hours=hours):
        return False
    apart = distance(one, other)
    if apart is None:
        return bool(one.segment) and one.segment == other.segment
    return apart <= metres


def distance(one: Spot, other: Spot) -> float | None:
    """Metres between two spots, None when either has no position."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    return metres_between(one.lon, one.lat, other_lon=other.lon, other_lat=other.lat)


def degrees_around(lat: float, *, metres: float) -> tuple[float, float]:
    """(longitude, latitude) half-widths of a box that surely holds everything within `metres`."""
    tall = metres / 110_000
    return tall / max(cos(radians(min(abs(lat) + tall, 89.0))), 0.01), tall
