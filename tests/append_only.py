"""Lets the tests empty append-only tables between transactional tests: their triggers refuse TRUNCATE, rightly.

Only the flush that Django's test runner performs is let through, by switching origin triggers off for that one
statement (a superuser's privilege, which the application's role needs nowhere).
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations

_flush = DatabaseOperations.sql_flush


def _flush_past_triggers(self: DatabaseOperations, *args: Any, **kwargs: Any) -> list[str]:
    statements = _flush(self, *args, **kwargs)
    if not statements:
        return statements
    return ["SET session_replication_role = replica", *statements, "SET session_replication_role = DEFAULT"]


def install() -> None:
    """Wrap Django's flush; called once by `conftest.py`."""
    DatabaseOperations.sql_flush = _flush_past_triggers
