"""Posting in bulk: rows that a run staged become one group in three statements, however many there are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToAgree
from tidar.common.ids import uuid7
from tidar.ledger.actions.posting import UnableToPost, translated
from tidar.ledger.rules.posting import Act, fault_of_key

STAGE_SQL = """
CREATE TEMP TABLE IF NOT EXISTS ledger_staged (key text NOT NULL, debit_id bigint NOT NULL, credit_id bigint NOT NULL,
    amount_rupiah bigint NOT NULL, reference text NOT NULL DEFAULT '') ON COMMIT DELETE ROWS
"""
GROUP_SQL = """
INSERT INTO ledger_group (id, key, kind, transfer_count, total_rupiah, happened_at, recorded_at, actor_kind, actor_id,
                          reason)
SELECT %s, %s, %s, count(*), sum(amount_rupiah), %s, %s, %s, %s, '' FROM ledger_staged HAVING count(*) > 0
ON CONFLICT (key) DO NOTHING
"""
TRANSFERS_SQL = """
INSERT INTO ledger_transfer (group_id, key, debit_id, credit_id, amount_rupiah, happened_at, recorded_at, reference)
SELECT %s, key, debit_id, credit_id, amount_rupiah, %s, %s, reference FROM ledger_staged
"""
DIFFERENCE_SQL = """
WITH held AS (SELECT t.key, debit_id, credit_id, amount_rupiah, reference FROM ledger_transfer t
              JOIN ledger_group g ON g.id = t.group_id WHERE g.key = %s),
staged AS (SELECT key, debit_id, credit_id, amount_rupiah, reference FROM ledger_staged)
SELECT (SELECT count(*) FROM (SELECT * FROM held EXCEPT SELECT * FROM staged) a)
     + (SELECT count(*) FROM (SELECT * FROM staged EXCEPT SELECT * FROM held) b), (SELECT count(*) FROM held)
"""


def stage() -> None:
    """Make the temporary table `ledger_staged` for this connection, if it has none; it empties at each commit."""
    with connection.cursor() as cursor:
        cursor.execute(STAGE_SQL)


def post_staged(*, group_key: str, kind: str, happened_at: datetime, at: datetime, by: Actor) -> int:
    """Post all rows of `ledger_staged` as one group and empty it; returns how many transfers the group holds.

    The same key with the same rows writes nothing and returns the same count; with other rows it raises
    `UnableToAgree`. Raises `UnableToPost` where nothing is staged or an amount is not positive.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("post_staged belongs in the transaction of the run that moves the money")
    if sentence := fault_of_key(group_key):
        raise UnableToPost(sentence)
    act = Act(group_key, kind, happened_at, at, by.kind, by.id)
    with connection.cursor() as cursor:
        count = _moved(cursor, act) if _group_is_new(cursor, act) else _known(cursor, act)
        cursor.execute("TRUNCATE ledger_staged")
    return count


def _moved(cursor: CursorWrapper, act: Act) -> int:
    cursor.execute("SELECT id FROM ledger_group WHERE key = %s", [act.group_key])
    try:
        cursor.execute(TRANSFERS_SQL, [_first(cursor), act.happened_at, act.recorded_at])
    except IntegrityError as error:
        raise translated(error, act) from error
    return int(cursor.rowcount)


def _group_is_new(cursor: CursorWrapper, act: Act) -> bool:
    """Whether this call wrote the group. Raises `UnableToPost` for amounts that are none."""
    cursor.execute("SELECT count(*) FROM ledger_staged WHERE amount_rupiah <= 0 OR debit_id = credit_id")
    if _first(cursor):
        raise UnableToPost(_("Jumlah harus lebih dari nol, antara dua akun yang berbeda."))
    head: list[Any] = [uuid7(), act.group_key, act.kind, act.happened_at, act.recorded_at, act.actor_kind, act.actor_id]
    cursor.execute(GROUP_SQL, head)
    return bool(cursor.rowcount == 1)


def _known(cursor: CursorWrapper, act: Act) -> int:
    cursor.execute(DIFFERENCE_SQL, [act.group_key])
    differing, held = cursor.fetchone() or (0, 0)
    if not held:
        raise UnableToPost(_("Tidak ada yang dibukukan: tindakan ini tanpa transfer."))
    if differing:
        raise UnableToAgree(_("Kunci %s sudah dipakai untuk pembukuan lain.") % act.group_key)
    return int(held)


def _first(cursor: CursorWrapper) -> Any:
    row = cursor.fetchone()
    return row[0] if row else None
