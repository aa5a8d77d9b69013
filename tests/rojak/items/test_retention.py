"""What never became a finding goes, too, when the longest time is over; and nothing that waits is jammed by it."""

from __future__ import annotations

import os
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.formulir.builders import instance, jpeg, key_of
from tests.formulir.test_photos import name_of
from tests.rojak.builders import AT, OTHER_RW, SYSTEM, make_kind
from tests.rojak.items.builders import Made, actor, hash_of, moment, person, post, revised, send, states
from tidar.common.ids import uuid7
from tidar.common.models import AuditEntry
from tidar.formulir import api as formulir
from tidar.formulir.actions.receiving import Parcel, receive_parcel
from tidar.formulir.models import Photo, Submission
from tidar.formulir.queries.keys import holder_of
from tidar.formulir.queries.photos import part_path
from tidar.rojak.actions.retention import erase_over
from tidar.rojak.actions.settling import release_item
from tidar.rojak.models import (
    Activity,
    Attendance,
    Check,
    Finding,
    FindingKind,
    GapTask,
    Leg,
    Member,
    PatrolItem,
    Round,
    TrackPart,
)
from tidar.rojak.queries.evidence import check_evidence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FORMS = Path(__file__).resolve().parents[3] / "programs" / "rojak" / "forms"
ID = uuid.UUID("0199ab00-0000-7000-8000-0000000000ee")
YEARS = AT + timedelta(days=731)
SENTENCE = "Dihapus karena masa simpannya habis."


@pytest.fixture
def made() -> Made:
    found = post()
    formulir.adopt_folder(folder=FORMS, program="rojak", by=SYSTEM, at=AT)
    return found


def sent_with_collect(*, area: str) -> Submission:
    """Somebody with a key of that RW sends a finding with a photograph."""
    answers = (
        "<jenis>sampah</jenis><parah>3</parah><ruas>L1</ruas><posisi>-7.4859 110.2150 380 6.5</posisi>"
        "<foto>a.jpg</foto><catatan>Rahasia.</catatan>"
    )
    key, actor = holder_of(key_of(person(area=area), area=area, at=AT), at=AT)
    xml = instance(answers, id=ID, key="rojak-temuan", version=formulir.published("rojak-temuan").version)
    receive_parcel(parcel=Parcel(xml, {"a.jpg": jpeg(5)}), key=key, by=actor, at=AT)
    return Submission.objects.get(pk=ID)


def test_what_collect_sent_and_nobody_took_over_goes(made: Made, django_capture_on_commit_callbacks) -> None:
    before = sent_with_collect(area=OTHER_RW)
    assert (before.state, Finding.objects.count()) == ("ditahan", 0)
    assert erase_over(by=SYSTEM, at=YEARS - timedelta(days=2)).submissions == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_over(by=SYSTEM, at=YEARS).submissions == 1
    after = Submission.objects.get(pk=ID)
    assert (after.answers, after.problems, after.raw, after.device) == ({}, [], None, "")
    assert (after.content_hash, after.state, after.sentence) == (before.content_hash, "ditolak", SENTENCE)
    assert Photo.objects.get().state == "dihapus"
    assert formulir.check_photos() == ()
    assert erase_over(by=SYSTEM, at=YEARS).submissions == 0


def test_answers_of_a_finding_that_is_kept_stay_with_their_photograph(made: Made) -> None:
    sent_with_collect(area=made.phone.user.assignments.get().area_code)
    assert Finding.objects.get(pk=ID).note == "Rahasia."
    Submission.objects.update(received_at=AT - timedelta(days=4000))
    Photo.objects.update(announced_at=AT - timedelta(days=4000))
    assert erase_over(by=SYSTEM, at=AT).submissions == 0
    assert Submission.objects.get().answers["catatan"] == "Rahasia."
    assert Photo.objects.get().state == "diterima"


