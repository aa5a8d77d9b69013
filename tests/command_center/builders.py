"""What the wall needs besides numbers: a gauge with readings, events, people who may and may not look."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from tests.hub import builders_sensing as sensing
from tests.people.builders import client_of, person
from tidar.common import clock
from tidar.common.actor import system
from tidar.hub import api as hub
from tidar.hub.actions.observing import record_messages
from tidar.hub.models import Event

PART = {"X-Tidar-Part": "1"}


def operator() -> Client:
    """Somebody of the command center."""
    return client_of(person("dewi", role="operator"))


def resident() -> Client:
    """A stranger with an account."""
    return client_of(person("budi", role="resident"))


def event(kind: str, *, at: datetime | None = None, **fields: Any) -> None:
    """One numbered event of the spine."""
    at = at or clock.now()
    with transaction.atomic():
        hub.record_event(
            kind=kind, happened_at=at, at=at, source=hub.SourceRef("action", "uji"), fields=hub.EventFields(**fields)
        )
    hub.number_events()


def river() -> None:
    """One gauge of the demo with three readings of the last minutes, the newest at "waspada"."""
    sensing.river_feed()
    for minutes, result in ((9, 1.0), (6, 1.1), (3, 3.3)):
        at = clock.now() - timedelta(minutes=minutes)
        record_messages([sensing.message(result, time=at)], by=system("uji"), at=at)
    hub.number_events()
    assert Event.objects.filter(kind="observation").count() == 3
