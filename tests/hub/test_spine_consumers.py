"""Durable consumers: every event once, in order, whatever fails; poison becomes visible and the rest goes on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from django.db import OperationalError, transaction

from tidar.common.actor import system
from tidar.common.errors import UnableToAgree
from tidar.common.models import AuditEntry
from tidar.hub.actions import consuming
from tidar.hub.actions.consuming import (
    Registration,
    UnableToHandle,
    consumer,
    follow_spine,
    registered,
    retry_dead_letter,
    settle_dead_letter,
    step_consumer,
)
from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.models import Consumer, DeadLetter, ObservedProperty
from tidar.hub.queries.spine import consumer_states
from tidar.hub.rules.consuming import ATTEMPTS, delay_after
from tidar.hub.rules.spine import EventFields, EventView, SourceRef

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch) -> None:
    monkeypatch.setattr(consuming, "_registry", {})


def record(*subjects: str, kind: str = "test.happened") -> None:
    for subject in subjects:
        with transaction.atomic():
            record_event(
                kind=kind, happened_at=AT, at=AT, source=SourceRef("action", "x"), fields=EventFields(subject=subject)
            )
    number_events()


def write_down(event: EventView) -> None:
    """A handler with an effect in the database that would fail if done twice."""
    ObservedProperty(code=f"e{event.seq}", name=event.subject).save(force_insert=True)


def effects() -> list[str]:
    return [p.name for p in sorted(ObservedProperty.objects.all(), key=lambda p: int(p.code[1:]))]


def fail_on(*subjects: str) -> consuming.Handler:
    def handler(event: EventView) -> None:
        write_down(event)
        if event.subject in subjects:
            raise ValueError(f"tidak bisa {event.subject}")

    return handler


def run_until_idle(registration: Registration, *, at: datetime = AT) -> datetime:
    for _ in range(50):
        step = step_consumer(registration, at=at)
        if not step.handled and not step.wait_seconds:
            return at
        at += timedelta(seconds=step.wait_seconds)
    raise AssertionError("never idle")


def test_a_consumer_sees_wanted_kinds_once_in_order() -> None:
    record("a", "b")
    record("lain", kind="test.other")
    record("c")
    one = Registration("satu", ("test.happened",), write_down)
    run_until_idle(one)
    run_until_idle(one, at=AT + timedelta(minutes=1))
    assert effects() == ["a", "b", "c"]


def test_follow_spine_numbers_and_runs_all() -> None:
    consumer("satu", kinds=["test.happened"])(write_down)
    with transaction.atomic():
        record_event(kind="test.happened", happened_at=AT, at=AT, source=SourceRef("action", "x"))
    assert (follow_spine(at=AT), follow_spine(at=AT)) == (1, 0)


def test_a_crash_before_commit_undoes_the_effect_and_the_cursor_together(monkeypatch) -> None:
    record("a", "b")
    one = Registration("satu", (), write_down)
    with monkeypatch.context() as crash:
        crash.setattr(consuming, "_move", lambda *a, **k: (_ for _ in ()).throw(OperationalError("terputus")))
        with pytest.raises(OperationalError), transaction.atomic():
            step_consumer(one, at=AT)
        assert effects() == []
    run_until_idle(one)
    assert effects() == ["a", "b"]


def test_poison_becomes_a_dead_letter_and_the_rest_goes_on() -> None:
    record("a", "racun", "b")
    end = run_until_idle(Registration("satu", (), fail_on("racun")))
    assert effects() == ["a", "b"]
    letter = DeadLetter.objects.get()
    assert (letter.attempts, letter.error, letter.event.subject) == (ATTEMPTS, "ValueError: tidak bisa racun", "racun")
    assert end - AT == timedelta(seconds=sum(delay_after(n) or 0 for n in range(1, ATTEMPTS + 1)))
    assert AuditEntry.objects.get(action="dead_letter.kept").after["seq"] == 2


def test_a_passing_fault_is_retried_and_nothing_is_lost() -> None:
    record("a", "b", "c")
    faults = iter([True, True, False])

    def handler(event: EventView) -> None:
        write_down(event)
        if event.subject == "b" and next(faults):
            raise ValueError("sebentar")

    run_until_idle(Registration("satu", (), handler))
    assert effects() == ["a", "b", "c"]
    assert not DeadLetter.objects.exists()


def test_one_consumer_in_trouble_does_not_hold_another() -> None:
    record("racun", "b")
    step_consumer(Registration("sakit", (), fail_on("racun")), at=AT)
    run_until_idle(Registration("sehat", (), write_down))
    assert effects() == ["racun", "b"]
    states = {s.name: s for s in consumer_states()}
    assert (states["sakit"].lag, states["sakit"].attempts, states["sehat"].lag) == (2, 1, 0)


def test_the_cursor_passes_over_kinds_it_does_not_want() -> None:
    record("x", "y", kind="test.other")
    run_until_idle(Registration("satu", ("test.happened",), write_down))
    assert Consumer.objects.get().cursor == 2


def buried(handler: consuming.Handler) -> DeadLetter:
    record("racun")
    consumer("satu", kinds=["test.happened"])(handler)
    run_until_idle(registered()[0])
    return DeadLetter.objects.get()


def test_a_mended_handler_settles_its_dead_letter() -> None:
    ills = ["racun"]

    def handler(event: EventView) -> None:
        fail_on(*ills)(event)

    letter = buried(handler)
    ills.clear()
    retry_dead_letter(letter_id=letter.pk, by=system("uji"), at=AT)
    assert effects() == ["racun"]
    assert DeadLetter.objects.get().settled_at == AT
    with pytest.raises(UnableToAgree):
        retry_dead_letter(letter_id=letter.pk, by=system("uji"), at=AT)
    assert effects() == ["racun"]


def test_a_retry_that_fails_again_keeps_the_letter() -> None:
    letter = buried(fail_on("racun"))
    with pytest.raises(UnableToHandle, match="Masih gagal"):
        retry_dead_letter(letter_id=letter.pk, by=system("uji"), at=AT)
    letter.refresh_from_db()
    assert (letter.settled_at, letter.attempts, effects()) == (None, ATTEMPTS + 1, [])


def test_a_letter_can_be_settled_without_handling() -> None:
    letter = buried(fail_on("racun"))
    settle_dead_letter(letter_id=letter.pk, by=system("uji"), at=AT)
    assert effects() == []
    entry = AuditEntry.objects.get(action="dead_letter.settled")
    assert (entry.actor_id, entry.before["error"]) == ("system:uji", "ValueError: tidak bisa racun")


def test_two_handlers_may_not_share_a_name() -> None:
    consumer("satu", kinds=["a"])(write_down)
    with pytest.raises(ValueError, match="satu"):
        consumer("satu", kinds=["a"])(fail_on())
