"""Two heads of the RW press the same button at once: without the lock there are two events, with it one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.hub.models import Event
from tidar.rojak.actions import findings as actions
from tidar.rojak.models import Finding
from tidar.rojak.queries.findings import state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LATER = here.AT + timedelta(hours=1)


@pytest.fixture
def finding() -> Finding:
    city = patrol.city()
    return here.found(here.place_kind(city), city.segments[0])


def at_once(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> list[Any]:
    """Twice at once, each on its own connection; both have read the state before either writes, where they can."""
    barrier = threading.Barrier(2)

    def read(found: Finding) -> Any:
        state = state_of(found)
        with suppress(threading.BrokenBarrierError):  # the other one waits for the lock: that is what it is for
            barrier.wait(1.5)
        return state

    monkeypatch.setattr(actions, "state_of", read)

    def one(_number: int) -> Any:
        try:
            return work()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def unlocked(finding_id: Any) -> Finding:
    return Finding.objects.select_related("kind", "post__program", "segment").get(pk=finding_id)


def passes(finding: Finding) -> Any:
    return actions.pass_on(finding_id=finding.pk, want="permohonan", by=here.HEAD_OF_RW, at=LATER)


@pytest.mark.parametrize("guarded", [False, True])
def test_passing_on_at_once_is_once(monkeypatch: pytest.MonkeyPatch, finding: Finding, guarded: bool) -> None:
    if not guarded:
        monkeypatch.setattr(actions, "_locked", unlocked)
    at_once(monkeypatch, lambda: passes(finding))
    assert Event.objects.filter(kind="patrol.passed_on").count() == (1 if guarded else 2)
    assert finding.evidence.filter(kind="permohonan").count() == (1 if guarded else 2)
