"""The night's check of levies, told to the spine; the wall's health tile reads the newest outcome."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tidar.common.actor import Actor
from tidar.hub import api as hub
from tidar.hub.api import EventFields, SourceRef
from tidar.retribusi.models import Payment
from tidar.retribusi.queries.checking import check

CHECKED = "retribusi.checked"
AWAS = 3


def check_and_tell(*, by: Actor, at: datetime) -> tuple[str, ...]:
    """Check every invariant and record the outcome as an event; returns what does not hold. Changes nothing else."""
    faults = check()
    data = {"payment_count": Payment.objects.count(), "fault_count": len(faults), "faults": list(faults[:5]),
            "by": by.id}  # fmt: skip
    fields = EventFields(subject="e-Retribusi", severity=AWAS if faults else 0, data=data)
    with transaction.atomic():
        source = SourceRef("action", "retribusi.check")
        hub.record_event(kind=CHECKED, happened_at=at, at=at, source=source, fields=fields)
    return faults
