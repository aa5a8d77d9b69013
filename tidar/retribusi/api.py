"""The front door of `retribusi`: what the command line and other apps may know and do."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime
from typing import Any

from tidar.common.actor import Actor
from tidar.common.phones import NewDevice
from tidar.common.signed_records import FIRST_PREVIOUS, canonical, content_hash
from tidar.retribusi.actions.assessing import issue_run, preview_run, sign_run
from tidar.retribusi.actions.custody import confirm_handover, declare_handover, deposit
from tidar.retribusi.actions.devices import approve_device, register_device
from tidar.retribusi.actions.loading import load_levies
from tidar.retribusi.actions.syncing import SignedRecord, SyncAnswer, sync
from tidar.retribusi.models import Device, Market, Run
from tidar.retribusi.queries.custody import cash_on_hand
from tidar.retribusi.queries.route import route
from tidar.retribusi.rules.devices import receipt_number

__all__ = [
    "FIRST_PREVIOUS",
    "NewDevice",
    "SignedRecord",
    "SyncAnswer",
    "approve_device",
    "canonical",
    "cash_on_hand",
    "confirm_handover",
    "content_hash",
    "declare_handover",
    "deposit",
    "issue_run",
    "load_levies",
    "market_codes",
    "phone_route",
    "preview_run",
    "receipt_number",
    "register_device",
    "sign_run",
    "signed_days",
    "sync",
]


def phone_route(*, device_id: uuid.UUID, collector: Actor, at: datetime) -> dict[str, Any]:
    """What a collector's phone downloads in the morning: stalls with what is owed, its code and next number."""
    found: dict[str, Any] = json.loads(
        route(device=Device.objects.get(pk=device_id), collector=collector, at=at).content
    )
    return found


def market_codes() -> tuple[str, ...]:
    """Every market of the region that is open for levies, by code."""
    return tuple(Market.objects.order_by("code").values_list("code", flat=True))


def signed_days(*, since: date) -> frozenset[date]:
    """Days from `since` on for which some daily run is signed."""
    return frozenset(
        Run.objects.filter(signed_at__isnull=False, from_date__gte=since).values_list("from_date", flat=True)
    )
