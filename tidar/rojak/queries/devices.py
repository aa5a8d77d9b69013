"""Phones of the patrol: what the city holds of each, so that a phone can compare; and those of an RW."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.formulir import api as formulir
from tidar.rojak.models import Device, PatrolItem
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.rules.items import read_item, receipt_number

State = PatrolItem.State


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that the city holds of a phone; `digest` is over all versions, in the order of their ids."""

    count: int
    digest: str
    items: tuple[tuple[str, str, str, str, str], ...]  # id, hash, state, sentence, receipt
    photos: tuple[tuple[str, str], ...]  # SHA-256, state


def contents_of(device_id: uuid.UUID) -> Contents:
    """What is here of a phone; three queries."""
    fields = ("id", "item_id", "content_hash", "state", "sentence", "settlement")
    rows = list(PatrolItem.objects.filter(device=device_id).order_by("id").values_list(*fields))
    lines = sorted(f"{item}:{content}\n" for _id, item, content, *_rest in rows)
    items = tuple(
        (str(item), content, state, settlement or sentence, receipt_number(number))
        for number, item, content, state, sentence, settlement in rows
    )
    photos = formulir.photo_states(_announced(device_id))
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return Contents(len(rows), digest, items, tuple(sorted(photos.items())))


def _announced(device_id: uuid.UUID) -> list[str]:
    """Photographs that this phone's findings name, whatever became of them."""
    bodies = PatrolItem.objects.filter(device=device_id, kind="finding").exclude(state=State.REFUSED)
    named = [read_item(bytes(body)).photos for body in bodies.values_list("body", flat=True) if body]
    return list(dict.fromkeys(sha256 for photos in named for sha256 in photos))


def held_count(device_id: uuid.UUID) -> int:
    """How many versions are here of a phone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rojak_patrolitem WHERE device_id = %s", [device_id])
        return int(cursor.fetchone()[0])


def own_device(actor: Actor, device_id: uuid.UUID) -> Device:
    """Somebody's own phone; of others nothing is said. Raises `UnableToFind`."""
    device = Device.objects.filter(pk=device_id, user_id=actor.id).first() if actor.kind == "user" else None
    if device is None:
        raise UnableToFind("HP itu tidak terdaftar atas nama Anda.")
    return device


def devices_for(actor: Actor) -> list[Any]:
    """Phones of the areas that somebody leads, in use first, each with `items_count` and `open_count`."""
    mine = Device.objects.filter(posts_for(actor, "patrol.coordinate")).select_related("user")
    waiting = Q(items__state__in=(State.HELD, State.CONFLICT))
    counted = mine.annotate(items_count=Count("items"), open_count=Count("items", filter=waiting))
    return list(counted.order_by("-revoked_at", "code"))
