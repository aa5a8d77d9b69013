"""Findings with a form: the answers are a submission; what the form does not allow waits for the head of the RW."""

from __future__ import annotations

import uuid

import pytest

from tests.formulir.builders import adopted
from tests.rojak.builders import AT
from tests.rojak.items.builders import actor, post, revised, send, states
from tidar.formulir import api as formulir
from tidar.formulir.models import Submission
from tidar.rojak.actions.settling import UnableToSettle, refuse_item, release_item, take_other
from tidar.rojak.models import Finding, PatrolItem

pytestmark = pytest.mark.django_db
FILLED = {"form": "uji", "version": "1", "answers": {"jenis": "sampah", "banyak": 3, "warna": ["merah"]}}


def test_the_answers_are_kept_under_the_item_and_those_of_a_revision_beside_them() -> None:
    made = post()
    adopted()
    first = made.phone.item("finding", FILLED)
    second = revised(made.phone, first, {"answers": {"jenis": "sampah", "banyak": 7}})
    assert states(send(made.phone, first)) == ["diterima"]
    finding = Finding.objects.get()
    assert finding.submission_id == finding.pk and finding.submission.answers["banyak"] == 3
    assert states(send(made.phone, second, first)) == ["diterima", "diganti"]
    finding.refresh_from_db()
    assert finding.submission_id == uuid.uuid5(finding.pk, PatrolItem.objects.get(revision=2).content_hash)
    assert finding.submission.answers["banyak"] == 7
    assert list(Submission.objects.values_list("state", flat=True)) == ["diterima"] * 2


def test_answers_that_the_form_does_not_allow_wait_and_can_be_released() -> None:
    made = post()
    adopted()
    (answer,) = send(made.phone, made.phone.item("finding", FILLED | {"answers": {"jenis": "hantu"}}))
    assert answer.state == "ditahan" and answer.sentence.startswith("Isian formulir belum benar: jenis:")
    assert not Submission.objects.exists()
    release_item(number=PatrolItem.objects.get().pk, reason="sudah ditanyakan", by=actor(made.head), at=AT)
    assert Finding.objects.get().submission_id == Submission.objects.get().pk


def test_answers_of_a_finding_that_a_person_released_or_preferred_count_too() -> None:
    made = post()
    adopted()
    first = made.phone.item("finding", FILLED | {"answers": {"jenis": "hantu"}})
    send(made.phone, first)
    assert not Submission.objects.exists()
    release_item(number=PatrolItem.objects.get().pk, reason="sudah ditanyakan", by=actor(made.head), at=AT)
    kept = Submission.objects.get()
    assert (kept.state, kept.settled_by, kept.settlement) == ("diterima", str(made.head.pk), "sudah ditanyakan")
    assert [name for name, _sentence in kept.problems] == ["jenis"]  # what the form found stays said
    other = revised(made.phone, first, {"answers": {"jenis": "arwah"}}, base=made.phone.item("finding", FILLED))
    assert states(send(made.phone, other)) == ["ditahan"]
    number = PatrolItem.objects.get(state="ditahan").pk
    with pytest.raises(UnableToSettle):  # it changes another version than the accepted one
        release_item(number=number, reason="sudah ditanyakan", by=actor(made.head), at=AT)
    take_other(number=number, reason="lebih baru", by=actor(made.head), at=AT)
    newest = Finding.objects.get().submission
    assert (newest.answers["jenis"], newest.state) == ("arwah", "diterima")


def test_a_refused_finding_leaves_no_answers_that_count() -> None:
    made = post()
    adopted()
    send(made.phone, made.phone.item("finding", FILLED | {"answers": {"jenis": "hantu"}}))
    refuse_item(number=PatrolItem.objects.get().pk, reason="salah", by=actor(made.head), at=AT)
    assert not Submission.objects.filter(state="diterima").exists() and not Finding.objects.exists()


def test_a_photo_in_the_form_is_named_by_the_answer_and_is_one_of_the_finding() -> None:
    made = post()
    adopted()
    loose, named = "a" * 64, "b" * 64
    filled = FILLED | {"answers": {"jenis": "lain", "foto": named}, "photos": [loose, named]}
    assert states(send(made.phone, made.phone.item("finding", filled))) == ["diterima"]
    finding = Finding.objects.get()
    kept = formulir.submission(finding.submission_id)
    assert kept.photos == {"foto-1.jpg": loose, named: named} and kept.answers["foto"] == named
    assert set(finding.photos.values_list("photo_id", flat=True)) == {loose, named}


def test_an_answer_that_names_a_photo_that_did_not_come_with_it_waits_and_says_which() -> None:
    made = post()
    adopted()
    filled = FILLED | {"answers": {"jenis": "lain", "foto": "b" * 64}, "photos": ["a" * 64]}
    (answer,) = send(made.phone, made.phone.item("finding", filled))
    assert answer.state == "ditahan"
    assert "foto: Foto “bbbbbbbbbbbb” tidak ada di antara foto yang disertakan." in answer.sentence
    assert not Finding.objects.exists()
