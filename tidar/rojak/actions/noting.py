"""A finding that somebody told the head of the RW: it goes through the same door as what phones bring."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.places import api as places
from tidar.rojak.actions.items import ItemAnswer, SignedItem, receive
from tidar.rojak.models import FindingKind, Segment
from tidar.rojak.rules.items import body_of


class UnableToNote(UnableTo):
    """The finding was not taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """What was told at the desk; `id` is made with the form, so that sending it twice is once."""

    id: uuid.UUID
    kind: FindingKind
    segment: Segment
    severity: int
    happened_at: datetime
    note: str


def note_told(*, told: ToldFinding, by: Actor, at: datetime) -> ItemAnswer:
    """Take a told finding as an item without a phone, marked as noted on paper. Raises `UnableToNote`."""
    post = told.segment.post
    by.must("patrol.coordinate", area=post.area_code)
    if told.kind.program_id != post.program_id or not told.kind.active:
        raise UnableToNote(_("Jenis itu bukan dari program pos ini."))
    data: dict[str, Any] = {
        "kind": told.kind.key, "segment": told.segment.code, "position": None, "severity": told.severity, "form": "",
        "version": "", "answers": {}, "photos": [], "note": told.note[:500],
    }  # fmt: skip
    moment = told.happened_at.astimezone(places.region().zone).isoformat(timespec="seconds")
    body = body_of(id=told.id, kind="finding", at=moment, post=post.code, data=data)
    (answer,) = receive(device_id=None, items=[SignedItem(body)], by=by, at=at, manner="kertas")
    if answer.state != "diterima":
        raise UnableToNote(answer.sentence or _("Catatan itu ditahan untuk diperiksa."))
    return answer
