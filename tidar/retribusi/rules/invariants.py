"""What always holds between the documents of levies and the ledger, each as one SQL statement that selects what breaks
it (one column: its name).

They read the stored rows only and trust no trigger, no constraint and no other sum.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that always holds: its name, what it means when it does not, and the statement that finds it."""

    name: str
    sentence: str
    sql: str


# Used by several as {PAID}, {STANDS} and {CASH}: what was paid of each SKRD, what stands on each account (debits less
# credits), and which accounts are cash.
PAID = "(SELECT assessment_id, sum(amount_rupiah) AS rupiah FROM retribusi_allocation GROUP BY assessment_id)"
STANDS = """(SELECT account_id, sum(rupiah) AS rupiah FROM (
    SELECT debit_id AS account_id, amount_rupiah AS rupiah FROM ledger_transfer
    UNION ALL SELECT credit_id, -amount_rupiah FROM ledger_transfer) legs GROUP BY account_id)"""
CASH = "(SELECT id, key FROM ledger_account WHERE key LIKE 'kas:%' OR key = 'rkud' OR key LIKE 'rkud:%')"

OWED = (
    Invariant(
        "receivable",
        "piutang di buku besar tidak sama dengan sisa SKRD yang belum batal",
        """SELECT account.key FROM (
               SELECT o.receivable_id AS account_id, sum(a.amount_rupiah - coalesce(paid.rupiah, 0)) AS rupiah
               FROM retribusi_assessment a JOIN retribusi_occupancy o ON o.id = a.occupancy_id
               LEFT JOIN {PAID} paid ON paid.assessment_id = a.id
               WHERE a.closed_by <> 'batal' GROUP BY o.receivable_id
           ) owed FULL JOIN (
               SELECT * FROM {STANDS} s WHERE account_id IN (SELECT receivable_id FROM retribusi_occupancy)
           ) booked USING (account_id) JOIN ledger_account account ON account.id = account_id
           WHERE coalesce(owed.rupiah, 0) <> coalesce(booked.rupiah, 0)""",
    ),
    Invariant(
        "revenue",
        "pendapatan di buku besar tidak sama dengan SKRD yang belum batal ditambah karcis",
        """SELECT booked.rupiah || ' / ' || documents.rupiah FROM (
               SELECT coalesce(-sum(s.rupiah), 0) AS rupiah FROM {STANDS} s
               JOIN ledger_account a ON a.id = s.account_id WHERE a.key LIKE 'pendapatan:%'
           ) booked, (
               SELECT coalesce((SELECT sum(amount_rupiah) FROM retribusi_assessment WHERE closed_by <> 'batal'), 0)
                    + coalesce((SELECT sum(revenue_rupiah) FROM retribusi_payment), 0) AS rupiah
           ) documents WHERE booked.rupiah <> documents.rupiah""",
    ),
    Invariant(
        "closed",
        "SKRD lunas yang masih bersisa, atau yang habis dibayar tetapi belum ditutup",
        """SELECT a.id FROM retribusi_assessment a LEFT JOIN {PAID} paid ON paid.assessment_id = a.id
           WHERE a.closed_by <> 'batal' AND (a.closed_at IS NOT NULL AND a.closed_by = 'lunas')
               <> (coalesce(paid.rupiah, 0) = a.amount_rupiah)""",
    ),
    Invariant(
        "over-allocated",
        "SKRD yang dibayar melebihi jumlahnya, atau kurang dari nol",
        """SELECT a.id FROM retribusi_assessment a JOIN {PAID} paid ON paid.assessment_id = a.id
           WHERE paid.rupiah NOT BETWEEN 0 AND a.amount_rupiah""",
    ),
    Invariant(
        "numbers",
        "tahun yang nomor SKRD-nya tidak 1, 2, 3 … tanpa celah",
        """SELECT year FROM retribusi_assessment GROUP BY year
           HAVING min(sequence) <> 1 OR max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)""",
    ),
)

