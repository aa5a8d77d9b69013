"""Hand-overs and deposits: two people, gross, once; every difference becomes a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.retribusi.custody import builders as b
from tidar.common.actor import Actor, Grant, system
from tidar.common.errors import UnableToAgree, UnableToAllow, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.models import AuditEntry
from tidar.documents import api as documents
from tidar.hub.models import Event
from tidar.retribusi.actions.custody import (
    UnableToDeposit,
    UnableToHandOver,
    confirm_handover,
    declare_handover,
    deposit,
    withdraw_handover,
)
from tidar.retribusi.models import Case, Deposit, Handover
from tidar.retribusi.queries.custody import check_custody
from tidar.retribusi.rules import accounts as names

pytestmark = pytest.mark.django_db
SLAMET, SITI, TUTI, RINA = b.collector(), b.collector("siti"), b.treasurer(), b.treasurer("rina")


def kept() -> tuple[int, ...]:
    """Everything an act could change."""
    return (
        b.bag(SLAMET), b.purse(), b.balance(names.RKUD), b.balance(names.suspense_key(b.AGENCY)), Case.objects.count(),
        Event.objects.count(), AuditEntry.objects.count(), Handover.objects.filter(state="diterima").count(),
        Deposit.objects.count(),
    )  # fmt: skip


def test_a_declaration_moves_no_money_and_is_one_however_often_it_is_sent() -> None:
    b.taken(50_000, by=SLAMET)
    one = uuid7()
    first, again = (b.declared(50_000, by=SLAMET, id=one) for _ in range(2))
    assert (first.is_new, again.is_new, first.sentences) == (True, False, ())
    assert (b.bag(SLAMET), b.purse(), Handover.objects.count()) == (50_000, 0, 1)
    with pytest.raises(UnableToAgree):
        b.declared(49_000, by=SLAMET, id=one)


def test_what_is_counted_moves_from_bag_to_purse_with_a_numbered_tbp() -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(50_000, by=SLAMET, to=TUTI)
    assert (b.bag(SLAMET), b.purse(), Case.objects.filter(kind="selisih-serah").count()) == (0, 50_000, 0)
    paper = documents.find("tbp", f"serah:{done.id}")
    assert paper is not None
    assert paper.number == done.tbp_number == "TBP/2026/0000001"
    event = Event.objects.get(kind="levy.handed_over")
    assert (event.data["amount_rupiah"], event.data["agency"], event.permission) == (50_000, b.AGENCY, "levies.see")
    assert "Slamet" not in event.subject + str(event.data)
    assert check_custody() == ()


def test_the_same_count_twice_is_one_and_another_count_is_refused() -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(50_000, by=SLAMET, to=TUTI)
    again = confirm_handover(handover_id=done.id, counted_rupiah=50_000, by=RINA, at=b.AT + timedelta(minutes=5))
    assert (again.is_new, again.tbp_number, b.purse()) == (False, done.tbp_number, 50_000)
    with pytest.raises(UnableToAgree, match="Tuti"):
        confirm_handover(handover_id=done.id, counted_rupiah=40_000, by=RINA, at=b.AT)


def test_less_may_be_declared_than_the_bag_holds() -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(30_000, by=SLAMET, to=TUTI)
    assert (done.sentences, b.bag(SLAMET), b.purse()) == ((), 20_000, 30_000)


def test_more_than_the_bag_holds_is_said_and_becomes_a_case_that_the_count_answers() -> None:
    b.taken(50_000, by=SLAMET)
    made = b.declared(60_000, by=SLAMET)
    case = Case.objects.get(kind="selisih-serah")
    assert "lebih Rp10.000" in made.sentences[0]
    assert (case.amount_rupiah, case.held_rupiah, case.settled_at) == (10_000, 0, None)
    confirm_handover(handover_id=made.id, counted_rupiah=50_000, by=TUTI, at=b.AT)
    case.refresh_from_db()
    assert "Rp50.000" in case.settlement
    assert Event.objects.filter(kind="levy.case_settled", source_id=str(case.pk)).count() == 1


def test_a_missing_part_stays_on_the_collectors_account_and_opens_a_case() -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(50_000, by=SLAMET, to=TUTI, counted=48_000)
    case = Case.objects.get(kind="selisih-serah")
    assert "kurang Rp2.000" in done.sentences[0]
    assert (case.amount_rupiah, case.held_rupiah, case.subject) == (2_000, 0, f"serah:{done.id}")
    assert (b.bag(SLAMET), b.purse()) == (2_000, 48_000)


def test_a_surplus_stands_in_titipan_with_its_case() -> None:
    b.taken(50_000, by=SLAMET, holder=b.trader(50_000))
    done = b.handed_over(50_000, by=SLAMET, to=TUTI, counted=55_000)
    case = Case.objects.get(kind="selisih-serah")
    assert (case.amount_rupiah, case.held_rupiah) == (5_000, 5_000)
    assert (b.bag(SLAMET), b.purse(), b.balance(names.suspense_key(b.AGENCY))) == (0, 55_000, 5_000)
    assert Handover.objects.get(pk=done.id).by_account == {b.ACCOUNT_CODE: 50_000, "": 5_000}
    assert check_custody() == ()


def test_the_collector_never_counts_their_own_cash() -> None:
    both = Actor("user", "slamet", "Slamet", SLAMET.grants | TUTI.grants)
    b.taken(50_000, by=both)
    made, before = b.declared(50_000, by=both), None
    before = kept()
    for by in (both, system("uji")):
        with pytest.raises(UnableToHandOver, match="orang lain"):
            confirm_handover(handover_id=made.id, counted_rupiah=50_000, by=by, at=b.AT)
    assert kept() == before


@pytest.mark.parametrize("amount", [0, -5_000, 500.5, 10**13, True, "5000"])
def test_amounts_that_are_none_change_nothing(amount) -> None:
    b.taken(50_000, by=SLAMET)
    made = b.declared(50_000, by=SLAMET)
    before = kept()
    with pytest.raises(UnableToHandOver, match="Jumlah"):
        declare_handover(id=uuid7(), collector_id="siti", declared_rupiah=amount, happened_at=b.AT, by=SITI, at=b.AT)
    with pytest.raises(UnableToHandOver, match="Jumlah"):
        confirm_handover(handover_id=made.id, counted_rupiah=amount, by=TUTI, at=b.AT)
    assert kept() == before


def test_only_ones_own_bag_is_declared_and_one_at_a_time_and_not_in_the_future() -> None:
    b.taken(50_000, by=SLAMET)
    b.declared(20_000, by=SLAMET)
    before = kept()
    with pytest.raises(UnableToHandOver, match="belum dihitung"):
        b.declared(10_000, by=SLAMET)
    with pytest.raises(UnableToHandOver, match="sendiri"):
        declare_handover(id=uuid7(), collector_id="slamet", declared_rupiah=1, happened_at=b.AT, by=SITI, at=b.AT)
    with pytest.raises(UnableToHandOver, match="belum terjadi"):
        later = b.AT + timedelta(minutes=1)
        declare_handover(id=uuid7(), collector_id="siti", declared_rupiah=1, happened_at=later, by=SITI, at=b.AT)
    assert kept() == before


def test_a_stranger_and_another_agency_may_not_count_or_deposit() -> None:
    b.taken(50_000, by=SLAMET)
    made = b.declared(50_000, by=SLAMET)
    before = kept()
    for by in (b.treasurer("asing", agency="dlh"), SITI):
        with pytest.raises(UnableToAllow):
            confirm_handover(handover_id=made.id, counted_rupiah=50_000, by=by, at=b.AT)
    assert kept() == before
    done = confirm_handover(handover_id=made.id, counted_rupiah=50_000, by=TUTI, at=b.AT)
    with pytest.raises(UnableToAllow):
        b.deposited(done, by=b.treasurer("asing", agency="dlh"))
    with pytest.raises(UnableToFind):
        confirm_handover(handover_id=uuid7(), counted_rupiah=1, by=TUTI, at=b.AT)


def test_a_declaration_is_taken_back_by_its_collector_or_sent_back_with_a_reason() -> None:
    b.taken(50_000, by=SLAMET)
    first = b.declared(60_000, by=SLAMET)
    assert withdraw_handover(handover_id=first.id, by=SLAMET, at=b.AT).state == "ditarik"
    assert Case.objects.get(kind="selisih-serah").settled_at == b.AT
    second = b.declared(40_000, by=SLAMET)
    with pytest.raises(UnableToHandOver, match="alasan"):
        withdraw_handover(handover_id=second.id, by=TUTI, at=b.AT)
    withdraw_handover(handover_id=second.id, by=TUTI, at=b.AT, reason="Uang belum dibawa")
    assert withdraw_handover(handover_id=second.id, by=TUTI, at=b.AT, reason="lagi").is_new is False
    with pytest.raises(UnableToHandOver, match="ditarik"):
        confirm_handover(handover_id=second.id, counted_rupiah=40_000, by=TUTI, at=b.AT)
    assert (b.bag(SLAMET), b.purse()) == (50_000, 0)


def test_what_was_counted_is_not_taken_back() -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(50_000, by=SLAMET, to=TUTI)
    with pytest.raises(UnableToHandOver, match="sudah dihitung"):
        withdraw_handover(handover_id=done.id, by=SLAMET, at=b.AT)


def test_a_deposit_is_the_gross_sum_of_its_hand_overs_with_an_sts() -> None:
    b.taken(50_000, by=SLAMET, at=b.ago(days=1))
    b.taken(30_000, by=SITI)
    both = [b.handed_over(50_000, by=SLAMET, to=TUTI), b.handed_over(30_000, by=SITI, to=TUTI)]
    made = b.deposited(*both, by=TUTI)
    assert (made.amount_rupiah, made.number, made.handover_count) == (80_000, "STS/2026/0000001", 2)
    assert (b.purse(), b.balance(names.RKUD)) == (0, 80_000)
    paper, slip = documents.find("sts", f"sts:{made.id}"), Deposit.objects.get(pk=made.id)
    assert paper is not None
    assert (paper.number, str(slip.period_from_date), str(slip.period_to_date)) == (
        made.number,
        "2026-11-24",
        "2026-11-25",
    )
    assert Event.objects.get(kind="levy.deposited").data["amount_rupiah"] == 80_000
    assert check_custody() == ()


def test_the_same_deposit_twice_is_one_and_other_content_is_refused() -> None:
    b.taken(80_000, by=SLAMET)
    first, second = (b.handed_over(40_000, by=SLAMET, to=TUTI) for _ in range(2))
    one = uuid7()
    b.deposited(first, by=TUTI, id=one)
    assert b.deposited(first, by=TUTI, id=one).is_new is False
    for others in ((second,), (first, second)):
        with pytest.raises(UnableToAgree):
            b.deposited(*others, by=TUTI, id=one)
    assert (b.purse(), b.balance(names.RKUD)) == (40_000, 40_000)


def test_a_hand_over_enters_one_deposit() -> None:
    b.taken(50_000, by=SLAMET)
    done = b.handed_over(50_000, by=SLAMET, to=TUTI)
    b.deposited(done, by=TUTI)
    before = kept()
    with pytest.raises(UnableToDeposit, match="sudah masuk STS"):
        b.deposited(done, by=RINA)
    assert kept() == before


def test_deposits_that_are_none_change_nothing() -> None:
    b.taken(90_000, by=SLAMET)
    done = b.handed_over(50_000, by=SLAMET, to=TUTI)
    waiting = b.declared(10_000, by=SLAMET)
    slip = {"bank_account": b.RKUD_ACCOUNT, "deposited_at": b.AT, "by": TUTI, "at": b.AT}
    wrong = [
        {"handover_ids": []},
        {"handover_ids": [uuid7()]},
        {"handover_ids": [done.id, waiting.id]},
        {"handover_ids": [done.id], "deposited_at": b.AT - timedelta(minutes=1)},
        {"handover_ids": [done.id], "deposited_at": b.AT + timedelta(minutes=1)},
        {"handover_ids": [done.id], "bank_account": " "},
        {"handover_ids": [done.id], "bank_reference": "x" * 81},
        {"handover_ids": [done.id], "by": Actor("system", "s", "S", frozenset({Grant("levies.treasury")}))},
    ]
    before = kept()
    for more in wrong:
        with pytest.raises(UnableToDeposit):
            deposit(id=uuid7(), **(slip | more))
    assert kept() == before


def test_numbers_have_no_gap_when_an_act_fails() -> None:
    b.taken(90_000, by=SLAMET)
    first = b.handed_over(30_000, by=SLAMET, to=TUTI)
    with pytest.raises(UnableToDeposit):
        deposit(id=uuid7(), handover_ids=[first.id], bank_account="", deposited_at=b.AT, by=TUTI, at=b.AT)
    second = b.handed_over(30_000, by=SLAMET, to=TUTI)
    assert [first.tbp_number, second.tbp_number] == ["TBP/2026/0000001", "TBP/2026/0000002"]
    assert b.deposited(first, by=TUTI).number == "STS/2026/0000001"
