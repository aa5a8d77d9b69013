"""What a phone sends: each signed record once, in any order; doubt never loses money and never doubles it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.retribusi.devices.builders import (
    EVENING,
    actor_of,
    collector,
    posted,
    sale,
    send,
    supervisor,
    suspense,
    user,
)
from tests.retribusi.devices.signing import Phone
from tests.retribusi.paying.builders import occupancy, skrd
from tidar.common.errors import UnableToAllow, UnableToCarry, UnableToFind
from tidar.common.signed_records import canonical
from tidar.people.models import Notice
from tidar.retribusi.actions.devices import approve_device, revoke_device
from tidar.retribusi.actions.syncing import UnableToHurry
from tidar.retribusi.models import Case, DeviceRecord, Handover, Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return collector()


@pytest.fixture
def holder():
    found = occupancy()
    skrd(found, [3_000, 3_000])
    return found


def states(answer) -> list[str]:
    return [one.state for one in answer.results]


def test_a_receipt_pays_the_oldest_bill_and_its_cash_is_in_the_bag(who, holder) -> None:
    answer = send(who, sale(who, holder, 4_000, shown_owed=6_000))
    [one] = answer.results
    assert (one.state, one.sentence) == ("dibukukan", "Dibukukan Rp4.000.")
    assert one.receipt["allocated"][0][1:] == ["1 November 2026", 3_000]
    assert (one.receipt["number"], one.receipt["owed_after"]) == ("K01-000001", 2_000)
    assert (answer.held, answer.of, answer.missing, who.bag) == (1, 1, (), 4_000)
    assert Payment.objects.get().collector_id == who.actor.id


def test_the_same_again_gets_the_same_answer_and_books_nothing(who, holder) -> None:
    records = [sale(who, holder, 1_000), sale(who, holder, 2_000), who.phone.sign("handover", amount=3_000)]
    first = send(who, *records)
    for _ in range(3):
        assert send(who, *records) == first
    assert send(who, *reversed(records)).results == tuple(reversed(first.results))
    assert (posted(), who.bag, DeviceRecord.objects.count(), Handover.objects.count()) == (3_000, 3_000, 3, 1)


def test_a_record_twice_in_one_batch_is_one_record(who, holder) -> None:
    record = sale(who, holder, 1_000)
    answer = send(who, record, record)
    assert answer.results[0] == answer.results[1]
    assert (posted(), answer.held) == (1_000, 1)


def test_what_is_missing_is_said_exactly(who, holder) -> None:
    records = [sale(who, holder, 1_000) for _ in range(7)]
    answer = send(who, records[0], records[2], records[3])
    assert (answer.held, answer.of, answer.missing) == (3, 7, ((2, 2), (5, 7)))
    assert states(answer) == ["dibukukan"] * 3  # a gap does not hold what follows it
    answer = send(who, records[6], records[1])
    assert (answer.held, answer.of, answer.missing) == (5, 7, ((5, 6),))
    answer = send(who, records[5], records[4])
    assert (answer.held, answer.of, answer.missing, posted()) == (7, 7, (), 7_000)
    who.device.refresh_from_db()
    assert who.device.complete_counter == 7


def test_another_debt_on_the_screen_is_said_and_never_refused(who, holder) -> None:
    [one] = send(who, sale(who, holder, 10_000, shown_owed=9_000)).results
    assert one.state == "dibukukan"
    assert "Di HP tertulis tagihan Rp9.000, di register Rp6.000. Rp4.000 menjadi uang muka." in one.sentence


def test_a_stall_is_found_by_its_number_when_the_sticker_is_gone(who, holder) -> None:
    [one] = send(who, sale(who, holder, 1_000, occupancy=None, stall="")).results
    assert (one.state, Payment.objects.get().occupancy_id) == ("dibukukan", holder.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"occupancy": None, "stall": "", "number": "Z-999"},
        {"occupancy": 999_999},
        {"stall": "QRLAIN"},
        {"occupancy": None, "stall": "QRLAIN"},
    ],
    ids=["unknown number", "unknown trader", "trader at another stall", "unknown sticker"],
)
def test_an_unknown_stall_keeps_its_cash_in_titipan(who, holder, wrong) -> None:
    [one] = send(who, sale(who, holder, 1_000, **wrong)).results
    assert (one.state, who.bag, suspense()) == ("ditahan", 1_000, 1_000)
    assert "Lapaknya tidak dikenal." in one.sentence
    assert Case.objects.get().held_rupiah == 1_000


def test_a_stall_of_another_agency_is_unknown(who) -> None:
    foreign = occupancy(agency="dishub", kind="parkir-tepi-jalan", code="terminal")
    [one] = send(who, sale(who, foreign, 1_000)).results
    assert (one.state, suspense()) == ("ditahan", 1_000)


def test_a_fork_books_both_and_holds_the_second(who, holder) -> None:
    first = who.phone.record(occupancy=holder.pk, stall=holder.levy_object.qr_code, amount=1_000)
    other = who.phone.signed(first | {"amount": 2_000})
    answer = send(who, who.phone.signed(first), other)
    assert states(answer) == ["dibukukan", "ditahan"]
    assert "Nomor catatan ini sudah dipakai" in answer.results[1].sentence
    assert (who.bag, suspense(), answer.held) == (3_000, 2_000, 1)
    assert send(who, other, who.phone.signed(first)).results == answer.results[::-1]
    assert who.bag == 3_000


def test_one_receipt_under_two_numbers_is_held(who, holder) -> None:
    first = who.phone.record(occupancy=holder.pk, stall=holder.levy_object.qr_code, amount=1_000)
    again = who.phone.sign(occupancy=holder.pk, stall=holder.levy_object.qr_code, amount=1_000, id=first["id"])
    answer = send(who, who.phone.signed(first), again)
    assert states(answer) == ["dibukukan", "ditahan"]
    assert "Tanda pengenal catatan ini sudah dipakai" in answer.results[1].sentence


def test_a_broken_chain_is_held_by_the_record_that_does_not_fit(who, holder) -> None:
    send(who, sale(who, holder, 1_000))
    who.phone.previous = "f" * 64
    broken = sale(who, holder, 2_000)
    after = sale(who, holder, 3_000)
    assert states(send(who, broken, after)) == ["ditahan", "dibukukan"]
    assert (who.bag, suspense()) == (6_000, 2_000)


def test_a_late_record_that_closes_a_gap_must_fit_both_sides(who, holder) -> None:
    one, two = sale(who, holder, 1_000), who.phone.record(occupancy=holder.pk, stall="", number="", amount=2_000)
    three = sale(who, holder, 3_000)
    assert states(send(who, one, three)) == ["dibukukan", "dibukukan"]
    assert states(send(who, who.phone.signed(two | {"amount": 2_500}))) == ["ditahan"]
    assert states(send(who, who.phone.signed(two))) == ["ditahan"]  # now it is a fork, a person decides which
    assert (who.bag, suspense()) == (8_500, 4_500)


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (timedelta(days=1), "di depan jam server"),
        (timedelta(days=-1), "tidak urut"),
        (timedelta(days=-8), "terlalu lama"),
    ],
    ids=["a day ahead", "back-dated", "too old"],
)
def test_a_wrong_clock_is_held_and_its_money_is_of_today(who, holder, shift, words) -> None:
    send(who, sale(who, holder, 1_000))
    who.phone.at += shift
    [one] = send(who, sale(who, holder, 2_000)).results
    assert one.state == "ditahan"
    assert words in one.sentence
    assert (who.bag, suspense()) == (3_000, 2_000)
    assert Payment.objects.get(amount_rupiah=2_000).happened_at == EVENING
    who.phone.at -= shift
    assert states(send(who, sale(who, holder, 500), at=EVENING + timedelta(minutes=9)))[0] in ("dibukukan", "ditahan")


def test_five_minutes_ahead_are_allowed(who, holder) -> None:
    record = sale(who, holder, 1_000)
    answer = send(who, record, at=who.phone.at - timedelta(minutes=5))
    assert states(answer) == ["dibukukan"]


def test_a_receipt_with_another_number_than_its_record_is_held(who, holder) -> None:
    [one] = send(who, sale(who, holder, 1_000, receipt="K09-000001")).results
    assert one.state == "ditahan"
    assert (one.receipt["number"].startswith("K01-000001/"), who.bag) == (True, 1_000)


def test_a_phone_that_nobody_approved_is_held(holder) -> None:
    who = collector(approved=False)
    [one] = send(who, sale(who, holder, 1_000)).results
    assert (one.state, who.bag, suspense()) == ("ditahan", 1_000, 1_000)


def test_what_was_signed_before_the_approval_is_held(holder) -> None:
    who = collector(approved=False)
    before = sale(who, holder, 1_000)
    approve_device(device_id=who.device.pk, by=supervisor(), at=who.phone.at + timedelta(seconds=30))
    answer = send(who, before, sale(who, holder, 1_000))
    assert states(answer) == ["ditahan", "dibukukan"]
    assert "sebelum alat disetujui" in answer.results[0].sentence


def test_whatever_arrives_after_the_revocation_is_held_whatever_time_it_claims(who, holder) -> None:
    send(who, sale(who, holder, 1_000))
    revoke_device(device_id=who.device.pk, reason="hilang", by=supervisor(), at=EVENING)
    answer = send(who, sale(who, holder, 2_000), at=EVENING + timedelta(hours=1))
    assert states(answer) == ["ditahan"]
    assert "setelah alat dicabut" in answer.results[0].sentence
    assert (who.bag, suspense()) == (3_000, 2_000)


def test_a_collector_of_another_agency_learns_nothing_and_uses_up_nothing(who, holder) -> None:
    stranger = actor_of(user("asing", "collector", agency="dishub"))
    with pytest.raises(UnableToAllow):
        send(who, sale(who, holder, 1_000), by=stranger)
    who.device.refresh_from_db()
    assert (who.device.used_count, DeviceRecord.objects.count()) == (0, 0)


def test_what_the_key_did_not_sign_changes_nothing(who, holder) -> None:
    record = who.phone.record(occupancy=holder.pk)
    stranger = Phone(seed=b"x" * 32)
    forged = stranger.signed(record)
    altered = {"body": who.phone.signed(record | {"amount": 9_000})["body"], "signature": forged["signature"]}
    answer = send(who, forged, altered, {"body": "!", "signature": ""} | {"body": "", "signature": ""})
    assert states(answer) == ["ditolak"] * 3
    assert (DeviceRecord.objects.count(), Payment.objects.count(), answer.missing) == (0, 0, ((1, 1),))


def test_a_record_for_another_phone_is_refused_though_signed(who, holder) -> None:
    other = collector("siti", number=2)
    record = other.phone.record(occupancy=holder.pk)
    answer = send(who, who.phone.signed(record))
    assert states(answer) == ["ditolak"]
    assert (answer.results[0].sentence, Payment.objects.count()) == ("Catatan ini untuk alat lain.", 0)


@pytest.mark.parametrize("amount", [-5_000, 0, 10**12, "5000", True, None])
def test_an_amount_that_is_none_is_refused_and_kept(who, amount) -> None:
    bad = who.phone.record(amount=amount)
    answer = send(who, who.phone.signed(bad))
    assert states(answer) == ["ditolak"]
    assert (Payment.objects.count(), DeviceRecord.objects.get().counter, answer.missing) == (0, 1, ())
    assert Case.objects.get().kind == Case.Kind.DEVICE


@pytest.mark.parametrize("written", [b"5000.5", b"5000.0", b"5e3", b"NaN"])
def test_a_fraction_is_refused(who, written) -> None:
    body = canonical(who.phone.record()).replace(b'"amount":5000', b'"amount":' + written)
    answer = send(who, who.phone.signed(body))
    assert (states(answer), Payment.objects.count()) == (["ditolak"], 0)
    assert "pecahan" in answer.results[0].sentence


def test_a_colleague_may_carry_the_records_home(who, holder) -> None:
    colleague = actor_of(user("siti", "collector"))
    moved = replace(actor_of(user("lain", "collector", agency="dishub")), id=who.actor.id)  # now of another agency
    send(who, sale(who, holder, 1_000), by=colleague)
    send(who, sale(who, holder, 2_000), by=moved)
    assert set(Payment.objects.values_list("collector_id", flat=True)) == {who.actor.id}
    assert who.bag == 3_000


def test_only_the_own_collector_says_how_far_the_phone_is(who) -> None:
    colleague = actor_of(user("siti", "collector"))
    assert send(who, highest=43, by=colleague).of == 0
    assert send(who, highest=10**8).of == 0  # beyond reason
    answer = send(who, highest=43)
    assert (answer.held, answer.of, answer.missing) == (0, 43, ((1, 43),))


def test_who_may_not_collect_sends_nothing(who) -> None:
    with pytest.raises(UnableToAllow):
        send(who, by=actor_of(user("tuti", "treasurer")))


def test_an_unknown_phone_too_many_records_and_too_many_batches(who, holder) -> None:
    record = sale(who, holder, 1_000)
    with pytest.raises(UnableToCarry):
        send(who, *([record] * 201))
    for _ in range(60):
        send(who, record)
    with pytest.raises(UnableToHurry) as told:
        send(who, record)
    assert told.value.retry_after == 60
    send(who, record, at=EVENING + timedelta(minutes=1))
    who.device.pk = holder.levy_object.pk and Phone().device
    with pytest.raises(UnableToFind):
        send(who, record)


def test_supervisors_are_told_once_a_day(who, holder) -> None:
    head = supervisor()
    Notice.objects.all().delete()
    for _ in range(2):
        send(who, sale(who, holder, 1_000, occupancy=999_999))
    assert [str(notice.user_id) for notice in Notice.objects.all()] == [head.id]
