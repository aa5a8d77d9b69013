"""One-time codes are handed over after their page has answered."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.retribusi.actions.door import send_code


@app.task(name="retribusi.send_door_code", queue="hub", retry=RetryStrategy(max_attempts=4, wait=15))
def send_door_code(*, code_id: str) -> bool:
    """Hand one code over; tried again while it is still good for something."""
    return send_code(code_id=uuid.UUID(code_id), at=clock.now())
