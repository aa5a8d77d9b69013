"""A computed city with a sensor and events, as the wall reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from tests.command_center import builders
from tests.indicators import builders as numbers
from tidar.command_center.queries import plan
from tidar.places import api as places


@pytest.fixture
def city(home: Path, tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Areas, lake tables, computed indicators, a river gauge that has spoken, events of today; all feeds fresh."""
    places.forget()
    cache.clear()
    plan._plan.cache_clear()
    numbers.feed_states(monkeypatch)
    numbers.city(tmp_path)
    numbers.compute()
    builders.river()
    yield tmp_path
    places.forget()
    cache.clear()