def test_photographs_that_nothing_names_go_and_others_stay(made: Made) -> None:
    for number in (1, 2):
        data = jpeg(number)
        formulir.receive_photo_part(sha256=name_of(data), start=0, total=len(data), data=data, by=SYSTEM, at=AT)
    FindingKind.objects.update(retention_days=4000)
    send(made.phone, made.phone.item("finding", {"photos": [name_of(jpeg(1))]}))
    assert erase_over(by=SYSTEM, at=YEARS).photos == 0
    FindingKind.objects.update(retention_days=100)
    Finding.objects.update(happened_at=YEARS, received_at=YEARS)
    assert erase_over(by=SYSTEM, at=YEARS).photos == 1
    assert formulir.photo_states([name_of(jpeg(1)), name_of(jpeg(2))]) == {
        name_of(jpeg(1)): "diterima",
        name_of(jpeg(2)): "dihapus",
    }


def part(data: bytes, touched: datetime) -> Path:
    """Half of a photograph that came at that moment."""
    half = data[: len(data) // 2]
    formulir.receive_photo_part(sha256=name_of(data), start=0, total=len(data), data=half, by=SYSTEM, at=AT)
    os.utime(part_path(name_of(data)), (touched.timestamp(), touched.timestamp()))
    return part_path(name_of(data))


def test_parts_whose_phone_never_came_back_go_after_a_week(made: Made) -> None:
    data = jpeg(1)
    old, new = part(data, AT - timedelta(days=8)), part(jpeg(2), AT - timedelta(days=6))
    assert erase_over(by=SYSTEM, at=AT).parts == 1
    assert (old.exists(), new.exists()) == (False, True)
    assert formulir.photo_offset(name_of(data)).held_bytes == 0
    whole = formulir.receive_photo_part(sha256=name_of(data), start=0, total=len(data), data=data, by=SYSTEM, at=AT)
    assert whole.state == "diterima"


def test_a_round_that_comes_after_its_items_were_erased_is_taken(made: Made) -> None:
    phone, patrol = made.phone, uuid7()
    (held,) = send(phone, phone.item("check", round=patrol))
    assert held.state == "ditahan"
    erase_over(by=SYSTEM, at=AT + timedelta(days=91))
    row = PatrolItem.objects.get()
    assert (row.state, row.sentence, row.waits_for, bytes(row.body)) == ("ditolak", SENTENCE, None, b"")
    assert states(send(phone, phone.item("round_start", id=patrol))) == ["diterima"]
    assert not Check.objects.exists()


def test_one_empty_item_that_waits_jams_no_batch(made: Made) -> None:
    phone, patrol = made.phone, uuid7()
    gone, kept = phone.item("check", round=patrol), phone.item("check", round=patrol)
    send(phone, gone, kept)
    PatrolItem.objects.filter(content_hash=hash_of(gone)).update(body=b"")
    answers = send(phone, phone.item("round_start", id=patrol), phone.item("activity"))
    assert states(answers) == ["diterima", "diterima"]
    assert PatrolItem.objects.get(content_hash=hash_of(kept)).state == "diterima"
    assert Check.objects.count() == 1


def test_versions_in_conflict_are_no_longer_asked_about(made: Made) -> None:
    first = made.phone.item("finding", {"note": "satu"})
    send(made.phone, first, revised(made.phone, first, {"note": "dua"}), revised(made.phone, first, {"note": "tiga"}))
    assert PatrolItem.objects.filter(state="bentrok").count() == 1
    erase_over(by=SYSTEM, at=YEARS)
    assert sorted(PatrolItem.objects.values_list("state", "sentence")) == [
        ("diganti", ""),
        ("diterima", ""),
        ("ditolak", SENTENCE),
    ]
    assert check_evidence(at=YEARS) == ()


def test_what_waits_is_kept_no_longer_than_its_own_kind_and_its_photograph_neither(
    made: Made, django_capture_on_commit_callbacks
) -> None:
    data, program = jpeg(1), made.city.program
    make_kind(program, "orang-asing", person=True, retention_days=30)
    for kind, number in (("orang-asing", 1), ("sampah", 2)):
        told = {"kind": kind, "note": f"Pak Anu {kind}", "photos": [name_of(jpeg(number))]}
        send(made.phone, made.phone.item("finding", told, at=moment(AT + timedelta(hours=1))))
        held = jpeg(number)
        formulir.receive_photo_part(sha256=name_of(held), start=0, total=len(held), data=held, by=SYSTEM, at=AT)
    assert set(PatrolItem.objects.values_list("state", flat=True)) == {"ditahan"}
    erase_over(by=SYSTEM, at=AT + timedelta(days=29))
    assert PatrolItem.objects.filter(body=b"").count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_over(by=SYSTEM, at=AT + timedelta(days=31)).photos == 1
    kept = {row.state: bytes(row.body) for row in PatrolItem.objects.all()}
    assert kept["ditolak"] == b"" and b"Pak Anu sampah" in kept["ditahan"]
    assert formulir.photo_states([name_of(data), name_of(jpeg(2))]) == {
        name_of(data): "dihapus", name_of(jpeg(2)): "diterima",
    }  # fmt: skip
    assert check_evidence(at=AT + timedelta(days=31)) == ()


def test_a_photograph_that_another_waiting_note_names_stays_with_it(made: Made) -> None:
    shared = name_of(jpeg(1))
    make_kind(made.city.program, "orang-asing", person=True, retention_days=30)
    for kind in ("orang-asing", "sampah"):
        told = {"kind": kind, "photos": [shared]}
        send(made.phone, made.phone.item("finding", told, at=moment(AT + timedelta(hours=1))))
    data = jpeg(1)
    formulir.receive_photo_part(sha256=shared, start=0, total=len(data), data=data, by=SYSTEM, at=AT)
    erase_over(by=SYSTEM, at=AT + timedelta(days=31))
    assert formulir.photo_states([shared]) == {shared: "diterima"}


def test_a_clock_years_ahead_keeps_nothing_for_years(made: Made) -> None:
    ahead, round_id = AT + timedelta(days=4000), uuid7()
    start = made.phone.item("round_start", {"present": [made.city.members[0].pk]}, id=round_id, at=moment(ahead))
    rest = [
        made.phone.item(kind, more, round=round_id, at=moment(ahead))
        for kind, more in (
            ("track", {}), ("activity", {"note": "Bu Anu"}), ("finding", {"note": "Pak Anu"}),
            ("round_end", {"note": "Bu Ani capek"}),
        )
    ]  # fmt: skip
    send(made.phone, start, *rest)
    release = [PatrolItem.objects.get(kind="round_start").pk]
    release += PatrolItem.objects.exclude(kind="round_start").order_by("pk").values_list("pk", flat=True)
    for number in release:
        release_item(number=number, reason="jam Bu Anu salah", by=actor(made.head), at=AT)
    assert Round.objects.get().note == "Bu Ani capek"
    GapTask.objects.create(segment=made.city.segments[0], member=made.city.members[0], asked_at=AT, asked_by="uji")
    erase_over(by=SYSTEM, at=YEARS)
    assert (TrackPart.objects.count(), Attendance.objects.count(), Round.objects.get().note) == (0, 0, "")
    assert (Activity.objects.get().note, Finding.objects.get().note, GapTask.objects.get().member) == ("", "", None)
    assert Leg.objects.get().device is None
    left = PatrolItem.objects.exclude(body=b"", settlement="")
    assert not left.exists()
    assert "Bu Anu" not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_members_who_left_are_forgotten_when_no_round_names_them_any_more(made: Made) -> None:
    gone, stays = made.city.members[:2]
    Member.objects.filter(pk=gone.pk).update(until_date=AT.date(), phone="+6281234567890")
    erase_over(by=SYSTEM, at=AT + timedelta(days=729))
    assert Member.objects.get(pk=gone.pk).phone == "+6281234567890"
    erase_over(by=SYSTEM, at=AT + timedelta(days=732))
    gone.refresh_from_db()
    stays.refresh_from_db()
    assert (gone.name, gone.phone, gone.erased_at is None) == ("Anggota (datanya dihapus)", "", False)
    assert (stays.name, stays.erased_at) == ("Ibu 2", None)
