"""What never became a finding goes, too, when the longest time is over; and nothing that waits is jammed by it."""

from __future__ import annotations

import os
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.formulir.builders import instance, jpeg, key_of
from tests.formulir.test_photos import name_of
from tests.rojak.builders import AT, OTHER_RW, SYSTEM
from tests.rojak.items.builders import Made, hash_of, person, post, revised, send, states
from tidar.common.ids import uuid7
from tidar.formulir import api as formulir
from tidar.formulir.actions.receiving import Parcel, receive_parcel
from tidar.formulir.models import Photo, Submission
from tidar.formulir.queries.keys import holder_of
from tidar.formulir.queries.photos import part_path
from tidar.rojak.actions.retention import erase_over
from tidar.rojak.models import Check, Finding, FindingKind, PatrolItem
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
    Finding.objects.update(happened_at=YEARS)
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
