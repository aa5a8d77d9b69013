"""Which source column is which contract column, and what changed since last time, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tidar.hub.rules.book import letter
from tidar.hub.rules.contract import Column, Contract
from tidar.hub.rules.headings import exact, likeness, unit_factor
from tidar.hub.rules.surveying import Memory

SURE = 100.0  # the same wording
LIKELY = 78.0  # near enough to propose; a person says yes


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposal: contract column → source index, which of them are sure, and what a person must decide."""

    mapping: dict[str, int]
    sure: tuple[str, ...]
    questions: tuple[str, ...]


def suggest_mapping(headings: Sequence[str], contract: Contract, memory: Memory) -> Proposal:
    """Best pairs first: remembered headings, same wording, then near wording (which asks)."""
    remembered = {exact(heading): column for heading, column in memory.heading_memory.items()}
    pairs = sorted(_pairs(headings, contract, remembered), key=lambda pair: (-pair[0], pair[2]))
    mapping: dict[str, int] = {}
    scores: dict[str, float] = {}
    for score, name, index in pairs:
        if name not in mapping and index not in mapping.values():
            mapping[name], scores[name] = index, score
    sure = tuple(name for name in mapping if scores[name] >= SURE)
    questions = [
        *(_doubt(contract.column(name), headings, mapping[name]) for name in mapping if name not in sure),
        *(_missing(column) for column in contract.columns if column.required and column.name not in mapping),
        *_rivals(headings, contract, remembered, mapping),
        *_foreign_units(headings, contract, mapping),
    ]
    ordered = {column.name: mapping[column.name] for column in contract.columns if column.name in mapping}
    return Proposal(ordered, sure, tuple(questions))


def _pairs(headings: Sequence[str], contract: Contract, remembered: Mapping[str, str]) -> list[tuple[float, str, int]]:
    pairs = []
    for index, heading in enumerate(headings):
        known = remembered.get(exact(heading)) if heading else None
        for column in contract.columns:
            score = 200.0 if known == column.name else 0.0 if known else likeness(heading, column)
            if score >= LIKELY:
                pairs.append((score, column.name, index))
    return pairs


def _doubt(column: Column, headings: Sequence[str], index: int) -> str:
    return f"Kolom '{headings[index]}' ({letter(index)}) diduga '{column.title}'. Benarkah?"


def _missing(column: Column) -> str:
    return f"Kolom wajib '{column.title}' tidak ditemukan. Pilih kolom yang berisi data itu."


def _rivals(
    headings: Sequence[str], contract: Contract, remembered: Mapping[str, str], mapping: Mapping[str, int]
) -> list[str]:
    """Two headings that mean the same column, with nothing remembered to choose between them."""
    found = []
    for name, index in mapping.items():
        if remembered.get(exact(headings[index])) == name:
            continue
        rivals = [
            other
            for other, heading in enumerate(headings)
            if other != index
            and other not in mapping.values()
            and heading
            and likeness(heading, contract.column(name)) == SURE
        ]
        if rivals:
            places = ", ".join(letter(place) for place in (index, *rivals))
            found.append(f"Ada lebih dari satu kolom '{contract.column(name).title}' ({places}). Pilih yang benar.")
    return found


def _foreign_units(headings: Sequence[str], contract: Contract, mapping: Mapping[str, int]) -> list[str]:
    found = []
    for name, index in mapping.items():
        column = contract.column(name)
        foreign = unit_factor(headings[index], column)[1]
        if foreign and column.unit:
            found.append(
                f"Judul '{headings[index]}' menyebut satuan '{foreign}', sedangkan '{column.title}' bersatuan "
                f"'{column.unit}'. Ubah satuannya di berkas."
            )
    return found


def drift_sentences(
    headings: Sequence[str], contract: Contract, mapping: Mapping[str, int], memory: Memory
) -> list[str]:
    """What is different from the last published delivery: renamed, moved, missing and new columns."""
    before = list(memory.previous_headings)
    if not any(before):
        return []
    was = _places_before(before, contract, memory)
    sentences = []
    for column in contract.columns:
        old, new = was.get(column.name), mapping.get(column.name)
        sentences += _one_drift(column, before, headings, old=old, new=new)
    old_names = {exact(heading) for heading in before}
    used = set(mapping.values())
    for index, heading in enumerate(headings):
        if heading and exact(heading) not in old_names and index not in used:
            sentences.append(f"Kolom baru '{heading}' ({letter(index)}) tidak ada di kontrak; tidak dipakai.")
    return sentences


def _places_before(before: Sequence[str], contract: Contract, memory: Memory) -> dict[str, int]:
    return suggest_mapping(before, contract, memory).mapping


def _one_drift(
    column: Column, before: Sequence[str], headings: Sequence[str], *, old: int | None, new: int | None
) -> list[str]:
    if old is not None and new is None:
        return [f"Kolom '{before[old]}' yang dahulu ada di kolom {letter(old)} sekarang tidak ada."]
    if old is None or new is None:
        return []
    found = []
    if exact(before[old]) != exact(headings[new]):
        found.append(f"Kolom '{before[old]}' sekarang bernama '{headings[new]}'.")
    if old != new and _order_changed(before, headings, old, new):
        found.append(f"Kolom '{headings[new]}' pindah dari kolom {letter(old)} ke kolom {letter(new)}.")
    return found


def _order_changed(before: Sequence[str], headings: Sequence[str], old: int, new: int) -> bool:
    """Whether a column moved among the others, or only made room for one that was added or dropped before it."""
    common = {exact(heading) for heading in before if heading} & {exact(heading) for heading in headings if heading}
    left_before = {exact(heading) for heading in before[:old]} & common
    left_now = {exact(heading) for heading in headings[:new]} & common
    return left_before != left_now
