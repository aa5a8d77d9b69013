"""The one place that reads the clock. Views, tasks and commands call it and hand the moment down as `at`."""

from __future__ import annotations

from datetime import datetime, timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(timezone.utc)
