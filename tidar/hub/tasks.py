"""Background work of hub: thin, each task calls one action."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from tidar.common import clock
from tidar.common.actor import Actor, Grant
from tidar.hub.actions.processing import continue_check


@app.task(name="hub.check_delivery", queue="hub")
def check_delivery(*, delivery_id: str, run: str, actor_id: str, actor_name: str) -> str:
    """Check a large delivery for the person who asked; they were authorised when they asked."""
    by = Actor(kind="user", id=actor_id, name=actor_name, grants=frozenset({Grant("hub.deliver")}))
    return continue_check(delivery_id=uuid.UUID(delivery_id), run=uuid.UUID(run), by=by, at=clock.now())
