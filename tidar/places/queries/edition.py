"""Caches that live exactly as long as the areas they were made from.

Every write to areas or boundaries changes the edition's token. A process asks for the token at most every five seconds,
and at once after a write of its own, so other processes follow an import within five seconds.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

from tidar.places.models import Edition

P = ParamSpec("P")
R = TypeVar("R")

SECONDS_BETWEEN_LOOKS = 5.0

_seen: list[tuple[float, str]] = []
_kept: dict[Hashable, tuple[str, Any]] = {}


def token() -> str:
    """What identifies the present state of all areas: region and edition; no more than one query per five seconds."""
    if not _seen or time.monotonic() - _seen[0][0] > SECONDS_BETWEEN_LOOKS:
        edition = Edition.objects.values_list("token", flat=True).first()
        _seen[:] = [(time.monotonic(), str(edition or ""))]
    return f"{settings.TIDAR_REGION}:{_seen[0][1]}"


def look_again() -> None:
    """Make the next read ask the database for the token: called by every write, and again when it has committed."""
    _seen.clear()


def per_edition(query: Callable[P, R]) -> Callable[P, R]:
    """Cache a query by its (positional) arguments until the edition changes."""

    @functools.wraps(query)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        now, key = token(), (query.__module__, query.__qualname__, args, tuple(kwargs.items()))
        if key in _kept and _kept[key][0] == now:
            value: R = _kept[key][1]
            return value
        value = query(*args, **kwargs)
        _kept[key] = (now, value)
        return value

    return kept
