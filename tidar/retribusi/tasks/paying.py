"""Background work about payments: the night's check."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.common.actor import system
from tidar.retribusi.actions.checking import check_and_tell


@app.periodic(cron="37 17 * * *")  # 00.37 WIB: after the ledger's night
@app.task(name="retribusi.check", queue="retribusi", queueing_lock="retribusi.check")
def check_retribusi(timestamp: int) -> list[str]:
    """Every night: whether documents and ledger agree; returns what does not hold."""
    return list(check_and_tell(by=system("pemeriksaan retribusi"), at=clock.now()))
