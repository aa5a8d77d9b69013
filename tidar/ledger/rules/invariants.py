"""What always holds of the ledger, each as one SQL statement that selects what breaks it (one column: its name).

They read the stored rows only and trust no trigger, so they also find what somebody changed behind the triggers' back.
The hash chain of the journal is the last invariant; it is computed, not selected (`queries.checking`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that always holds: its name, what it means when it does not, and the statement that finds it."""

    name: str
    sentence: str
    sql: str


INVARIANTS = (
    Invariant(
        "group-totals",
        "jumlah atau banyaknya transfer tidak sama dengan yang dinyatakan kelompoknya",
        """SELECT g.key FROM ledger_group g JOIN (
               SELECT group_id, count(*) AS n, sum(amount_rupiah) AS total FROM ledger_transfer GROUP BY group_id
           ) t ON t.group_id = g.id
           WHERE (g.transfer_count, g.total_rupiah) IS DISTINCT FROM (t.n, t.total)""",
    ),
    Invariant(
        "empty-groups",
        "kelompok tanpa satu pun transfer",
        """SELECT g.key FROM ledger_group g
           WHERE NOT EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.group_id = g.id)""",
    ),
    Invariant(
        "orphaned-transfers",
        "transfer yang kelompok atau akunnya tidak ada",
        """SELECT t.key FROM ledger_transfer t LEFT JOIN ledger_group g ON g.id = t.group_id
           LEFT JOIN ledger_account d ON d.id = t.debit_id LEFT JOIN ledger_account c ON c.id = t.credit_id
           WHERE g.id IS NULL OR d.id IS NULL OR c.id IS NULL""",
    ),
    Invariant(
        "positive-amounts",
        "transfer yang jumlahnya tidak lebih dari nol, atau dari satu akun ke akun yang sama",
        "SELECT key FROM ledger_transfer WHERE amount_rupiah <= 0 OR debit_id = credit_id",
    ),
    Invariant(
        "times-of-groups",
        "transfer yang waktunya lain dari waktu kelompoknya",
        """SELECT t.key FROM ledger_transfer t JOIN ledger_group g ON g.id = t.group_id
           WHERE (t.happened_at, t.recorded_at) IS DISTINCT FROM (g.happened_at, g.recorded_at)""",
    ),
    Invariant(
        "reversal-pairs",
        "pembatalan yang bukan cermin tepat dari satu transfer biasa",
        """SELECT r.key FROM ledger_transfer r LEFT JOIN ledger_transfer o ON o.id = r.reverses_id
           WHERE r.reverses_id IS NOT NULL AND (o.id IS NULL OR o.reverses_id IS NOT NULL
               OR (o.debit_id, o.credit_id, o.amount_rupiah) IS DISTINCT FROM
                  (r.credit_id, r.debit_id, r.amount_rupiah))""",
    ),
    Invariant(
        "reversed-once",
        "transfer yang dibatalkan lebih dari sekali",
        """SELECT o.key FROM ledger_transfer o JOIN ledger_transfer r ON r.reverses_id = o.id
           GROUP BY o.key HAVING count(*) > 1""",
    ),
    Invariant(
        "debits-equal-credits",
        "jumlah debit semua akun tidak sama dengan jumlah kreditnya, dibaca seperti saldo dibaca",
        """SELECT 'debit ' || sum(debit_rupiah) || ', kredit ' || sum(credit_rupiah) || ', transfer ' || moved.total
           FROM ({balances}) b, (SELECT coalesce(sum(amount_rupiah), 0) AS total FROM ledger_transfer) moved
           GROUP BY moved.total
           HAVING sum(debit_rupiah) <> moved.total OR sum(credit_rupiah) <> moved.total""",
    ),
    Invariant(
        "checkpoints",
        "titik saldo yang tidak sama dengan jumlah semua transfer sampai titik itu",
        """SELECT a.key || ' ≤ ' || c.transfer_id FROM ledger_checkpoint c JOIN ledger_account a ON a.id = c.account_id
           WHERE (c.debit_rupiah, c.credit_rupiah) IS DISTINCT FROM (
               (SELECT coalesce(sum(t.amount_rupiah), 0) FROM ledger_transfer t
                WHERE t.debit_id = a.id AND t.id <= c.transfer_id),
               (SELECT coalesce(sum(t.amount_rupiah), 0) FROM ledger_transfer t
                WHERE t.credit_id = a.id AND t.id <= c.transfer_id))""",
    ),
    Invariant(
        "closed-days",
        "hari jurnal yang banyaknya, jumlahnya atau transfer terakhirnya lain dari saat ditutup",
        """SELECT d.day_date::text FROM (
               SELECT *, lag(ends_at, 1, '-infinity') OVER (ORDER BY day_date) AS begins_at FROM ledger_journalday
           ) d LEFT JOIN LATERAL (
               SELECT count(*) AS n, coalesce(sum(amount_rupiah), 0) AS total, coalesce(max(id), 0) AS last
               FROM ledger_transfer t WHERE t.recorded_at >= d.begins_at AND t.recorded_at < d.ends_at
           ) t ON true
           WHERE (d.transfer_count, d.total_rupiah, d.last_transfer_id) IS DISTINCT FROM (t.n, t.total, t.last)""",
    ),
    Invariant(
        "days-in-a-row",
        "hari jurnal yang tidak menyambung ke hari sebelumnya",
        """SELECT day_date::text FROM (
               SELECT day_date, previous_hash, lag(day_date) OVER w AS before, lag(hash, 1, '') OVER w AS hash_before
               FROM ledger_journalday WINDOW w AS (ORDER BY day_date)
           ) d WHERE previous_hash <> hash_before OR day_date <> coalesce(before + 1, day_date)""",
    ),
)
CHAIN = Invariant("hash-chain", "hari jurnal yang isinya tidak lagi menghasilkan kode penutupnya", "")
