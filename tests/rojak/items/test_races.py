"""The same items from many connections at once: each guard is first taken away and the race is seen."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection

from tests.rojak.builders import AT
from tests.rojak.items.builders import Made, post, revised, send
from tidar.common.ids import uuid7
from tidar.rojak.actions import intake, settling
from tidar.rojak.actions import items as door
from tidar.rojak.models import Check, Evidence, Finding, PatrolItem, Round
from tidar.rojak.queries.evidence import check_chains, check_items, check_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 6


def together(*acts: Callable[[], object]) -> list[object]:
    """Each act in a thread with its own connection, all at the same moment; what each answered or raised."""
    begin, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        begin.wait(20)
        try:
            answers[index] = act()
        except Exception as error:
            answers[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


@pytest.fixture
def made() -> Iterator[Made]:
    yield post()


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for anybody, and nobody tries a second time."""
    taken = door._taken

    def once(sent: Any, sender: Any, *, careful: bool) -> intake.Intake:
        if careful:
            raise IntegrityError("the first try failed")
        return taken(sent, sender, careful=careful)

    monkeypatch.setattr(door, "_taken", once)
    monkeypatch.setattr(door, "lock_items", lambda keys: None)
    monkeypatch.setattr(settling, "lock_items", lambda keys: None)


def resent(made: Made) -> list[list[object]]:
    """Four connections send the same finding at once, several times."""
    found = []
    for _round in range(ROUNDS):
        act = functools.partial(send, made.phone, made.phone.item("finding"))
        found.append(together(act, act, act, act))
    return found


def test_without_the_lock_a_replay_fails_at_the_constraint(made: Made, unguarded: None) -> None:
    failed = [one for answers in resent(made) for one in answers if isinstance(one, IntegrityError)]
    assert failed, "the race was not seen"
    assert Finding.objects.count() == ROUNDS  # the constraint holds even so; only the answer is missing


def test_a_replay_at_the_same_moment_is_answered_the_same(made: Made) -> None:
    for answers in resent(made):
        assert len(set(answers)) == 1 and answers[0][0].state == "diterima", answers
    assert (PatrolItem.objects.count(), Finding.objects.count(), Evidence.objects.count()) == (ROUNDS,) * 3


def two_edits(made: Made) -> list[object]:
    """The same finding edited on two phones that send at the same moment."""
    first = made.phone.item("finding")
    send(made.phone, first)
    mine, theirs = revised(made.phone, first, {"note": "saya"}), revised(made.other, first, {"note": "dia"})
    return together(lambda: send(made.phone, mine), lambda: send(made.other, theirs))


def test_without_the_lock_two_edits_both_believe_they_follow(made: Made, unguarded: None) -> None:
    answers = [answer for _round in range(ROUNDS) for answer in two_edits(made)]
    assert any(isinstance(one, Exception) for one in answers), "the race was not seen"


def test_two_edits_at_the_same_moment_are_one_version_and_one_conflict(made: Made) -> None:
    for _round in range(ROUNDS):
        states = sorted(answer[0].state for answer in two_edits(made))
        assert states == ["bentrok", "diterima"]
    assert PatrolItem.objects.filter(state="diterima").count() == ROUNDS
    assert (check_items(at=AT), check_rows(), check_chains()) == ((), (), ())


def start_and_check(made: Made) -> tuple[Callable[[], object], Callable[[], object]]:
    """A round and what happened on it, of two phones."""
    round_id = uuid7()
    start, check = made.phone.item("round_start", id=round_id), made.other.item("check", round=round_id)
    return functools.partial(send, made.phone, start), functools.partial(send, made.other, check)


def test_without_the_lock_an_item_waits_for_a_round_that_is_there(
    made: Made, unguarded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, begun, apply = threading.Event(), threading.Event(), intake.Intake.apply

    def slowly(self: intake.Intake, pairs: Any, known: Any) -> None:
        """The check found no round; before it is committed, the round comes and frees nothing."""
        if self.sender.device_id == str(made.other.id):
            looked.set()
            begun.wait(20)
        apply(self, pairs, known)

    def starts() -> None:
        looked.wait(20)
        start()
        begun.set()

    monkeypatch.setattr(intake.Intake, "apply", slowly)
    start, check = start_and_check(made)
    answers = together(starts, check)
    assert (Round.objects.count(), Check.objects.count()) == (1, 0), answers
    assert PatrolItem.objects.get(kind="check").state == "ditahan"


def test_an_item_and_its_round_at_the_same_moment_find_each_other(made: Made) -> None:
    for _round in range(ROUNDS):
        together(*start_and_check(made))
    assert (Round.objects.count(), Check.objects.count()) == (ROUNDS, ROUNDS)
    assert not PatrolItem.objects.exclude(state="diterima").exists()
