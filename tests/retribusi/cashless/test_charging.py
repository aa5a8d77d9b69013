"""Bills on cashless channels against a bank that speaks the protocol: once, whole, and honest when nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.retribusi import builders
from tests.retribusi.builders import AT, DAY, MARKET, SYSTEM
from tidar.common.errors import UnableToAgree
from tidar.common.ids import uuid7
from tidar.gateways.api import FakeBank, Notice, connect_fake
from tidar.hub import api as hub
from tidar.ledger import api as ledger
from tidar.retribusi.actions.assessing import cancel_assessment
from tidar.retribusi.actions.charging import (
    UnableToCharge,
    Wanted,
    close_other_charges,
    follow_charge,
    make_charge,
    settle_notice,
)
from tidar.retribusi.actions.paying import NewPayment, record_payment
from tidar.retribusi.actions.register import NewObject, occupy, register_object
from tidar.retribusi.models import Case, Charge, Payment
from tidar.retribusi.queries.dues import open_dues

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=2)


@pytest.fixture
def bank(home) -> Iterator[FakeBank]:
    served = FakeBank(now=lambda: AT).start()
    connect_fake(served, path=home / "bank.json", agency=builders.AGENCY)
    yield served
    served.stop()


@pytest.fixture
def stall(db, bank) -> builders.Stall:
    builders.city()
    return builders.stall()


def _offer(stall: builders.Stall, *, kind: str = "qris-dinamis", count: int = 1) -> Charge:
    bills = tuple(due.assessment_id for due in open_dues([stall.occupancy_id])[stall.occupancy_id][:count])
    wanted = Wanted(stall.occupancy_id, kind, bills if kind == "qris-dinamis" else ())
    return Charge.objects.get(pk=make_charge(wanted=wanted, by=SYSTEM, at=AT))


def _notice(bank: FakeBank, charge: Charge, amount: int) -> Notice:
    rrn = bank.pay(charge.reference, amount, tell=False)
    held = bank.held[charge.reference]
    return Notice("bank-contoh", held.theirs, rrn, charge.reference, held.terminal, amount, AT, {"rrn": rrn})


def _follow(bank: FakeBank, charge: Charge, at: datetime) -> str:
    """Some time later: our clock and the bank's agree."""
    bank.now = lambda: at
    return follow_charge(charge_id=charge.pk, at=at)


def _cash(stall: builders.Stall, amount: int, key: str = "alat:1:1"):
    payment = NewPayment(
        id=uuid7(), key=key, channel="tunai", amount_rupiah=amount, happened_at=AT, occupancy_id=stall.occupancy_id,
        cash_account_key="kas:juru-pungut:u1", receipt_number=f"K01-{key}", agency=builders.AGENCY, market=MARKET,
    )  # fmt: skip
    return record_payment(payment=payment, by=SYSTEM, at=AT)


def _titipan() -> int:
    return ledger.balance(f"titipan:{builders.AGENCY}")


def test_a_bill_is_offered_paid_and_booked_once_however_often_the_bank_says_so(bank, stall) -> None:
    skrd = builders.assess(stall)
    charge = _offer(stall)
    assert (charge.state, charge.amount_rupiah) == ("aktif", skrd.amount_rupiah)
    notice = _notice(bank, charge, skrd.amount_rupiah)
    first, again = (settle_notice(notice=notice, at=LATER) for _ in range(2))
    assert [r.is_new for r in (*first, *again)] == [True, False]
    assert Payment.objects.count() == 1
    charge.refresh_from_db()
    assert charge.state == "dibayar"
    assert ledger.balance("kas:kanal:bank-contoh") == skrd.amount_rupiah
    assert Case.objects.count() == 0


def test_the_same_bills_again_are_the_same_offer(bank, stall) -> None:
    builders.assess(stall)
    assert _offer(stall).pk == _offer(stall).pk
    assert len(bank.held) == 1


@pytest.mark.parametrize("fault", ["lost-answer", "garbage"])
def test_an_unclear_answer_is_unknown_asked_about_and_never_offered_anew(bank, stall, fault) -> None:
    builders.assess(stall)
    make_charge(wanted=Wanted(stall.occupancy_id, "va"), by=SYSTEM, at=AT)  # the token is there now
    bank.faults.append(fault)
    charge = _offer(stall)
    assert (charge.state, charge.qr_content) == ("tidak-pasti", "")
    assert _offer(stall).pk == charge.pk
    assert _follow(bank, charge, AT + timedelta(seconds=30)) == "tidak-pasti"
    assert _follow(bank, charge, LATER) == "aktif"
    charge.refresh_from_db()
    assert charge.qr_content
    assert len([h for h in bank.held.values() if h.kind == "qr"]) == 1


