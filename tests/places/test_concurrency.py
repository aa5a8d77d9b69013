"""Two writers at once: the race is shown without the guard first, then that the guard ends it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tests.places.builders import BY, MOMENT
from tidar.common.models import AuditEntry
from tidar.places import api
from tidar.places.actions import neighbourhoods
from tidar.places.models import Area

NEW = api.NewArea("33.71.03.1002.01", "RW 01")


def two_at_once(monkeypatch) -> list[str]:
    """Add the same area twice at the same time; each waits for the other between its look and its write."""
    both_looked = threading.Barrier(2)
    look = neighbourhoods._refuse_taken

    def look_and_wait(area: api.NewArea) -> None:
        look(area)
        try:
            both_looked.wait(timeout=1)
        except threading.BrokenBarrierError:
            return  # the other one is still waiting for its turn

    monkeypatch.setattr(neighbourhoods, "_refuse_taken", look_and_wait)
    outcomes: list[str] = []

    def add() -> None:
        try:
            outcomes.append(api.add_area(area=NEW, by=BY, at=MOMENT))
        except Exception as fault:
            outcomes.append(type(fault).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.fixture
def committed(transactional_db, home) -> None:
    api.load_region(by=BY, at=MOMENT)


def test_without_the_guard_both_writers_find_the_code_free(committed, monkeypatch):
    monkeypatch.setattr(neighbourhoods, "one_writer", lambda: None)
    assert two_at_once(monkeypatch) == ["33.71.03.1002.01", "IntegrityError"]


def test_with_the_guard_the_second_writer_is_refused_in_words(committed, monkeypatch):
    assert two_at_once(monkeypatch) == ["33.71.03.1002.01", "UnableToAddArea"]
    assert Area.objects.filter(level="rw").count() == 1
    assert AuditEntry.objects.filter(action="places.add_area").count() == 1
