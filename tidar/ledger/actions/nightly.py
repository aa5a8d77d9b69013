"""The night's work: close the days that are over, make checkpoints, check every invariant, tell the spine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tidar.common.actor import Actor
from tidar.hub import api as hub
from tidar.hub.api import EventFields, SourceRef
from tidar.ledger.actions.closing import checkpoint, close_days
from tidar.ledger.models import Transfer
from tidar.ledger.queries.checking import check
from tidar.places import api as places

CHECKED = "ledger.checked"  # the kind of the event; the wall's health tile reads the newest one
AWAS = 3


@dataclass(frozen=True, slots=True)
class Checked:
    """What the night's work did and found."""

    days_closed: int
    checkpoints_made: int
    transfer_count: int
    faults: tuple[str, ...]


def close_and_check(*, at: datetime, by: Actor) -> Checked:
    """Close every day before today, make checkpoints, check, and record the outcome as an event on the spine."""
    yesterday = at.astimezone(places.region().zone).date() - timedelta(days=1)
    days_closed = close_days(through=yesterday, at=at, by=by)
    made = checkpoint(at=at)
    outcome = Checked(days_closed, made, Transfer.objects.count(), check())
    fields = EventFields(
        subject="Buku besar",
        severity=AWAS if outcome.faults else 0,
        data={
            "days_closed": outcome.days_closed,
            "transfer_count": outcome.transfer_count,
            "fault_count": len(outcome.faults),
            "faults": list(outcome.faults[:5]),
        },
    )
    with transaction.atomic():
        source = SourceRef("action", "ledger.check")
        hub.record_event(kind=CHECKED, happened_at=at, at=at, source=source, fields=fields)
    return outcome
