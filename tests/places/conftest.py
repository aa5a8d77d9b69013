"""A loaded Magelang, and caches that do not outlive a rolled-back test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.places.builders import BY, MOMENT
from tidar.places import api


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    api.forget()
    yield
    api.forget()


@pytest.fixture
def magelang(db, home) -> str:
    """Kota Magelang's areas without boundaries."""
    return api.load_region(by=BY, at=MOMENT).code


@pytest.fixture
def banjar(db, home, settings) -> str:
    """Kabupaten Banjar's areas without boundaries."""
    settings.TIDAR_REGION = "63.03"
    return api.load_region(by=BY, at=MOMENT).code
