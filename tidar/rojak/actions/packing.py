"""What a phone takes along; that it tells of empty houses is noted each time it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tidar.common.actor import Actor
from tidar.places import api as places
from tidar.rojak.actions.empty_houses import note_notices, notices_for
from tidar.rojak.models import Device
from tidar.rojak.queries.pack import Notice, pack_of, post_of


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
    houses = notices_for(by=by, at=at, post=post)
    told = [Notice(one.id, one.segment_code, one.label, one.from_at, one.until_at) for one in houses]
    pack = pack_of(post, actor=by, at=at, notices=told)
    etag = f'W/"{pack.mark}"'
    Device.objects.filter(pk=device.pk).update(seen_at=at)
    is_known = etag in marks
    if not is_known:  # what the phone has already was noted when it got it
        note_notices(houses, by=by, at=at, device=device.code)
    return Taken(pack.content, etag, is_known=is_known)
