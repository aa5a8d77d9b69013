"""Numbers and their way back, as plain values for other apps, pages and answers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tidar.hub.api import FeedState, FreshState


@dataclass(frozen=True, slots=True)
class InputView:
    """One lake table that a value was computed from, at a version, with the feed behind it."""

    table: str
    version: int
    feed: FeedState | None


@dataclass(frozen=True, slots=True)
class ValueView:
    """One number with everything needed to show it honestly."""

    id: uuid.UUID
    indicator: str
    name: str
    unit: str
    decimals: int
    area_code: str
    area_name: str
    period: str  # "2026", "2026-11", "2026-11-24"
    value: Decimal
    narrative: str  # Indonesian, made from the template
    computed_at: datetime
    definition_version: int
    inputs: tuple[InputView, ...]
    freshness: FreshState  # the worst of the inputs
    age_seconds: float | None  # of the oldest input
    sample: bool  # some input is made-up data
    history: tuple[tuple[str, Decimal], ...]  # earlier periods and versions, oldest first, for the small chart
    row_count: int = 0  # contributing rows
    covered: int = 0  # of `expected` base areas in it, this many contributed
    expected: int = 0  # 0: coverage does not apply to this indicator
    missing: tuple[str, ...] = ()  # names of the areas that did not, in the order of their codes
    comparable: tuple[tuple[str, Decimal], ...] = ()  # of `history`, what is of the same areas: only these compare
    superseded: bool = False  # another number holds now for this area and period

    @property
    def incomplete(self) -> bool:
        """Whether areas that should be in the number are not: every page says so beside it."""
        return bool(self.missing)

    @property
    def greyed(self) -> bool:
        """Whether an input missed its rhythm: every page shows the number grey, with its age."""
        return self.freshness in ("late", "stale")
