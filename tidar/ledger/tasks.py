"""The ledger's night."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.common.actor import system
from tidar.ledger.actions.nightly import close_and_check

# A long posting may still run when the day is to be closed; then the night's work comes again.
AGAIN = RetryStrategy(max_attempts=12, wait=300)


@app.periodic(cron="17 17 * * *")  # 00.17 WIB, 01.17 WITA, 02.17 WIT: after midnight everywhere
@app.task(name="ledger.nightly", queue="hub", queueing_lock="ledger.nightly", retry=AGAIN)
def nightly(timestamp: int) -> list[str]:
    """Close the day, make checkpoints, check; returns what does not hold."""
    return list(close_and_check(at=clock.now(), by=system("buku besar")).faults)
