"""Each invariant finds its own damage, and says nothing of a sound ledger."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tests.ledger.builders import AT, COLLECTOR, move
from tests.ledger.test_journal import BY, LATER, tamper, three_days
from tidar.ledger import api as ledger
from tidar.ledger.actions.closing import close_days
from tidar.ledger.rules.invariants import CHAIN, INVARIANTS

pytestmark = pytest.mark.django_db

DAMAGE = {
    "group-totals": "UPDATE ledger_group SET total_rupiah = total_rupiah + 1 WHERE key = 'k0.0'",
    "empty-groups": "DELETE FROM ledger_transfer WHERE key = 'k0.0'",
    "orphaned-transfers": "DELETE FROM ledger_group WHERE key = 'k0.0'",
    "positive-amounts": "UPDATE ledger_transfer SET amount_rupiah = -amount_rupiah WHERE key = 'k0.0'",
    "times-of-groups": "UPDATE ledger_transfer SET recorded_at = recorded_at + interval '1 second' WHERE key = 'k0.0'",
    "reversal-pairs": "UPDATE ledger_transfer SET amount_rupiah = amount_rupiah + 1 WHERE key = 'batal/1'",
    "reversed-once": """INSERT INTO ledger_transfer (group_id, key, debit_id, credit_id, amount_rupiah, happened_at,
        recorded_at, reference, reverses_id) SELECT group_id, 'again', debit_id, credit_id, amount_rupiah, happened_at,
        recorded_at, reference, reverses_id FROM ledger_transfer WHERE key = 'batal/1'""",
    "debits-equal-credits": "UPDATE ledger_checkpoint SET debit_rupiah = debit_rupiah + 1",
    "checkpoints": "UPDATE ledger_checkpoint SET credit_rupiah = credit_rupiah + 1",
    "closed-days": "UPDATE ledger_transfer SET amount_rupiah = amount_rupiah + 1 WHERE key = 'k0.1'",
    "days-in-a-row": "DELETE FROM ledger_journalday WHERE day_date = '2026-11-25'",
    "hash-chain": "UPDATE ledger_transfer SET reference = 'x' WHERE key = 'k0.1'",
}
LOOSENED = ("transfer_is_positive", "transfer_between_two_accounts")


@pytest.fixture
def _sound_ledger() -> None:
    three_days()
    with transaction.atomic():
        facts = {"happened_at": AT, "at": AT + timedelta(days=2), "by": COLLECTOR, "reason": "uji"}
        ledger.reverse_group(group_key="k2.0", by_key="batal", **facts)
    close_days(through=LATER.date() - timedelta(days=1), at=LATER, by=BY)
    ledger.checkpoint(at=LATER, tail=1)
    move("kas", "titipan", 7, key="after", days=3)


def broken() -> set[str]:
    return {sentence.partition(":")[0] for sentence in ledger.check()}


def test_every_invariant_has_its_damage_here() -> None:
    assert set(DAMAGE) == {invariant.name for invariant in (*INVARIANTS, CHAIN)}


@pytest.mark.usefixtures("_sound_ledger")
def test_a_sound_ledger_has_no_faults() -> None:
    assert ledger.check() == ()


@pytest.mark.usefixtures("_sound_ledger")
@pytest.mark.parametrize("name", DAMAGE)
def test_each_invariant_finds_its_damage(name: str) -> None:
    with connection.cursor() as cursor:
        for constraint in LOOSENED:
            cursor.execute(f"ALTER TABLE ledger_transfer DROP CONSTRAINT {constraint}")
        cursor.execute("DROP INDEX transfer_reversed_once")
    tamper(DAMAGE[name])
    assert name in broken()


@pytest.mark.usefixtures("_sound_ledger")
def test_the_command_names_each_invariant_and_fails_when_one_does_not_hold() -> None:
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert out.getvalue().count(": holds") == len(INVARIANTS) + 1
    tamper(DAMAGE["group-totals"])
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("check_ledger", stdout=out, stderr=err)
    assert "group-totals: DOES NOT HOLD" in out.getvalue()
    assert "k0.0" in err.getvalue()
