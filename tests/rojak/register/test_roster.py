"""The roster in the database: planned turns, changes from a day on, swaps that both agree to."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection, transaction

from tests.people.builders import actor, person
from tests.rojak.register import builders as b
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.rojak.actions import roster as actions
from tidar.rojak.actions.dating import UnableToDate, end_entry, reopen_entry
from tidar.rojak.actions.roster import (
    Turn,
    UnableToPlan,
    UnableToSwap,
    add_rules,
    answer_swap,
    ask_swap,
    change_rule,
    withdraw_swap,
)
from tidar.rojak.models import Member, Post, RosterRule, RosterSwap
from tidar.rojak.queries.roster import planned, planned_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
FRIDAY = date(2026, 11, 27)
CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def post() -> Post:
    return b.load()


def _named(post: Post, *names: str) -> list[Member]:
    return [post.members.get(name=name) for name in names]


def _morning(post: Post) -> RosterRule:
    return post.roster.get(day="5", starts=time(8, 30))


def _head() -> Actor:
    return actor(person("endang", role="rw_head", area=b.OWN))


def _walker(member: Member) -> Actor:
    user = person(f"akun-{member.pk}", role="patrol", area=b.OWN)
    Member.objects.filter(pk=member.pk).update(user=user)
    return actor(user)


def test_planned_turns_of_a_week_and_of_a_holiday(post: Post) -> None:
    week = planned(post.pk, date(2026, 11, 23), date(2026, 11, 29))
    assert len(week) == 10 and {turn.date.isoweekday() for turn in week} == {1, 2, 3, 4, 5}
    yani, sumarni, wahyuni, endang = _named(post, "Bu Yani", "Bu Sumarni", "Bu Wahyuni", "Bu Endang")
    assert week[0].member_ids == tuple(sorted([yani.pk, sumarni.pk, wahyuni.pk], key=week[0].member_ids.index))
    assert set(week[0].member_ids) == {yani.pk, sumarni.pk, wahyuni.pk}
    (holiday,) = planned(post.pk, CHRISTMAS, CHRISTMAS)
    assert set(holiday.member_ids) == {endang.pk, yani.pk}
    assert planned(post.pk, FRIDAY, FRIDAY - timedelta(days=1)) == ()


def test_planned_of_many_posts_asks_no_more_than_of_one(post: Post, django_assert_max_num_queries) -> None:
    posts = list(Post.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(3):
        found = planned_of(posts, date(2026, 11, 23), date(2026, 12, 20))
    assert set(found) == set(posts)
    assert found[post.pk] == planned(post.pk, date(2026, 11, 23), date(2026, 12, 20))


def test_a_change_from_a_day_on_leaves_the_past_as_it_was(post: Post) -> None:
    rule, head = _morning(post), _head()
    (retno,) = _named(post, "Bu Retno")
    made = change_rule(
        rule_id=rule.pk, turn=Turn(time(9), time(10), (retno.pk,)), from_date=date(2026, 12, 4), by=head, at=b.AT
    )
    assert [t.starts_at.hour for t in planned(post.pk, FRIDAY, FRIDAY)] == [8, 13]
    later = [t for t in planned(post.pk, date(2026, 12, 4), date(2026, 12, 4)) if t.rule_id == made.pk]
    assert [(t.starts_at.hour, t.member_ids) for t in later] == [(9, (retno.pk,))]
    again = change_rule(
        rule_id=made.pk, turn=Turn(time(8), time(9), (retno.pk,)), from_date=date(2026, 12, 4), by=head, at=b.AT
    )
    assert again.pk == made.pk  # it had not begun
    with pytest.raises(UnableToPlan, match="sudah berakhir"):
        change_rule(rule_id=rule.pk, turn=Turn(time(8), time(9), (retno.pk,)), from_date=FRIDAY, by=head, at=b.AT)


@pytest.mark.parametrize(
    ("days", "starts", "who", "sentence"),
    [((), 8, "Bu Yani", "harinya"), (("9",), 8, "Bu Yani", "harinya"), (("1",), 23, "Bu Yani", "sesudah jam mulai"),
     (("1",), 8, "", "paling sedikit satu")],
)  # fmt: skip
def test_a_wrong_rule_is_refused(post: Post, days: tuple[str, ...], starts: int, who: str, sentence: str) -> None:
    members = (post.members.get(name=who).pk,) if who else (999_999,)
    before = RosterRule.objects.count()
    with pytest.raises(UnableToPlan, match=sentence):
        add_rules(
            post_id=post.pk, days=days, turn=Turn(time(starts), time(10), members), from_date=FRIDAY, by=b.BY, at=b.AT
        )
    assert RosterRule.objects.count() == before


def test_a_member_who_left_is_not_planned_and_cannot_be(post: Post) -> None:
    (yani,) = _named(post, "Bu Yani")
    end_entry(kind="member", pk=yani.pk, last_date=FRIDAY, by=_head(), at=b.AT)
    assert yani.pk in planned(post.pk, FRIDAY, FRIDAY)[0].member_ids
    monday = date(2026, 11, 30)
    assert yani.pk not in planned(post.pk, monday, monday)[0].member_ids
    with pytest.raises(UnableToPlan, match="Bu Yani"):
        add_rules(
            post_id=post.pk, days=("6",), turn=Turn(time(8), time(9), (yani.pk,)), from_date=monday, by=b.BY, at=b.AT
        )
    with pytest.raises(UnableToDate, match="Sudah berakhir"):
        end_entry(kind="member", pk=yani.pk, last_date=FRIDAY, by=b.BY, at=b.AT)
    reopen_entry(kind="member", pk=yani.pk, by=b.BY, at=b.AT)
    assert yani.pk in planned(post.pk, monday, monday)[0].member_ids


def test_a_swap_counts_once_both_agree_and_can_be_taken_back(post: Post) -> None:
    yani, retno = _named(post, "Bu Yani", "Bu Retno")
    rule, asking, asked = _morning(post), _walker(yani), _walker(retno)
    swap = ask_swap(rule_id=rule.pk, day=FRIDAY, from_member=yani.pk, to_member=retno.pk, by=asking, at=b.AT)
    assert yani.pk in planned(post.pk, FRIDAY, FRIDAY)[0].member_ids
    answer_swap(swap_id=swap.pk, agrees=True, by=asked, at=b.AT)
    walking = planned(post.pk, FRIDAY, FRIDAY)[0].member_ids
    assert retno.pk in walking and yani.pk not in walking
    next_week = FRIDAY + timedelta(days=7)
    assert yani.pk in planned(post.pk, next_week, next_week)[0].member_ids
    withdraw_swap(swap_id=swap.pk, by=asking, at=b.AT)
    assert yani.pk in planned(post.pk, FRIDAY, FRIDAY)[0].member_ids
    kept = AuditEntry.objects.filter(action__startswith="patrol.swap").values_list("actor_id", flat=True)
    assert list(kept.order_by("id")) == [asking.id, asked.id, asking.id]


def test_nobody_agrees_for_another_who_can_sign_in(post: Post) -> None:
    yani, retno, tri = _named(post, "Bu Yani", "Bu Retno", "Bu Tri Astuti")
    rule, asking, asked, head = _morning(post), _walker(yani), _walker(retno), _head()
    for by in (asked, head):
        with pytest.raises(UnableToAllow):
            ask_swap(rule_id=rule.pk, day=FRIDAY, from_member=yani.pk, to_member=retno.pk, by=by, at=b.AT)
    swap = ask_swap(rule_id=rule.pk, day=FRIDAY, from_member=yani.pk, to_member=retno.pk, by=asking, at=b.AT)
    for by in (asking, head):
        with pytest.raises(UnableToAllow):
            answer_swap(swap_id=swap.pk, agrees=True, by=by, at=b.AT)
    answer_swap(swap_id=swap.pk, agrees=False, by=asked, at=b.AT)
    other = ask_swap(rule_id=rule.pk, day=FRIDAY, from_member=yani.pk, to_member=tri.pk, by=asking, at=b.AT)
    answer_swap(swap_id=other.pk, agrees=True, by=head, at=b.AT)  # Bu Tri Astuti has no account
    assert tri.pk in planned(post.pk, FRIDAY, FRIDAY)[0].member_ids


def test_swaps_that_cannot_be_are_refused_with_a_sentence(post: Post) -> None:
    yani, retno, sumarni, endang = _named(post, "Bu Yani", "Bu Retno", "Bu Sumarni", "Bu Endang")
    rule, by = _morning(post), b.BY
    cases = (
        (FRIDAY, endang, retno, "tidak bertugas"), (FRIDAY, yani, sumarni, "sudah bertugas"),
        (date(2026, 11, 24), yani, retno, "tidak ada giliran"), (CHRISTMAS, yani, retno, "tidak ada giliran"),
        (date(2026, 11, 20), yani, retno, "sudah mulai"), (FRIDAY, yani, yani, "anggota lain"),
    )  # fmt: skip
    for day, asking, asked, sentence in cases:
        with pytest.raises(UnableToSwap, match=sentence):
            ask_swap(rule_id=rule.pk, day=day, from_member=asking.pk, to_member=asked.pk, by=by, at=b.AT)
    assert not RosterSwap.objects.exists()
    ask_swap(rule_id=rule.pk, day=FRIDAY, from_member=yani.pk, to_member=retno.pk, by=by, at=b.AT)
    with pytest.raises(UnableToSwap, match="sudah diminta"):
        ask_swap(rule_id=rule.pk, day=FRIDAY, from_member=yani.pk, to_member=endang.pk, by=by, at=b.AT)


def test_a_turn_that_began_is_not_given_back(post: Post) -> None:
    yani, retno = _named(post, "Bu Yani", "Bu Retno")
    swap = ask_swap(rule_id=_morning(post).pk, day=FRIDAY, from_member=yani.pk, to_member=retno.pk, by=b.BY, at=b.AT)
    during = datetime(2026, 11, 27, 9, 0, tzinfo=b.ZONE)
    for act in (lambda: answer_swap(swap_id=swap.pk, agrees=True, by=b.BY, at=during),
                lambda: withdraw_swap(swap_id=swap.pk, by=b.BY, at=during)):  # fmt: skip
        with pytest.raises(UnableToSwap, match="sudah mulai"):
            act()


@pytest.mark.django_db(transaction=True)
def test_two_agreements_at_once_do_not_plan_one_person_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_one_at_a_time", lambda post_id: None)
    assert _agree_twice() == 2  # the race, without the guard
    monkeypatch.undo()
    assert _agree_twice() == 1


def _agree_twice() -> int:
    """Bu Retno is asked for two turns of the same hour and agrees to both at once; how many agreements stood."""
    post = b.load()
    retno, yani, sumarni = _named(post, "Bu Retno", "Bu Yani", "Bu Sumarni")
    RosterSwap.objects.all().delete()
    swaps = [
        ask_swap(rule_id=_morning(post).pk, day=FRIDAY, from_member=m.pk, to_member=retno.pk, by=b.BY, at=b.AT)
        for m in (yani, sumarni)
    ]
    checked = threading.Barrier(2, timeout=3)
    agreed: list[bool] = []
    kept = actions._decided

    def decided(*args, **options):
        with suppress(threading.BrokenBarrierError):
            checked.wait()  # both have checked before either writes, unless something keeps them apart
        kept(*args, **options)

    def agree(swap: RosterSwap) -> None:
        try:
            with transaction.atomic():
                answer_swap(swap_id=swap.pk, agrees=True, by=b.BY, at=b.AT)
            agreed.append(True)
        except UnableToSwap:
            pass
        finally:
            connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "_decided", decided)
        threads = [threading.Thread(target=agree, args=(swap,)) for swap in swaps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    return len(agreed)
