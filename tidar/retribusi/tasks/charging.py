"""Cashless offers follow payments and time: what was paid elsewhere is closed, what is unclear is asked about."""

from __future__ import annotations

import contextlib
import uuid

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tidar.common import clock
from tidar.hub.api import EventView, consumer
from tidar.retribusi.actions.charging import close_charges_of, close_other_charges
from tidar.retribusi.actions.charging import follow_charge as follow
from tidar.retribusi.models import Charge

CONSUMER = "retribusi charges"
UNSETTLED = (Charge.State.CREATING, Charge.State.UNKNOWN, Charge.State.CLOSING)


@consumer(CONSUMER, kinds=("levy.paid", "levy.assessment_cancelled"))
def close_paid(event: EventView) -> None:
    """A bill that was paid on one channel is closed on the others; a cancelled one on all of them."""
    subject = uuid.UUID(event.source.id.rpartition(":")[2])
    if event.kind == "levy.paid":
        closing = close_other_charges(payment_id=subject, at=clock.now())
    else:
        closing = close_charges_of(assessment_id=subject, at=clock.now())
    for charge_id in closing:
        _defer(charge_id)


@app.task(name="retribusi.follow_charge", queue="pulls")
def follow_charge(*, charge_id: str) -> str:
    """Bring one offer forward at its bank."""
    return follow(charge_id=uuid.UUID(charge_id), at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="retribusi.follow_charges", queue="hub", queueing_lock="retribusi.follow_charges")
def follow_charges(timestamp: int) -> int:
    """Every minute: a job for each offer that is being made, unclear, closing, or has run out."""
    ran_out = Q(state=Charge.State.ACTIVE, expires_at__lte=clock.now())
    waiting = Charge.objects.filter(Q(state__in=UNSETTLED) | ran_out).order_by("state_at").values_list("pk", flat=True)
    found = list(waiting[:500])
    for charge_id in found:
        _defer(charge_id)
    return len(found)


def _defer(charge_id: uuid.UUID) -> None:
    task = app.configure_task("retribusi.follow_charge", queue="pulls", queueing_lock=f"charge:{charge_id}")
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(charge_id=str(charge_id))
