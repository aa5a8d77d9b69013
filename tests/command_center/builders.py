"""What the wall needs besides numbers: a gauge with readings, events, people who may and may not look."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from tests.hub import builders_sensing as sensing
from tests.people.builders import agency, client_of, person
from tidar.common import clock
from tidar.common.actor import system
from tidar.hub import api as hub
from tidar.hub.actions.observing import record_messages
from tidar.hub.models import Delivery, Event, Feed, QuarantinedRow

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


def delivery(status: str, *, agency_code: str = "disdukcapil", open_rows: int = 0) -> uuid.UUID:
    """A delivery of that agency's feed in that state, with rows in quarantine."""
    feed = Feed.objects.get_or_create(
        code=f"umpan-{agency_code}",
        defaults={"title": "Penduduk", "agency": agency(agency_code), "kind": "upload", "created_at": clock.now()},
    )[0]
    made = Delivery.objects.create(
        feed=feed, status=status, file_name="penduduk.xlsx", sha256="0" * 64, size_bytes=1, raw_path="x",
        happened_at=clock.now(), received_at=clock.now(), received_by="1", received_by_name="Sri",
        published_at=clock.now() if status == "published" else None,
    )  # fmt: skip
    for row in range(open_rows):
        QuarantinedRow.objects.create(
            delivery=made, row_number=row + 2, code="angka", sentence="Bukan angka.", original={}
        )
    return made.pk
