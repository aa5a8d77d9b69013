"""Balances: checkpoint plus tail equals a naive model, statements page by key, and no whole table is read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.ledger.builders import AT, COLLECTOR, move, open_all
from tidar.common.errors import UnableToFind
from tidar.ledger import api as ledger
from tidar.ledger.models import Checkpoint
from tidar.ledger.queries.balances import NOW_SQL, UNTIL_SQL
from tidar.ledger.queries.statements import STATEMENT_SQL

NAMES = ("kas", "piutang", "pendapatan", "titipan")


def test_each_kind_counts_in_its_own_sense(db) -> None:
    move("piutang", "pendapatan", 5000, key="skrd")
    move("kas", "piutang", 3000, key="bayar")
    assert ledger.balances(NAMES) == {"piutang": 2000, "pendapatan": 5000, "kas": 3000}
    with pytest.raises(UnableToFind):
        ledger.balance("tidak-ada")


def test_a_balance_until_a_moment_counts_what_happened_before(db) -> None:
    for day in range(4):
        move("kas", "piutang", 1000, key=f"k{day}", days=day)
    ledger.checkpoint(at=AT + timedelta(days=4), tail=1)
    move("kas", "piutang", 50, key="late", days=1)
    assert [ledger.balance("kas", until=AT + timedelta(days=n)) for n in range(5)] == [0, 1000, 2050, 3050, 4050]


def test_a_statement_goes_on_where_it_ended(db) -> None:
    for n in range(1, 6):
        move("kas", "piutang", n, key=f"in{n}")
        move("titipan", "kas", 10 * n, key=f"out{n}")
    seen, after = [], 0
    while page := ledger.statement("kas", after_id=after, limit=3):
        assert len(page) <= 3
        seen += [(e.debit_rupiah, e.credit_rupiah, e.other) for e in page]
        after = page[-1].id
    assert seen == [pair for n in range(1, 6) for pair in ((n, 0, "piutang"), (0, 10 * n, "titipan"))]
    assert ledger.statement("tidak-ada") == ()


def test_a_checkpoint_is_made_only_for_accounts_that_moved_enough(db) -> None:
    for n in range(3):
        move("kas", "piutang", 1, key=f"k{n}")
    move("kas", "titipan", 1, key="t")
    assert ledger.checkpoint(at=AT, tail=4) == 1
    assert ledger.checkpoint(at=AT, tail=4) == 0
    assert ledger.checkpoint(at=AT, tail=1) == 2  # the two others; nothing new came to the first
    assert Checkpoint.objects.get(account__key="kas").debit_rupiah == 4


def _fill(bills: int, payers: int) -> None:
    """A city's ledger in small: bills of many payers, each paid into one cash account."""
    ids = open_all("kas", "pendapatan", *(f"piutang:{n}" for n in range(payers)))
    first = min(ids[f"piutang:{n}"] for n in range(payers))
    ledger.stage()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_staged SELECT kind || n,
                   CASE kind WHEN 'skrd' THEN %(first)s + n %% %(payers)s ELSE %(kas)s END,
                   CASE kind WHEN 'skrd' THEN %(pendapatan)s ELSE %(first)s + n %% %(payers)s END, 1 + n %% 7, ''
               FROM generate_series(1, %(bills)s) n, unnest(ARRAY['skrd', 'bayar']) AS kind""",
            {"first": first, "payers": payers, "bills": bills, **ids},
        )
        ledger.post_staged(group_key="fill", kind="x", happened_at=AT, at=AT, by=COLLECTOR)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_transfer, ledger_account, ledger_checkpoint")


def _nodes(sql: str, values: dict[str, object]) -> list[tuple[str, str, int]]:
    """Every node of the executed plan: its type, its table and how many rows it read."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, values)
        row = cursor.fetchone()
    stack, found = [(row[0] if isinstance(row[0], list) else json.loads(row[0]))[0]["Plan"]], []
    while stack:
        plan = stack.pop()
        rows = plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0)
        found.append((plan["Node Type"], plan.get("Relation Name", ""), rows))
        stack += plan.get("Plans", [])
    return found


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (NOW_SQL, {"keys": ["kas", "piutang:3"]}),
        (UNTIL_SQL, {"keys": ["kas"], "until": AT + timedelta(days=1)}),
        (STATEMENT_SQL, {"key": "kas", "after": 0, "limit": 100}),
    ],
)
def test_no_question_reads_the_whole_table(db, sql: str, values: dict[str, object]) -> None:
    _fill(10_000, 400)
    ledger.checkpoint(at=AT)
    move("kas", "piutang:3", 1, key="after")
    nodes = _nodes(sql, values)
    assert ("Seq Scan", "ledger_transfer") not in {(node, table) for node, table, _rows in nodes}
    assert sum(rows for _node, table, rows in nodes if table == "ledger_transfer") <= 200


def test_many_balances_are_one_query(db) -> None:
    open_all(*(f"piutang:{n}" for n in range(50)))
    with CaptureQueriesContext(connection) as asked:
        assert len(ledger.balances([f"piutang:{n}" for n in range(50)])) == 50
    assert len(asked) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 10**12)).filter(
            lambda t: t[0] != t[1]
        ),
        st.just("checkpoint"),
        st.just("reverse"),
    ),
    max_size=14,
)


class BalancesEqualANaiveModel(TestCase):
    """Any order of posting, reversing and checkpointing gives what adding and subtracting by hand gives."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def test_property(self, steps: list[object]) -> None:
        open_all()
        moved: list[tuple[str, str, int]] = []
        for number, step in enumerate(steps):
            if step == "checkpoint":
                ledger.checkpoint(at=AT, tail=1)
            elif step == "reverse" and moved:
                moved.append(_reversed(number, moved))
            elif isinstance(step, tuple):
                move(*step, key=f"k{number}")
                moved.append(step)
        assert ledger.balances(NAMES) == _naive(moved)
        assert ledger.check() == ()


def _reversed(number: int, moved: list[tuple[str, str, int]]) -> tuple[str, str, int]:
    """Reverse the newest act that is no reversal yet; nothing when there is none."""
    done = ledger.statement("kas", limit=1000) + ledger.statement("titipan", limit=1000)
    taken = {entry.reverses_id for entry in done}
    for entry in done:
        if entry.reverses_id is None and entry.id not in taken:
            with transaction.atomic():
                facts = {"happened_at": AT, "at": AT, "by": COLLECTOR, "reason": "uji"}
                ledger.reverse_group(group_key=entry.group_key, by_key=f"batal:{number}", **facts)
            transfer = ledger.find_group(entry.group_key).transfers[0]  # type: ignore[union-attr]
            return transfer.credit, transfer.debit, transfer.amount_rupiah
    return "kas", "piutang", 0


def _naive(moved: list[tuple[str, str, int]]) -> dict[str, int]:
    sums = dict.fromkeys(NAMES, 0)
    for debit, credit, amount in moved:
        sums[debit] += amount
        sums[credit] -= amount
    return {name: total if name in ("kas", "piutang") else -total for name, total in sums.items()}
