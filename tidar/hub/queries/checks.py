"""Invariants of the spine in SQL: run by `tidar check`, by tests and on a timer."""

from __future__ import annotations

from django.db import connection

# Each selects how many break the rule; the sentence says what that means.
INVARIANTS = (
    (
        "numbers are not 1, 2, 3 … up to the head",
        """SELECT abs(coalesce((SELECT last_seq FROM hub_spinehead), 0) - count(seq))
           + abs(coalesce(max(seq), 0) - count(seq)) FROM hub_event""",
    ),
    (
        "observations without datastream or result",
        "SELECT count(*) FROM hub_event WHERE kind = 'observation' AND (datastream_id IS NULL OR result IS NULL)",
    ),
    (
        "events whose message is missing",
        """SELECT count(*) FROM hub_event e WHERE source_kind = 'message'
           AND NOT EXISTS (SELECT 1 FROM hub_message m WHERE m.id::text = e.source_id)""",
    ),
    (
        "accepted messages without exactly one observation",
        """SELECT count(*) FROM hub_message m WHERE status = 'accepted' AND 1 <> (SELECT count(*) FROM hub_event e
           WHERE source_kind = 'message' AND source_id = m.id::text AND kind = 'observation')""",
    ),
    (
        "consumers ahead of the head",
        "SELECT count(*) FROM hub_consumer WHERE cursor > coalesce((SELECT last_seq FROM hub_spinehead), 0)",
    ),
    (
        "quarantined messages without a sentence",
        "SELECT count(*) FROM hub_message WHERE status = 'quarantined' AND sentence = ''",
    ),
)


def spine_faults() -> list[str]:
    """One sentence per invariant that does not hold; empty when all do."""
    faults = []
    with connection.cursor() as cursor:
        for sentence, sql in INVARIANTS:
            cursor.execute(sql)
            row = cursor.fetchone()
            if row and row[0]:
                faults.append(f"{row[0]}: {sentence}")
    return faults
