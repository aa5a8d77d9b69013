"""One decision at a time about an item or a round, whoever decides."""

from __future__ import annotations

import uuid

from django.db import connection


def lock_items(keys: set[uuid.UUID]) -> None:
    """Until the transaction ends nobody else decides about these items and rounds.

    Locks are taken in one order, so that nobody waits for somebody who waits for them.
    """
    numbers = sorted({_number(key) for key in keys})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [numbers])


def _number(key: uuid.UUID) -> int:
    """64 bits of an id, as PostgreSQL counts."""
    folded = (key.int >> 64) ^ (key.int & (1 << 64) - 1)
    return folded - (1 << 64) if folded >= 1 << 63 else folded
