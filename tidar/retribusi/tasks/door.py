"""One-time codes are handed over after their page has answered."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.retribusi.actions.door import send_code
from tidar.retribusi.actions.door import tell_old_phone as tell


@app.task(name="retribusi.send_door_code", queue="hub", retry=RetryStrategy(max_attempts=4, wait=15))
def send_door_code(*, code_id: str) -> bool:
    """Hand one code over; tried again while it is still good for something."""
    return send_code(code_id=uuid.UUID(code_id), at=clock.now())


@app.task(name="retribusi.tell_old_phone", queue="hub", retry=RetryStrategy(max_attempts=4, wait=60))
def tell_old_phone(*, sealed: str) -> None:
    """Tell a number that it was taken from the register; an argument of a job is kept, so the number comes sealed."""
    tell(sealed=sealed, at=clock.now())
