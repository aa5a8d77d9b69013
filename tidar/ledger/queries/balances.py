"""Balances: the newest checkpoint of an account and the sums of the few transfers after it. No running total exists."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from tidar.common.errors import UnableToFind
from tidar.ledger.models import Account
from tidar.ledger.rules.posting import own_sense

# Both tails are ranges of the indexes (debit, id) and (credit, id); a checkpoint is seen only after what it covers.
SUMS_SQL = """
SELECT a.id, a.key, a.kind,
    coalesce(c.debit_rupiah, 0) + coalesce((SELECT sum(t.amount_rupiah) FROM ledger_transfer t
        WHERE t.debit_id = a.id AND t.id > coalesce(c.transfer_id, 0) {until_tail}), 0) AS debit_rupiah,
    coalesce(c.credit_rupiah, 0) + coalesce((SELECT sum(t.amount_rupiah) FROM ledger_transfer t
        WHERE t.credit_id = a.id AND t.id > coalesce(c.transfer_id, 0) {until_tail}), 0) AS credit_rupiah
FROM ledger_account a LEFT JOIN LATERAL (
    SELECT * FROM ledger_checkpoint c WHERE c.account_id = a.id {until_checkpoint} ORDER BY c.transfer_id DESC LIMIT 1
) c ON true
"""
ALL_SQL = SUMS_SQL.format(until_tail="", until_checkpoint="")
NOW_SQL = ALL_SQL + " WHERE a.key = ANY(%(keys)s)"
UNTIL_SQL = (
    SUMS_SQL.format(until_tail="AND t.happened_at < %(until)s", until_checkpoint="AND c.last_happened_at < %(until)s")
    + " WHERE a.key = ANY(%(keys)s)"
)


def account_ids(keys: Collection[str]) -> dict[str, int]:
    """Ids of those of these accounts that exist."""
    return dict(Account.objects.filter(key__in=keys).values_list("key", "id"))


def account_keys(beginning: str) -> list[str]:
    """Keys of the accounts that begin like this, in their order ("kas:kanal:")."""
    return list(Account.objects.filter(key__startswith=beginning).order_by("key").values_list("key", flat=True))


def balance(account_key: str, *, until: datetime | None = None) -> int:
    """What stands on one account in its own sense (an asset's debits less credits, a liability's the reverse).

    With `until`, only what happened before that moment, whenever it was recorded. Raises `UnableToFind`.
    """
    found = balances([account_key], until=until)
    if account_key not in found:
        raise UnableToFind(f"Akun {account_key} tidak ada.")
    return found[account_key]


def balances(keys: Collection[str], *, until: datetime | None = None) -> dict[str, int]:
    """Balances by key in one statement; accounts that do not exist are left out."""
    with connection.cursor() as cursor:
        cursor.execute(UNTIL_SQL if until else NOW_SQL, {"keys": list(keys), "until": until})
        return {key: own_sense(kind, int(dr), int(cr)) for _id, key, kind, dr, cr in cursor.fetchall()}
