"""Every hour: gaps of phones that are too old become cases, closed ones are settled."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.retribusi.actions.device_gaps import watch_gaps


@app.periodic(cron="17 * * * *")
@app.task(name="retribusi.watch_gaps", queue="retribusi", queueing_lock="retribusi.watch_gaps")
def watch(timestamp: int) -> int:
    """What did not arrive in time is somebody's business now."""
    return watch_gaps(at=clock.now())
