"""Every definition file is whole, and its worked example gives exactly what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tidar.indicators.queries import computing, definitions
from tidar.indicators.rules import definition as rules

FILES = sorted(Path(settings.PROGRAMS_DIR).glob("*/indicators/*.toml"))


def _read(path: Path) -> rules.Definition:
    return rules.read_definition(path.read_text(), name=path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_worked_example_holds(path: Path) -> None:
    assert computing.failed_expectations(_read(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_changed_formula_breaks_its_example(path: Path) -> None:
    """The example is a test that can fail."""
    broken = path.read_text().replace('formula = "', 'formula = "1 + ', 1)
    assert broken != path.read_text()
    assert computing.failed_expectations(rules.read_definition(broken, name=path.name))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_measures_name_columns_of_the_tables_that_are_read(path: Path) -> None:
    definition = _read(path)
    named = {table for measure in definition.measures for table in measure.columns}
    assert named == set(computing.inputs_of(definition))


def test_there_are_the_seven_of_the_demo_city() -> None:
    assert {d.id for d in definitions.load()} >= {
        "jumlah-penduduk", "kepadatan-penduduk", "rasio-rt", "rasio-jenis-kelamin", "keterisian-lapak",
        "potensi-retribusi-harian", "layanan-atcs",
    }  # fmt: skip
    assert [v.id for v in definitions.definitions()] == [p.stem for p in FILES]
