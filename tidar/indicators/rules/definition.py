"""An indicator as code: what a definition file must say, and the sentence when it does not. Pure.

The words follow Satu Data Indonesia (Perpres 39/2019; Peraturan BPS 4/2020): konsep, definisi, ukuran, satuan and the
interpretation are what the data standard asks of every published figure.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from tidar.common.errors import UnableTo
from tidar.indicators.rules.narrative import FIELDS, fields_of
from tidar.indicators.rules.rollup import LEVEL_WIDTHS, Level

Direction = Literal["higher", "lower", "neutral"]
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class UnableToDefine(UnableTo):
    """A definition file is incomplete or contradicts itself."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the contributing rows that the formula uses, and the lake columns that it is made of."""

    name: str
    title: str
    unit: str = ""
    columns: dict[str, tuple[str, ...]]  # lake table → its columns, for highlighting the cells of a row


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """One number that an example must give."""

    area: str
    value: str  # a decimal as text, so that 0.1 is 0.1
    period: str = ""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """Tiny tables and the numbers they must give: the definition's own test."""

    title: str
    tables: dict[str, tuple[dict[str, Any], ...]]
    expected: tuple[Expected, ...]
    period: str = "2026-11"
    as_of: str = "2026-11-25"


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one indicator. `rows` yields the contributing rows, `formula` aggregates them."""

    id: str
    name: str
    concept: str
    definition: str
    interpretation: str
    measure: str
    unit: str
    decimals: int
    agency: str
    legal_basis: tuple[str, ...]
    levels: tuple[Level, ...]
    direction: Direction
    period: Literal["column", "snapshot"]  # the rows carry their period, or speak for the month they were delivered
    additive: bool
    rows: str
    formula: str
    formula_words: str
    narrative: str
    measures: tuple[Measure, ...]
    examples: tuple[Example, ...]
    coverage: Literal["", "kelurahan"] = ""  # every area of this level should be in each period; "": not so
    leader: str = ""  # column of the rows: the group with the largest number is named in the narrative as {leader}
    window_days: int = 0  # the rows reach so many days back from $as_of; numbers of earlier periods stay as they were
    scope_column: str = ""  # boolean column of the rows: true speaks for its own area only and does not roll up

    @property
    def uses_day(self) -> bool:
        """Whether the number can change without new data, because a day has come."""
        return "$as_of" in self.rows


def read_definition(text: str, *, name: str) -> Definition:
    """The definition in a TOML file called `name`. Raises `UnableToDefine` with what is wrong, in words."""
    try:
        data = tomllib.loads(text)
        definition = msgspec.convert(data, Definition, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UnableToDefine(f"Definisi indikator {name} salah: {error}") from error
    if problems := contradictions(definition, name=name):
        raise UnableToDefine(f"Definisi indikator {name} salah: {' '.join(problems)}")
    return definition


def contradictions(definition: Definition, *, name: str) -> list[str]:
    """What no type can hold, one sentence each."""
    checks = {
        f"Nama berkas harus {definition.id}.toml.": name == f"{definition.id}.toml",
        "decimals harus antara 0 dan 6.": 0 <= definition.decimals <= 6,
        "levels tidak boleh kosong.": bool(definition.levels),
        "Sebutkan sedikitnya satu dasar hukum.": bool(definition.legal_basis),
        "Sebutkan sedikitnya satu ukuran (measures).": bool(definition.measures),
        "Sertakan sedikitnya satu contoh hitungan (examples).": bool(definition.examples),
        "Cakupan (coverage) hanya untuk angka per periode yang juga dihitung pada tingkat itu.": not definition.coverage
        or (definition.coverage in definition.levels and definition.period == "column"),
        "leader harus nama kolom, dan narasi memakainya sebagai {leader}.": bool(definition.leader)
        == ("leader" in fields_of(definition.narrative))
        and (not definition.leader or bool(_NAME.match(definition.leader))),
        "window_days hanya untuk angka per periode yang barisnya dibatasi dengan $as_of.": not definition.window_days
        or (definition.window_days > 0 and definition.period == "column" and definition.uses_day),
        "rows dan formula tidak boleh memuat titik koma.": ";" not in definition.rows + definition.formula,
        "Nama ukuran hanya huruf kecil, angka, dan garis bawah.": all(_NAME.match(m.name) for m in definition.measures),
        "rows harus memuat _table, _delivery, dan _row.": all(
            word in definition.rows for word in ("_table", "_delivery", "_row")
        ),
        "Indikator sesaat (snapshot), dan hanya itu, memakai $period.": ("$period" in definition.rows)
        == (definition.period == "snapshot"),
    }
    found = [sentence for sentence, holds in checks.items() if not holds]
    if unknown := fields_of(definition.narrative) - FIELDS:
        found.append(f"Narasi memakai kata yang tidak dikenal: {', '.join(sorted(unknown))}.")
    return found + _bad_numbers(definition)


def _bad_numbers(definition: Definition) -> list[str]:
    found = []
    for example in definition.examples:
        for expected in example.expected:
            try:
                Decimal(expected.value)
            except ArithmeticError:
                found.append(f"Nilai contoh “{expected.value}” bukan angka.")
    return found


def definition_data(definition: Definition) -> dict[str, Any]:
    """The definition as JSON data."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(definition))
    return data


def definition_from(data: Mapping[str, Any]) -> Definition:
    """The definition from JSON data that `definition_data` made."""
    return msgspec.convert(dict(data), Definition)


def fingerprint(definition: Definition) -> str:
    """SHA-256 of everything the definition says; comments and layout of the file do not count."""
    return hashlib.sha256(msgspec.json.encode(definition, order="sorted")).hexdigest()


def widths(definition: Definition) -> tuple[int, ...]:
    """Lengths of the area codes at the definition's levels, longest first."""
    return tuple(sorted({LEVEL_WIDTHS[level] for level in definition.levels}, reverse=True))
