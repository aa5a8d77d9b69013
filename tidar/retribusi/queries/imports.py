"""Reads of imports: deliveries of traders, their lines, and who is in the register but not in the newest list."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from tidar.common.actor import Actor
from tidar.retribusi.models import ImportLine, Occupancy
from tidar.retribusi.queries.register import granted, objects_for

State = ImportLine.State
WAITING = (State.DUPLICATE, State.CONFLICT)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One delivery against the register, counted."""

    delivery_id: uuid.UUID
    recorded_at: datetime
    total: int
    waiting: int


def lines_for(actor: Actor) -> QuerySet[ImportLine]:
    """Lines of the actor's agencies."""
    mine = granted(actor, permission="levies.see", agency="agency", area="market__area_code")
    return ImportLine.objects.filter(mine).select_related("market", "levy_object", "payer")


def imports(actor: Actor) -> list[ImportRow]:
    """Deliveries that were held against the register, the newest first."""
    rows = (
        lines_for(actor)
        .values("delivery_id")
        .annotate(at=Max("recorded_at"), total=Count("id"), waiting=Count("id", filter=Q(state__in=WAITING)))
        .order_by("-at")[:20]
    )
    return [ImportRow(row["delivery_id"], row["at"], row["total"], row["waiting"]) for row in rows]


def waiting_count(actor: Actor) -> int:
    """How many lines wait for a person."""
    return lines_for(actor).filter(state__in=WAITING).count()


def counts_by_state(actor: Actor, delivery: str = "") -> dict[str, int]:
    """State → number of lines, of one delivery or of all."""
    found = lines_for(actor)
    if delivery:
        found = found.filter(delivery_id=delivery)
    return dict(found.order_by().values_list("state").annotate(n=Count("id")))


def not_listed(actor: Actor, delivery_id: uuid.UUID) -> QuerySet[Occupancy]:
    """Holders in the markets of a delivery whose stall the delivery does not name: gone, or forgotten."""
    lines = ImportLine.objects.filter(delivery_id=delivery_id)
    markets = lines.exclude(market=None).values("market_id").distinct()
    named = lines.exclude(levy_object=None).values("levy_object_id")
    held = Occupancy.objects.filter(to_date=None, levy_object__in=objects_for(actor), levy_object__market__in=markets)
    return held.exclude(levy_object_id__in=named).select_related("levy_object__market", "payer").order_by("levy_object")
