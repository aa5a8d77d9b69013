"""Levies reach the lake as they happen: a consumer exports when events come, and every minute a task looks again.

The export runs in the consumer's own thread, so no long job delays it; a burst of events is one export, and exports
stand at least `SPACING_SECONDS` apart. The task takes up what a killed process left.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import transaction
from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.hub.api import EventView, consumer
from tidar.retribusi.actions.exporting import KINDS, export_levies, exported_seq

log = logging.getLogger(__name__)

CONSUMER = "retribusi lake"
SPACING_SECONDS = 2.0


class _Turn:
    """When this process exported last, and how far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seq = 0
        self._at = -SPACING_SECONDS

    def export_beyond(self, seq: int) -> None:
        """Export unless event `seq` is exported already; waits until the last export is old enough."""
        with self._lock:
            if seq <= self._seq:
                return
            time.sleep(max(0.0, self._at + SPACING_SECONDS - time.monotonic()))
            try:
                export_levies(at=clock.now())
            except Exception:  # its events are handled; the task of every minute tries again
                log.exception("export of levies to the lake failed")
            self._at = time.monotonic()
            self._seq = exported_seq()


_turn = _Turn()


@consumer(CONSUMER, kinds=KINDS)
def follow_levies(event: EventView) -> None:
    """After the batch of events is handled, export once for all of them."""
    seq = event.seq
    transaction.on_commit(lambda: _turn.export_beyond(seq))


@app.periodic(cron="* * * * *")
@app.task(name="retribusi.export_levies", queue="retribusi", queueing_lock="retribusi.export_levies")
def export_waiting(timestamp: int) -> list[str]:
    """Every minute: export what nobody exported, and once a day all places anew. The versions that were added."""
    return [f"{version.table} v{version.number}" for version in export_levies(at=clock.now())]
