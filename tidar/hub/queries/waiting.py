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
        Delivery.objects.select_related("feed")
        .annotate(open_rows=open_rows)
        .filter(Q(status__in=FOR_A_PERSON) | Q(status=Delivery.Status.PUBLISHED, open_rows__gt=0))
        .order_by("-received_at")[:MOST]
    )
    return tuple(
        WaitingDelivery(d.id, d.feed.title, d.agency_code, d.status, d.file_name, d.received_at, d.open_rows)
        for d in found
    )
