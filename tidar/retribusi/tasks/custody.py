"""Background work about cash: alarms, and the night's count of arrears."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.common.actor import system
from tidar.retribusi.actions.custody.alarms import raise_alarms as alarm
from tidar.retribusi.actions.custody.closing import close_missing


@app.periodic(cron="*/15 * * * *")
@app.task(name="retribusi.raise_alarms", queue="retribusi", queueing_lock="retribusi.raise_alarms")
def raise_alarms(timestamp: int) -> list[str]:
    """Every quarter of an hour: tell of cash that is past the limit and was not told of yet."""
    return list(alarm(by=system("tenggat setor"), at=clock.now()))


@app.periodic(cron="25 * * * *")
@app.task(name="retribusi.close_arrears", queue="retribusi", queueing_lock="retribusi.close_arrears")
def close_arrears(timestamp: int) -> int:
    """Every hour: count the arrears of the days up to yesterday that nobody counted yet."""
    return close_missing(by=system("tutup piutang"), at=clock.now())
