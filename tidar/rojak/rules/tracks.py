"""A round's track as it may be drawn: certain stretches, breaks that stay breaks, and fixes that tell nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tidar.rojak.rules.findings import metres_between

BREAK_SECONDS = 90  # without a fix for longer, nobody knows the way between


@dataclass(frozen=True, slots=True)
class Fix:
    """One position as the phone gave it."""

    at: datetime
    lon: float
    lat: float
    accuracy_metres: int


@dataclass(frozen=True, slots=True)
class Track:
    """What can be drawn. `lines`: stretches of certain fixes; `unknown`: fixes too poor to be believed."""

    lines: tuple[tuple[tuple[float, float], ...], ...]
    unknown: tuple[tuple[float, float], ...]
    break_count: int
    metres: int
    certain_count: int


def fixes(parts: Iterable[tuple[datetime, Sequence[Sequence[int]]]]) -> list[Fix]:
    """The fixes of track parts (start, [[seconds, lon × 10⁶, lat × 10⁶, accuracy], …]) in order of time, each once.

    Of the same fix in two parts the better accuracy counts, so that the order of the parts changes nothing.
    """
    best: dict[tuple[datetime, int, int], int] = {}
    for start, points in parts:
        for s, lon, lat, accuracy in points:
            key = (start + timedelta(seconds=s), lon, lat)
            best[key] = min(accuracy, best.get(key, accuracy))
    return [Fix(at, lon / 1e6, lat / 1e6, best[at, lon, lat]) for at, lon, lat in sorted(best)]


def walked_metres(parts: Iterable[tuple[datetime, Sequence[Sequence[int]]]], *, worst_metres: int) -> int | None:
    """How far a track went: the length of what is drawn of it, in any order of its parts; None: nothing is certain."""
    drawn = track(fixes(parts), worst_metres=worst_metres)
    return drawn.metres if any(len(line) > 1 for line in drawn.lines) else None


def track(found: Sequence[Fix], *, worst_metres: int) -> Track:
    """Draw a track: a line goes on only between certain fixes at most `BREAK_SECONDS` apart with none poor between."""
    lines: list[list[Fix]] = []
    last: Fix | None = None
    for fix in found:
        if fix.accuracy_metres > worst_metres:
            last = None
            continue
        if last is None or (fix.at - last.at).total_seconds() > BREAK_SECONDS:
            lines.append([])
        lines[-1].append(fix)
        last = fix
    metres = sum(
        metres_between(a.lon, a.lat, other_lon=b.lon, other_lat=b.lat) for line in lines for a, b in pairwise(line)
    )
    return Track(
        lines=tuple(tuple((fix.lon, fix.lat) for fix in line) for line in lines),
        unknown=tuple((fix.lon, fix.lat) for fix in found if fix.accuracy_metres > worst_metres),
        break_count=max(len(lines) - 1, 0),
        metres=round(metres),
        certain_count=sum(len(line) for line in lines),
    )
