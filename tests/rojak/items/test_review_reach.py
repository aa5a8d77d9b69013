"""Whose notes somebody may see and settle: what concerns a person, and what belongs to another RW."""

from __future__ import annotations

import json

import pytest

from tests.people.builders import client_of
from tests.rojak.builders import AT, OTHER_RW, RW, make_kind, make_post
from tests.rojak.items.builders import Made, Phone, actor, person, post, revised, send, states
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAllow, UnableToFind
from tidar.common.models import AuditEntry
from tidar.people.models import User
from tidar.rojak.actions.settling import UnableToSettle, keep_accepted, refuse_item, take_other
from tidar.rojak.models import Finding, PatrolItem, SensitiveReading

pytestmark = pytest.mark.django_db
LIST = "/rojak/periksa/"


@pytest.fixture
def made() -> Made:
    found = post()
    make_kind(found.city.program, "orang-asing", person=True)
    return found


def conflict(made: Made, *, kinds: tuple[str, str]) -> int:
    """A finding edited on two phones; the number of the version in conflict."""
    first = made.phone.item("finding", {"kind": kinds[0], "note": "Pak Anu"})
    send(made.phone, first, revised(made.phone, first, {"note": "Pak Anu lagi"}))
    send(made.other, revised(made.other, first, {"kind": kinds[1], "note": "Bu Anu"}))
    return PatrolItem.objects.get(state="bentrok").pk


@pytest.mark.parametrize(
    "kinds", [("orang-asing", "orang-asing"), ("sampah", "orang-asing"), ("orang-asing", "sampah")]
)
def test_what_concerns_a_person_is_for_the_head_of_that_rw_alone(made: Made, kinds: tuple[str, str]) -> None:
    number = conflict(made, kinds=kinds)
    head = client_of(made.head)
    assert f"RJ-{number:06d}" in head.get(LIST).content.decode()
    assert "Bu Anu" in head.get(f"{LIST}{number}/").content.decode()
    for user in (person("administrator", area=""), person("rw_head", area=OTHER_RW)):
        client = client_of(user)
        listed = client.get(f"{LIST}?keadaan=bentrok").content.decode()
        assert f"RJ-{number:06d}" not in listed and "0 bentrok" in listed
        assert client.get(f"{LIST}{number}/").status_code == 404
        assert client.post(f"{LIST}{number}/", {"aksi": "pertahankan", "alasan": "x"}).status_code == 404
        with pytest.raises(UnableToFind):
            keep_accepted(number=number, reason="x", by=actor(user), at=AT)
    keep_accepted(number=number, reason="x", by=actor(made.head), at=AT)
    assert f"RJ-{number:06d}" not in client_of(person("administrator", area="")).get(
        f"{LIST}?keadaan=diputuskan"
    ).content.decode()  # fmt: skip


def test_what_concerns_a_place_is_for_the_administrator_too(made: Made) -> None:
    number = conflict(made, kinds=("sampah", "sampah"))
    administrator = client_of(person("administrator", area=""))
    assert f"RJ-{number:06d}" in administrator.get(LIST).content.decode()
    assert administrator.get(f"{LIST}{number}/").status_code == 200


def test_a_person_kind_of_no_known_post_is_kept_from_who_may_not_read_it(made: Made) -> None:
    send(made.phone, made.phone.item("finding", {"kind": "orang-asing", "note": "Pak Anu"}, post="entah"))
    number = PatrolItem.objects.get(state="ditahan").pk
    assert client_of(made.head).get(f"{LIST}{number}/").status_code == 200
    administrator = client_of(person("administrator", area=""))
    assert administrator.get(f"{LIST}{number}/").status_code == 404
    assert f"RJ-{number:06d}" not in administrator.get(f"{LIST}?keadaan=ditahan").content.decode()


def test_readings_of_notes_that_are_not_yet_findings_are_listed(made: Made) -> None:
    send(made.phone, made.phone.item("finding", {"kind": "orang-asing", "note": "Pak Anu"}, post="entah"))
    number = PatrolItem.objects.get(state="ditahan").pk
    client = client_of(made.head)
    client.get(f"{LIST}{number}/")
    shown = client.get("/rojak/akses/").content.decode()
    assert "Memeriksa catatan" in shown and "/rojak/temuan/" + str(PatrolItem.objects.get().item_id) not in shown
    other = client_of(person("rw_head", area=OTHER_RW)).get("/rojak/akses/").content.decode()
    assert "Memeriksa catatan" not in other


