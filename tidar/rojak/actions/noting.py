"""A finding that somebody told the head of the RW: it goes through the same door as what phones bring."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.formulir import api as formulir
from tidar.places import api as places
from tidar.rojak.actions.items import ItemAnswer, SignedItem, receive
from tidar.rojak.models import FindingKind, Segment
from tidar.rojak.rules.items import MAX_PHOTOS, Position, body_of

LARGEST_BYTES = 5_000_000
COORDINATE = "patrol.coordinate"


class UnableToNote(UnableTo):
    """The finding was not taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """What was told at the desk; `id` is made with the form, so that sending it twice is once.

    `form`: key and version whose questions `answers` answer, None without. `photos`: SHA-256 of what `take_photo` took,
    those that an answer names included.
    """

    id: uuid.UUID
    kind: FindingKind
    segment: Segment
    severity: int
    happened_at: datetime
    note: str
    position: Position | None = None
    form: tuple[str, str] | None = None
    answers: Mapping[str, formulir.Answer] = field(default_factory=dict)
    photos: Sequence[str] = ()


def take_photo(*, file: UploadedFile, by: Actor, at: datetime) -> str:
    """Keep a photograph that was chosen at the desk, through the phones' own door; its SHA-256.

    One over 5 MB is never read into memory. Raises `UnableToNote` with what is wrong with it; it is listed for review.
    """
    by.must(COORDINATE)
    digest, size = hashlib.sha256(), file.size or 0
    for chunk in file.chunks():
        digest.update(chunk)
    sha256 = digest.hexdigest()
    if size > LARGEST_BYTES:
        sentence = formulir.too_large()
        kept = formulir.refuse_photo(sha256=sha256, sentence=sentence, size_bytes=size, by=by, at=at)
    elif not size:
        raise UnableToNote(_("Foto “%s” kosong.") % (file.name or "")[:60])
    else:
        file.seek(0)
        kept = formulir.receive_photo_part(sha256=sha256, start=0, total=size, data=file.read(), by=by, at=at)
    if kept.state != "diterima":
        sentence = kept.sentence or _("Foto itu tidak dapat disimpan.")
        raise UnableToNote(f"{(file.name or '')[:60]}: {sentence}")
    return sha256


def note_told(*, told: ToldFinding, by: Actor, at: datetime) -> ItemAnswer:
    """Take a told finding as an item without a phone, marked as noted on paper. Raises `UnableToNote`."""
    post = told.segment.post
    by.must(COORDINATE, area=post.area_code)
    if told.kind.program_id != post.program_id or not told.kind.active:
        raise UnableToNote(_("Jenis itu bukan dari program pos ini."))
    if len(told.photos) > MAX_PHOTOS:
        raise UnableToNote(_("Satu temuan memuat paling banyak %d foto.") % MAX_PHOTOS)
    moment = told.happened_at.astimezone(places.region().zone).isoformat(timespec="seconds")
    body = body_of(id=told.id, kind="finding", at=moment, post=post.code, data=_data(told))
    (answer,) = receive(device_id=None, items=[SignedItem(body)], by=by, at=at, manner="kertas")
    if answer.state != "diterima":
        raise UnableToNote(answer.sentence or _("Catatan itu ditahan untuk diperiksa."))
    return answer


def _data(told: ToldFinding) -> dict[str, Any]:
    spot, (form, version) = told.position, told.form or ("", "")
    return {
        "kind": told.kind.key, "segment": told.segment.code, "position": _micro(spot) if spot else None,
        "severity": told.severity, "form": form, "version": version, "answers": dict(told.answers),
        "photos": list(told.photos), "note": told.note[:500].replace("\r\n", "\n"),
    }  # fmt: skip


def _micro(spot: Position) -> dict[str, int]:
    return {"lon_e6": round(spot.lon * 1e6), "lat_e6": round(spot.lat * 1e6), "accuracy_m": spot.accuracy_metres}
