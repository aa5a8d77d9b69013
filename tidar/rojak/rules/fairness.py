"""How evenly something is shared: the Gini coefficient and the largest over the median. Exact, over plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

Number = int | float | Fraction


@dataclass(frozen=True, slots=True)
class Fairness:
    """How evenly `count` people or places share something. None: nothing to share, or nobody to share it."""

    count: int
    gini: float | None
    max_over_median: float | None


def fairness(shares: Sequence[Number]) -> Fairness:
    """Both measures of the same shares; those who got nothing count as 0 and must be among them."""
    return Fairness(len(shares), gini(shares), max_over_median(shares))


def gini(shares: Sequence[Number]) -> float | None:
    """The Gini coefficient: 0 all the same, towards 1 one has everything (at most (n - 1) / n).

    The mean absolute difference of all pairs over twice the mean: sum |xi - xj| / (2 n² mean), computed from the sorted
    shares as 2 sum (i xi) / (n sum x) - (n + 1) / n. None without shares, or when all are 0. Raises `ValueError` on a
    negative share. Source: C. Gini, Variabilità e mutabilità (1912); the sorted form is algebra.
    """
    found = sorted(Fraction(x) for x in shares)
    if found and found[0] < 0:
        raise ValueError("a share is negative")
    total, n = sum(found), len(found)
    if not total:
        return None
    weighted = sum(i * x for i, x in enumerate(found, 1))
    return float(2 * weighted / (n * total) - Fraction(n + 1, n))


def max_over_median(shares: Sequence[Number]) -> float | None:
    """How many times the middle one the largest is. None without shares, or when the middle one is 0."""
    if not shares:
        return None
    middle = median(Fraction(x) for x in shares)
    return float(Fraction(max(shares)) / middle) if middle else None
