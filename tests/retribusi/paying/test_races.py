"""Many at once, over real connections. Each race is shown first, without the guard; with the guard it is gone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests.retribusi.paying.builders import AT, BY, KIND, actor, new, occupancy, pay, skrd
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.retribusi.actions.cases import UnableToSettle, settle_case
from tidar.retribusi.actions.paying import (
    Receipt,
    UnableToReversePayment,
    record_payment,
    reverse_payment,
    use_advances,
)
from tidar.retribusi.models import Allocation, Case, Payment
from tidar.retribusi.queries.checking import check
from tidar.retribusi.rules import accounts as names

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TREASURER = actor("levies.treasury", id="tri")


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Results (or errors) of works that begin together, each on its own connection."""
    barrier = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return work()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def source_of(function: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        return cursor.fetchone()[0]


@contextmanager
def without_guard(function: str, guard: str, instead: str) -> Iterator[None]:
    """The function without its lock, waiting a moment where the lock would have held others back; the trigger that
    would catch the race afterwards is off too."""
    whole = source_of(function)
    assert re.search(guard, whole)
    with connection.cursor() as cursor:
        cursor.execute(re.sub(guard, instead, whole))
        cursor.execute("ALTER TABLE retribusi_allocation DISABLE TRIGGER allocation_fits")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(whole)
            cursor.execute("ALTER TABLE retribusi_allocation ENABLE TRIGGER allocation_fits")


def slow_ledger() -> str:
    """`ledger_post` that begins late, so that two payments are always between reading and writing at once."""
    return source_of("ledger_post").replace("\nBEGIN", "\nBEGIN\n    PERFORM pg_sleep(0.3);", 1)


@pytest.fixture
def late() -> Iterator[None]:
    whole = source_of("ledger_post")
    with connection.cursor() as cursor:
        cursor.execute(slow_ledger())
    yield
    with connection.cursor() as cursor:
        cursor.execute(whole)


def _two_payments_of_one_bill() -> tuple[int, list[Exception]]:
    """What two collectors' payments together gave to one bill of Rp3.000, and what failed."""
    holder = occupancy()
    (bill,) = skrd(holder, [3000])
    pay(holder, 1)  # accounts are there
    payments = [new(holder, 2999), new(holder, 2999)]
    results = at_once(*(lambda p=p: record_payment(payment=p, by=BY, at=AT) for p in payments))
    given = sum(Allocation.objects.filter(assessment=bill).values_list("amount_rupiah", flat=True))
    return given, [r for r in results if not isinstance(r, Receipt)]


def test_without_the_lock_one_bill_is_paid_twice(late) -> None:
    with without_guard("retribusi_pay", r"FOR NO KEY UPDATE OF o;", ";"):
        assert _two_payments_of_one_bill() == (1 + 2 * 2999, [])
    assert any(fault.startswith("over-allocated") for fault in check())


def test_with_the_lock_the_second_payment_is_a_surplus(late) -> None:
    assert _two_payments_of_one_bill() == (3000, [])
    assert Case.objects.get().held_rupiah == 2999
    assert check() == ()


def test_without_the_lock_the_trigger_still_refuses_the_second(late) -> None:
    whole = source_of("retribusi_pay")
    with connection.cursor() as cursor:
        cursor.execute(whole.replace("FOR NO KEY UPDATE OF o;", ";"))
    try:
        given, (error,) = _two_payments_of_one_bill()
        assert given == 3000
        assert "above its amount" in str(error)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(whole)


def _two_uses_of_one_advance() -> int:
    """The advance of Rp3.000 that two stalls of one payer draw on at once."""
    first = occupancy()
    second = occupancy(first.payer)
    pay(first, 3000, surplus="advance")
    skrd(first, [3000])
    skrd(second, [3000])
    at_once(*(lambda k=k: use_advances(occupancy_ids=[k], by=BY, at=AT) for k in (first.pk, second.pk)))
    return ledger.balance(names.advance_key(KIND, first.payer.npwrd))


def test_without_the_lock_an_advance_is_used_twice(late) -> None:
    with without_guard("retribusi_use_advance", r"ORDER BY o\.id FOR NO KEY UPDATE", "ORDER BY o.id"):
        assert _two_uses_of_one_advance() == -3000
    assert any(fault.startswith("advances") for fault in check())


def test_with_the_lock_an_advance_is_used_once(late) -> None:
    assert _two_uses_of_one_advance() == 0
    assert check() == ()


def test_two_people_settle_one_case_once() -> None:
    pay(None, 7000)
    case = Case.objects.get().pk

    def settle() -> Any:
        return settle_case(case_id=case, decision="kembalikan", note="x", by=TREASURER, at=AT)

    results = at_once(*[settle] * 4)
    assert sum(isinstance(r, UnableToSettle) for r in results) == 3
    assert check() == ()


def test_two_people_take_one_payment_back_once() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 3000)

    def reverse() -> Any:
        return reverse_payment(payment_id=receipt.payment_id, reason="salah", by=TREASURER, at=AT)

    results = at_once(*[reverse] * 4)
    assert sum(isinstance(r, UnableToReversePayment) for r in results) == 3, results
    assert Payment.objects.filter(reverses__isnull=False).count() == 1
    assert check() == ()


def test_paying_and_taking_back_at_once_leave_what_is_owed_right() -> None:
    holder = occupancy()
    skrd(holder, [3000])
    receipt = pay(holder, 3000)
    at_once(
        lambda: reverse_payment(payment_id=receipt.payment_id, reason="salah", by=TREASURER, at=AT),
        lambda: pay(holder, 3000),
    )
    assert check() == ()
    assert ledger.check() == ()


def test_a_thousand_submissions_of_one_payment_are_one_receipt() -> None:
    holder = occupancy()
    skrd(holder, [3000, 3000])
    payment = new(holder, 5000)
    todo = iter(range(1000))
    lock, receipts = threading.Lock(), []

    def submit() -> None:
        while True:
            with lock:
                if next(todo, None) is None:
                    return
            receipt = record_payment(payment=payment, by=BY, at=AT)
            with lock:
                receipts.append(receipt)

    assert at_once(*[submit] * 16) == [None] * 16
    assert len(receipts) == 1000
    assert {(r.payment_id, r.number, r.allocated, r.suspense_rupiah) for r in receipts} == {
        (payment.id, payment.receipt_number, receipts[0].allocated, 0)
    }
    assert sum(r.is_new for r in receipts) == 1
    assert Payment.objects.count() == Event.objects.filter(kind="levy.paid").count() == 1
    assert ledger.balance(names.collector_cash_key("budi")) == 5000
    assert check() == ()


def test_an_unknown_payer_submitted_at_once_is_one_case() -> None:
    payment = new(None, 5000, channel="qris", cash_account_key=names.channel_cash_key("palsu"))
    results = at_once(*[lambda: record_payment(payment=payment, by=BY, at=AT)] * 8)
    assert [r.is_new for r in results].count(True) == 1
    assert Case.objects.count() == 1
    with transaction.atomic():
        assert check() == ()
