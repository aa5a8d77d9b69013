"""Opening accounts: once, under a key that names the account for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo, UnableToAgree
from tidar.ledger.rules.posting import AccountKind, NewAccount, fault_of_key

# In order of keys, so that two that open the same accounts wait for each other and never both ways.
OPEN_SQL = """
INSERT INTO ledger_account (key, kind, code, title, opened_at)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS new(key, kind, code, title), (SELECT %s) AS at
ORDER BY key ON CONFLICT (key) DO NOTHING
"""
FOUND_SQL = "SELECT key, id, kind, code FROM ledger_account WHERE key = ANY(%s)"


class UnableToOpen(UnableTo):
    """The account has no usable key or title."""


def open_account(*, key: str, kind: AccountKind, title: str, at: datetime, code: str = "") -> int:
    """The id of the account `key`, opened if there is none. Raises `UnableToAgree` where kind or code are others."""
    return open_accounts([NewAccount(key=key, kind=kind, title=title, code=code)], at=at)[key]


def open_accounts(rows: Sequence[NewAccount], *, at: datetime) -> dict[str, int]:
    """Ids by key of all these accounts; those that are missing are opened. Two statements however many there are."""
    for row in rows:
        if sentence := fault_of_key(row.key):
            raise UnableToOpen(sentence)
    with transaction.atomic(), connection.cursor() as cursor:
        columns = [[getattr(row, name) for row in rows] for name in ("key", "kind", "code", "title")]
        cursor.execute(OPEN_SQL, [*columns, at])
        cursor.execute(FOUND_SQL, [[row.key for row in rows]])
        found = {key: (number, kind, code) for key, number, kind, code in cursor.fetchall()}
    for row in rows:
        if found[row.key][1:] != (row.kind, row.code):
            raise UnableToAgree(_("Akun %s sudah ada dengan jenis atau kode rekening lain.") % row.key)
    return {key: number for key, (number, _kind, _code) in found.items()}
