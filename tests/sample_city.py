"""The demo city inside a test's database: every demo file through the real intake, one dirty file with quarantine."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings

from tests import sample_levies, sample_patrol
from tests.sample_levies import SampleLevies
from tests.sample_patrol import SamplePatrol
from tidar.cli import city
from tidar.common import clock
from tidar.common.actor import system
from tidar.hub import api as hub
from tidar.hub.models import Delivery, QuarantinedRow

BY = system("uji")
DIRTY = "penduduk-2026-11-kotor.xlsx"


@dataclass(frozen=True, slots=True)
class SampleCity:
    """What the demo city holds, for tests that need one of each."""

    dirty_delivery: Delivery
    quarantined: QuarantinedRow
    value_id: uuid.UUID
    levies: SampleLevies
    patrol: SamplePatrol


def deliver_dirty() -> Delivery:
    """The deliberately dirty workbook, delivered, mapped as suggested, checked and published by its producer."""
    path = settings.REGIONS_DIR / "33.71" / "demo" / "kotor" / DIRTY
    with path.open("rb") as file:
        made = hub.receive_delivery(feed_code="penduduk", file=file, file_name=DIRTY, by=BY, at=clock.now())
    hub.process_delivery(delivery_id=made, by=BY, at=clock.now())
    return Delivery.objects.get(pk=made)


def load() -> SampleCity:
    """Load everything and let the consumers catch up."""
    from tidar.indicators import api as indicators

    city.load_foundation()
    city.load_demo(lambda _line: None)
    dirty = deliver_dirty()
    follow()
    value = next(v for v in indicators.current_values() if v.indicator == "jumlah-penduduk")
    row = QuarantinedRow.objects.filter(delivery=dirty).first()
    if row is None:
        raise AssertionError(f"the dirty file left nothing in quarantine: {dirty.status} {dirty.sentence}")
    levies, patrol = sample_levies.load(), sample_patrol.load()
    follow()
    return SampleCity(dirty, row, value.id, levies, patrol)


def follow() -> None:
    """Number what was committed and run every consumer until nothing is left."""
    while hub.spine_lag():
        hub.number_events()
        hub.follow_spine(at=clock.now())
