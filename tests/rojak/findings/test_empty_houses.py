"""Empty houses: only with consent, closed at rest, read by the team on duty, noted each time, gone when over."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from functools import partial

import pytest

from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.ids import uuid7
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.people.api import actor_for_user
from tidar.people.models import User
from tidar.rojak.actions import empty_houses as actions
from tidar.rojak.actions.packing import take_along
from tidar.rojak.models import Device, EmptyHouse, RosterRule, SensitiveReading

pytestmark = pytest.mark.django_db
AT = patrol.wib(26, 9)  # Thursday
LABEL = "Rumah hijau No. 12"


@pytest.fixture
def city() -> patrol.City:
    return patrol.city()


@pytest.fixture
def resident() -> Actor:
    return actor_for_user(here.user("warga", "resident", area=patrol.RW).pk, at=AT)


def notice(city: patrol.City, **more: object) -> actions.NewNotice:
    made = actions.NewNotice(
        city.segments[0].pk, LABEL, "0812000", AT - timedelta(hours=1), AT + timedelta(days=3), consents=True
    )
    return replace(made, **more)


def member_on(city: patrol.City, day: str, starts: int = 8, ends: int = 11) -> Actor:
    user: User = here.user(f"anggota{day}", "patrol", area=patrol.RW)
    member = patrol.make_member(city.post, "Bu Anggota", user=user)
    rule = RosterRule.objects.create(
        post=city.post, day=day, starts=time(starts), ends=time(ends), from_date=patrol.SINCE
    )
    rule.members.add(member)
    return actor_for_user(user.pk, at=AT)


def test_the_team_on_duty_reads_it_and_that_is_noted(city: patrol.City, resident: Actor) -> None:
    made = actions.ask(notice=notice(city), by=resident, at=AT)
    (read,) = actions.read_notices(by=member_on(city, "4"), at=AT)
    assert (read.label, read.contact, read.segment_code) == (LABEL, "0812000", "L1")
    (noted,) = SensitiveReading.objects.all()
    assert (noted.subject_kind, noted.subject_id, noted.why) == ("rumah-kosong", made.pk, "Tim yang bertugas")


def test_a_phone_takes_it_along_and_that_is_noted_once(city: patrol.City, resident: Actor) -> None:
    actions.ask(notice=notice(city), by=resident, at=AT)
    member = member_on(city, "4")
    device = Device.objects.create(
        id=uuid7(), user_id=member.id, area_code=patrol.RW, name="HP", code="R01", public_key=b"", registered_at=AT
    )
    take = partial(take_along, device=device, post_code=city.post.code, by=member, at=AT)
    first = take(marks="")
    assert [one["label"] for one in first.content["notices"]] == [LABEL]
    assert take(marks=first.etag).is_known
    (noted,) = SensitiveReading.objects.all()
    assert noted.device == "R01"


@pytest.mark.parametrize(("day", "hours"), [("5", 0), ("4", 3)], ids=["another day", "turn is over"])
def test_a_member_who_is_not_on_duty_reads_nothing(city: patrol.City, resident: Actor, day: str, hours: int) -> None:
    actions.ask(notice=notice(city), by=resident, at=AT)
    member = member_on(city, day)
    assert actions.read_notices(by=member, at=AT + timedelta(hours=hours)) == ()
    assert not SensitiveReading.objects.exists()


@pytest.mark.parametrize("actor", [one for one in here.EVERYBODY if one is not here.HEAD_OF_RW], ids=lambda a: a.name)
def test_nobody_else_reads_it(city: patrol.City, resident: Actor, actor: Actor) -> None:
    actions.ask(notice=notice(city), by=resident, at=AT)
    assert actions.read_notices(by=actor, at=AT) == ()


def test_the_head_of_the_rw_reads_it_each_time_noted(city: patrol.City, resident: Actor) -> None:
    actions.ask(notice=notice(city), by=resident, at=AT)
    for _ in range(2):
        assert len(actions.read_notices(by=here.HEAD_OF_RW, at=AT)) == 1
    assert SensitiveReading.objects.filter(why="Ketua RW").count() == 2


def test_it_is_closed_at_rest_and_told_nowhere(city: patrol.City, resident: Actor) -> None:
    made = actions.ask(notice=notice(city), by=resident, at=AT)
    assert LABEL.encode() not in bytes(EmptyHouse.objects.get(pk=made.pk).sealed)
    assert not Event.objects.exists()
    assert LABEL not in str([(e.before, e.after) for e in AuditEntry.objects.all()])


@pytest.mark.parametrize(
    "wrong",
    [
        {"consents": False},
        {"label": "  "},
        {"until_at": AT - timedelta(hours=2)},
        {"until_at": AT + timedelta(days=40)},
        {"segment_id": 0},
    ],
    ids=str,
)
def test_what_is_missing_gets_a_sentence(city: patrol.City, resident: Actor, wrong: dict[str, object]) -> None:
    with pytest.raises(UnableTo):
        actions.ask(notice=notice(city, **wrong), by=resident, at=AT)
    assert not EmptyHouse.objects.exists()


def test_withdrawing_erases_at_once(city: patrol.City, resident: Actor) -> None:
    made = actions.ask(notice=notice(city), by=resident, at=AT)
    for stranger in (here.HEAD_ELSEWHERE, here.MEMBER, here.ADMINISTRATOR):
        with pytest.raises(UnableToFind):
            actions.withdraw(notice_id=made.pk, by=stranger, at=AT)
    actions.withdraw(notice_id=made.pk, by=resident, at=AT)
    made.refresh_from_db()
    assert (bytes(made.sealed), made.asked_by, made.withdrawn_at) == (b"", "", AT)
    assert actions.read_notices(by=here.HEAD_OF_RW, at=AT) == ()


def test_when_it_is_over_nobody_reads_it_and_the_night_erases_it(city: patrol.City, resident: Actor) -> None:
    made = actions.ask(notice=notice(city), by=resident, at=AT)
    later = AT + timedelta(days=4)
    assert actions.read_notices(by=here.HEAD_OF_RW, at=later) == ()
    assert actions.erase_over(at=AT) == 0
    assert actions.erase_over(at=later) == 1
    assert actions.erase_over(at=later) == 0
    made.refresh_from_db()
    assert bytes(made.sealed) == b""
    assert made.asked_by == ""


def test_one_that_begins_next_week_is_not_read_today(city: patrol.City, resident: Actor) -> None:
    span = {"from_at": AT + timedelta(days=7), "until_at": AT + timedelta(days=9)}
    actions.ask(notice=notice(city, **span), by=resident, at=AT)
    assert actions.read_notices(by=here.HEAD_OF_RW, at=AT) == ()
