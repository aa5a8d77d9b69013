"""How much of what should be in a number is in it. Pure.

A producer publishes a month of which some kelurahan still wait in quarantine: the sum is smaller, the city is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many base areas should be in a number, and the codes of those that are not, in order."""

    expected: int = 0  # 0: coverage does not apply to this number
    missing: tuple[str, ...] = ()

    @property
    def covered(self) -> int:
        """How many are in it."""
        return self.expected - len(self.missing)

    @property
    def incomplete(self) -> bool:
        """Whether some are not."""
        return bool(self.missing)


WHOLE = Coverage()  # of numbers to which coverage does not apply


WHOLE = Coverage()  # of numbers to which coverage does not apply


def coverage_of(area: str, *, base: Iterable[str], present: Collection[str]) -> Coverage:
    """Coverage of `area`, of whose parts among `base` those in `present` contributed. A base area covers itself."""
    inside = sorted(code for code in base if code == area or code.startswith(f"{area}."))
    return Coverage(len(inside), tuple(code for code in inside if code not in present))


def comparable(one: Coverage, other: Coverage) -> bool:
    """Whether two numbers are of the same areas, so that their difference is a change and not a gap.

    Two complete ones are, also when an area was added or one of them is older than coverage.
    """
    return one.missing == other.missing


def sentence(found: Coverage, *, word: str) -> str:
    """`Baru 14 dari 17 kelurahan masuk; angka ini belum lengkap.`; nothing when it is complete."""
    if not found.incomplete:
        return ""
    return f"Baru {found.covered} dari {found.expected} {word} masuk; angka ini belum lengkap."
