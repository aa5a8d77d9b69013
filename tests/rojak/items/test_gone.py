"""The account of somebody whose items wait is gone: those are held with a sentence, and nobody else's wait for it."""

from __future__ import annotations

import pytest

from tests.rojak.builders import AT
from tests.rojak.items.builders import Made, Phone, actor, moment, person, post, send, states
from tidar.common.actor import system
from tidar.common.ids import uuid7
from tidar.people.models import Assignment, User
from tidar.rojak.actions import intake
from tidar.rojak.actions.authors import author
from tidar.rojak.actions.items import SignedItem, receive
from tidar.rojak.actions.settling import refuse_item, release_item
from tidar.rojak.models import Check, Evidence, Finding, PatrolItem
from tidar.rojak.rules.items import body_of

pytestmark = pytest.mark.django_db
GONE = "Akun pengirimnya sudah tidak ada; ketua RW memeriksanya dulu."


@pytest.fixture
def made() -> Made:
    return post()


def waiting_paper(made: Made, round_id: object, by: User) -> int:
    """A check typed from paper by `by`, before its round is known; its number."""
    data = {"segment": "L1", "checkpoint": "", "how": "kertas", "position": None}
    body = body_of(id=uuid7(), kind="check", at=moment(AT), post=made.code, data=data, more={"round": round_id})
    receive(device_id=None, items=[SignedItem(body)], by=actor(by), at=AT, manner="kertas")
    return PatrolItem.objects.get(manner="kertas").pk


def removed(user: User) -> None:
    Assignment.objects.filter(user=user).delete()
    user.delete()


def disabled(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("leave", [removed, disabled])
def test_what_waited_of_an_account_that_is_gone_is_held_and_the_rest_goes_on(made: Made, leave) -> None:
    round_id, typist = uuid7(), person("rw_head")
    number = waiting_paper(made, round_id, typist)
    other = made.other.item("check", {"segment": "L2"}, round=round_id)
    send(made.other, other)
    leave(typist)
    start, own = made.phone.item("round_start", id=round_id), made.phone.item("check", round=round_id)
    assert states(send(made.phone, start, own)) == ["diterima"] * 2
    assert states(send(made.other, other)) == ["diterima"]
    row = PatrolItem.objects.get(pk=number)
    assert (row.state, row.sentence, row.waits_for) == ("ditahan", GONE, None)
    release_item(number=number, reason="kertasnya ada di pos", by=actor(made.head), at=AT)
    assert Check.objects.filter(round=round_id).count() == 3


def test_what_cannot_be_looked_at_again_is_held_by_itself(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    round_id, typist = uuid7(), person("rw_head")
    number = waiting_paper(made, round_id, typist)
    other = made.other.item("check", {"segment": "L2"}, round=round_id)
    send(made.other, other)
    found = intake.sender_of

    def broken(row: PatrolItem, **more: object) -> object:
        if row.pk == number:
            raise RuntimeError("unforeseen")
        return found(row, **more)

    monkeypatch.setattr(intake, "sender_of", broken)
    assert states(send(made.phone, made.phone.item("round_start", id=round_id))) == ["diterima"]
    assert states(send(made.other, other)) == ["diterima"]
    row = PatrolItem.objects.get(pk=number)
    assert (row.state, row.waits_for) == ("ditahan", None) and "gangguan" in row.sentence
    monkeypatch.undo()
    refuse_item(number=number, reason="tidak jelas", by=actor(made.head), at=AT)
    assert Check.objects.count() == 1


def test_a_colleague_brings_what_a_person_without_account_noted(made: Made) -> None:
    disabled(made.phone.user)
    item = made.phone.item("finding", {"note": "dua karung"})
    (answer,) = send(made.phone, item, by=made.other.actor)
    assert (answer.state, answer.sentence) == ("ditahan", GONE)
    release_item(number=int(answer.receipt[3:]), reason="benar", by=actor(made.head), at=AT)
    assert Finding.objects.get().note == "dua karung"
    assert Evidence.objects.get().actor_id == str(made.phone.user.pk)


def test_an_author_is_always_found_and_may_nothing_when_gone(made: Made) -> None:
    head = actor(made.head)
    assert author(head.id, by=head, at=AT) is head
    assert author("system:uji", by=head, at=AT) == system("uji")
    assert author(str(made.phone.user.pk), by=head, at=AT).may("patrol.walk")
    for gone in ("", "feed:lama", str(uuid7())):
        found = author(gone, by=head, at=AT)
        assert (found.id, found.is_known, found.may("patrol.walk")) == (gone, False, False)
    stranger = Phone(person(), made.code)
    disabled(stranger.user)
    assert not author(str(stranger.user.pk), by=head, at=AT).is_known