def test_an_offer_whose_process_died_is_taken_up_under_the_same_reference(bank, stall, monkeypatch) -> None:
    builders.assess(stall)
    monkeypatch.setattr("tidar.retribusi.actions.charging._offer", lambda *a, **k: None)
    charge = _offer(stall)
    monkeypatch.undo()
    assert charge.state == "dibuat"
    assert _follow(bank, charge, LATER) == "aktif"
    assert list(bank.held) == [charge.reference]


def test_paying_cash_closes_the_other_channels(bank, stall) -> None:
    skrd = builders.assess(stall)
    charge = _offer(stall)
    receipt = _cash(stall, skrd.amount_rupiah)
    assert close_other_charges(payment_id=receipt.payment_id, at=AT) == (charge.pk,)
    assert _follow(bank, charge, LATER) == "ditutup"


def test_a_second_payment_of_a_bill_is_kept_in_titipan_with_a_case(bank, stall) -> None:
    skrd = builders.assess(stall)
    charge = _offer(stall)
    _cash(stall, skrd.amount_rupiah)
    (receipt,) = settle_notice(notice=_notice(bank, charge, skrd.amount_rupiah), at=LATER)
    assert (receipt.allocated, receipt.suspense_rupiah) == ((), skrd.amount_rupiah)
    assert _titipan() == skrd.amount_rupiah
    assert Case.objects.get().kind == "bayar-ganda"


def test_a_surplus_is_kept_in_titipan_with_a_case(bank, stall) -> None:
    skrd = builders.assess(stall)
    (receipt,) = settle_notice(notice=_notice(bank, _offer(stall), skrd.amount_rupiah + 700), at=LATER)
    assert (receipt.suspense_rupiah, _titipan()) == (700, 700)
    assert Case.objects.get().kind == "kelebihan"


def test_a_payer_nobody_knows_is_kept_in_titipan_with_a_case(bank, stall) -> None:
    notice = Notice("bank-contoh", "entah", "rrn1", "tidak-ada", "X", 5000, AT, {})
    settle_notice(notice=notice, at=LATER)
    assert (_titipan(), Case.objects.get().kind) == (5000, "tak-dikenal")


def test_a_lost_notice_is_found_by_asking_and_counts_once_when_it_comes_after_all(bank, stall) -> None:
    skrd = builders.assess(stall)
    charge = _offer(stall)
    notice = _notice(bank, charge, skrd.amount_rupiah)
    assert _follow(bank, charge, AT + timedelta(minutes=31)) == "dibayar"
    settle_notice(notice=notice, at=AT + timedelta(minutes=40))
    assert (Payment.objects.count(), Case.objects.count()) == (1, 0)


def test_an_offer_that_ran_out_unpaid_is_over(bank, stall) -> None:
    builders.assess(stall)
    charge = _offer(stall)
    assert _follow(bank, charge, AT + timedelta(minutes=31)) == "kedaluwarsa"


def test_a_stall_s_static_code_takes_what_the_trader_types_oldest_bill_first(bank, stall) -> None:
    old, new = builders.assess(stall, DAY - timedelta(days=1)), builders.assess(stall)
    charge = _offer(stall, kind="qris-statis")
    (receipt,) = settle_notice(notice=_notice(bank, charge, old.amount_rupiah + 500), at=LATER)
    assert [(a.assessment_id, a.amount_rupiah) for a in receipt.allocated] == [
        (old.pk, old.amount_rupiah), (new.pk, 500),
    ]  # fmt: skip
    charge.refresh_from_db()
    assert charge.state == "aktif"


def test_a_trader_s_virtual_account_pays_all_the_trader_s_stalls_once(bank, stall) -> None:
    place = NewObject(levy_kind=builders.KIND, market=MARKET, number="B-002", place_type="los")
    place_id = register_object(obj=place, by=SYSTEM, at=AT)
    second = builders.of_occupancy(
        occupy(object_id=place_id, payer_id=stall.payer_id, from_date=builders.SINCE, by=SYSTEM, at=AT)
    )
    one, two = builders.assess(stall), builders.assess(second)
    charge = _offer(stall, kind="va")
    total = one.amount_rupiah + two.amount_rupiah
    notice = _notice(bank, charge, total)
    receipts = settle_notice(notice=notice, at=LATER)
    again = settle_notice(notice=notice, at=LATER)
    assert sum(r.amount_rupiah for r in receipts) == total
    assert {r.payment_id for r in again} == {r.payment_id for r in receipts}
    assert not any(open_dues([stall.occupancy_id, second.occupancy_id]).values())


