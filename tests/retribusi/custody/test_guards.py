"""What the database itself refuses, and races: first seen without the guard, then gone with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from tests.retribusi.custody import builders as b
from tidar.common.ids import uuid7
from tidar.retribusi.actions.custody import confirm_handover, declare_handover, deposits, handovers
from tidar.retribusi.models import Deposit, Handover
from tidar.retribusi.rules import accounts as names

SLAMET, TUTI, RINA = b.collector(), b.treasurer(), b.treasurer("rina")


def refused(sql: str, values: list[Any] | None = None) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db
def test_a_deposit_is_never_changed_or_removed() -> None:
    b.taken(50_000, by=SLAMET)
    b.deposited(b.handed_over(50_000, by=SLAMET, to=TUTI), by=TUTI)
    refused("UPDATE retribusi_deposit SET amount_rupiah = amount_rupiah - 1")
    refused("DELETE FROM retribusi_deposit")
    refused("TRUNCATE retribusi_deposit CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("counted_rupiah", 49_000), ("declared_rupiah", 1), ("collector_id", "lain"), ("state", "ditarik"),
        ("treasurer_id", "lain"), ("tbp_number", "TBP/2026/0000009"), ("confirmed_at", b.ago(days=1)),
        ("by_account", {}),
    ],
)  # fmt: skip
def test_a_confirmed_hand_over_never_changes(field, value) -> None:
    b.taken(50_000, by=SLAMET)
    b.handed_over(50_000, by=SLAMET, to=TUTI)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Handover.objects.update(**{field: value})
    refused("DELETE FROM retribusi_handover")


@pytest.mark.django_db
def test_a_hand_over_leaves_no_deposit_for_another() -> None:
    b.taken(90_000, by=SLAMET)
    first, second = (b.handed_over(40_000, by=SLAMET, to=TUTI) for _n in range(2))
    b.deposited(first, by=TUTI)
    other = b.deposited(second, by=TUTI)
    refused("UPDATE retribusi_handover SET deposit_id = NULL WHERE id = %s", [first.id])
    refused("UPDATE retribusi_handover SET deposit_id = %s WHERE id = %s", [other.id, first.id])


@pytest.mark.django_db(transaction=True)
def test_a_deposit_of_less_or_more_than_its_hand_overs_cannot_be_committed() -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(50_000, by=SLAMET, to=TUTI)
    slip = {
        "agency_id": b.AGENCY, "year": 2026, "period_from_date": b.AT.date(), "period_to_date": b.AT.date(),
        "bank_account": "1", "deposited_at": b.AT, "recorded_at": b.AT, "treasurer_id": "tuti", "treasurer_name": "T",
    }  # fmt: skip
    for n, amount in enumerate((49_000, 51_000, 45_000), 1):  # 45.000: "the collector's pay was taken first"
        with pytest.raises(IntegrityError, match="hand-overs were counted"), transaction.atomic():
            made = Deposit.objects.create(id=uuid7(), sequence=n, number=f"S{n}", amount_rupiah=amount, **slip)
            Handover.objects.filter(pk=done.id).update(deposit=made)
    assert Deposit.objects.count() == 0


@pytest.mark.django_db
def test_the_two_people_are_two_and_what_is_confirmed_is_whole() -> None:
    b.taken(50_000, by=SLAMET)
    b.declared(50_000, by=SLAMET)
    whole = {"state": "diterima", "counted_rupiah": 5, "confirmed_at": b.AT, "tbp_number": "T"}
    for treasurer in ("slamet", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            Handover.objects.update(**whole, treasurer_id=treasurer)
    refused("UPDATE retribusi_handover SET state = 'diterima'")


def together(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run acts at the same time, each on its own connection; their results or errors."""
    results: list[Any] = [None] * len(acts)

    def run(n: int) -> None:
        try:
            results[n] = acts[n]()
        except Exception as error:
            results[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@contextmanager
def without_trigger() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE retribusi_handover DISABLE TRIGGER handover_guarded")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE retribusi_handover ENABLE TRIGGER handover_guarded")