PAYMENTS = (
    Invariant(
        "allocations",
        "pembayaran yang pembagiannya tidak sama dengan yang dinyatakan",
        """SELECT p.receipt_number FROM retribusi_payment p LEFT JOIN (
               SELECT payment_id, sum(amount_rupiah) AS rupiah FROM retribusi_allocation GROUP BY payment_id
           ) a ON a.payment_id = p.id
           WHERE coalesce(a.rupiah, 0) <> p.allocated_rupiah
              OR p.amount_rupiah <> p.allocated_rupiah + p.advance_rupiah + p.suspense_rupiah + p.revenue_rupiah""",
    ),
    Invariant(
        "reversals",
        "pembatalan yang bukan cermin tepat dari pembayarannya",
        """SELECT r.receipt_number FROM retribusi_payment r LEFT JOIN retribusi_payment p ON p.id = r.reverses_id
           WHERE r.reverses_id IS NOT NULL AND (r.amount_rupiah, r.allocated_rupiah, r.advance_rupiah,
               r.suspense_rupiah, r.revenue_rupiah, r.occupancy_id) IS DISTINCT FROM (-p.amount_rupiah,
               -p.allocated_rupiah, -p.advance_rupiah, -p.suspense_rupiah, -p.revenue_rupiah, p.occupancy_id)""",
    ),
    Invariant(
        "booked",
        "pembayaran yang tidak dibukukan, atau dibukukan dengan jumlah lain",
        """SELECT p.receipt_number FROM retribusi_payment p
           LEFT JOIN ledger_group g ON g.key = 'pembayaran:' || p.id
           LEFT JOIN ledger_account a ON a.id = p.cash_account_id
           WHERE coalesce(g.total_rupiah, 0) <> abs(p.amount_rupiah)
               - CASE WHEN p.reverses_id IS NOT NULL AND a.key LIKE 'titipan:%' AND p.channel <> 'titipan'
                      THEN abs(p.suspense_rupiah) ELSE 0 END""",
    ),
    Invariant(
        "cash",
        "akun kas yang penerimaannya di buku besar tidak sama dengan pembayarannya",
        """SELECT a.key FROM ledger_account a LEFT JOIN (
               SELECT cash_account_id, sum(amount_rupiah) AS rupiah FROM retribusi_payment GROUP BY cash_account_id
           ) p ON p.cash_account_id = a.id LEFT JOIN (
               SELECT account_id, sum(rupiah) AS rupiah FROM (
                   SELECT debit_id AS account_id, amount_rupiah AS rupiah FROM ledger_transfer
                   WHERE reference LIKE 'pembayaran:%'
                   UNION ALL SELECT credit_id, -amount_rupiah FROM ledger_transfer WHERE reference LIKE 'pembayaran:%'
               ) legs GROUP BY account_id
           ) l ON l.account_id = a.id
           WHERE a.key LIKE 'kas:%' AND coalesce(p.rupiah, 0) <> coalesce(l.rupiah, 0)""",
    ),
    Invariant(
        "gross",
        "uang masuk atau keluar kas tanpa pembayaran, pembatalan, atau kelebihan hitungan serah terima",
        """SELECT t.key FROM ledger_transfer t
           LEFT JOIN {CASH} d ON d.id = t.debit_id LEFT JOIN {CASH} c ON c.id = t.credit_id
           LEFT JOIN ledger_account other ON other.id = CASE WHEN d.id IS NULL THEN t.debit_id ELSE t.credit_id END
           WHERE (d.id IS NULL) <> (c.id IS NULL) AND t.reference NOT LIKE 'pembayaran:%'
             AND NOT (t.reference LIKE 'serah:%' AND other.key LIKE 'titipan:%')""",
    ),
)

