"""From finding to fixed: each act is one step, one event and one audit entry, or nothing at all."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.rojak.actions import findings as actions
from tidar.rojak.models import Evidence, Finding, StepNote
from tidar.rojak.queries.findings import state_of
from tidar.rojak.rules import findings as rules

pytestmark = pytest.mark.django_db
AT = here.AT
LATER = AT + timedelta(hours=1)


@pytest.fixture
def city() -> patrol.City:
    return patrol.city()


@pytest.fixture
def finding(city: patrol.City) -> Finding:
    return here.found(here.place_kind(city), city.segments[0], note="tumpukan sampah")


def events(kind: str = "patrol.") -> list[Event]:
    return list(Event.objects.filter(kind__startswith=kind).order_by("recorded_at", "id"))


def test_the_whole_way_is_one_chain(finding: Finding) -> None:
    order = actions.WorkOrder("600/12/2026", "Regu Sampah Tengah", date(2026, 11, 28))
    actions.pass_on(finding_id=finding.pk, want="permohonan", note="tolong segera", by=here.HEAD_OF_RW, at=LATER)
    actions.order_work(finding_id=finding.pk, order=order, by=here.MENDER, at=LATER)
    actions.confirm_fixed(finding_id=finding.pk, by=here.HEAD_OF_RW, at=LATER)
    actions.reopen(finding_id=finding.pk, why="masih berserakan", by=here.HEAD_OF_RW, at=LATER)
    steps = list(finding.evidence.order_by("sequence"))
    assert [one.kind for one in steps] == ["temuan", "permohonan", "perintah-kerja", "konfirmasi", "dibuka-lagi"]
    assert all(b.previous_hash == a.link_hash for a, b in itertools.pairwise(steps))
    told = [event.kind for event in events()]
    assert told == ["patrol.passed_on", "patrol.finding_changed", "patrol.fixed", "patrol.finding_changed"]
    assert AuditEntry.objects.filter(subject_id=str(finding.pk)).count() == 4
    assert state_of(finding) == rules.REOPENED


def test_passing_on_says_what_is_wanted_and_nothing_private(finding: Finding) -> None:
    note = "hubungi Bu Siti"
    actions.pass_on(finding_id=finding.pk, want="insiden", note=note, by=here.HEAD_OF_RW, at=LATER)
    (event,) = events()
    assert event.data["want"] == "insiden"
    assert event.data["finding"] == str(finding.pk)
    assert event.data["agency"] == here.AGENCY
    assert event.permission == "patrol.see"
    assert "Siti" not in f"{event.data} {event.subject}"
    assert "sampah" not in str(event.data.get("note", ""))


def test_the_words_of_a_step_are_kept_beside_the_chain(finding: Finding) -> None:
    made = actions.pass_on(finding_id=finding.pk, want="insiden", note="hubungi Bu Siti", by=here.HEAD_OF_RW, at=LATER)
    assert "Siti" not in str(made.content)
    assert StepNote.objects.get(step=made).text == "hubungi Bu Siti"


@pytest.mark.parametrize("times", [2, 3])
def test_passing_on_twice_is_once(finding: Finding, times: int) -> None:
    made = {
        actions.pass_on(finding_id=finding.pk, want="permohonan", by=here.HEAD_OF_RW, at=LATER).pk for _ in range(times)
    }
    assert len(made) == 1
    assert len(events("patrol.passed_on")) == 1


def test_opened_again_it_can_be_passed_on_again(finding: Finding) -> None:
    for _ in range(2):
        actions.pass_on(finding_id=finding.pk, want="permohonan", by=here.HEAD_OF_RW, at=LATER)
        actions.confirm_fixed(finding_id=finding.pk, by=here.HEAD_OF_RW, at=LATER)
        actions.reopen(finding_id=finding.pk, why="belum", by=here.HEAD_OF_RW, at=LATER)
    assert len(events("patrol.passed_on")) == 2


ACTS: dict[str, Callable[..., object]] = {
    "pass on": lambda pk, by: actions.pass_on(finding_id=pk, want="permohonan", by=by, at=LATER),
    "order": lambda pk, by: actions.order_work(finding_id=pk, order=actions.WorkOrder("1", "Regu"), by=by, at=LATER),
    "confirm": lambda pk, by: actions.confirm_fixed(finding_id=pk, by=by, at=LATER),
    "duplicate": lambda pk, by: actions.mark_duplicate(finding_id=pk, of=pk, by=by, at=LATER),
    "reopen": lambda pk, by: actions.reopen(finding_id=pk, why="belum", by=by, at=LATER),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "actor", [here.HEAD_ELSEWHERE, here.OTHER_MENDER, here.MEMBER, here.LURAH, here.OPERATOR], ids=lambda a: a.name
)
def test_strangers_and_readers_change_nothing(finding: Finding, act: str, actor) -> None:
    with pytest.raises((UnableToFind, UnableToAllow)):
        ACTS[act](finding.pk, actor)
    assert finding.evidence.count() == 1
    assert not events()


@pytest.mark.parametrize("act", ["confirm", "duplicate", "reopen"])
def test_who_mends_does_not_decide_that_it_is_mended(finding: Finding, act: str) -> None:
    with pytest.raises(UnableToAllow):
        ACTS[act](finding.pk, here.MENDER)


@pytest.mark.parametrize(
    ("before", "act"),
    [("konfirmasi", "pass on"), ("konfirmasi", "order"), ("duplikat", "confirm"), ("", "reopen"), ("", "duplicate")],
)
def test_what_does_not_fit_the_state_gets_a_sentence(finding: Finding, before: str, act: str) -> None:
    if before:
        here.step(finding, before)
    count = finding.evidence.count()
    with pytest.raises(actions.UnableToFollowUp):
        ACTS[act](finding.pk, here.HEAD_OF_RW)
    assert finding.evidence.count() == count
    assert not events()


def test_another_want_while_it_is_passed_on_is_refused(finding: Finding) -> None:
    actions.pass_on(finding_id=finding.pk, want="permohonan", by=here.HEAD_OF_RW, at=LATER)
    with pytest.raises(actions.UnableToFollowUp):
        actions.pass_on(finding_id=finding.pk, want="insiden", by=here.HEAD_OF_RW, at=LATER)
    with pytest.raises(actions.UnableToFollowUp):
        actions.pass_on(finding_id=finding.pk, want="lain", by=here.HEAD_OF_RW, at=LATER)


def test_a_duplicate_names_the_one_that_goes_on(city: patrol.City, finding: Finding) -> None:
    other = here.found(here.place_kind(city), city.segments[0])
    step = actions.mark_duplicate(finding_id=finding.pk, of=other.pk, by=here.HEAD_OF_RW, at=LATER)
    assert step.reference == str(other.pk)
    assert actions.mark_duplicate(finding_id=finding.pk, of=other.pk, by=here.HEAD_OF_RW, at=LATER).pk == step.pk
    for one, of in ((other, finding), (here.found(here.place_kind(city), city.segments[0]), finding)):
        with pytest.raises(actions.UnableToFollowUp):  # neither a circle nor a chain
            actions.mark_duplicate(finding_id=one.pk, of=of.pk, by=here.HEAD_OF_RW, at=LATER)


def test_a_duplicate_of_another_post_or_of_nothing_is_refused(city: patrol.City, finding: Finding) -> None:
    elsewhere = here.found(here.place_kind(city), patrol.make_segment(patrol.make_post(city.program)))
    for of in (elsewhere.pk, uuid.uuid4()):
        with pytest.raises(actions.UnableToFollowUp):
            actions.mark_duplicate(finding_id=finding.pk, of=of, by=here.HEAD_OF_RW, at=LATER)


def test_what_concerns_a_person_is_told_without_words_or_place(city: patrol.City) -> None:
    finding = here.found(here.person_kind(city), city.segments[0], note=here.SECRET)
    for reader in (here.LURAH, here.MENDER, here.ADMINISTRATOR):
        with pytest.raises(UnableTo):
            actions.pass_on(finding_id=finding.pk, want="insiden", by=reader, at=LATER)
    actions.pass_on(finding_id=finding.pk, want="insiden", note=here.SECRET, by=here.HEAD_OF_RW, at=LATER)
    (event,) = events()
    assert event.permission == "patrol.persons"
    assert (event.lon, event.lat, event.data["segment"]) == (None, None, "")
    assert here.SECRET not in f"{event.data} {event.subject}"
    assert here.SECRET not in str([(e.before, e.after) for e in AuditEntry.objects.all()])


def test_steps_are_append_only(finding: Finding) -> None:
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic():
        Evidence.objects.filter(finding=finding).update(kind="konfirmasi")
