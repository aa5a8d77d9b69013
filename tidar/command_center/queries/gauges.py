"""Sensors: the newest reading of each with its level and the shape of its last hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from tidar.command_center.rules import Chart, chart, thinned
from tidar.hub import api as hub
from tidar.hub.api import ObservationView

CHART_HOURS, CHART_SECONDS, MOST_CHARTS = 6, 30, 12
SEVERITY = {"normal": 0, "waspada": 1, "siaga": 2, "awas": 3}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One sensor on the wall."""

    reading: ObservationView
    chart: Chart | None
    chart_label: str
    level_text: str

    @property
    def severity(self) -> int:
        """0 (normal) … 3 (awas)."""
        return SEVERITY.get(self.reading.level, 0)


def gauges() -> tuple[Gauge, ...]:
    """Every datastream that has spoken, the most severe first; none of a closed feed: a whole room reads the wall.

    Charts are at most half a minute old.
    """
    shown = [o for o in hub.latest_observations() if o.access_class != "closed"]
    found = sorted(shown, key=lambda o: (-SEVERITY.get(o.level, 0), o.datastream_name))
    return tuple(_gauge(reading, charted=i < MOST_CHARTS) for i, reading in enumerate(found))


def _gauge(reading: ObservationView, *, charted: bool) -> Gauge:
    values = recent_values(reading.datastream_id) if charted else ()
    return Gauge(
        reading=reading,
        chart=chart(values, limits=sorted(reading.levels.values())),
        chart_label=_("%(name)s, %(hours)s jam terakhir") % {"name": reading.datastream_name, "hours": CHART_HOURS},
        level_text=level_text(reading.level),
    )


def recent_values(datastream_id: int) -> tuple[float, ...]:
    """Results of the last hours, oldest first, thinned so that peaks stay."""

    def read() -> tuple[float, ...]:
        return thinned([result for _at, result in hub.recent_observations(datastream_id, hours=CHART_HOURS)])

    found: Any = cache.get_or_set(f"wall:gauge:{datastream_id}", read, CHART_SECONDS)
    return tuple(found or ())


def level_text(level: str) -> str:
    """The level as the screen says it."""
    return {"normal": _("Normal"), "waspada": _("Waspada"), "siaga": _("Siaga"), "awas": _("Awas")}.get(level, level)
