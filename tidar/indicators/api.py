"""The front door of `indicators`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from tidar.common import clock
from tidar.indicators.actions.computing import Outcome, compute_indicators
from tidar.indicators.queries import lineage as _lineage
from tidar.indicators.queries import values as _values
from tidar.indicators.queries.checking import check
from tidar.indicators.queries.definitions import DefinitionView, definitions
from tidar.indicators.queries.lineage import Lineage
from tidar.indicators.queries.shapes import InputView, ValueView

__all__ = [
    "DefinitionView", "InputView", "Lineage", "Outcome", "ValueView", "check", "compute_indicators", "current_values",
    "definitions", "lineage", "uses_of_row", "value",
]  # fmt: skip


def current_values(
    *,
    area_codes: Sequence[str] | None = None,
    indicators: Sequence[str] | None = None,
    period: str | None = None,
    at: datetime | None = None,
) -> tuple[ValueView, ...]:
    """The newest period's number (or that of `period`) of each indicator and area, by indicator and area code.

    Freshness and age are as of `at` (default: now). A fixed number of queries, however many numbers.
    """
    return _values.current_values(at=at or clock.now(), area_codes=area_codes, indicators=indicators, period=period)


def value(value_id: uuid.UUID, *, at: datetime | None = None) -> ValueView | None:
    """One number by its id, also a superseded one (`superseded` says so); None when there never was such a number."""
    return _values.value(value_id, at=at or clock.now())


def lineage(value_id: uuid.UUID, *, page: int = 1, at: datetime | None = None) -> Lineage:
    """The way down from a number: definition, inputs at their versions, deliveries, a page of rows. `UnableToFind`."""
    return _lineage.lineage(value_id, at=at or clock.now(), page=page)


def uses_of_row(delivery: str, row: int, *, at: datetime | None = None) -> tuple[ValueView, ...]:
    """The way up: current numbers, at every level, that one row of a delivery is in."""
    return _lineage.uses_of_row(delivery, row, at=at or clock.now())
