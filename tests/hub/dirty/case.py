"""What a case says: a file, and exactly what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.hub.dirty.contracts import PENDUDUK
from tests.hub.dirty.files import Build
from tidar.hub.rules.contract import Contract
from tidar.hub.rules.reading import Memory


@dataclass(frozen=True)
class Case:
    """`accepted`: rows as tuples in contract order. `quarantined`: row → words its sentence must contain."""

    name: str
    build: Build
    accepted: tuple[tuple[Any, ...], ...] = ()
    quarantined: dict[int, tuple[str, ...]] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    refused: str = ""
    notes: tuple[str, ...] = ()
    held: str = ""
    drift: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    contract: Contract = PENDUDUK
    memory: Memory = field(default_factory=Memory)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    file_name: str = ""
