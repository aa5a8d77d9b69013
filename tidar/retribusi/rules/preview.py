"""What a preview found, counted as its places pass by: sums, blocks, what was left out and why, differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tidar.retribusi.rules.assessing import Computed
from tidar.retribusi.rules.formula import formula_words

NAMED = 40  # places named per reason; the others are only counted
SAMPLES = 6  # computations shown in words
Place = tuple[str, str, str]  # market code, block, number


@dataclass(slots=True)
class Tally:
    """Counts over one preview; `notes` gives them as a run keeps them."""

    count: int = 0
    total_rupiah: int = 0
    new_count: int = 0
    new_rupiah: int = 0
    higher_count: int = 0
    higher_rupiah: int = 0
    lower_count: int = 0
    lower_rupiah: int = 0
    same_count: int = 0
    last_count: int = 0  # of those that passed by and had an SKRD in the period before
    last_rupiah: int = 0
    gone_count: int = 0
    gone_rupiah: int = 0
    partly_without_tariff: int = 0
    blocks: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    named: dict[str, list[Place]] = field(default_factory=dict)
    samples: dict[str, tuple[Place, int, str]] = field(default_factory=dict)

    def add(self, place: Place, computed: Computed, *, last_rupiah: int | None) -> None:
        """Count one line."""
        rupiah = computed.amount_rupiah
        self.count += 1
        self.total_rupiah += rupiah
        block = self.blocks.setdefault(place[:2], [0, 0])
        block[0] += 1
        block[1] += rupiah
        if any(kind == "tanpa-tarif" for kind, _days in computed.formula.off):
            self.partly_without_tariff += 1
        self._sample(place, computed)
        self._compare(rupiah, last_rupiah)

    def _compare(self, rupiah: int, last: int | None) -> None:
        if last is None:
            self.new_count += 1
            self.new_rupiah += rupiah
            return
        self._had(last)
        if rupiah > last:
            self.higher_count += 1
            self.higher_rupiah += rupiah - last
        elif rupiah < last:
            self.lower_count += 1
            self.lower_rupiah += last - rupiah
        else:
            self.same_count += 1

    def _sample(self, place: Place, computed: Computed) -> None:
        """One place for each distinct way of computing, the first ones that come."""
        parts = computed.formula.parts
        kind = "|".join(f"{part.tariff_id}:{bool(part.reduced)}" for part in parts) + f"|{bool(computed.formula.off)}"
        if len(self.samples) < SAMPLES and kind not in self.samples:
            self.samples[kind] = (place, computed.amount_rupiah, formula_words(computed.formula))

    def _had(self, last: int) -> None:
        self.last_count += 1
        self.last_rupiah += last

    def had_before(self, count: int, rupiah: int) -> None:
        """How many had an SKRD in the period before, and their sum: who did not pass by any more is gone too."""
        self.gone_count += count - self.last_count
        self.gone_rupiah += rupiah - self.last_rupiah
        self.last_count, self.last_rupiah = count, rupiah

    def leave_out(self, reason: str, place: Place, *, last_rupiah: int | None) -> None:
        """Count one place that gets no SKRD, with the reason (a key of `rules.assessing.LEFT_OUT`)."""
        if last_rupiah is not None:
            self._had(last_rupiah)
            if reason != "sudah":
                self.gone_count += 1
                self.gone_rupiah += last_rupiah
        self.left_out[reason] = self.left_out.get(reason, 0) + 1
        named = self.named.setdefault(reason, [])
        if len(named) < NAMED:
            named.append(place)

    def notes(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "total": [self.count, self.total_rupiah],
            "blocks": [[*key, *value] for key, value in sorted(self.blocks.items())],
            "left_out": self.left_out,
            "named": {reason: [list(place) for place in places] for reason, places in self.named.items()},
            "samples": [[*place, rupiah, words] for place, rupiah, words in self.samples.values()],
            "new": [self.new_count, self.new_rupiah],
            "higher": [self.higher_count, self.higher_rupiah],
            "lower": [self.lower_count, self.lower_rupiah],
            "same": self.same_count,
            "gone": [self.gone_count, self.gone_rupiah],
            "last": [self.last_count, self.last_rupiah],
            "partly_without_tariff": self.partly_without_tariff,
        }
