"""Documents and ledger agree: each invariant of `rules.invariants`, for `tidar check`, the night and the tests."""

from __future__ import annotations

from django.db import connection

from tidar.retribusi.queries.custody import check_custody
from tidar.retribusi.rules.collected import COLLECTED
from tidar.retribusi.rules.invariants import INVARIANTS, Invariant, statement

NAMED = 3  # of what breaks an invariant, how many are named


def check() -> tuple[str, ...]:
    """One sentence for each invariant that does not hold, with the first that break it; empty when all hold."""
    found = [(invariant, _broken(invariant)) for invariant in (*INVARIANTS, *COLLECTED)]
    return (*(_sentence(invariant, names) for invariant, names in found if names), *check_custody())


def _broken(invariant: Invariant) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement(invariant) + " LIMIT 1000")
        return tuple(str(row[0]) for row in cursor.fetchall())


def _sentence(invariant: Invariant, names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > NAMED else ""
    return f"{invariant.name}: {len(names)} {invariant.sentence} ({', '.join(names[:NAMED])}{more})"
