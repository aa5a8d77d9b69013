"""Answers are kept once, as the form leaves them; held ones are decided."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection

from tests.formulir.builders import AT, SYSTEM, adopted, walker
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAgree, UnableToFind
from tidar.common.models import AuditEntry
from tidar.formulir import api
from tidar.formulir.actions import receiving
from tidar.formulir.actions.receiving import UnableToSettle, settle
from tidar.formulir.models import Attachment, Photo, Submission
from tidar.people import api as people

pytestmark = pytest.mark.django_db
ID = uuid.UUID("0199ab00-0000-7000-8000-0000000000aa")
SHA = "ab" * 32
FORM = ("uji", "1")


def _submit(answers: dict, *, id: uuid.UUID = ID, by: Actor = SYSTEM, **given: object) -> api.SubmissionView:
    whole = api.Given(**({"client": "hp", "happened_at": AT} | given))
    return api.submit(id=id, form=FORM, answers=answers, given=whole, by=by, at=AT)


def _held_of_odk() -> None:
    adopted()
    by = people.actor_for_user(walker().pk, at=AT)
    assert _submit({"jenis": "sampah", "banyak": -1}, by=by, client="odk").state == "ditahan"


def test_answers_are_kept_as_the_form_leaves_them() -> None:
    adopted()
    kept = _submit({"jenis": "lain", "banyak": 7})
    assert kept.answers == {"jenis": "lain", "banyak": None, "warna": None, "foto": None, "catatan": None}
    assert (kept.state, kept.was_here) == ("diterima", False)


def test_the_same_again_changes_nothing_and_other_content_is_refused() -> None:
    adopted()
    _submit({"jenis": "lain"})
    assert _submit({"jenis": "lain"}).was_here
    with pytest.raises(UnableToAgree):
        _submit({"jenis": "sampah"})
    assert Submission.objects.count() == 1


def test_answers_with_problems_are_held_and_nothing_of_them_is_lost() -> None:
    adopted()
    kept = _submit({"jenis": "sampah", "banyak": -1})
    assert (kept.state, kept.sentence) == ("ditahan", "1 jawaban tidak sesuai dengan formulir.")
    assert kept.answers["banyak"] == -1
    assert kept.problems == (("banyak", "Jawaban ini tidak sesuai."),)


def test_whoever_submits_may_hold_answers_with_a_sentence_of_their_own() -> None:
    adopted()
    assert _submit({"jenis": "lain"}, state="ditahan", sentence="Waktunya di masa depan.").state == "ditahan"


def test_photographs_are_announced_with_the_answers() -> None:
    adopted()
    kept = _submit({"jenis": "lain", "foto": "a.jpg"}, photos={"a.jpg": SHA})
    assert kept.photos == {"a.jpg": SHA}
    assert _submit({"jenis": "lain", "foto": "a.jpg"}, photos={"a.jpg": SHA}).photos == {"a.jpg": SHA}
    assert (Photo.objects.get().state, Attachment.objects.count()) == ("ditunggu", 1)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(UnableToFind):
        _submit({})


def test_keeping_answers_takes_few_queries(django_assert_max_num_queries) -> None:
    adopted()
    _submit({"jenis": "lain"}, id=uuid.UUID(int=1))
    with django_assert_max_num_queries(7):
        _submit({"jenis": "lain"})


def test_held_answers_are_handed_over_once_somebody_accepts_them(monkeypatch) -> None:
    _held_of_odk()
    taken: list[tuple[object, str]] = []
    monkeypatch.setattr(
        receiving, "_receivers", {"u": lambda one, *, by, at: taken.append((one.answers["banyak"], by.name))}
    )
    settle(submission_id=ID, accept=True, reason="Salah ketik.", by=SYSTEM, at=AT)
    assert taken == [(-1, "Yati")]
    assert Submission.objects.get().settlement == "Salah ketik."
    assert AuditEntry.objects.filter(action="submission.settled").count() == 1
    with pytest.raises(UnableToSettle):
        settle(submission_id=ID, accept=False, reason="Sekali lagi.", by=SYSTEM, at=AT)


def test_refused_answers_stay_but_are_not_handed_over(monkeypatch) -> None:
    _held_of_odk()
    monkeypatch.setattr(receiving, "_receivers", {"u": lambda one, *, by, at: pytest.fail("handed over")})
    with pytest.raises(UnableToSettle, match="alasannya"):
        settle(submission_id=ID, accept=False, reason=" ", by=SYSTEM, at=AT)
    settle(submission_id=ID, accept=False, reason="Iseng.", by=SYSTEM, at=AT)
    assert Submission.objects.get().state == "ditolak"


def test_what_a_programs_own_app_sent_is_not_decided_here() -> None:
    adopted()
    _submit({"jenis": "sampah", "banyak": -1})
    with pytest.raises(UnableToSettle, match="diputuskan di program itu"):
        settle(submission_id=ID, accept=True, reason="Baik.", by=SYSTEM, at=AT)


def test_the_receiver_of_the_longest_prefix_is_asked(monkeypatch) -> None:
    monkeypatch.setattr(receiving, "_receivers", {"rojak": min, "rojak-sungai": max})
    assert receiving.receiver_of("rojak-sungai-temuan") is max
    assert receiving.receiver_of("rojak-temuan") is min
    assert receiving.receiver_of("layanan") is None


@pytest.mark.django_db(transaction=True)
def test_the_same_answers_sent_at_the_same_time_are_one_submission() -> None:
    adopted()
    gate, found = threading.Barrier(4), []

    def send() -> None:
        gate.wait()
        try:
            found.append(_submit({"jenis": "lain"}).was_here)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, True, True, True]
    assert Submission.objects.count() == 1
