"""When to pull again: politely often while it works, exponentially slower with jitter while it does not. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

SHORTEST_SECONDS = 60
LONGEST_SECONDS = 86_400
UNSCHEDULED_SECONDS = 6 * 3600
BACKOFF_FIRST_SECONDS = 60
BACKOFF_LONGEST_SECONDS = 3600
LEASE_SECONDS = 900  # how long a claimed pull may run before another worker may take it


class PullState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a feed remembers between pulls. `delivery` is what the validators belong to; `failures` in a row."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    delivery: str = ""
    failures: int = 0
    code: str = ""
    sentence: str = ""
    last_tried_at: str = ""
    unchanged_at: str = ""


def pull_state_from(data: object) -> PullState:
    """The state from JSON; what cannot be read is a fresh start."""
    try:
        return msgspec.convert(data, PullState)
    except msgspec.ValidationError:
        return PullState()


def pull_state_data(state: PullState) -> dict[str, Any]:
    """The state as JSON."""
    data: dict[str, Any] = msgspec.to_builtins(state)
    return data


def interval_seconds(rhythm_seconds: int | None) -> int:
    """Seconds between looks while all is well: twice per rhythm, at least every day, at most every minute.

    Looking twice as often as the source promises keeps a delivery from being noticed a whole rhythm late; a look at an
    unchanged file costs a 304.
    """
    wanted = UNSCHEDULED_SECONDS if rhythm_seconds is None else rhythm_seconds // 2
    return min(max(wanted, SHORTEST_SECONDS), LONGEST_SECONDS)


def backoff_seconds(failures: int, *, draw: float) -> float:
    """Seconds to wait after `failures` in a row: doubling from a minute to an hour, times a jitter in (1/2, 1].

    `draw` in [0, 1) is the chance; jitter keeps many feeds of one failed site from returning in step.
    """
    doubled = BACKOFF_FIRST_SECONDS * 2.0 ** min(max(failures, 1) - 1, 30)
    return float(min(doubled, BACKOFF_LONGEST_SECONDS) * (1 - draw / 2))


def next_look(*, at: datetime, rhythm_seconds: int | None) -> datetime:
    """When to look again after a look that worked."""
    return at + timedelta(seconds=interval_seconds(rhythm_seconds))


def next_try(*, at: datetime, failures: int, draw: float, least_seconds: float) -> datetime:
    """When to try again after a failure, not before `least_seconds` (a Retry-After; at most a day)."""
    return at + timedelta(seconds=max(backoff_seconds(failures, draw=draw), min(least_seconds, LONGEST_SECONDS)))
