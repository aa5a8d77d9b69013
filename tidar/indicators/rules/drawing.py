"""A chart of a figure over its periods: columns from zero, as SVG numbers in a 300 × 120 box. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, GAP = 300.0, 120.0, 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One period's column."""

    x: str
    y: str
    width: str
    height: str
    period: str
    value: Decimal
    last: bool


def bars(points: Sequence[tuple[str, Decimal]]) -> tuple[Bar, ...]:
    """Columns in the order given, the tallest as high as the box; lengths are true (the axis begins at zero)."""
    if not points:
        return ()
    high = max(Decimal(0), *(value for _, value in points))
    low = min(Decimal(0), *(value for _, value in points))
    span = float(high - low) or 1.0
    slot = WIDTH / len(points)
    width = min(slot - GAP, 48.0)
    zero = HEIGHT * float(high) / span if high != low else HEIGHT
    drawn = []
    for index, (period, value) in enumerate(points):
        height = max(HEIGHT * abs(float(value)) / span, 1.0)
        top = zero - height if value >= 0 else zero
        x = slot * index + (slot - width) / 2
        drawn.append(
            Bar(_short(x), _short(top), _short(width), _short(height), period, value, last=index == len(points) - 1)
        )
    return tuple(drawn)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
