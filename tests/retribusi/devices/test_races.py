"""The same batch from two tabs, and a thousand times: one answer, one receipt. First without the guard, to see it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from tests.retribusi.devices.builders import EVENING, actor_of, collector, posted, registered, sale, send, user
from tests.retribusi.devices.signing import Phone, numbered
from tests.retribusi.paying.builders import occupancy, skrd
from tidar.retribusi.actions import device_records, device_store, syncing
from tidar.retribusi.models import Device, DeviceRecord, Payment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run in threads with their own connections; what they answered, or the exception."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def meet(monkeypatch) -> None:
    """Two senders wait for each other after both have looked whether the record is here."""
    barrier, booked = threading.Barrier(2), device_records._booked

    def slowly(*args: Any) -> Any:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1.5)
        return booked(*args)

    monkeypatch.setattr(device_records, "_booked", slowly)


@pytest.fixture
def two_tabs():
    who, holder = collector(), occupancy()
    skrd(holder, [3_000])
    record = sale(who, holder, 3_000)
    return who, [lambda: send(who, record), lambda: send(who, record)]


def test_without_the_guard_one_tab_breaks(two_tabs, meet, monkeypatch) -> None:
    monkeypatch.setattr(device_store, "LOCK_SQL", device_store.LOCK_SQL.replace("FOR NO KEY UPDATE", ""))
    who, tabs = two_tabs
    answers = together(*tabs)
    assert [type(one) for one in answers].count(IntegrityError) == 1
    assert who.bag == 3_000  # the constraints hold the money even so


def test_two_tabs_get_the_same_answer(two_tabs, meet) -> None:
    who, tabs = two_tabs
    first, second = together(*tabs)
    assert first.results == second.results
    assert [one.state for one in first.results] == ["dibukukan"]
    assert (who.bag, Payment.objects.count(), DeviceRecord.objects.count()) == (3_000, 1, 1)


def test_two_contents_under_one_number_are_both_booked_and_one_is_held(meet) -> None:
    who, holder = collector(), occupancy()
    first = who.phone.record(occupancy=holder.pk, stall=holder.levy_object.qr_code, amount=1_000)
    records = [who.phone.signed(first), who.phone.signed(first | {"amount": 2_000})]
    answers = together(*[lambda record=record: send(who, record) for record in records])
    assert sorted(one.state for answer in answers for one in answer.results) == ["dibukukan", "ditahan"]
    assert who.bag == posted() == 3_000


@pytest.mark.slow
def test_a_thousand_replays_make_one_receipt(monkeypatch) -> None:
    monkeypatch.setattr(syncing, "PER_MINUTE", 10_000)
    who, holder = collector(), occupancy()
    skrd(holder, [3_000])
    records = [sale(who, holder, 1_000), sale(who, holder, 2_500)]

    def replay() -> set[str]:
        return {repr(send(who, *records).results) for _ in range(125)}

    answers = together(*[replay] * 8)
    assert len(set.union(*answers)) == 1
    assert (who.bag, Payment.objects.count(), DeviceRecord.objects.count()) == (3_500, 2, 2)


def test_what_breaks_in_the_middle_keeps_what_was_taken_and_the_rest_comes_again(monkeypatch) -> None:
    who, holder = collector(), occupancy()
    records = [sale(who, holder, 1_000) for _ in range(5)]
    booked, left = device_records._booked, [2]

    def breaking(*args: Any) -> Any:
        left[0] -= 1
        outcome = booked(*args)
        if left[0] < 0:
            raise ConnectionError("power cut")  # after the money was posted, before the record was kept
        return outcome

    monkeypatch.setattr(device_records, "_booked", breaking)
    with pytest.raises(ConnectionError):
        send(who, *records)
    assert (who.bag, DeviceRecord.objects.count()) == (2_000, 2)
    monkeypatch.setattr(device_records, "_booked", booked)
    answer = send(who, *records)
    assert {one.state for one in answer.results} == {"dibukukan"}
    assert (who.bag, Payment.objects.count(), answer.missing) == (5_000, 5, ())


def test_the_limit_of_batches_is_exact_over_processes() -> None:
    who = collector()
    record = sale(who, occupancy(), 1_000)

    def hurry() -> int:
        refused = 0
        for _ in range(20):
            try:
                send(who, record)
            except syncing.UnableToHurry:
                refused += 1
        return refused

    assert sum(together(*[hurry] * 4)) == 80 - syncing.PER_MINUTE
    assert send(who, record, at=EVENING + timedelta(minutes=1)).held == 1


def test_codes_are_given_once() -> None:
    people = [user(f"pungut-{n}", "collector") for n in range(6)]
    phones = [Phone(seed=bytes([n + 1]) * 32, device=numbered(n + 1)) for n in range(6)]
    assert actor_of(people[0]).may("levies.collect")
    made = together(*[lambda n=n: registered(people[n], phones[n]) for n in range(6)])
    assert sorted(one.code for one in made) == ["K01", "K02", "K03", "K04", "K05", "K06"]
    assert Device.objects.count() == 6


def test_more_records_make_no_more_work_for_the_orm() -> None:
    """Of a plain receipt each record costs its own prepared statements and nothing that is made anew."""
    who, holder = collector(), occupancy()
    skrd(holder, [3_000] * 20)
    send(who, sale(who, holder, 3_000))

    def asked(many: int) -> int:
        records = [sale(who, holder, 3_000) for _ in range(many)]
        with CaptureQueriesContext(connection) as seen:
            send(who, *records)
        return sum(1 for query in seen if query["sql"] not in ("BEGIN", "COMMIT"))

    assert asked(2) == asked(12)
    assert who.bag == 15 * 3_000
