"""How fresh a feed is: a pure function of what was promised, when it last kept the promise, and the present moment.

Thresholds: a feed is due one rhythm after its last delivery. It is late (amber) when its age exceeds rhythm + grace and
stale (red) when its age exceeds 2 × rhythm + grace, so red always means that a whole further delivery was missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FreshState = Literal["fresh", "late", "stale", "waiting", "unscheduled"]
LATE_STATES: tuple[FreshState, ...] = ("late", "stale")


@dataclass(frozen=True, slots=True)
class Promise:
    """How often a feed delivers and how patient we are; `rhythm_seconds` None: nobody promised any rhythm."""

    rhythm_seconds: int | None
    grace_seconds: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """A state with the moment when the next delivery is due and the age of the last, in seconds."""

    state: FreshState
    due_at: datetime | None
    age_seconds: float | None


@dataclass(frozen=True, slots=True)
class FeedState:
    """Freshness of a feed at a moment: "late" is amber, "stale" red, "waiting" has never delivered."""

    code: str
    title: str
    agency_code: str
    state: FreshState
    last_at: datetime | None
    due_at: datetime | None
    age_seconds: float | None
    sample: bool
    lake_table: str
    access_class: str


def freshness(promise: Promise, last_at: datetime | None, *, at: datetime) -> Freshness:
    """The state at `at`. A last moment after `at` (a source's clock that runs ahead) counts as `at`.

    Never delivered is "waiting", due one rhythm after the promise was made; without a rhythm "unscheduled".
    """
    age = None if last_at is None else max((at - last_at).total_seconds(), 0.0)
    if promise.rhythm_seconds is None:
        return Freshness("unscheduled", None, age)
    due_at = (last_at or promise.since) + timedelta(seconds=promise.rhythm_seconds)
    if age is None:
        return Freshness("waiting", due_at, None)
    if age > 2 * promise.rhythm_seconds + promise.grace_seconds:
        return Freshness("stale", due_at, age)
    if age > promise.rhythm_seconds + promise.grace_seconds:
        return Freshness("late", due_at, age)
    return Freshness("fresh", due_at, age)


def transition(before: str, now: FreshState) -> Literal["", "late", "stale", "fresh"]:
    """What to tell when a feed that was last told as `before` is `now`: "" when nothing worth telling changed.

    The first delivery of a feed is told as its publication, not as a recovery.
    """
    if now == before:
        return ""
    if now == "late" or now == "stale":
        return now
    return "fresh" if now == "fresh" and before in LATE_STATES else ""
