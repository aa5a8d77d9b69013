"""Closing days of the journal and making checkpoints: the only moments at which the ledger stands still.

Both need a point behind which nothing can appear any more. Numbers and clocks do not give one, because transactions
commit out of their order; a short table lock does: it waits until every transfer that was begun is committed or gone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.ledger.models import JournalDay, Transfer
from tidar.ledger.queries import journal
from tidar.ledger.queries.journal import bounds, day_totals, day_view, hash_of_day
from tidar.ledger.rules.views import JournalDayView

PATIENCE = "3s"  # payers wait behind the lock's request; rather than make them wait longer we come again later
TAIL = 64  # an account gets a checkpoint when so many transfers have come since its last one
# One reading of the transfers for all accounts: its cost grows with their number, never with the number of accounts.
CHECKPOINT_SQL = """
WITH newest AS (SELECT DISTINCT ON (account_id) * FROM ledger_checkpoint ORDER BY account_id, transfer_id DESC),
tail AS (
    SELECT entry.account_id, count(*) AS n, sum(entry.debit) AS debit, sum(entry.credit) AS credit,
           max(entry.happened_at) AS last_happened_at
    FROM (SELECT id, debit_id AS account_id, amount_rupiah AS debit, 0 AS credit, happened_at FROM ledger_transfer
          UNION ALL
          SELECT id, credit_id, 0, amount_rupiah, happened_at FROM ledger_transfer) entry
    LEFT JOIN newest ON newest.account_id = entry.account_id
    WHERE entry.id > coalesce(newest.transfer_id, 0) AND entry.id <= %(horizon)s
    GROUP BY entry.account_id HAVING count(*) >= %(tail)s
)
INSERT INTO ledger_checkpoint (account_id, transfer_id, debit_rupiah, credit_rupiah, last_happened_at, made_at)
SELECT account_id, %(horizon)s, coalesce(newest.debit_rupiah, 0) + tail.debit,
       coalesce(newest.credit_rupiah, 0) + tail.credit, greatest(newest.last_happened_at, tail.last_happened_at), %(at)s
FROM tail LEFT JOIN newest USING (account_id)
ON CONFLICT (account_id, transfer_id) DO NOTHING
"""


class UnableToClose(UnableTo):
    """The day is not over, an earlier one is still open, or something is still being posted."""


def stand_still() -> None:
    """Wait until no transfer is under way, and hold new ones back until the caller's transaction ends: be short."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        try:
            cursor.execute("LOCK TABLE ledger_transfer IN SHARE ROW EXCLUSIVE MODE")
        except OperationalError as error:
            raise UnableToClose(_("Masih ada pembukuan yang berjalan; dicoba lagi nanti.")) from error


def checkpoint(*, at: datetime, tail: int = TAIL) -> int:
    """Make checkpoints for accounts with at least `tail` transfers since their last; returns how many."""
    with transaction.atomic():
        stand_still()
        horizon = Transfer.objects.aggregate(last=Max("id"))["last"] or 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CHECKPOINT_SQL, {"horizon": horizon, "at": at, "tail": tail})
        return int(cursor.rowcount)


def close_day(*, day: date, at: datetime, by: Actor) -> JournalDayView:
    """Close one day of the journal: afterwards nothing that is recorded on it or before is accepted (trigger).

    Closing a closed day returns it. Raises `UnableToClose` where the day is not over, an earlier day is open, or
    transfers under way do not end in time. The hash is computed before the lock; under it only totals are compared.
    """
    if known := JournalDay.objects.filter(pk=day).first():
        return day_view(known)
    _must_be_next(day, at)
    before = journal.newest_day()
    previous_hash = before.hash if before else ""
    totals, found = day_totals(day), hash_of_day(day, previous_hash)
    with transaction.atomic():
        stand_still()
        if (settled := day_totals(day)) != totals:
            totals, found = settled, hash_of_day(day, previous_hash)
        return _closed(day, totals, (previous_hash, found), at=at, by=by)


def _closed(
    day: date, totals: journal.DayTotals, hashes: tuple[str, str], *, at: datetime, by: Actor
) -> JournalDayView:
    closed, is_new = JournalDay.objects.get_or_create(
        day_date=day,
        defaults={
            "ends_at": bounds(day)[1],
            "transfer_count": totals.transfer_count,
            "total_rupiah": totals.total_rupiah,
            "last_transfer_id": totals.last_transfer_id,
            "previous_hash": hashes[0],
            "hash": hashes[1],
            "closed_at": at,
        },
    )
    if is_new:
        after = {"transfer_count": totals.transfer_count, "total_rupiah": totals.total_rupiah, "hash": hashes[1]}
        record("ledger.close_day", by=by, at=at, subject=("journal_day", str(day)), after=after)
    return day_view(closed)


def _must_be_next(day: date, at: datetime) -> None:
    begins_at, ends_at = bounds(day)
    if at < ends_at:
        raise UnableToClose(_("Hari %s belum selesai.") % day)
    before = journal.newest_day()
    if before and day != before.day_date + timedelta(days=1):
        raise UnableToClose(_("Hari sebelum %s belum ditutup.") % day)
    if before is None and Transfer.objects.filter(recorded_at__lt=begins_at).exists():
        raise UnableToClose(_("Hari sebelum %s belum ditutup.") % day)


def close_days(*, through: date, at: datetime, by: Actor) -> int:
    """Close every open day up to and including `through`, days without transfers too; returns how many."""
    before = journal.newest_day()
    day = before.day_date + timedelta(days=1) if before else journal.first_day()
    closed = 0
    while day is not None and day <= through:
        close_day(day=day, at=at, by=by)
        day, closed = day + timedelta(days=1), closed + 1
    return closed
