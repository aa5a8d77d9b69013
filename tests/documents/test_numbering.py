"""Series without gaps: under concurrency, under rollback, and what happens without the lock."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from tidar.documents.actions.numbering import UnableToNumber, take_numbers
from tidar.documents.models import Series

WRITERS, ROUNDS = 8, 20


class _Undo(Exception):
    pass


def together(work: Callable[[int], None]) -> None:
    """Run `work(n)` in `WRITERS` threads at once and wait for all; the first failure is raised."""
    start, failures = threading.Barrier(WRITERS), []

    def run(number: int) -> None:
        try:
            start.wait()
            work(number)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[n]) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def race() -> list[int]:
    """Every writer takes a few numbers often; a third of the transactions are undone. Returns what was kept."""
    kept: list[int] = []

    def write(number: int) -> None:
        chance = random.Random(number)
        for _ in range(ROUNDS):
            count, undone = chance.randint(1, 4), chance.random() < 0.33
            try:
                with transaction.atomic():
                    first = take_numbers("UJI", 2026, count)
                    if undone:
                        raise _Undo
                kept.extend(range(first, first + count))  # after commit: this is what the world has seen
            except _Undo:
                pass

    together(write)
    return sorted(kept)


@pytest.mark.django_db(transaction=True)
def test_numbers_have_neither_gaps_nor_doubles_under_concurrency_and_rollback() -> None:
    kept = race()
    assert kept == list(range(1, len(kept) + 1)) and len(kept) > WRITERS * ROUNDS
    assert Series.objects.get().last == len(kept)


def read_then_write(series: str, year: int, count: int) -> int:
    """The guard removed: the row is read without being locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last FROM documents_series WHERE code = %s AND year = %s", [series, year])
        (last,) = cursor.fetchone()
        time.sleep(0.002)
        cursor.execute("UPDATE documents_series SET last = greatest(last, %s) WHERE code = %s", [last + count, series])
    return int(last) + 1


def from_a_sequence(series: str, year: int, count: int) -> int:
    """The other usual shortcut: a sequence, whose numbers a rollback does not give back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('unlocked') FROM generate_series(1, %s)", [count])
        return int(cursor.fetchall()[0][0])


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_numbers_double(monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        take_numbers("UJI", 2026, 1)
    monkeypatch.setitem(globals(), "take_numbers", read_then_write)
    kept = race()
    assert len(set(kept)) < len(kept)


@pytest.mark.django_db(transaction=True)
def test_with_a_sequence_numbers_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE unlocked")
    monkeypatch.setitem(globals(), "take_numbers", from_a_sequence)
    try:
        kept = race()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE unlocked")
    assert set(kept) < set(range(1, max(kept) + 1))


@pytest.mark.django_db(transaction=True)
def test_a_later_taker_waits_for_the_earlier_one() -> None:
    taken, order = threading.Event(), []

    def second() -> None:
        taken.wait()
        with transaction.atomic():
            order.append(("second", take_numbers("UJI", 2026, 1)))
        connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with pytest.raises(_Undo), transaction.atomic():
        assert take_numbers("UJI", 2026, 5) == 1
        taken.set()
        thread.join(timeout=0.3)
        assert thread.is_alive()  # held back by the series row
        raise _Undo
    thread.join()
    assert order == [("second", 1)]  # the five numbers came back


@pytest.mark.django_db
def test_series_and_years_count_by_themselves() -> None:
    assert [take_numbers("A", 2026, 3), take_numbers("A", 2026, 2), take_numbers("A", 2027, 1)] == [1, 4, 1]
    assert take_numbers("B", 2026, 1) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("series", "count"), [("A", 0), ("A", -2), ("", 1), ("x" * 21, 1)])
def test_senseless_requests_are_refused(series: str, count: int) -> None:
    with pytest.raises(UnableToNumber):
        take_numbers(series, 2026, count)
    assert not Series.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_numbers_are_only_taken_inside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        take_numbers("A", 2026, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_series SET last = last - 1",
        "UPDATE documents_series SET code = 'B'",
        "UPDATE documents_series SET year = 2027",
        "DELETE FROM documents_series",
        "TRUNCATE documents_series",
    ],
)
def test_a_series_only_rises(statement: str) -> None:
    take_numbers("A", 2026, 2)
    with (
        pytest.raises(IntegrityError, match=r"only rises|append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert take_numbers("A", 2026, 1) == 3
