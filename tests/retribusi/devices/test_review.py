"""A held record is decided once, with a note: its cash pays a bill, or, by the treasury only, it leaves the bag."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.people.builders import assign
from tests.retribusi.devices.builders import (
    AGENCY,
    EVENING,
    actor_of,
    collector,
    sale,
    send,
    supervisor,
    suspense,
    user,
)
from tests.retribusi.paying.builders import occupancy, skrd
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.people.models import User
from tidar.retribusi.actions.cases import settle_case
from tidar.retribusi.actions.device_review import UnableToReview, accept_record, refuse_record
from tidar.retribusi.models import Case, DeviceRecord, Market, Payment

pytestmark = pytest.mark.django_db
LATER = EVENING + timedelta(hours=1)


@pytest.fixture
def who():
    return collector()


@pytest.fixture
def holder():
    found = occupancy()
    skrd(found, [3_000])
    return found


@pytest.fixture
def held(who, holder) -> DeviceRecord:
    """Rp5.000 for a stall that the register did not know."""
    send(who, sale(who, holder, 5_000, occupancy=None, stall="", number="Z-9"))
    return DeviceRecord.objects.get()


def treasurer(name: str = "tuti"):
    return actor_of(User.objects.filter(username=name).first() or user(name, "treasurer"))


def test_accepting_pays_the_bill_and_the_rest_in_advance(who, holder, held) -> None:
    done = accept_record(record_id=held.pk, note="A-001", by=supervisor(), at=LATER, occupancy_id=holder.pk)
    applied = Payment.objects.get(occupancy=holder)
    assert (applied.allocated_rupiah, applied.advance_rupiah, applied.channel) == (3_000, 2_000, "titipan")
    assert (who.bag, suspense(), holder.assessments.get().closed_by) == (5_000, 0, "lunas")
    assert (done.state, done.accepted, done.settlement, done.settled_by) == ("selesai", True, "A-001", "Darmo")
    assert Case.objects.get().settled_at == LATER
    assert AuditEntry.objects.filter(action="device.review").count() == 1
    with pytest.raises(UnableToReview):
        accept_record(record_id=held.pk, note="lagi", by=supervisor(), at=LATER, occupancy_id=holder.pk)
    assert Payment.objects.count() == 2


def test_refusing_takes_the_cash_out_of_the_bag_by_the_treasury_only(who, held) -> None:
    with pytest.raises(UnableToAllow):
        refuse_record(record_id=held.pk, note="ganda", by=supervisor(), at=LATER)
    assert who.bag == 5_000
    done = refuse_record(record_id=held.pk, note="ganda", by=treasurer(), at=LATER)
    assert (done.accepted, who.bag, suspense()) == (False, 0, 0)
    assert Payment.objects.get(reverses__isnull=False).reason == "ganda"
    with pytest.raises(UnableToReview):
        refuse_record(record_id=held.pk, note="lagi", by=treasurer(), at=LATER)


def test_the_phone_learns_what_was_decided(who, holder) -> None:
    records = [sale(who, holder, 1_000, stall="LAIN"), sale(who, holder, 2_000, stall="LAIN")]
    send(who, *records)
    first, second = DeviceRecord.objects.order_by("counter")
    accept_record(record_id=first.pk, note="benar", by=supervisor(), at=LATER, occupancy_id=holder.pk)
    refuse_record(record_id=second.pk, note="tidak ada uang", by=treasurer(), at=LATER)
    answer = send(who, *records)
    assert [(one.state, one.sentence) for one in answer.results] == [
        ("dibukukan", "benar"), ("ditolak", "tidak ada uang"),
    ]  # fmt: skip


@pytest.mark.parametrize("stranger", ["collector", "treasurer"])
def test_who_does_not_supervise_accepts_nothing(held, holder, stranger) -> None:
    with pytest.raises(UnableToAllow):
        accept_record(record_id=held.pk, note="x", by=actor_of(user("x", stranger)), at=LATER, occupancy_id=holder.pk)
    foreign = actor_of(user("lain", "market_head", agency="dishub"))
    with pytest.raises(UnableToAllow):
        accept_record(record_id=held.pk, note="x", by=foreign, at=LATER, occupancy_id=holder.pk)


def test_nobody_decides_about_what_they_signed(who, holder) -> None:
    for role in ("market_head", "treasurer"):
        assign(who.user, role, agency_code=AGENCY)
    who = replace(who, actor=actor_of(who.user))
    send(who, sale(who, holder, 1_000, stall="LAIN"), who.phone.sign("void", voids=1, reason="?"))
    for row in DeviceRecord.objects.filter(state="ditahan"):
        with pytest.raises(UnableToAllow):
            accept_record(record_id=row.pk, note="x", by=who.actor, at=LATER, occupancy_id=holder.pk)
        with pytest.raises(UnableToAllow):
            refuse_record(record_id=row.pk, note="x", by=who.actor, at=LATER)


def test_a_head_of_an_area_decides_inside_it(held, holder) -> None:
    inner = collector("siti", number=2, area="33.71.02")
    send(inner, sale(inner, holder, 1_000, stall="LAIN"))
    theirs = DeviceRecord.objects.get(device=inner.device)
    head = actor_of(user("kepala", "market_head", area="33.71.02"))
    neighbour = actor_of(user("tetangga", "market_head", area="33.71.01"))
    for row, by in ((held, head), (held, neighbour), (theirs, neighbour)):
        with pytest.raises(UnableToAllow):
            accept_record(record_id=row.pk, note="x", by=by, at=LATER, occupancy_id=holder.pk)
    elsewhere = occupancy(code="lain")
    Market.objects.filter(pk="lain").update(area_code="33.71.01.1001")
    with pytest.raises(UnableToAllow):
        accept_record(record_id=theirs.pk, note="x", by=head, at=LATER, occupancy_id=elsewhere.pk)
    assert accept_record(record_id=theirs.pk, note="x", by=head, at=LATER, occupancy_id=holder.pk).accepted


def test_without_a_note_or_a_stall_nothing_is_decided(held, holder) -> None:
    foreign = occupancy(agency="dishub", kind="parkir", code="terminal")
    for note, stall in (("", holder.pk), ("x", None), ("x", foreign.pk), ("x", 999_999)):
        with pytest.raises(UnableToReview):
            accept_record(record_id=held.pk, note=note, by=supervisor(), at=LATER, occupancy_id=stall)
    held.refresh_from_db()
    assert (held.state, suspense()) == ("ditahan", 5_000)


def test_money_that_was_settled_as_a_case_is_not_moved_again(who, holder, held) -> None:
    case = Case.objects.get()
    settle_case(case_id=case.pk, decision="kembalikan", note="salah", by=treasurer(), at=LATER)
    done = accept_record(record_id=held.pk, note="sudah diputus", by=supervisor(), at=LATER, occupancy_id=holder.pk)
    assert (done.state, suspense(), Payment.objects.count()) == ("selesai", 0, 1)


def test_a_late_correction_is_carried_out_by_a_person(who, holder) -> None:
    receipt = sale(who, holder, 3_000)
    who.phone.at += timedelta(minutes=30)
    send(who, receipt, who.phone.sign("void", voids=1, reason="salah orang"))
    row = DeviceRecord.objects.get(kind="void")
    with pytest.raises(UnableToAllow):  # cash would leave the bag
        accept_record(record_id=row.pk, note="disaksikan", by=supervisor(), at=LATER)
    accept_record(record_id=row.pk, note="disaksikan", by=treasurer(), at=LATER)
    assert (who.bag, holder.assessments.get().closed_at) == (0, None)
    assert Payment.objects.get(reverses__isnull=False).reason == "salah orang. disaksikan"
    assert Case.objects.get(kind=Case.Kind.DEVICE).settlement == "disaksikan"


def test_a_correction_is_refused_without_money(who, holder) -> None:
    send(who, who.phone.sign("void", voids=77, reason="?"))
    row = DeviceRecord.objects.get()
    with pytest.raises(UnableToReview):
        accept_record(record_id=row.pk, note="x", by=treasurer(), at=LATER)
    refuse_record(record_id=row.pk, note="tidak ada kuitansinya", by=supervisor(), at=LATER)
    assert Payment.objects.count() == 0
