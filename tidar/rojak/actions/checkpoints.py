"""Stickers with a QR code: put up, corrected, replaced; ended and taken up again by `dating`."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.places import api as places
from tidar.rojak.actions.dating import locked, must_be_day
from tidar.rojak.models import Checkpoint, Segment
from tidar.rojak.rules.codes import STICKER_BYTES, sticker_code
from tidar.rojak.rules.lines import read_point


class UnableToPlace(UnableTo):
    """The sticker cannot be put up or replaced like this."""


def add_checkpoint(
    *, segment_id: int, title: str, position: str, from_date: date, by: Actor, at: datetime
) -> Checkpoint:
    """A new sticker of a segment with a code of its own. Raises `UnableToPlace`, `UnableToDate`, `UnableToDraw`."""
    point = read_point(position, bounds=places.region().bounds)
    with transaction.atomic():
        segment, post = locked("segment", segment_id, by=by)
        must_be_day(from_date, post)
        if segment.until_date is not None and segment.until_date < from_date:
            raise UnableToPlace(_("%s sudah berakhir, jadi tidak diberi stiker.") % segment.title)
        made = _made(segment, _title(title), point, from_date)
        after = {"post": post.code, "segment": segment.code, "code": made.code, "title": made.title}
        record("patrol.checkpoint_add", by=by, at=at, subject=("patrol_checkpoint", str(made.pk)), after=after)
    return made


def change_checkpoint(*, checkpoint_id: int, title: str, position: str, by: Actor, at: datetime) -> None:
    """Another title or position; the sticker stays valid. Raises `UnableToPlace`, `UnableToDraw`."""
    point = read_point(position, bounds=places.region().bounds)
    with transaction.atomic():
        found, _post = locked("checkpoint", checkpoint_id, by=by)
        before = {"title": found.title, "lon": found.lon, "lat": found.lat}
        found.title, (found.lon, found.lat) = _title(title), point or (None, None)
        found.save(update_fields=["title", "lon", "lat"])
        after = {"title": found.title, "lon": found.lon, "lat": found.lat}
        subject = ("patrol_checkpoint", str(checkpoint_id))
        record("patrol.checkpoint_change", by=by, at=at, subject=subject, before=before, after=after)


def replace_sticker(*, checkpoint_id: int, from_date: date, by: Actor, at: datetime) -> Checkpoint:
    """The same place with a new code: the old sticker was lost, or a picture of it went round.

    The old one ends the day before (on its first day, where it is that young). Raises `UnableToPlace` when it ended.
    """
    with transaction.atomic():
        old, post = locked("checkpoint", checkpoint_id, by=by)
        if old.until_date is not None:
            raise UnableToPlace(_("Stiker itu sudah tidak dipakai."))
        old.until_date = max(old.from_date, from_date - timedelta(days=1))
        old.save(update_fields=["until_date"])
        point = None if old.lon is None or old.lat is None else (old.lon, old.lat)
        made = _made(old.segment, old.title, point, from_date, order=old.order)
        subject = ("patrol_checkpoint", str(made.pk))
        change = {"before": {"code": old.code}, "after": {"post": post.code, "code": made.code}}
        record("patrol.sticker_replace", by=by, at=at, subject=subject, **change)
    return made


def _made(
    segment: Segment, title: str, point: tuple[float, float] | None, from_date: date, *, order: int | None = None
) -> Checkpoint:
    return Checkpoint.objects.create(
        segment=segment, code=sticker_code(secrets.token_bytes(STICKER_BYTES)), title=title, from_date=from_date,
        lon=point[0] if point else None, lat=point[1] if point else None,
        order=segment.checkpoints.count() if order is None else order,
    )  # fmt: skip


def _title(text: str) -> str:
    title = " ".join(text.split())[:120]
    if len(title) < 2:
        raise UnableToPlace(_("Nama titik belum diisi."))
    return title