HELD = (
    Invariant(
        "suspense",
        "titipan di buku besar tidak sama dengan uang pada perkara yang masih terbuka",
        """SELECT account.key FROM (
               SELECT a.id AS account_id, sum(c.held_rupiah) AS rupiah FROM retribusi_case c
               JOIN ledger_account a ON a.key = 'titipan:' || c.agency_id WHERE c.settled_at IS NULL GROUP BY a.id
           ) held FULL JOIN (
               SELECT s.* FROM {STANDS} s JOIN ledger_account a ON a.id = s.account_id AND a.key LIKE 'titipan:%'
           ) booked USING (account_id) JOIN ledger_account account ON account.id = account_id
           WHERE coalesce(held.rupiah, 0) <> -coalesce(booked.rupiah, 0)""",
    ),
    Invariant(
        "advances",
        "uang muka di buku besar tidak sama dengan yang dibayar di muka dikurangi yang dipakai, atau kurang dari nol",
        """SELECT account.key FROM ledger_account account LEFT JOIN {STANDS} s ON s.account_id = account.id LEFT JOIN (
               SELECT o.advance_id AS account_id, sum(p.advance_rupiah) AS rupiah FROM retribusi_payment p
               JOIN retribusi_occupancy o ON o.id = p.occupancy_id GROUP BY o.advance_id
           ) ahead ON ahead.account_id = account.id LEFT JOIN (
               SELECT cash_account_id AS account_id, sum(amount_rupiah) AS rupiah FROM retribusi_payment
               WHERE channel = 'uang-muka' GROUP BY cash_account_id
           ) used ON used.account_id = account.id
           WHERE account.key LIKE 'uang-muka:%' AND (coalesce(s.rupiah, 0) > 0 OR -coalesce(s.rupiah, 0)
               <> coalesce(ahead.rupiah, 0) - coalesce(used.rupiah, 0))""",
    ),
    Invariant(
        "cases",
        "pembayaran dengan titipan yang tidak mempunyai perkara",
        """SELECT p.receipt_number FROM retribusi_payment p
           WHERE p.suspense_rupiah > 0 AND NOT EXISTS (
               SELECT 1 FROM retribusi_case c WHERE c.key = 'titipan:' || p.id)""",
    ),
)

EVENTS = (
    Invariant(
        "payment-events",
        "pembayaran atau pembatalan yang tidak mempunyai tepat satu peristiwa",
        """SELECT p.receipt_number FROM retribusi_payment p LEFT JOIN (
               SELECT kind, source_id, count(*) AS n FROM hub_event
               WHERE kind IN ('levy.paid', 'levy.payment_reversed') GROUP BY kind, source_id
           ) e ON e.source_id = p.id::text
               AND e.kind = CASE WHEN p.reverses_id IS NULL THEN 'levy.paid' ELSE 'levy.payment_reversed' END
           WHERE coalesce(e.n, 0) <> 1""",
    ),
    Invariant(
        "assessment-events",
        "SKRD yang tidak mempunyai tepat satu peristiwa",
        """SELECT a.id FROM retribusi_assessment a LEFT JOIN (
               SELECT source_id, count(*) AS n FROM hub_event WHERE kind = 'levy.assessed' GROUP BY source_id
           ) e ON e.source_id = 'skrd:' || a.id WHERE coalesce(e.n, 0) <> 1""",
    ),
    Invariant(
        "orphaned-events",
        "peristiwa pembayaran tanpa pembayarannya",
        """SELECT e.id FROM hub_event e WHERE e.kind IN ('levy.paid', 'levy.payment_reversed')
             AND NOT EXISTS (SELECT 1 FROM retribusi_payment p WHERE p.id::text = e.source_id)""",
    ),
)

CUSTODY = (
    Invariant(
        "handovers",
        "serah terima yang tidak dibukukan sebesar hitungannya",
        """SELECT h.id FROM retribusi_handover h LEFT JOIN ledger_group g ON g.key = 'serah:' || h.id
           WHERE coalesce(g.total_rupiah, 0) <> CASE WHEN h.state = 'diterima' THEN h.counted_rupiah ELSE 0 END""",
    ),
    Invariant(
        "deposits",
        "STS yang tidak dibukukan sebesar jumlahnya",
        """SELECT d.number FROM retribusi_deposit d LEFT JOIN ledger_group g ON g.key = 'sts:' || d.id
           WHERE coalesce(g.total_rupiah, 0) <> d.amount_rupiah""",
    ),
)

INVARIANTS = (*OWED, *PAYMENTS, *HELD, *EVENTS, *CUSTODY)
PARTS = {"{PAID}": PAID, "{STANDS}": STANDS, "{CASH}": CASH}


def statement(invariant: Invariant) -> str:
    """The whole SQL of an invariant."""
    sql = invariant.sql
    for name, part in PARTS.items():
        sql = sql.replace(name, part)
    return sql
