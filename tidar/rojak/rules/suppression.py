"""Small cells in public tables: counts of 1 to 4 are not told, nor what would give them away.

A line is a set of places and their total, all public. Where a place's count is small it is hidden; where only one is
hidden, or the hidden ones sum to less than the limit, the total would tell it, so the next smallest is hidden too;
where there is none, the total is hidden. Source: the usual threshold and complementary rule of statistical disclosure
control (Handbook on Statistical Disclosure Control, ESSNet SDC); 5 is the threshold that this program publishes with.
"""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 5


def hidden(counts: Mapping[str, int], *, least: int = LEAST) -> tuple[frozenset[str], bool]:
    """Which places of a line are not told, and whether its total is not told either."""
    small = {place for place, count in counts.items() if 0 < count < least}
    if not small:
        return frozenset(), 0 < sum(counts.values()) < least
    others = sorted((count, place) for place, count in counts.items() if count >= least)
    while len(small) < 2 or sum(counts[place] for place in small) < least:
        if not others:
            return frozenset(small), True
        small.add(others.pop(0)[1])
    return frozenset(small), False
