"""A sensor feed as its file declares it, for tests."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tidar.common.actor import system
from tidar.hub.actions.observing import declare_sensing
from tidar.hub.models import Feed
from tidar.hub.rules.sensing import RawMessage
from tidar.people.models import Agency

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
FILE = Path(__file__).resolve().parents[2] / "programs" / "kota-dasar" / "feeds" / "muka_air.toml"


def river_feed(**changes: Any) -> Feed:
    """The demo's river feed with its gauges, declared through the real action."""
    agency, _ = Agency.objects.get_or_create(code="dpupr", defaults={"name": "Dinas PUPR", "short_name": "DPUPR"})
    fields = {"title": "Tinggi muka air", "kind": "mqtt", "mqtt_topic": "v1.1/+/Observations", "sample": True}
    feed = Feed.objects.create(code="muka_air", agency=agency, created_at=AT, **(fields | changes))
    declare_sensing(feed=feed, data=tomllib.loads(FILE.read_text()), by=system("uji"), at=AT)
    return feed


def message(result: Any = 1.2, *, code: str = "progo-muka-air", time: datetime = AT) -> RawMessage:
    """One SensorThings observation as a gauge sends it."""
    payload = json.dumps({"phenomenonTime": time.isoformat(), "result": result}).encode()
    return RawMessage(f"v1.1/Datastreams({code})/Observations", payload)
