"""Whether a person decides about a collector's phone, records and karcis: by where that collector works."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from tidar.common.actor import Actor
from tidar.people import api as people
from tidar.retribusi.models import Market, Occupancy
from tidar.retribusi.rules.reach import covers

WHOLE = (None,)  # of an agency: what lies in its store


def areas_of(collector_id: str, *, agency: str, at: datetime) -> frozenset[str | None]:
    """Where a collector collects for the agency; None is everywhere. Empty for who collects no more."""
    try:
        collector = people.actor_for_user(uuid.UUID(collector_id), at=at)
    except ValueError:
        return frozenset()
    return frozenset(
        g.area for g in collector.grants if g.permission == "levies.collect" and g.agency in (None, agency)
    )


def decides_for(by: Actor, permissions: Collection[str], *, agency: str, collector_id: str, at: datetime) -> bool:
    """Whether one of the permissions reaches all areas of this collector; of who collects no more, the whole agency."""
    if any(covers(by, permission, agency=agency, areas=WHOLE) for permission in permissions):
        return True
    areas = areas_of(collector_id, agency=agency, at=at)
    return any(covers(by, permission, agency=agency, areas=areas) for permission in permissions)


def decides_at(by: Actor, permissions: Collection[str], *, agency: str, market: str | None) -> bool:
    """Whether one of the permissions reaches this market of the agency; without a market, the whole agency."""
    area = Market.objects.filter(pk=market).values_list("area_code", flat=True).first() if market else None
    return any(covers(by, permission, agency=agency, areas=[area or None]) for permission in permissions)


def market_of(occupancy_id: int) -> str | None:
    """The market of a trader's stall."""
    return Occupancy.objects.filter(pk=occupancy_id).values_list("levy_object__market", flat=True).first()
