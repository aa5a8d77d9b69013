"""Using up what payers paid ahead, as soon as there are signed bills again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from tidar.common.actor import Actor
from tidar.common.ids import uuid7
from tidar.retribusi.actions.paying.posting import new_ids
from tidar.retribusi.models import Occupancy

# Occupancies with open signed bills whose payer's advance holds money: of a run, or of those named.
CANDIDATES_SQL = """
SELECT o.id FROM retribusi_occupancy o
WHERE o.id IN (SELECT a.occupancy_id FROM retribusi_assessment a JOIN retribusi_run r ON r.id = a.run_id
               WHERE a.closed_at IS NULL AND r.signed_at IS NOT NULL
               AND (a.run_id = %(run)s OR a.occupancy_id = ANY (%(occupancies)s)))
  AND (SELECT coalesce(sum(t.amount_rupiah), 0) FROM ledger_transfer t WHERE t.credit_id = o.advance_id)
    > (SELECT coalesce(sum(t.amount_rupiah), 0) FROM ledger_transfer t WHERE t.debit_id = o.advance_id)
ORDER BY o.id
"""
USE_SQL = "SELECT retribusi_use_advance(%s, %s, %s, %s, %s, %s::uuid[])"


def use_advances(*, by: Actor, at: datetime, run_id: uuid.UUID | None = None, occupancy_ids: Sequence[int] = ()) -> int:
    """Pay open signed bills, oldest first, from the payers' advances; returns how many rupiah were used.

    Restartable at every occupancy and idempotent: what is used up, or owed no more, is not used again. Called inside a
    transaction, it locks every occupancy that it may touch first, in the order of their ids.
    """
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES_SQL, {"run": run_id, "occupancies": list(occupancy_ids)})
        found = [row[0] for row in cursor.fetchall()]
    if connection.in_atomic_block and found:
        payers = Occupancy.objects.filter(pk__in=found).values("payer_id")
        list(Occupancy.objects.filter(payer_id__in=payers).order_by("pk").select_for_update(no_key=True))
    return sum(_use(occupancy, by=by, at=at) for occupancy in found)


def _use(occupancy_id: int, *, by: Actor, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(USE_SQL, [occupancy_id, uuid7(), at, by.kind, by.id, new_ids()])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
