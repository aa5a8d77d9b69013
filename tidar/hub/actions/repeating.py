"""What machines send again: the same once more is nothing new; an older state sent again is a return to it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from tidar.common.actor import Actor, system
from tidar.hub.actions.processing import process_delivery
from tidar.hub.actions.receiving import open_replay
from tidar.hub.models import Delivery


def settle(*, delivery_id: uuid.UUID, by: Actor, at: datetime, key: str | None = None) -> Delivery:
    """Process what was just received and return the delivery that now stands for it.

    A site that says A, B, A means A: where deliveries replace the table and the bytes are those of an older published
    delivery, a replay of them is published, so the table never stays at B. A repeated `key` never goes back.
    """
    delivery = Delivery.objects.select_related("feed").get(pk=delivery_id)
    if went_back(delivery) and not (key and delivery.idempotency_key == key):
        delivery_id = _replayed(delivery, at=at, key=key)
    process_delivery(delivery_id=delivery_id, by=by, at=at)
    return Delivery.objects.select_related("feed").get(pk=delivery_id)


def went_back(delivery: Delivery) -> bool:
    """Whether readers see other bytes than these although these were published once."""
    feed = delivery.feed
    if delivery.status != Delivery.Status.PUBLISHED or feed.contract.get("mode", "replace") != "replace":
        return False
    current = Delivery.objects.of(feed).published().order_by("-published_at").values_list("sha256", flat=True).first()
    return current != delivery.sha256


def _replayed(delivery: Delivery, *, at: datetime, key: str | None) -> uuid.UUID:
    with transaction.atomic():
        new = open_replay(delivery_id=delivery.pk, by=system("kiriman ulang"), at=at)
        Delivery.objects.filter(pk=new).update(happened_at=at, idempotency_key=key or None)
    return new
