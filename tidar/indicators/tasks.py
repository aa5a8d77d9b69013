"""Numbers follow the data and the day: a consumer recomputes what a publication touched, midnight what a day does."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.common.actor import system
from tidar.hub.api import EventView, consumer
from tidar.indicators.api import compute_indicators

CONSUMER = "indicators"
KINDS = ("delivery.published", "quarantine.released", "lake.exported")


@consumer(CONSUMER, kinds=KINDS)
def recompute(event: EventView) -> None:
    """Compute the indicators that read the published table. Idempotent: without a new version nothing is computed."""
    table = event.data.get("lake_table")
    compute_indicators(by=system(CONSUMER), at=clock.now(), tables=[table] if table else None)


@app.periodic(cron="1 15,16,17 * * *")  # 00.01 WIT, WITA and WIB; on another zone's midnight no day has changed
@app.task(name="indicators.compute_for_the_day", queue="hub", queueing_lock="indicators.compute_for_the_day")
def compute_for_the_day(timestamp: int) -> int:
    """Just after the region's midnight: a tariff that comes into force counts without a delivery. Changed numbers."""
    return sum(outcome.changed_count for outcome in compute_indicators(by=system("hari baru"), at=clock.now()))
