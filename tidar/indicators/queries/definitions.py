"""Definitions: the files of the programs, and the versions that were computed with."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tidar.common.errors import UnableToFind
from tidar.indicators.rules import definition as rules
from tidar.indicators.rules.definition import Definition


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """A definition as its readers know it."""

    id: str
    name: str
    concept: str
    definition: str
    interpretation: str
    measure: str
    unit: str
    decimals: int
    agency_code: str
    legal_basis: tuple[str, ...]
    levels: tuple[str, ...]
    direction: str  # which way is better: "higher", "lower", "neutral"
    formula: str  # SQL over the contributing rows
    formula_words: str
    rows: str  # SQL that yields the contributing rows
    program: str


def files() -> tuple[Path, ...]:
    """The definition files of all programs, in a stable order."""
    return tuple(sorted(Path(settings.PROGRAMS_DIR).glob("*/indicators/*.toml")))


def load() -> tuple[Definition, ...]:
    """Every definition of every program; read again only when a file changed. Raises `UnableToDefine`."""
    return tuple(_load(path, path.stat().st_mtime_ns) for path in files())


@functools.lru_cache(maxsize=512)
def _load(path: Path, changed: int) -> Definition:
    return rules.read_definition(path.read_text(encoding="utf-8"), name=path.name)


def loaded(indicator: str) -> Definition:
    """One definition by its id. Raises `UnableToFind`."""
    for definition in load():
        if definition.id == indicator:
            return definition
    raise UnableToFind("Tidak ada indikator dengan nama itu.")


def definitions() -> tuple[DefinitionView, ...]:
    """All definitions as plain values, in the programs' order."""
    return tuple(view_of(rules_, path.parent.parent.name) for path, rules_ in zip(files(), load(), strict=True))


def view_of(definition: Definition, program: str = "") -> DefinitionView:
    """A definition as plain values."""
    return DefinitionView(
        id=definition.id,
        name=definition.name,
        concept=definition.concept,
        definition=definition.definition,
        interpretation=definition.interpretation,
        measure=definition.measure,
        unit=definition.unit,
        decimals=definition.decimals,
        agency_code=definition.agency,
        legal_basis=definition.legal_basis,
        levels=definition.levels,
        direction=definition.direction,
        formula=definition.formula,
        formula_words=definition.formula_words,
        rows=definition.rows,
        program=program,
    )
