"""Corrections: an exact mirror that names what it reverses, once, whoever asks at the same time."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from tests.ledger.builders import AT, COLLECTOR, move, open_all
from tidar.common.errors import UnableToFind
from tidar.ledger import api as ledger
from tidar.ledger.api import Line, UnableToPost, UnableToReverse
from tidar.ledger.models import Transfer

pytestmark = pytest.mark.django_db


def reverse(key: str = "k", by_key: str = "batal:1") -> object:
    with transaction.atomic():
        return ledger.reverse_group(
            group_key=key, by_key=by_key, happened_at=AT, at=AT, by=COLLECTOR, reason="salah catat"
        )


def two_transfers() -> None:
    ids = open_all()
    lines = [Line(ids["kas"], ids["piutang"], 3000, "k/1", "skrd:1"), Line(ids["kas"], ids["titipan"], 500, "k/2")]
    with transaction.atomic():
        ledger.post(group_key="k", kind="payment", lines=lines, happened_at=AT, at=AT, by=COLLECTOR)


def test_every_transfer_of_the_act_is_mirrored_and_named() -> None:
    two_transfers()
    reverse()
    group = ledger.find_group("batal:1")
    assert group is not None
    assert [(t.debit, t.credit, t.amount_rupiah, t.reverses) for t in group.transfers] == [
        ("piutang", "kas", 3000, "k/1"),
        ("titipan", "kas", 500, "k/2"),
    ]
    assert (group.kind, group.reason, group.actor_id) == ("reversal", "salah catat", "7")
    assert ledger.balances(["kas", "piutang", "titipan"]) == {"kas": 0, "piutang": 0, "titipan": 0}
    original = ledger.find_group("k")
    assert original is not None
    assert [t.reversed_by for t in original.transfers] == ["batal:1/1", "batal:1/2"]


def test_the_same_reversal_twice_is_one_and_another_is_refused() -> None:
    two_transfers()
    assert reverse() == reverse()
    with pytest.raises(UnableToReverse, match="sudah dibatalkan"):
        reverse(by_key="batal:2")
    assert Transfer.objects.count() == 4


def test_a_reversal_is_never_reversed() -> None:
    two_transfers()
    reverse()
    with pytest.raises(UnableToReverse, match="tidak dapat dibatalkan"):
        reverse("batal:1", "batal:2")


def test_one_transfer_of_an_act_can_be_reversed_and_then_not_the_whole_act() -> None:
    two_transfers()
    facts = {"happened_at": AT, "at": AT, "by": COLLECTOR, "reason": "salah titipan"}
    with transaction.atomic():
        first = ledger.reverse_transfer(transfer_key="k/2", by_key="batal:t", **facts)
        assert ledger.reverse_transfer(transfer_key="k/2", by_key="batal:t", **facts) == first
    assert (ledger.balance("titipan"), ledger.balance("kas")) == (0, 3000)
    with pytest.raises(UnableToReverse):
        reverse()
    assert ledger.balance("kas") == 3000


def test_what_is_not_there_is_not_reversed() -> None:
    with pytest.raises(UnableToFind):
        reverse("no such act")
    with pytest.raises(UnableToFind), transaction.atomic():
        ledger.reverse_transfer(transfer_key="no", by_key="x", happened_at=AT, at=AT, by=COLLECTOR, reason="")
    two_transfers()
    with pytest.raises(UnableToPost, match="Kunci"):
        reverse(by_key="x" * 111)


@pytest.mark.parametrize("change", ["amount_rupiah = 2999", "debit_id = titipan", "reverses_id = 999999"])
def test_the_database_demands_an_exact_mirror(change: str) -> None:
    move("kas", "piutang", 3000, key="k")
    ids, original = open_all(), Transfer.objects.get()
    values = {"debit_id": ids["piutang"], "credit_id": ids["kas"], "amount_rupiah": 3000, "reverses_id": original.pk}
    column, _equals, value = change.split()
    values[column] = ids.get(value) or int(value)
    with pytest.raises(IntegrityError, match="mirrors exactly"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_post(gen_random_uuid(), 'r', 'reversal', now(), now(), 'user', '7', '{r}', %s, %s, %s, '{}',"
            " '', %s)",
            [[values[name]] for name in ("debit_id", "credit_id", "amount_rupiah", "reverses_id")],
        )


def reverse_at_once(*by_keys: str) -> list[str]:
    """Reverse the act "k" from several connections at the same moment; what each said."""
    said: list[str] = []
    ready = threading.Barrier(len(by_keys))

    def work(by_key: str) -> None:
        try:
            ready.wait(10)
            reverse(by_key=by_key)
            said.append("reversed")
        except UnableToReverse as error:
            said.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(by_key,)) for by_key in by_keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


KEYS = tuple(f"batal:{n}" for n in range(6))


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_several_reverse_at_once() -> None:
    """Shows the race that the unique index stops."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX transfer_reversed_once")
    try:
        for attempt in range(20):
            move("kas", "piutang", 3000, key=f"k{attempt}")
            if _raced(f"k{attempt}", [f"{attempt}:{key}" for key in KEYS]) > 1:
                return
        pytest.fail("the race was not seen without the guard")
    finally:
        _forget_and_guard()


def _raced(key: str, by_keys: list[str]) -> int:
    threads = [threading.Thread(target=_quietly, args=(key, by_key)) for by_key in by_keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Transfer.objects.filter(reverses__key=key).count()


def _quietly(key: str, by_key: str) -> None:
    try:
        reverse(key, by_key)
    except UnableToReverse:
        pass
    finally:
        connection.close()


def _forget_and_guard() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE ledger_transfer, ledger_group CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(
            "CREATE UNIQUE INDEX transfer_reversed_once ON ledger_transfer (reverses_id) WHERE reverses_id IS NOT NULL"
        )


@pytest.mark.django_db(transaction=True)
def test_with_the_guard_exactly_one_reverses() -> None:
    move("kas", "piutang", 3000, key="k")
    assert reverse_at_once(*KEYS) == ["UnableToReverse"] * 5 + ["reversed"]
    assert ledger.balance("kas") == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_reversal_at_once_is_one() -> None:
    move("kas", "piutang", 3000, key="k")
    assert reverse_at_once(*["batal:1"] * 6) == ["reversed"] * 6
    assert Transfer.objects.count() == 2
