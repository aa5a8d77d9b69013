"""A small line of a figure over its periods: SVG paths in a 100 × 32 box, for the component `sparkline`. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, MARGIN = 100.0, 32.0, 3.0


@dataclass(frozen=True, slots=True)
class Line:
    """Path data: the line, the area under it, and its last point."""

    line: str
    area: str
    end: str


def line(values: Sequence[Decimal]) -> Line | None:
    """A line through `values`, scaled to the box, the highest at the top; None with fewer than two."""
    if len(values) < 2:
        return None
    low, high = float(min(values)), float(max(values))
    step = WIDTH / (len(values) - 1)
    points = [f"{_short(index * step)} {_short(_height(float(v), low, high))}" for index, v in enumerate(values)]
    path = "M" + "L".join(points)
    return Line(path, f"{path}L{_short(WIDTH)} {_short(HEIGHT)}L0 {_short(HEIGHT)}Z", f"M{points[-1]}h0.01")


def _height(value: float, low: float, high: float) -> float:
    if high == low:
        return HEIGHT / 2
    return HEIGHT - MARGIN - (value - low) / (high - low) * (HEIGHT - 2 * MARGIN)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
