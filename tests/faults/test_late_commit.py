"""A transaction that commits late is missed by a reader of ids, and by no reader of the spine's numbers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

import pytest
from django.db import connection, transaction

from tidar.hub.actions.spine import number_events, record_event
from tidar.hub.models import Event
from tidar.hub.queries.spine import events_after, head
from tidar.hub.rules.spine import EventFields, SourceRef

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
pytestmark = pytest.mark.django_db(transaction=True)


def record(subject: str) -> None:
    record_event(
        kind="test.happened", happened_at=AT, at=AT, source=SourceRef("action", "x"), fields=EventFields(subject)
    )


@contextmanager
def held_open(subject: str) -> Iterator[None]:
    """Another connection records an event and commits only when the block ends."""
    recorded, may_commit = threading.Event(), threading.Event()

    def writer() -> None:
        try:
            with transaction.atomic():
                record(subject)
                recorded.set()
                may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    assert recorded.wait(20)
    try:
        yield
    finally:
        may_commit.set()
        thread.join(20)


class Reader:
    """Follows by remembering the last key; what it saw, in order."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def by_id(self) -> None:
        """The naive way: ids grow, so ask for greater ones."""
        rows = Event.objects.order_by("id").values_list("id", "subject")
        for key, subject in rows.filter(id__gt=self.last) if hasattr(self, "last") else rows:
            self.last = key
            self.seen.append(subject)

    def by_number(self) -> None:
        """The spine's way."""
        number_events()
        for event in events_after(getattr(self, "last", 0)):
            self.last = event.seq
            self.seen.append(event.subject)


def follow(read: str) -> list[str]:
    reader = Reader()
    with transaction.atomic():
        record("first")
    getattr(reader, read)()
    with held_open("late"):
        with transaction.atomic():
            record("early")
        getattr(reader, read)()
    getattr(reader, read)()
    return reader.seen


def test_a_reader_of_ids_misses_the_late_one() -> None:
    assert follow("by_id") == ["first", "early"]


def test_a_reader_of_numbers_sees_every_event_once() -> None:
    assert follow("by_number") == ["first", "early", "late"]
    assert head() == Event.objects.count() == 3


def test_numbering_does_not_wait_for_the_open_transaction() -> None:
    with held_open("late"):
        with transaction.atomic():
            record("early")
        assert number_events() == 1
    assert number_events() == 1


def write_forty(name: int) -> None:
    """Forty transactions, every fifth rolled back."""
    for turn in range(40):
        try:
            with transaction.atomic():
                record(f"{name}-{turn}")
                if turn % 5 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            continue
    connection.close()


def relay_until(stop: threading.Event) -> None:
    while not stop.is_set():
        number_events(limit=7)
    connection.close()


def test_many_writers_and_two_relays_leave_no_gap_and_no_double() -> None:
    stop = threading.Event()
    relays = [threading.Thread(target=relay_until, args=(stop,)) for _ in range(2)]
    writers = [threading.Thread(target=write_forty, args=(name,)) for name in range(4)]
    for thread in (*relays, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in relays:
        thread.join()
    while number_events():
        pass
    events = events_after(0)
    assert [e.seq for e in events] == list(range(1, 4 * 32 + 1))
    for name in range(4):
        mine = [e.subject for e in events if e.subject.startswith(f"{name}-")]
        assert mine == [f"{name}-{turn}" for turn in range(40) if turn % 5]
