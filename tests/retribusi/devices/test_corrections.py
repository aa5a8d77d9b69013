"""A receipt taken back on the phone, and hand-overs that a phone declares."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.retribusi.devices.builders import EVENING, actor_of, collector, posted, sale, send, user
from tests.retribusi.paying.builders import occupancy, skrd
from tidar.retribusi.actions import device_records, device_store
from tidar.retribusi.actions.custody import withdraw_handover
from tidar.retribusi.models import Case, DeviceRecord, Handover, Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return collector()


@pytest.fixture
def holder():
    found = occupancy()
    skrd(found, [3_000])
    return found


def void(who, counter: int, **more):
    return who.phone.sign("void", **({"voids": counter, "reason": "salah nominal"} | more))


def test_a_receipt_taken_back_is_reversed_with_its_reason(who, holder) -> None:
    answer = send(who, sale(who, holder, 3_000), void(who, 1))
    assert [one.state for one in answer.results] == ["dibukukan", "dibukukan"]
    assert (posted(), who.bag) == (0, 0)
    assert Payment.objects.get(reverses__isnull=False).reason == "salah nominal"
    assert holder.assessments.get().closed_at is None
    send(who, *[])
    assert Payment.objects.count() == 2


def test_a_correction_that_comes_first_waits_for_what_it_corrects(who, holder) -> None:
    receipt, correction = sale(who, holder, 3_000), void(who, 1)
    [early] = send(who, correction).results
    assert (early.state, early.sentence) == ("ditahan", "Menunggu catatan nomor 1 sampai.")
    assert Case.objects.count() == 0
    send(who, receipt)
    assert (posted(), who.bag) == (0, 0)
    [late] = send(who, correction).results
    assert (late.state, late.sentence) == ("dibukukan", "Kuitansi nomor 1 sebesar Rp3.000 dibatalkan.")


def test_a_payment_that_is_taken_back_right_after_holds_the_payers_stalls_in_order_first(who, holder) -> None:
    """Two phones with corrections of one payer's two stalls cannot wait for each other (decision 0005)."""
    occupancy(holder.payer)
    receipt, correction = sale(who, holder, 3_000), void(who, 1)
    send(who, correction)
    seen: list[str] = []
    pay, lock = device_records.post_payment, device_store.lock_payer_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device_records, "post_payment", lambda **more: (seen.append("pay"), pay(**more))[1])
        patch.setattr(device_store, "lock_payer_of", lambda one: (seen.append("lock"), lock(one))[1])
        send(who, receipt)
        assert seen == ["lock", "pay"]
        send(who, sale(who, holder, 1_000))
    assert seen == ["lock", "pay", "pay"]
    assert posted() == 1_000


@pytest.mark.parametrize("minutes", [11, 600])
def test_too_late_is_for_a_person_to_decide(who, holder, minutes) -> None:
    receipt = sale(who, holder, 3_000)
    who.phone.at += timedelta(minutes=minutes - 1)
    answer = send(who, receipt, void(who, 1), at=EVENING + timedelta(hours=9))
    assert answer.results[1].state == "ditahan"
    assert (who.bag, Case.objects.get().kind) == (3_000, Case.Kind.DEVICE)


@pytest.mark.parametrize("later", [timedelta(minutes=16), timedelta(hours=6)])
def test_a_clock_that_was_set_back_takes_no_receipt_back(who, holder, later) -> None:
    """Signed "a minute after" the receipt, but here long after it: only a person decides."""
    send(who, sale(who, holder, 3_000))
    answer = send(who, void(who, 1), at=EVENING + later)
    assert (answer.results[0].state, who.bag) == ("ditahan", 3_000)


def test_a_correction_that_claims_to_be_older_than_the_sending_of_its_receipt_came_with_it(who, holder) -> None:
    """The receipt was sent in the evening; what is signed after that is not of the morning."""
    send(who, sale(who, holder, 3_000))
    answer = send(who, void(who, 1), at=EVENING + timedelta(minutes=3))
    assert (answer.results[0].state, who.bag) == ("ditahan", 3_000)


def test_a_receipt_that_was_sent_at_once_is_taken_back_soon_after(who, holder) -> None:
    send(who, sale(who, holder, 3_000), at=who.phone.at)
    who.phone.at += timedelta(minutes=8)
    answer = send(who, void(who, 1), at=who.phone.at + timedelta(minutes=1))
    assert (answer.results[0].state, who.bag) == ("dibukukan", 0)


def test_not_after_the_cash_was_handed_over(who, holder) -> None:
    send(who, sale(who, holder, 3_000), who.phone.sign("handover", amount=3_000))
    [one] = send(who, void(who, 1)).results
    assert (one.state, who.bag) == ("ditahan", 3_000)


def test_not_twice_and_not_what_is_no_receipt(who, holder) -> None:
    send(who, sale(who, holder, 3_000), void(who, 1))
    answer = send(who, void(who, 1), void(who, 2), void(who, 99))
    assert [one.state for one in answer.results] == ["ditahan"] * 3
    assert (posted(), Payment.objects.count()) == (0, 2)


def test_the_phone_is_told_what_the_books_have_in_its_bag(who, holder) -> None:
    assert send(who, sale(who, holder, 3_000)).bag == 3_000
    assert send(who, who.phone.sign("handover", amount=3_000)).bag == 0
    made = Handover.objects.get()
    withdraw_handover(handover_id=made.pk, by=who.actor, at=EVENING)
    assert send(who).bag == 3_000
    assert send(who, by=actor_of(user("siti", "collector"))).bag is None


def test_a_phone_declares_the_hand_over_of_its_collector(who, holder) -> None:
    records = [sale(who, holder, 3_000), who.phone.sign("handover", amount=3_000)]
    colleague = actor_of(user("siti", "collector"))
    answer = send(who, *records, by=colleague)
    assert answer.results[1].sentence == "Serah terima Rp3.000 diajukan."
    made = Handover.objects.get()
    assert (made.collector_id, made.declared_rupiah, str(made.pk)) == (who.actor.id, 3_000, str(made.id))
    second = send(who, who.phone.sign("handover", amount=1_000))
    assert second.results[0].state == "ditahan"  # one waits to be counted
    assert DeviceRecord.objects.filter(state="ditahan").count() == 1
