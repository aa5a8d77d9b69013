"""A computed city for the tests of this package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indicators import builders
from tidar.indicators.queries import definitions
from tidar.places import api as places


@pytest.fixture
def city(home: Path, tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Areas and the demo's tables in the lake; nothing computed yet. All feeds are fresh.

    Without the indicators of e-Retribusi and of patrols, whose tables are not in this lake.
    """
    places.forget()
    every = definitions.files
    monkeypatch.setattr(
        definitions, "files", lambda: tuple(p for p in every() if p.parts[-3] not in ("bakul-pasar", "rojak"))
    )
    builders.feed_states(monkeypatch)
    builders.city(tmp_path)
    yield tmp_path
    places.forget()


@pytest.fixture
def computed(city: Path) -> Path:
    """The city with all indicators computed."""
    builders.compute()
    return city
