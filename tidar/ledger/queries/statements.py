"""Statements: the entries of one account in the order of posting, page after page."""

from __future__ import annotations

from django.db import connection

from tidar.ledger.rules.views import EntryView

# Two ranges of an index, merged: as cheap on the thousandth page as on the first.
STATEMENT_SQL = """
WITH account AS (SELECT id FROM ledger_account WHERE key = %(key)s),
entry AS (
    (SELECT t.*, t.credit_id AS other_id, t.amount_rupiah AS dr, 0 AS cr FROM ledger_transfer t
     WHERE t.debit_id = (SELECT id FROM account) AND t.id > %(after)s ORDER BY t.id LIMIT %(limit)s)
    UNION ALL
    (SELECT t.*, t.debit_id, 0, t.amount_rupiah FROM ledger_transfer t
     WHERE t.credit_id = (SELECT id FROM account) AND t.id > %(after)s ORDER BY t.id LIMIT %(limit)s)
)
SELECT e.id, e.key, g.key, g.kind, o.key, o.title, e.dr, e.cr, e.happened_at, e.recorded_at, e.reference, e.reverses_id
FROM entry e JOIN ledger_group g ON g.id = e.group_id JOIN ledger_account o ON o.id = e.other_id
ORDER BY e.id LIMIT %(limit)s
"""


def statement(account_key: str, *, after_id: int = 0, limit: int = 100) -> tuple[EntryView, ...]:
    """At most `limit` entries after transfer `after_id`, oldest first; the last one's id is the next `after_id`."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT_SQL, {"key": account_key, "after": after_id, "limit": limit})
        return tuple(EntryView(*row) for row in cursor.fetchall())
