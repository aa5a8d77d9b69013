"""Deliveries that wait for a person: to be mapped, looked at, published, or mended row by row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from tidar.hub.models import Delivery, QuarantinedRow

MOST = 200
FOR_A_PERSON = (Delivery.Status.MAPPING, Delivery.Status.CHECKED, Delivery.Status.HELD)


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """One delivery that will not go on by itself. `open_rows` of it are in quarantine."""

    id: uuid.UUID
    feed_title: str
    agency_code: str
    status: str  # "mapping", "checked", "held", "published"
    file_name: str
    received_at: datetime
    open_rows: int


def waiting_deliveries() -> tuple[WaitingDelivery, ...]:
    """The newest deliveries that need somebody, of all agencies; the caller shows each person her own. One query."""
    open_rows = Count("quarantine", filter=Q(quarantine__status=QuarantinedRow.Status.OPEN))
    found = (
        Delivery.objects.annotate(open_rows=open_rows)
        .filter(Q(status__in=FOR_A_PERSON) | Q(status=Delivery.Status.PUBLISHED, open_rows__gt=0))
        .order_by("-received_at")
        .values_list("id", "feed__title", "feed__agency_id", "status", "file_name", "received_at", "open_rows")[:MOST]
    )
    return tuple(WaitingDelivery(*row) for row in found)
