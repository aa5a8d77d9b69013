"""Wrong input gets a sentence and is kept for review; what waits for its round is freed by it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.rojak.builders import AT, OTHER_RW, make_member, make_post
from tests.rojak.items.builders import (
    Made,
    Phone,
    actor,
    at_segment,
    hash_of,
    moment,
    person,
    post,
    revised,
    send,
    states,
)
from tidar.common.ids import uuid7
from tidar.common.signed_records import canonical
from tidar.rojak.actions.devices import revoke_device
from tidar.rojak.actions.items import SignedItem, receive
from tidar.rojak.actions.settling import UnableToSettle, refuse_item, release_item, take_other
from tidar.rojak.models import Check, Finding, PatrolItem, Round

pytestmark = pytest.mark.django_db
FAR = {"lon_e6": 106_800_000, "lat_e6": -6_200_000, "accuracy_m": 5}


def foreign_round(made: Made) -> object:
    """A round of a post in another RW."""
    away = make_post(made.city.program, area=OTHER_RW)
    phone = Phone(person(area=OTHER_RW), away.code).register()
    started = phone.item("round_start", id=uuid7())
    send(phone, started)
    return Round.objects.get(post=away).pk


def of_kind(made: Made, kind: str) -> SignedItem:
    """A check that says to be something else."""
    return made.phone.signed(made.phone.item("check").body.replace(b'"kind":"check"', f'"kind":"{kind}"'.encode()))


WRONG = {
    "in the future": (lambda m: m.phone.item("check", at=moment(AT + timedelta(minutes=6))), "di depan jam kota"),
    "too old": (lambda m: m.phone.item("check", at=moment(AT - timedelta(days=31))), "30 hari"),
    "outside": (lambda m: m.phone.item("finding", {"position": FAR}), "di luar wilayah"),
    "track outside": (lambda m: m.phone.item("track", {"points": [[0, FAR["lon_e6"], FAR["lat_e6"], 5]]}), "di luar"),
    "checkpoint": (lambda m: m.phone.item("check", {"checkpoint": "TIADA"}), "Titik periksa “TIADA” tidak"),
    "segment": (lambda m: m.phone.item("check", {"segment": "L99"}), "Lorong “L99” tidak dikenal"),
    "kind of finding": (lambda m: m.phone.item("finding", {"kind": "hantu"}), "Jenis temuan “hantu”"),
    "kind of activity": (lambda m: m.phone.item("activity", {"kind": "pesta"}), "Jenis kegiatan “pesta”"),
    "kind of item": (lambda m: of_kind(m, "mimpi"), "Jenis catatan “mimpi”"),
    "post": (lambda m: m.phone.item("check", post="tidak-ada"), "Pos “tidak-ada”"),
    "foreign post": (lambda m: m.phone.item("sos", post=make_post(area=OTHER_RW).code), "bukan wilayah ronda"),
    "foreign round": (lambda m: m.phone.item("check", round=foreign_round(m)), "milik pos lain"),
    "unknown round": (lambda m: m.phone.item("check", round=uuid7()), "Menunggu ronda"),
    "foreign turn": (lambda m: m.phone.item("round_start", {"planned": 999}), "bukan jadwal pos ini"),
    "form": (lambda m: m.phone.item("finding", {"form": "apa", "version": "1"}), "Versi formulir"),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "sentence"), WRONG.values(), ids=WRONG)
def test_it_is_held_with_a_sentence_and_means_nothing_yet(wrong, sentence: str) -> None:
    made = post()
    item = wrong(made)
    (answer,) = send(made.phone, item)
    assert (answer.state, answer.content_hash) == ("ditahan", hash_of(item))
    assert sentence in answer.sentence
    row = PatrolItem.objects.get(content_hash=hash_of(item))
    assert bytes(row.body) == item.body
    assert not Check.objects.exists() and not Finding.objects.exists()
    assert send(made.phone, item) == (answer,)


def test_a_leader_of_another_post_is_held() -> None:
    made = post()
    stranger = make_member(make_post(made.city.program, area=OTHER_RW))
    (answer,) = send(made.phone, made.phone.item("round_start", {"leader": stranger.pk}))
    assert (answer.state, answer.sentence) == ("ditahan", "Pemimpin ronda bukan anggota pos ini.")


def test_a_bad_fix_or_none_is_accepted_and_uncertain() -> None:
    made = post()
    checks = [made.phone.item("check", {"position": at_segment(made, accuracy=accuracy)}) for accuracy in (8, 30, 31)]
    elsewhere = made.phone.item("check", {"position": at_segment(made, 4)})
    assert states(send(made.phone, *checks, made.phone.item("check"), elsewhere)) == ["diterima"] * 5
    certain = dict(Check.objects.values_list("accuracy_metres", "is_certain"))
    assert [certain[accuracy] for accuracy in (30, 31, None)] == [True, False, False]
    assert Check.objects.filter(accuracy_metres=8, is_certain=True).count() == 1  # the other was far from its segment


def half(item: SignedItem, place: bytes, made: Made) -> SignedItem:
    """The item with a lone surrogate in it, which JSON can write and UTF-8 cannot."""
    return made.phone.signed(item.body.replace(place, rb"\ud83d"))


REFUSED = {
    "signature": lambda m: SignedItem(m.phone.item("check").body, b"x" * 64),
    "other phone": lambda m: m.phone.signed(m.other.item("check").body),
    "no json": lambda m: m.phone.signed(b"halo"),
    "not canonical": lambda m: m.phone.signed(m.phone.item("check").body.replace(b",", b", ")),
    "field too much": lambda m: m.phone.signed(canonical({"v": 1, "id": str(uuid7())})),
    "broken number": lambda m: m.phone.item("finding", {"severity": 9}),
    "half a character": lambda m: half(m.phone.item("finding", {"note": "XX"}), b"XX", m),
    "half a name": lambda m: half(m.phone.item("finding"), b"severity", m),
    "too large": lambda m: m.phone.signed(b'{"a":"' + b"x" * 40_000 + b'"}'),
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
def test_what_nobody_can_have_signed_is_refused_and_kept(wrong) -> None:
    made = post()
    item = wrong(made)
    (answer,) = send(made.phone, item)
    assert answer.state == "ditolak" and answer.sentence
    assert bytes(PatrolItem.objects.get().body) == item.body
    assert send(made.phone, item) == (answer,)


def test_a_forged_signature_does_not_take_the_place_of_the_real_item() -> None:
    made = post()
    real = made.phone.item("finding")
    send(made.phone, SignedItem(real.body, b"x" * 64))
    assert states(send(made.phone, real)) == ["diterima"]


def test_after_a_phone_was_revoked_new_items_are_refused_and_older_ones_wait() -> None:
    made = post()
    revoke_device(device_id=made.phone.id, reason="hilang", by=actor(made.head), at=AT)
    older, newer = (made.phone.item("check", at=moment(AT + timedelta(minutes=m))) for m in (-1, 1))
    assert states(send(made.phone, older, newer, at=AT + timedelta(hours=1))) == ["ditahan", "ditolak"]


def test_items_that_came_before_their_round_are_freed_by_it() -> None:
    made = post()
    round_id = uuid7()
    early = [made.phone.item("check", round=round_id), made.other.item("finding", round=round_id)]
    late = made.phone.item("round_end", round=round_id, at=moment(AT + timedelta(minutes=1)))
    assert states(send(made.phone, early[0], late)) == ["ditahan"] * 2
    assert states(send(made.other, early[1])) == ["ditahan"]
    assert states(send(made.phone, made.phone.item("round_start", id=round_id))) == ["diterima"]
    assert states((*send(made.phone, early[0], late), *send(made.other, early[1]))) == ["diterima"] * 3
    assert Round.objects.get().ended_at == AT + timedelta(minutes=1)
    assert (Check.objects.get().round_id, Finding.objects.get().round_id) == (round_id, round_id)
    assert PatrolItem.objects.exclude(waits_for=None).count() == 0


def test_the_head_releases_what_was_doubted_and_what_waited_for_it() -> None:
    made = post()
    round_id = uuid7()
    start = made.phone.item("round_start", id=round_id, at=moment(AT + timedelta(days=1)))
    send(made.phone, start, made.phone.item("check", round=round_id))
    number = PatrolItem.objects.get(kind="round_start").pk
    release_item(number=number, reason="jam HP salah sehari", by=actor(made.head), at=AT)
    assert set(PatrolItem.objects.values_list("state", flat=True)) == {"diterima"}
    assert Check.objects.get().round_id == Round.objects.get().pk
    assert send(made.phone, start)[0].sentence == "jam HP salah sehari"


def test_what_cannot_be_applied_cannot_be_released_but_refused() -> None:
    made = post()
    send(made.phone, made.phone.item("check", {"segment": "L99"}))
    number = PatrolItem.objects.get().pk
    with pytest.raises(UnableToSettle, match="L99"):
        release_item(number=number, reason="ayo", by=actor(made.head), at=AT)
    assert PatrolItem.objects.get().state == "ditahan"
    refuse_item(number=number, reason="salah pos", by=actor(made.head), at=AT)
    assert PatrolItem.objects.get().state == "ditolak"


def test_a_version_that_follows_a_held_one_settles_it() -> None:
    made = post()
    wrong = made.phone.item("finding", {"kind": "hantu"})
    right = revised(made.phone, wrong, {"kind": "sampah"})
    assert states(send(made.phone, wrong, right, wrong)) == ["diganti", "diterima", "diganti"]
    assert Finding.objects.get().kind.key == "sampah"


def test_one_item_that_fails_does_not_take_the_others_along(monkeypatch: pytest.MonkeyPatch) -> None:
    made = post()
    sound, broken = made.phone.item("check"), made.phone.item("check", {"segment": "L2"})
    from tidar.rojak.actions.applying import rounds

    def certain(*_args: object, targets: object, **_more: object) -> bool:
        if targets != rounds.along(made.city.segments[0].line):
            raise RuntimeError("unforeseen")
        return True

    monkeypatch.setattr(rounds, "is_certain", certain)
    answers = send(made.phone, sound, broken)
    assert states(answers) == ["diterima", "ditahan"]
    assert "gangguan" in answers[1].sentence
    monkeypatch.undo()
    release_item(number=PatrolItem.objects.get(state="ditahan").pk, reason="coba lagi", by=actor(made.head), at=AT)
    assert Check.objects.count() == 2


def test_paper_is_typed_by_the_head_and_by_nobody_else() -> None:
    from tidar.rojak.rules.items import body_of

    made = post()
    data = {"segment": "L1", "checkpoint": "", "how": "kertas", "position": None}
    item = SignedItem(body_of(id=uuid7(), kind="check", at=moment(AT), post=made.code, data=data))
    (answer,) = receive(device_id=None, items=[item], by=actor(made.head), at=AT, manner="kertas")
    assert answer.state == "diterima"
    assert (Check.objects.get().how, PatrolItem.objects.get().manner) == ("kertas", "kertas")
    with pytest.raises(Exception, match="wewenang"):
        receive(device_id=None, items=[item], by=made.phone.actor, at=AT, manner="kertas")


def test_what_is_released_into_a_conflict_is_listed_as_one_and_does_not_count() -> None:
    made = post()
    late = made.phone.item("finding", {"note": "awal"}, at=moment(AT + timedelta(days=1)))
    id = json.loads(late.body)["id"]
    send(made.phone, late)
    send(made.other, made.other.item("finding", {"note": "lain"}, id=id))
    number = PatrolItem.objects.get(state="ditahan").pk
    with pytest.raises(UnableToSettle, match="Ada versi lain"):
        release_item(number=number, reason="jam salah", by=actor(made.head), at=AT)
    row = PatrolItem.objects.get(pk=number)
    assert (row.state, row.settled_at, row.settlement) == ("bentrok", None, "")
    assert Finding.objects.get().note == "lain"
    take_other(number=number, reason="jam salah", by=actor(made.head), at=AT)
    assert Finding.objects.get().note == "awal"
