"""The moment at which the tests of this folder take place, and a city that forgets its areas."""

from __future__ import annotations

import pytest

from tests.rojak import builders as patrol
from tidar.common import clock


@pytest.fixture
def now(monkeypatch) -> None:
    """Thursday, 26 November 2026, 09.00 WIB, for whatever reads the clock."""
    monkeypatch.setattr(clock, "now", lambda: patrol.AT)
