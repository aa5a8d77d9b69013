"""Posting: append-only for every role, once for each key, all or nothing, whole positive rupiah."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.ledger.builders import AT, COLLECTOR, move, open_all
from tidar.common.errors import UnableToAgree
from tidar.ledger import api as ledger
from tidar.ledger.api import Line, NewAccount, UnableToPost
from tidar.ledger.models import Account, Group, Transfer

pytestmark = pytest.mark.django_db


def execute(sql: str, values: list[object] | None = None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def post(*lines: Line, key: str = "act") -> object:
    with transaction.atomic():
        return ledger.post(group_key=key, kind="payment", lines=lines, happened_at=AT, at=AT, by=COLLECTOR)


def test_an_act_is_kept_whole_with_who_and_when() -> None:
    ids = open_all()
    lines = [Line(ids["kas"], ids["piutang"], 3000, "a/1", "skrd:1"), Line(ids["kas"], ids["titipan"], 500, "a/2")]
    group_id = post(*lines)
    group = ledger.find_group("act")
    assert group is not None
    assert (group.id, group.total_rupiah, group.actor_id, group.happened_at) == (group_id, 3500, "7", AT)
    assert [(t.debit, t.credit, t.amount_rupiah) for t in group.transfers] == [
        ("kas", "piutang", 3000),
        ("kas", "titipan", 500),
    ]


@pytest.mark.parametrize("table", ["transfer", "group", "journalday"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET total_rupiah = 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_is_changed_or_removed_even_by_the_applications_own_role(table: str, sql: str) -> None:
    move("kas", "piutang", 3000, key="k")
    column = "amount_rupiah" if table == "transfer" else "total_rupiah"
    with pytest.raises(IntegrityError, match="append-only"):
        execute(sql.format(f"ledger_{table}").replace("total_rupiah", column))


@pytest.mark.parametrize("change", [{"key": "x"}, {"kind": "expense"}, {"code": "9"}, {"id": 10**6}], ids=str)
def test_an_account_keeps_key_kind_and_code(change: dict[str, object]) -> None:
    open_all()
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Account.objects.filter(key="kas").update(**change)
    Account.objects.filter(key="kas").update(title="Kas kecil")
    assert Account.objects.get(key="kas").title == "Kas kecil"


@pytest.mark.parametrize("sql", ["DELETE FROM ledger_account", "TRUNCATE ledger_account CASCADE"])
def test_an_account_is_never_removed(sql: str) -> None:
    open_all()
    with pytest.raises(IntegrityError, match="append-only"):
        execute(sql)


def test_the_same_act_twice_is_one_act() -> None:
    assert move("kas", "piutang", 3000, key="k") == move("kas", "piutang", 3000, key="k")
    assert Transfer.objects.count() == Group.objects.count() == 1


@pytest.mark.parametrize(
    ("debit", "amount", "days", "kind"),
    [("kas", 3001, 0, "payment"), ("titipan", 3000, 0, "payment"), ("kas", 3000, 1, "payment"), ("kas", 3000, 0, "x")],
)
def test_the_same_key_with_other_content_is_refused(debit: str, amount: int, days: int, kind: str) -> None:
    move("kas", "piutang", 3000, key="k")
    with pytest.raises(UnableToAgree, match="sudah dipakai"):
        move(debit, "piutang", amount, key="k", days=days, kind=kind)
    assert ledger.balance("kas") == 3000


def test_a_transfers_key_in_another_act_is_refused() -> None:
    ids = open_all()
    post(Line(ids["kas"], ids["piutang"], 3000, "same"), key="one")
    with pytest.raises(UnableToAgree, match="Kunci transfer"):
        post(Line(ids["kas"], ids["piutang"], 3000, "same"), key="two")
    assert Group.objects.count() == 1


@pytest.mark.parametrize("amount", [0, -1, 2.5, "3000", True, None, 2**63])
def test_only_positive_whole_rupiah_move(amount: object) -> None:
    ids = open_all()
    with pytest.raises(UnableToPost, match="Jumlah"):
        post(Line(ids["kas"], ids["piutang"], amount, "a"))  # type: ignore[arg-type]
    assert not Transfer.objects.exists()


def test_an_act_needs_transfers_two_accounts_and_own_keys() -> None:
    ids = open_all()
    for lines in (
        [],
        [Line(ids["kas"], ids["kas"], 1, "a")],
        [Line(ids["kas"], ids["piutang"], 1, "a"), Line(ids["piutang"], ids["kas"], 1, "a")],
        [Line(ids["kas"], ids["piutang"], 1, "")],
        [Line(ids["kas"], ids["piutang"], 1, "a" * 121)],
    ):
        with pytest.raises(UnableToPost):
            post(*lines)
    assert not Group.objects.exists()


def test_an_account_that_does_not_exist_takes_no_money() -> None:
    ids = open_all()
    with pytest.raises(UnableToPost, match="tidak ada"):
        post(Line(ids["kas"], 999_999, 1, "a"))
    assert not Group.objects.exists()


@pytest.mark.parametrize(("amounts", "credits"), [("{0}", "{2}"), ("{-5}", "{2}"), ("{NULL}", "{2}"), ("{}", "{}")])
def test_the_sql_function_refuses_what_is_not_positive(amounts: str, credits: str) -> None:
    sql = "SELECT ledger_post(gen_random_uuid(), 'k', 'x', now(), now(), 'user', '7', '{k}', '{1}', %s, %s, '{}')"
    with pytest.raises(IntegrityError, match=r"positive|no transfers"):
        execute(sql, [credits, amounts])


def test_a_transfer_without_its_group_is_refused() -> None:
    ids = open_all()
    with pytest.raises(IntegrityError, match="without its accounts or group"):
        execute(
            "INSERT INTO ledger_transfer (group_id, key, debit_id, credit_id, amount_rupiah, happened_at, recorded_at,"
            " reference) VALUES (gen_random_uuid(), 'alone', %s, %s, 1, now(), now(), '')",
            [ids["kas"], ids["piutang"]],
        )


@pytest.mark.django_db(transaction=True)
def test_posting_belongs_in_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        ledger.post(group_key="k", kind="x", lines=[], happened_at=AT, at=AT, by=COLLECTOR)


def test_accounts_open_once_and_keep_what_they_are() -> None:
    first = open_all()
    assert open_all() == first
    with pytest.raises(UnableToAgree, match="jenis atau kode"):
        ledger.open_accounts([NewAccount(key="kas", kind="liability", title="Kas")], at=AT)
    with pytest.raises(ledger.UnableToOpen):
        ledger.open_account(key="", kind="asset", title="Tanpa nama", at=AT)


def staged(*amounts: int) -> None:
    ids = open_all()
    ledger.stage()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_staged")
        rows = [(f"s{n}", ids["piutang"], ids["pendapatan"], amount) for n, amount in enumerate(amounts)]
        cursor.executemany(
            "INSERT INTO ledger_staged (key, debit_id, credit_id, amount_rupiah) VALUES (%s, %s, %s, %s)", rows
        )


def post_staged() -> int:
    with transaction.atomic():
        return ledger.post_staged(group_key="run", kind="skrd.issued", happened_at=AT, at=AT, by=COLLECTOR)


def test_staged_rows_become_one_group_once() -> None:
    staged(1000, 2000, 3000)
    assert post_staged() == 3
    staged(1000, 2000, 3000)
    assert post_staged() == 3
    assert (ledger.balance("piutang"), ledger.balance("pendapatan"), Group.objects.count()) == (6000, 6000, 1)


@pytest.mark.parametrize("amounts", [(1000,), (1000, 2001), (1000, 2000, 3000)])
def test_staged_rows_that_differ_are_refused(amounts: tuple[int, ...]) -> None:
    staged(1000, 2000)
    post_staged()
    staged(*amounts)
    with pytest.raises(UnableToAgree):
        post_staged()
    assert ledger.balance("piutang") == 3000


@pytest.mark.parametrize("amounts", [(), (0,), (1000, -1)])
def test_staged_rows_must_be_money(amounts: tuple[int, ...]) -> None:
    staged(*amounts)
    with pytest.raises((UnableToPost, DatabaseError)):
        post_staged()
    assert not Group.objects.exists()