def met(read: Callable[..., Any]) -> Callable[..., Any]:
    """`read`, after which everybody waits for the other: the moment in which a race lies."""
    barrier = threading.Barrier(2)

    def reading(*args: Any) -> Any:
        found = read(*args)
        barrier.wait(10)
        return found

    return reading


def unlocked_handovers(wanted: Any) -> list[Handover]:
    return list(Handover.objects.filter(pk__in=wanted).order_by("pk"))


@pytest.mark.django_db(transaction=True)
def test_without_lock_and_trigger_two_sts_take_the_same_hand_over(monkeypatch) -> None:
    b.taken(50_000, by=SLAMET)
    b.taken(50_000, by=SLAMET)
    done, _other = (b.handed_over(50_000, by=SLAMET, to=TUTI) for _n in range(2))
    b.deposited(_other, by=TUTI, id=uuid7())
    b.taken(50_000, by=SLAMET)
    b.handed_over(50_000, by=SLAMET, to=TUTI)  # there is enough cash for a second deposit of the first
    monkeypatch.setattr(deposits, "_locked", met(unlocked_handovers))
    with without_trigger():
        together([lambda who=who: b.deposited(done, by=who) for who in (TUTI, RINA)])
    assert b.balance(names.RKUD) == 150_000  # 50.000 of it twice: the race
    assert Deposit.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_sts_one_takes_the_hand_over() -> None:
    b.taken(150_000, by=SLAMET)
    done, _other = (b.handed_over(50_000, by=SLAMET, to=TUTI) for _n in range(2))
    results = together([lambda who=who: b.deposited(done, by=who) for who in (TUTI, RINA) for _n in range(3)])
    made = [one for one in results if not isinstance(one, Exception)]
    refusals = {str(one) for one in results if isinstance(one, Exception)}
    assert (len(made), Deposit.objects.count(), b.balance(names.RKUD), b.purse()) == (1, 1, 50_000, 50_000)
    assert refusals == {"TBP/2026/0000001 sudah masuk STS lain."}


def unlocked_handover(handover_id: Any) -> Handover:
    return Handover.objects.get(pk=handover_id)


@pytest.mark.django_db(transaction=True)
def test_without_lock_the_second_treasurer_overwrites_or_meets_an_error(monkeypatch) -> None:
    b.taken(50_000, by=SLAMET)
    made = b.declared(50_000, by=SLAMET)
    monkeypatch.setattr(handovers, "_locked", met(unlocked_handover))
    with without_trigger():
        results = together(
            [lambda who=who: confirm_handover(handover_id=made.id, counted_rupiah=50_000, by=who, at=b.AT)
             for who in (TUTI, RINA)]
        )  # fmt: skip
    assert [one for one in results if isinstance(one, Exception) or not one.is_new] != [] or b.purse() != 50_000
    assert all(isinstance(one, Exception) or one.is_new for one in results)  # nobody was told "already received"


@pytest.mark.django_db(transaction=True)
def test_of_two_treasurers_one_receives_and_the_other_hears_the_same_answer() -> None:
    b.taken(50_000, by=SLAMET)
    made = b.declared(50_000, by=SLAMET)
    acts = [lambda who=who: confirm_handover(handover_id=made.id, counted_rupiah=50_000, by=who, at=b.AT)
            for who in (TUTI, RINA) for _n in range(3)]  # fmt: skip
    results = together(acts)
    assert sorted(one.is_new for one in results) == [False] * 5 + [True]
    assert {one.tbp_number for one in results} == {"TBP/2026/0000001"}
    assert (b.bag(SLAMET), b.purse()) == (0, 50_000)


@pytest.mark.django_db(transaction=True)
def test_a_declaration_sent_many_times_at_once_is_one() -> None:
    b.taken(50_000, by=SLAMET)
    one = uuid7()
    send = lambda: declare_handover(  # noqa: E731
        id=one, collector_id="slamet", declared_rupiah=50_000, happened_at=b.AT, by=SLAMET, at=b.AT
    )
    results = together([send] * 6)
    assert sorted(found.is_new for found in results) == [False] * 5 + [True]
    assert Handover.objects.count() == 1
