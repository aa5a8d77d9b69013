"""The front door of `people`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AgencyView:
    """One agency as plain values."""

    code: str
    name: str
    short_name: str


def agencies() -> tuple[AgencyView, ...]:
    """All active agencies by name."""
    raise NotImplementedError


def agency(code: str) -> AgencyView | None:
    """One agency, or None."""
    raise NotImplementedError


def notify(
    *, agency: str, permission: str, sentence: str, url: str, about: str, at: datetime
) -> int:
    """Tell everyone who holds `permission` for `agency`; shown under the bell until read. Returns how many were told.

    `about` identifies the occasion ("feed.late:penduduk:2026-11-24"): the same twice is told once.
    """
    raise NotImplementedError