def elsewhere(made: Made, *, state: str) -> tuple[int, User]:
    """Another RW's phone sends a note under the id of one of RW 04: its number, and the head of that other RW."""
    first = made.phone.item("finding", {"note": "rahasia RW 04"})
    send(made.phone, first)
    there = make_post(made.city.program, area=OTHER_RW)
    phone = Phone(person(area=OTHER_RW), there.code).register()
    taken = phone.item("finding", {"segment": "", "note": "dari RW lain"}, id=json.loads(first.body)["id"])
    assert states(send(phone, taken)) == ["ditahan"]
    row = PatrolItem.objects.get(state="ditahan")
    assert row.sentence == "Versi sebelumnya catatan lain jenisnya."
    PatrolItem.objects.filter(pk=row.pk).update(state=state)
    return row.pk, person("rw_head", area=OTHER_RW)


@pytest.mark.parametrize("state", ["ditahan", "bentrok"])
def test_a_note_under_the_id_of_another_rw_shows_and_changes_nothing_there(made: Made, state: str) -> None:
    number, head = elsewhere(made, state=state)
    page = client_of(head).get(f"{LIST}{number}/").content.decode()
    assert "dari RW lain" in page and "rahasia" not in page and 'name="aksi"' not in page
    settle = refuse_item if state == "ditahan" else take_other
    with pytest.raises(UnableToAllow):
        settle(number=number, reason="x", by=actor(head), at=AT)
    assert Finding.objects.get().note == "rahasia RW 04"


def test_not_even_who_leads_both_can_put_it_in_the_place_of_the_other(made: Made) -> None:
    number, head = elsewhere(made, state="bentrok")
    here, there = actor(made.head), actor(head)
    both = Actor(kind="user", id=here.id, name="Bu Dua RW", grants=here.grants | there.grants)
    with pytest.raises(UnableToSettle, match="lain jenisnya"):
        take_other(number=number, reason="x", by=both, at=AT)
    assert (Finding.objects.get().note, Finding.objects.get().post.area_code) == ("rahasia RW 04", RW)


@pytest.mark.parametrize(("state", "act"), [("ditahan", "tolak"), ("bentrok", "pertahankan")])
def test_the_head_where_the_note_counts_settles_it_without_reading_the_other_rw(
    made: Made, state: str, act: str
) -> None:
    number, _head = elsewhere(made, state=state)
    client = client_of(made.head)
    listed = client.get(f"{LIST}?keadaan={state}").content.decode()
    assert f"RJ-{number:06d}" in listed and "RW lain" in listed
    page = client.get(f"{LIST}{number}/").content.decode()
    assert "rahasia RW 04" in page and "dari RW lain" not in page and "Lepas catatan ini" not in page
    assert client.post(f"{LIST}{number}/", {"aksi": act, "alasan": "nomornya bentrok"}).status_code == 302
    row = PatrolItem.objects.get(pk=number)
    assert (row.state, row.settlement) == ("ditolak", "nomornya bentrok")
    assert AuditEntry.objects.filter(action="patrol.item.settle").count() == 1
    assert Finding.objects.get().note == "rahasia RW 04"


def test_about_a_person_it_is_for_the_head_where_it_counts_and_for_no_administrator(made: Made) -> None:
    first = made.phone.item("finding", {"kind": "orang-asing", "note": "Pak Anu"})
    send(made.phone, first)
    there = make_post(made.city.program, area=OTHER_RW)
    phone = Phone(person(area=OTHER_RW), there.code).register()
    send(phone, phone.item("finding", {"segment": "", "note": "dari RW lain"}, id=json.loads(first.body)["id"]))
    number = PatrolItem.objects.get(state="ditahan").pk
    for user in (person("administrator", area=""), person("rw_head", area="33.71.01.1001.01"), phone.user):
        assert f"RJ-{number:06d}" not in client_of(user).get(f"{LIST}?keadaan=ditahan").content.decode()
        with pytest.raises((UnableToFind, UnableToAllow)):
            refuse_item(number=number, reason="x", by=actor(user), at=AT)
    client = client_of(made.head)
    page = client.get(f"{LIST}{number}/").content.decode()
    assert "Pak Anu" in page and "dari RW lain" not in page
    assert SensitiveReading.objects.filter(subject_id=Finding.objects.get().pk).exists()
    refuse_item(number=number, reason="nomornya bentrok", by=actor(made.head), at=AT)
    assert PatrolItem.objects.get(pk=number).state == "ditolak"


def test_another_kind_under_the_same_id_is_held_and_cannot_be_taken(made: Made) -> None:
    first = made.phone.item("finding")
    send(made.phone, first)
    other = made.phone.item("activity", id=json.loads(first.body)["id"])
    (answer,) = send(made.phone, other)
    assert (answer.state, answer.sentence) == ("ditahan", "Versi sebelumnya catatan lain jenisnya.")
    assert "ambil" not in client_of(made.head).get(f"{LIST}{int(answer.receipt[3:])}/").content.decode()
