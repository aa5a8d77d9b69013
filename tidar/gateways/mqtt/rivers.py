"""Made-up river levels that look like a river: base flow, tide of day, and storms that rise fast and fade slowly. Pure.

The same gauge at the same moment always has the same level, so a demonstration can be repeated.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

HOUR = 3600.0
STORM_CHANCE = 0.18  # in any one hour
STORM_MEMORY_HOURS = 9  # how long a storm still shows


@dataclass(frozen=True, slots=True)
class River:
    """A gauge to imitate: `alert` is its lowest warning level (m); `lag_seconds` how long rain needs to get there."""

    code: str
    alert: float
    ceiling: float
    lag_seconds: float = 40 * 60.0


def water_level(river: River, seconds: float) -> float:
    """Metres at the gauge, `seconds` after 1970, with two decimals; between 5 cm and the ceiling."""
    day = 2 * math.pi * seconds / (24 * HOUR)
    level = river.alert * (0.42 + 0.03 * math.sin(day + _unit(river.code) * 6) + 0.015 * math.sin(day * 5.3))
    level += sum(_storm(river, hour, seconds) for hour in _hours(seconds))
    level += river.alert * 0.006 * (_unit(river.code, int(seconds // 7)) - 0.5)  # ripples
    return round(min(max(level, 0.05), river.ceiling), 2)


def _hours(seconds: float) -> range:
    now = int(seconds // HOUR)
    return range(now - STORM_MEMORY_HOURS, now + 1)


def _storm(river: River, hour: int, seconds: float) -> float:
    """The share of the storm that began in `hour`: (t/T)·e^(1−t/T), a unit hydrograph with its peak at T."""
    if _unit("storm", hour) >= STORM_CHANCE:
        return 0.0
    age = seconds - hour * HOUR - _unit("start", hour) * HOUR
    if age <= 0:
        return 0.0
    time_to_peak = river.lag_seconds * (0.8 + 0.4 * _unit(river.code, hour))
    shape = age / time_to_peak * math.exp(1 - age / time_to_peak)
    return river.alert * (0.2 + 0.85 * _unit("rain", hour) ** 2) * shape


def _unit(*key: object) -> float:
    """A number in [0, 1) that depends on nothing but `key`."""
    digest = hashlib.blake2b(repr(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
