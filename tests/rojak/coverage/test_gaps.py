"""Asking for a check: once, taken back, done by itself; and who hears of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.people.builders import person
from tests.rojak import builders as patrol
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.hub import api as hub
from tidar.hub.models import Event
from tidar.people.models import Notice
from tidar.rojak.actions.gaps import UnableToAsk, ask_for_check, withdraw_task
from tidar.rojak.models import GapTask
from tidar.rojak.queries.gaps import open_tasks, open_tasks_of_post, posts_now, segments_now, worst_first
from tidar.rojak.queries.reach import posts_for

pytestmark = pytest.mark.django_db
LATER = patrol.AT + timedelta(hours=1)


@pytest.fixture
def made() -> patrol.City:
    return patrol.city()


def head() -> object:
    return patrol.actor("patrol.coordinate", "patrol.see")


def ask(made: patrol.City, member: int | None = None, n: int = 0, at=patrol.AT) -> GapTask:
    return ask_for_check(segment_id=made.segments[n].pk, member_id=member, by=head(), at=at)


def test_asking_is_open_until_a_certain_check(made):
    task = ask(made)
    patrol.check(made.segments[0], patrol.AT - timedelta(minutes=1))  # before it was asked
    patrol.check(made.segments[0], LATER, certain=False)
    assert open_tasks([made.segments[0].pk])[made.segments[0].pk].id == task.pk
    patrol.check(made.segments[0], LATER)
    assert open_tasks([made.segments[0].pk]) == {}


def test_asking_twice_is_asking_once_and_another_person_replaces(made):
    first, again = ask(made), ask(made, at=LATER)
    assert first == again
    other = ask(made, made.members[1].pk, at=LATER)
    found = open_tasks([made.segments[0].pk])[made.segments[0].pk]
    assert (found.id, found.member_name) == (other.pk, "Ibu 2")
    assert GapTask.objects.get(pk=first.pk).withdrawn_at == LATER


def test_taking_back_leaves_nothing_open_and_cannot_be_done_twice(made):
    task = ask(made)
    withdraw_task(task_id=task.pk, by=head(), at=LATER)
    assert open_tasks_of_post(made.post.pk, LATER) == ()
    with pytest.raises(UnableToAsk, match="sudah dibatalkan"):
        withdraw_task(task_id=task.pk, by=head(), at=LATER)


def test_what_was_checked_in_the_meantime_cannot_be_taken_back(made):
    task = ask(made)
    patrol.check(made.segments[0], LATER)
    with pytest.raises(UnableToAsk, match="sudah selesai"):
        withdraw_task(task_id=task.pk, by=head(), at=LATER)


def test_a_member_with_an_account_gets_one_notice_and_the_event_names_nobody(made):
    user = person("ibu")
    member = patrol.make_member(made.post, "Ibu Rahasia", user=user)
    ask(made, member.pk)
    ask(made, member.pk, at=LATER)
    (notice,) = Notice.objects.filter(user=user)
    assert notice.sentence == f"Tolong periksa {made.segments[0].title}: sudah waktunya dilihat lagi."
    while hub.number_events():
        pass
    (event,) = Event.objects.filter(kind="patrol.gap_asked")
    assert "Rahasia" not in f"{event.subject}{event.data}"
    assert (event.area_code, event.permission) == (patrol.RW, "patrol.see")
    assert event.data["segment"] == made.segments[0].code


def test_each_act_has_one_audit_entry(made):
    withdraw_task(task_id=ask(made).pk, by=head(), at=LATER)
    names = AuditEntry.objects.filter(action__startswith="patrol.").order_by("id").values_list("action", flat=True)
    assert list(names) == ["patrol.ask_for_check", "patrol.withdraw_task"]


def test_a_stranger_asks_nobody(made):
    stranger = patrol.actor("patrol.coordinate", area=patrol.OTHER_RW)
    with pytest.raises(UnableToAllow):
        ask_for_check(segment_id=made.segments[0].pk, member_id=None, by=stranger, at=patrol.AT)
    task = ask(made)
    with pytest.raises(UnableToAllow):
        withdraw_task(task_id=task.pk, by=stranger, at=LATER)


def test_nobody_is_asked_who_left_or_for_what_is_not_patrolled(made):
    gone = patrol.make_member(made.post, "Ibu Pindah", until_date=date(2026, 11, 1))
    other = patrol.make_member(patrol.make_post(made.program, area=patrol.OTHER_RW))
    for member in (gone, other):
        with pytest.raises(UnableToAsk, match="bukan anggota"):
            ask(made, member.pk)
    made.segments[0].until_date = date(2026, 11, 1)
    made.segments[0].save()
    with pytest.raises(UnableToAsk, match="tidak dironda"):
        ask(made)


def test_worst_is_days_times_importance_and_posts_follow_their_worst_gaps(made):
    old, important = made.segments[0], made.segments[1]
    patrol.check(old, patrol.wib(10, 9))
    patrol.check(important, patrol.wib(16, 9))
    important.importance = 3
    important.save()
    for segment in made.segments[2:]:
        patrol.check(segment, patrol.wib(26, 8))
    quiet = patrol.make_post(made.program)
    patrol.check(patrol.make_segment(quiet), patrol.wib(26, 8))
    found = segments_now(posts_for(patrol.actor("patrol.see", area=None)), patrol.AT)
    assert [one.id for one in worst_first(found)][:2] == [important.pk, old.pk]  # (8 + 1) × 3 before (14 + 1) × 1
    assert [post.id for post in posts_now(found)] == [made.post.pk, quiet.pk]
    assert len(posts_now(found)[0].worst) == 2
