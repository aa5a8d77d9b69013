"""The daily journal: closed once and in order, nothing comes late, and one changed byte is found."""

from __future__ import annotations

import hashlib
import threading
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tests.ledger.builders import AT, COLLECTOR, move, open_all
from tidar.common.actor import system
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.ledger.actions import closing
from tidar.ledger.api import UnableToClose, UnableToPost
from tidar.ledger.models import JournalDay
from tidar.ledger.queries.journal import bounds

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
BY = system("uji")
LATER = AT + timedelta(days=3)


def three_days() -> None:
    for day in range(3):
        for n in range(2):
            move("kas", "piutang", 1000 + n, key=f"k{day}.{n}", days=day)


def tamper(sql: str) -> None:
    """Change a row the way only somebody with the database's own powers can: past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_days_are_closed_in_order_once_and_chained() -> None:
    three_days()
    assert closing.close_days(through=date(2026, 11, 26), at=LATER, by=BY) == 3
    assert closing.close_days(through=date(2026, 11, 26), at=LATER, by=BY) == 0
    days = list(JournalDay.objects.order_by("day_date"))
    assert [d.previous_hash for d in days] == ["", days[0].hash, days[1].hash]
    assert [(d.transfer_count, d.total_rupiah) for d in days] == [(2, 2001)] * 3
    assert AuditEntry.objects.filter(action="ledger.close_day").count() == 3
    again = ledger.close_day(day=DAY, at=LATER, by=BY)
    assert again.hash == days[0].hash


def test_a_day_without_transfers_keeps_the_chain_whole() -> None:
    move("kas", "piutang", 1, key="a")
    move("kas", "piutang", 1, key="b", days=2)
    assert closing.close_days(through=date(2026, 11, 26), at=LATER, by=BY) == 3
    assert JournalDay.objects.get(day_date=date(2026, 11, 25)).transfer_count == 0
    assert ledger.check() == ()


def test_an_unfinished_day_or_one_after_an_open_day_is_not_closed() -> None:
    three_days()
    with pytest.raises(UnableToClose, match="belum selesai"):
        ledger.close_day(day=DAY, at=bounds(DAY)[1] - timedelta(microseconds=1), by=BY)
    with pytest.raises(UnableToClose, match="belum ditutup"):
        ledger.close_day(day=date(2026, 11, 25), at=LATER, by=BY)
    ledger.close_day(day=DAY, at=LATER, by=BY)
    with pytest.raises(UnableToClose, match="belum ditutup"):
        ledger.close_day(day=date(2026, 11, 26), at=LATER, by=BY)


def test_a_day_ends_at_the_regions_midnight() -> None:
    begins_at, ends_at = bounds(DAY)
    assert (begins_at.isoformat(), ends_at.isoformat()) == ("2026-11-24T00:00:00+07:00", "2026-11-25T00:00:00+07:00")


def test_a_late_row_is_refused_and_changes_nothing() -> None:
    three_days()
    ledger.close_day(day=DAY, at=LATER, by=BY)
    with pytest.raises(UnableToPost, match="sudah ditutup"):
        move("kas", "piutang", 5, key="late")
    assert ledger.find_group("late") is None


def test_the_printed_journal_hashes_to_what_closed_the_day() -> None:
    three_days()
    closing.close_days(through=date(2026, 11, 25), at=LATER, by=BY)
    for day in JournalDay.objects.all():
        out = StringIO()
        call_command("journal", str(day.day_date), stdout=out)
        assert hashlib.sha256(out.getvalue().encode()).hexdigest() == day.hash


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_transfer SET reference = 'ujj' WHERE key = 'k1.0'",
        "UPDATE ledger_transfer SET happened_at = happened_at + interval '1 microsecond' WHERE key = 'k1.0'",
        "UPDATE ledger_group SET actor_id = '8' WHERE key = 'k1.1'",
        "UPDATE ledger_account SET key = 'kaS' WHERE key = 'kas'",
        "DELETE FROM ledger_transfer WHERE key = 'k1.1'",
        "UPDATE ledger_journalday SET hash = repeat('0', 64) WHERE day_date = '2026-11-25'",
    ],
)
def test_one_changed_byte_is_found_with_its_day(change: str) -> None:
    three_days()
    closing.close_days(through=date(2026, 11, 26), at=LATER, by=BY)
    assert ledger.check() == ()
    tamper(change)
    (chain,) = [sentence for sentence in ledger.check() if sentence.startswith("hash-chain")]
    assert "2026-11-25" in chain


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_what_is_being_posted_and_counts_it() -> None:
    """A payment that began before the day was closed and commits during the closing is inside the day."""
    move("kas", "piutang", 1000, key="first")
    posted, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=_post_slowly, args=(posted, go_on))
    thread.start()
    assert posted.wait(10)
    threading.Timer(0.5, go_on.set).start()
    closed = ledger.close_day(day=DAY, at=LATER, by=BY)
    thread.join()
    assert (closed.transfer_count, ledger.check()) == (2, ())


@pytest.mark.django_db(transaction=True)
def test_closing_gives_up_rather_than_make_payers_wait(monkeypatch) -> None:
    monkeypatch.setattr(closing, "PATIENCE", "200ms")
    move("kas", "piutang", 1000, key="first")
    posted, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=_post_slowly, args=(posted, go_on))
    thread.start()
    assert posted.wait(10)
    with pytest.raises(UnableToClose, match="Masih ada"):
        ledger.close_day(day=DAY, at=LATER, by=BY)
    go_on.set()
    thread.join()
    assert ledger.close_day(day=DAY, at=LATER, by=BY).transfer_count == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_row_would_be_missed(monkeypatch) -> None:
    """Shows the race that standing still stops, and that the check finds what it did."""
    monkeypatch.setattr(closing, "stand_still", lambda: None)
    move("kas", "piutang", 1000, key="first")
    posted, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=_post_slowly, args=(posted, go_on))
    thread.start()
    assert posted.wait(10)
    assert ledger.close_day(day=DAY, at=LATER, by=BY).transfer_count == 1
    go_on.set()
    thread.join()
    assert {sentence.partition(":")[0] for sentence in ledger.check()} == {"closed-days", "hash-chain"}


def _post_slowly(posted: threading.Event, go_on: threading.Event) -> None:
    try:
        ids = open_all()
        line = ledger.Line(debit=ids["kas"], credit=ids["piutang"], amount_rupiah=5, key="slow")
        with transaction.atomic():
            ledger.post(group_key="slow", kind="payment", lines=[line], happened_at=AT, at=AT, by=COLLECTOR)
            posted.set()
            go_on.wait(10)
    finally:
        connection.close()


def test_the_night_closes_checks_and_tells_the_spine() -> None:
    three_days()
    assert ledger.close_and_check(at=LATER, by=BY).faults == ()
    tamper("UPDATE ledger_transfer SET amount_rupiah = 1 WHERE key = 'k1.0'")
    outcome = ledger.close_and_check(at=LATER, by=BY)
    good, bad = Event.objects.filter(kind=ledger.CHECKED).order_by("id")
    assert (good.severity, good.data["days_closed"], good.data["fault_count"], good.data["transfer_count"]) == (
        0,
        3,
        0,
        6,
    )
    assert (bad.severity, bad.data["fault_count"]) == (3, len(outcome.faults))
    assert any("group-totals" in sentence for sentence in bad.data["faults"])
