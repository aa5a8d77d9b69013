"""The ledger checks itself: each invariant of `rules.invariants`, and the hash chain of the journal."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from tidar.ledger.models import JournalDay
from tidar.ledger.queries.balances import ALL_SQL
from tidar.ledger.queries.journal import hash_of_day
from tidar.ledger.rules.invariants import CHAIN, INVARIANTS, Invariant

NAMED = 3  # of what breaks an invariant, how many are named


def check() -> tuple[str, ...]:
    """One sentence for each invariant that does not hold, with the first that break it; empty when all hold."""
    found = [(invariant, _broken(invariant)) for invariant in INVARIANTS] + [(CHAIN, tuple(_broken_days()))]
    return tuple(_sentence(invariant, names) for invariant, names in found if names)


def _broken(invariant: Invariant) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql.replace("{balances}", ALL_SQL) + " LIMIT 1000")
        return tuple(str(row[0]) for row in cursor.fetchall())


def _broken_days() -> Iterator[str]:
    previous_hash = ""
    for day in JournalDay.objects.order_by("day_date"):
        previous_hash = hash_of_day(day.day_date, previous_hash)
        if previous_hash != day.hash:
            yield str(day.day_date)
            previous_hash = day.hash  # so that the days that follow are judged by themselves


def _sentence(invariant: Invariant, names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > NAMED else ""
    return f"{invariant.name}: {len(names)} {invariant.sentence} ({', '.join(names[:NAMED])}{more})"
