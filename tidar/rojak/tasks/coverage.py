"""The patrol reaches the lake by itself: what phones bring every five minutes, coverage and public tables at night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.rojak.actions.covering import cover_nights
from tidar.rojak.actions.exporting import export_patrol, export_segments
from tidar.rojak.actions.publishing import publish_patrol

QUEUE = "rojak"


@app.periodic(cron="*/5 * * * *")
@app.task(name="rojak.export_patrol", queue=QUEUE, queueing_lock="rojak.export_patrol")
def export_waiting(timestamp: int) -> list[str]:
    """Rounds and findings that items touched. The versions that were added."""
    return [f"{version.table} v{version.number}" for version in export_patrol(at=clock.now())]


@app.periodic(cron="7 * * * *")
@app.task(name="rojak.export_segments", queue=QUEUE, queueing_lock="rojak.export_segments")
def export_states(timestamp: int) -> str:
    """How every segment stands, once an hour: for the wall."""
    version = export_segments(at=clock.now())
    return f"{version.table} v{version.number}" if version else ""


@app.periodic(cron="47 17 * * *")  # 00.47 WIB, 01.47 WITA, 02.47 WIT: after midnight everywhere
@app.task(name="rojak.cover_nights", queue=QUEUE, queueing_lock="rojak.cover_nights")
def cover_night(timestamp: int) -> list[str]:
    """Yesterday's coverage and the days that late items touched, then the public tables."""
    at = clock.now()
    made = (*export_patrol(at=at), *cover_nights(at=at), *publish_patrol(at=at))
    return [f"{version.table} v{version.number}" for version in made]
