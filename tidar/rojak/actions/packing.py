"""What a phone takes along; that it tells of empty houses is noted each time it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tidar.common.actor import Actor
from tidar.places import api as places
from tidar.rojak.models import Device
from tidar.rojak.queries.pack import pack_of, post_of


@dataclass(frozen=True, slots=True)
class Taken:
    """The pack under its tag; `is_known` where the phone has exactly this one."""

    content: dict[str, Any]
    etag: str
    is_known: bool


@transaction.atomic
def take_along(*, device: Device, post_code: str, marks: str, by: Actor, at: datetime) -> Taken:
    """The pack of the post that `by` patrols. `marks`: what the phone has (`If-None-Match`). Raises `UnableToFind`."""
    today = at.astimezone(places.region().zone).date()
    post = post_of(by, code=post_code, today=today)
    pack = pack_of(post, actor=by, at=at)
    etag = f'W/"{pack.mark}"'
    Device.objects.filter(pk=device.pk).update(seen_at=at)
    return Taken(pack.content, etag, is_known=etag in marks)
