"""The map as it stands on the page at once: a drawing, coloured by state, that needs no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tidar.rojak.queries.gaps import SegmentNow
from tidar.rojak.queries.segment_map import SegmentMap, segment_map
from tidar.rojak.rules.coverage import KINDS
from tidar.rojak.views.coverage.asked import Words, counts
from tidar.rojak.views.coverage.sentences import sentence_of

TOLD_ONE_BY_ONE = 60  # segments; of more, those of one state are one path


@dataclass(frozen=True, slots=True)
class Piece:
    """One path: a segment with its words, or all segments of one state."""

    kind: str
    path: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template draws; `pieces` from the least to the most pressing, which lies on top."""

    map: SegmentMap
    pieces: tuple[Piece, ...]
    legend: tuple[tuple[str, Words, int], ...]  # (state, word, how many are drawn), only states that are drawn


def picture(segments: Sequence[SegmentNow]) -> Picture | None:
    """The drawing of these segments; None when none of them has a line."""
    found = segment_map([one.id for one in segments])
    if found is None:
        return None
    drawn = [one for one in segments if found.paths.get(one.id)]
    pieces = _each(drawn, found) if len(drawn) <= TOLD_ONE_BY_ONE else _together(drawn, found)
    legend = tuple((kind, word, count) for kind, word, _badge, count in counts(drawn) if count)
    return Picture(found, tuple(pieces), legend)


def _by_state(drawn: Iterable[SegmentNow]) -> list[tuple[str, list[SegmentNow]]]:
    few: dict[str, list[SegmentNow]] = {kind: [] for kind in reversed(KINDS)}
    for one in drawn:
        few[one.state.kind].append(one)
    return list(few.items())


def _each(drawn: Iterable[SegmentNow], found: SegmentMap) -> list[Piece]:
    return [
        Piece(kind, found.paths[one.id], f"{one.title}: {sentence_of(one)}")
        for kind, few in _by_state(drawn)
        for one in few
    ]


def _together(drawn: Iterable[SegmentNow], found: SegmentMap) -> list[Piece]:
    return [Piece(kind, " ".join(found.paths[one.id] for one in few)) for kind, few in _by_state(drawn) if few]
