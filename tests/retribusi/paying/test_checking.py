"""The check finds what is wrong, whatever it is; each invariant is broken once, behind the triggers' back."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from tests.retribusi.paying.builders import AT, BY, actor, occupancy, pay, skrd
from tidar.common.ids import uuid7
from tidar.hub.models import Event
from tidar.retribusi.actions.checking import check_and_tell
from tidar.retribusi.actions.custody import confirm_handover, declare_handover, deposit
from tidar.retribusi.actions.paying import reverse_payment
from tidar.retribusi.queries.checking import check
from tidar.retribusi.rules.invariants import INVARIANTS

pytestmark = pytest.mark.django_db
HANDED = uuid7()

# invariant → a change of one stored row that breaks it
BREAKS = {
    "receivable": "UPDATE ledger_transfer SET amount_rupiah = amount_rupiah + 1 WHERE key LIKE '%:skrd'",
    "revenue": "UPDATE retribusi_assessment SET amount_rupiah = amount_rupiah + 1 WHERE closed_at IS NULL",
    "closed": "UPDATE retribusi_assessment SET closed_at = NULL, closed_by = '' WHERE closed_by = 'lunas'",
    "over-allocated": "UPDATE retribusi_allocation SET amount_rupiah = 99999 WHERE amount_rupiah > 0",
    "numbers": "UPDATE retribusi_assessment SET sequence = sequence + 1 WHERE sequence = (SELECT max(sequence)"
    " FROM retribusi_assessment)",
    "allocations": "UPDATE retribusi_allocation SET amount_rupiah = amount_rupiah - 1 WHERE amount_rupiah > 1",
    "reversals": "UPDATE retribusi_payment SET advance_rupiah = 1, suspense_rupiah = suspense_rupiah - 1"
    " WHERE reverses_id IS NOT NULL",
    "booked": "DELETE FROM ledger_group WHERE key LIKE 'pembayaran:%'",
    "cash": "UPDATE retribusi_payment SET amount_rupiah = amount_rupiah + 5, advance_rupiah = advance_rupiah + 5"
    " WHERE reverses_id IS NULL",
    "gross": "UPDATE ledger_transfer SET reference = 'lain' WHERE key LIKE 'pembayaran:%'",
    "suspense": "UPDATE retribusi_case SET held_rupiah = held_rupiah - 1 WHERE settled_at IS NULL",
    "advances": "UPDATE ledger_transfer SET amount_rupiah = amount_rupiah + 1 WHERE key LIKE '%:uang-muka'",
    "cases": "DELETE FROM retribusi_case",
    "payment-events": "DELETE FROM hub_event WHERE kind = 'levy.paid'",
    "assessment-events": "DELETE FROM hub_event WHERE kind = 'levy.assessed'",
    "orphaned-events": "UPDATE hub_event SET source_id = 'x' WHERE kind = 'levy.paid'",
    "handovers": "UPDATE retribusi_handover SET counted_rupiah = counted_rupiah - 1, surplus_rupiah = 0",
    "deposits": "UPDATE retribusi_deposit SET amount_rupiah = amount_rupiah + 1",
}


def _everything() -> None:
    """Bills paid in full, in part and not; an advance, a surplus, an unknown payer, a reversal, a hand-over, an STS."""
    holder, other = occupancy(), occupancy()
    skrd(holder, [3000, 3000])
    skrd(other, [2000])
    skrd(occupancy(), [500])
    pay(holder, 4000)
    pay(other, 5000, surplus="advance")
    pay(holder, 9000)
    pay(None, 1000)
    reverse_payment(payment_id=pay(other, 700).payment_id, reason="salah", by=BY, at=AT)
    budi, tri = actor("levies.collect", id="budi"), actor("levies.treasury", id="tri")
    declare_handover(id=HANDED, collector_id="budi", declared_rupiah=9000, happened_at=AT, by=budi, at=AT)
    confirm_handover(handover_id=HANDED, counted_rupiah=9000, by=tri, at=AT)
    deposit(id=HANDED, handover_ids=[HANDED], bank_account="1-001-00001", deposited_at=AT, by=tri, at=AT)


def _break(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(BREAKS[name])
        cursor.execute("SET session_replication_role = DEFAULT")


def test_documents_and_ledger_agree() -> None:
    _everything()
    assert check() == ()


def test_every_invariant_has_its_break() -> None:
    assert set(BREAKS) == {invariant.name for invariant in INVARIANTS}


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_break_is_found_and_named(name: str) -> None:
    _everything()
    _break(name)
    assert name in {sentence.partition(":")[0] for sentence in check()}


def test_the_command_says_which_hold(capsys) -> None:
    _everything()
    call_command("check_retribusi")
    assert "receivable: holds" in capsys.readouterr().out
    _break("suspense")
    with pytest.raises(SystemExit):
        call_command("check_retribusi")
    assert "suspense: DOES NOT HOLD" in capsys.readouterr().out


def test_the_night_tells_the_spine() -> None:
    _everything()
    assert check_and_tell(by=BY, at=AT) == ()
    _break("cases")
    assert check_and_tell(by=BY, at=AT)
    events = Event.objects.filter(kind="retribusi.checked").order_by("id")
    assert [(e.severity, e.data["fault_count"] > 0) for e in events] == [(0, False), (3, True)]