def _other_agency_stall(stall: builders.Stall) -> int:
    place = NewObject(levy_kind="persampahan", market=None, number="S-1")
    place_id = register_object(obj=place, by=SYSTEM, at=AT)
    return occupy(object_id=place_id, payer_id=stall.payer_id, from_date=builders.SINCE, by=SYSTEM, at=AT)


def test_the_bank_takes_its_own_agency_s_bills_only(bank, stall) -> None:
    with pytest.raises(UnableToCharge, match="belum dapat dibayar nontunai"):
        make_charge(wanted=Wanted(_other_agency_stall(stall), "qris-statis"), by=SYSTEM, at=AT)
    assert bank.held == {}


def test_signed_money_that_fits_nowhere_is_kept_with_a_case(bank, stall) -> None:
    builders.assess(stall)
    charge = _offer(stall, kind="qris-statis")
    notice = _notice(bank, charge, 8000)
    Charge.objects.filter(pk=charge.pk).update(occupancy_id=_other_agency_stall(stall))
    for _ in range(2):
        settle_notice(notice=notice, at=LATER)
    assert (_titipan(), Payment.objects.count()) == (8000, 1)
    assert Case.objects.get().kind == "tak-dikenal"


def test_payments_under_one_long_reference_are_told_apart(bank, stall) -> None:
    charge = _offer(stall, kind="qris-statis")
    one = Notice("bank-contoh", "R" * 60, "111111111111", charge.reference, "", 1000, AT, {})
    for notice in (one, replace(one, rrn="222222222222")):
        settle_notice(notice=notice, at=LATER)
    assert ledger.balance("kas:kanal:bank-contoh") == 2000


def test_a_repeated_notice_with_another_amount_is_refused(bank, stall) -> None:
    builders.assess(stall)
    notice = _notice(bank, _offer(stall, kind="va"), 8000)
    settle_notice(notice=notice, at=LATER)
    with pytest.raises(UnableToAgree):
        settle_notice(notice=replace(notice, amount_rupiah=9000), at=LATER)
    assert ledger.balance("kas:kanal:bank-contoh") == 8000


def test_a_trader_has_one_virtual_account_whichever_stall_asks(bank, stall) -> None:
    place = NewObject(levy_kind=builders.KIND, market=MARKET, number="B-002", place_type="los")
    second = occupy(
        object_id=register_object(obj=place, by=SYSTEM, at=AT), payer_id=stall.payer_id, from_date=builders.SINCE,
        by=SYSTEM, at=AT,
    )  # fmt: skip
    made = {make_charge(wanted=Wanted(one, "va"), by=SYSTEM, at=AT) for one in (stall.occupancy_id, second)}
    assert len(made) == len(bank.held) == 1


def test_bills_that_cannot_be_offered_are_refused_with_a_sentence_and_no_bank_is_asked(bank, stall) -> None:
    run = builders.issued_run(day=DAY)
    unsigned = tuple(d.assessment_id for d in open_dues([stall.occupancy_id])[stall.occupancy_id])
    for wrong in (unsigned, (uuid7(),), ()):
        with pytest.raises(UnableToCharge):
            make_charge(wanted=Wanted(stall.occupancy_id, "qris-dinamis", wrong), by=SYSTEM, at=AT)
    assert (bank.held, Charge.objects.count()) == ({}, 0), run


def test_without_a_bank_the_trader_is_told(home, stall, bank) -> None:
    (home / "bank.json").unlink()
    with pytest.raises(UnableToCharge, match="belum disambungkan"):
        make_charge(wanted=Wanted(stall.occupancy_id, "va"), by=SYSTEM, at=AT)


def test_the_consumer_closes_offers_of_bills_that_were_paid(bank, stall, django_capture_on_commit_callbacks) -> None:
    import tidar.retribusi.tasks.charging  # noqa: F401 - registers the consumer

    skrd = builders.assess(stall)
    charge = _offer(stall)
    _cash(stall, skrd.amount_rupiah)
    while hub.number_events():
        pass
    hub.follow_spine(at=AT)
    charge.refresh_from_db()
    assert charge.state == "menutup"


def test_the_consumer_closes_offers_of_a_cancelled_bill(bank, stall) -> None:
    skrd = builders.assess(stall)
    charge = _offer(stall)
    cancel_assessment(assessment_id=skrd.pk, reason="keliru", by=SYSTEM, at=AT)
    while hub.number_events():
        pass
    hub.follow_spine(at=AT)
    charge.refresh_from_db()
    assert charge.state == "menutup"
