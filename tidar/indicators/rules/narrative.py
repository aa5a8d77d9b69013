"""The sentence beside a number: an Indonesian template filled with the number, its change and its place. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from string import Formatter

from tidar.common.formats import number_text, period_text
from tidar.indicators.rules.coverage import WHOLE, Coverage, sentence

FIELDS = frozenset({"area", "value", "number", "period", "change", "rank", "leader"})


@dataclass(frozen=True, slots=True)
class Place:
    """One area's number among the areas of a level."""

    area: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What a narrative may use. `peers` are all areas of its level, `parts` the areas one level below."""

    area: str
    value: Decimal
    unit: str
    decimals: int
    period: str
    previous: tuple[str, Decimal] | None
    peers: tuple[Place, ...]
    parts: tuple[Place, ...]
    peer_word: str
    coverage: Coverage = WHOLE
    base_word: str = "kelurahan"
    leader: Place | None = None  # the group of the rows with the largest number


def fields_of(template: str) -> set[str]:
    """Names that a template asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def narrative(template: str, facts: Facts) -> str:
    """The template as a sentence, and how much is missing, if any; spaces left by empty parts are closed."""
    number = number_text(facts.value, decimals=facts.decimals)
    text = template.format_map(
        {
            "area": facts.area,
            "value": with_unit(number, facts.unit),
            "number": number,
            "period": period_text(facts.period),
            "change": change_text(facts),
            "rank": rank_text(facts),
            "leader": leader_text(facts),
        }
    )
    text = f"{text} {sentence(facts.coverage, word=facts.base_word)}"
    return " ".join(text.split()).replace(" ,", ",").replace(" .", ".")


def with_unit(number: str, unit: str) -> str:
    """`128.709 jiwa`; a percent sign stands close: `80,6%`."""
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".strip()


def change_text(facts: Facts) -> str:
    """`, naik 0,3% dari Oktober 2026`; nothing without an earlier period."""
    if facts.previous is None:
        return ""
    period, before = facts.previous
    since = period_text(period)
    step = Decimal(1).scaleb(-facts.decimals)
    difference = facts.value.quantize(step) - before.quantize(step)
    if difference == 0:
        return f", sama dengan {since}"
    verb = "naik" if difference > 0 else "turun"
    return f", {verb} {_amount(difference, before, facts)} dari {since}"


def _amount(difference: Decimal, before: Decimal, facts: Facts) -> str:
    if facts.unit == "%":
        return f"{number_text(abs(difference), decimals=facts.decimals)} poin persen"
    if before == 0:
        return f"{number_text(abs(difference), decimals=facts.decimals)} {facts.unit}".strip()
    percent = abs(difference / before * 100)
    return f"{number_text(percent, decimals=1)}%" if percent >= Decimal("0.05") else "kurang dari 0,1%"


def leader_text(facts: Facts) -> str:
    """`Terbanyak dari Pasar Rejowinangun (1.250.000).`; nothing where there is one group or none."""
    if facts.leader is None:
        return ""
    return f"Terbanyak dari {facts.leader.area} ({number_text(facts.leader.value, decimals=facts.decimals)})."


def rank_text(facts: Facts) -> str:
    """Where the area stands among its peers, or which of its parts are highest and lowest."""
    if len(facts.peers) > 1:
        place = 1 + sum(1 for peer in facts.peers if peer.value > facts.value)
        word = "tertinggi" if place == 1 else f"tertinggi ke-{place}"
        return f"Angka ini {word} dari {len(facts.peers)} {facts.peer_word}."
    return _span_text(facts) if len(facts.parts) > 1 else ""


def _span_text(facts: Facts) -> str:
    highest, lowest = ends(facts.parts)
    if highest.value == lowest.value:
        return ""
    high, low = (number_text(p.value, decimals=facts.decimals) for p in (highest, lowest))
    return f"Tertinggi di {highest.area} ({high}), terendah di {lowest.area} ({low})."


def ends(places: Sequence[Place]) -> tuple[Place, Place]:
    """The highest and the lowest; of equals the first by name."""
    ordered = sorted(places, key=lambda p: p.area)
    return max(ordered, key=lambda p: p.value), min(ordered, key=lambda p: p.value)
