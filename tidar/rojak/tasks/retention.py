"""Every night what may no longer be kept is erased; notices of empty houses every hour."""

from __future__ import annotations

from datetime import datetime, timezone

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.common.actor import system
from tidar.rojak.actions import empty_houses, retention


@app.periodic(cron="23 18 * * *")  # 01.23 WIB, 02.23 WITA, 03.23 WIT
@app.task(name="rojak.erase_over", queue="hub", queueing_lock="rojak.erase_over")
def erase_over(timestamp: int) -> None:
    """Erase findings, tracks, attendance and calls whose time is over."""
    retention.erase_over(by=system("masa simpan"), at=datetime.fromtimestamp(timestamp, tz=timezone.utc))


@app.periodic(cron="11 * * * *")
@app.task(name="rojak.erase_houses", queue="hub", queueing_lock="rojak.erase_houses")
def erase_houses(timestamp: int) -> None:
    """Erase notices of empty houses that are over; readers do not see them from the minute they end."""
    empty_houses.erase_over(at=clock.now())
