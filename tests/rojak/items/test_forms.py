"""Findings with a form: the answers are a submission; what the form does not allow waits for the head of the RW."""

from __future__ import annotations

import uuid

import pytest

from tests.formulir.builders import adopted
from tests.rojak.builders import AT
from tests.rojak.items.builders import actor, post, revised, send, states
from tidar.formulir.models import Submission
from tidar.rojak.actions.settling import release_item
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
