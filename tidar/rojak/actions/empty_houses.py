"""Notices that a house stands empty: asked for with consent, closed at rest, read by the team on duty, erased by time.

The notice leaves the RW's hands nowhere: no event, no lake row, no file. The audit log keeps that it was asked for or
withdrawn, never which house.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToAllow, UnableToFind
from tidar.common.sealing import opened, sealed
from tidar.rojak.actions.reading import note_reading
from tidar.rojak.models import EmptyHouse, Post, Segment
from tidar.rojak.queries import empty_houses as queries

PURPOSE = "rojak empty house"
SUBJECT = "rumah-kosong"
MOST_DAYS = 31
MOST_OWN = 3
CONSENT = (
    "Saya meminta sendiri agar rumah ini diperhatikan. Saya tahu pemberitahuan ini hanya dibaca tim yang sedang "
    "bertugas dan ketua RW, setiap pembacaan dicatat, dan isinya dihapus sesudah tanggal selesai. "
    "Saya dapat menariknya kapan saja."
)


class UnableToNotice(UnableTo):
    """The notice cannot be taken like this."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Which house, whom to call ("" nobody), from when until when, and that the resident agreed."""

    segment_id: int
    label: str
    contact: str
    from_at: datetime
    until_at: datetime
    consents: bool


@dataclass(frozen=True, slots=True)
class OpenedNotice:
    """A notice as it was read."""

    id: uuid.UUID
    post: str
    segment: str
    segment_code: str
    label: str
    contact: str
    from_at: datetime
    until_at: datetime


@transaction.atomic
def ask(*, notice: NewNotice, by: Actor, at: datetime) -> EmptyHouse:
    """Take a notice. Raises `UnableToNotice` with what is missing."""
    segment = Segment.objects.select_related("post__program").filter(pk=notice.segment_id).first()
    if segment is None:
        raise UnableToFind(_("Tempat itu tidak ada."))
    _must_fit(notice, segment, by=by, at=at)
    said = json.dumps({"label": notice.label.strip()[:80], "contact": notice.contact.strip()[:80]})
    made = EmptyHouse.objects.create(
        post=segment.post, segment=segment, sealed=sealed(said, purpose=PURPOSE), from_at=notice.from_at,
        until_at=notice.until_at, consented_at=at, asked_by=by.id[:80],
    )  # fmt: skip
    span = {"from": notice.from_at.isoformat(), "until": notice.until_at.isoformat()}
    record("rojak.empty_house.asked", by=by, at=at, subject=("empty_house", str(made.pk)), after=span)
    return made


def _must_fit(notice: NewNotice, segment: Segment, *, by: Actor, at: datetime) -> None:
    if not by.is_known:
        raise UnableToAllow(_("Masuk dulu."))
    if not notice.consents:
        raise UnableToNotice(_("Pemberitahuan hanya diterima dengan persetujuan penghuni."))
    if not notice.label.strip():
        raise UnableToNotice(_("Tuliskan rumah yang mana, seperti tertulis di rumahnya."))
    if notice.until_at <= max(notice.from_at, at):
        raise UnableToNotice(_("Waktu selesai harus sesudah waktu mulai dan belum lewat."))
    most = int(segment.post.program.settings.get("empty_house_most_days", MOST_DAYS))
    if notice.until_at - max(notice.from_at, at) > timedelta(days=most):
        raise UnableToNotice(_("Paling lama %(n)d hari; perpanjang kalau perlu.") % {"n": most})
    if not queries.leads_itself(by, segment.post) and queries.own(by, at).count() >= MOST_OWN:
        raise UnableToNotice(_("Anda sudah punya beberapa pemberitahuan; tarik dulu yang tidak perlu."))


@transaction.atomic
def withdraw(*, notice_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Take a notice back, at any time, by who asked or by the head of the RW; its content goes at once."""
    found = EmptyHouse.objects.select_for_update(of=("self",)).select_related("post").filter(pk=notice_id).first()
    if found is None or not (found.asked_by == by.id or queries.leads_itself(by, found.post)):
        raise UnableToFind(_("Pemberitahuan itu tidak ada."))
    if found.erased_at is not None:
        return
    _erase(found, withdrawn_at=at, at=at)
    record("rojak.empty_house.withdrawn", by=by, at=at, subject=("empty_house", str(found.pk)))


@transaction.atomic
def read_notices(*, by: Actor, at: datetime) -> tuple[OpenedNotice, ...]:
    """What somebody may read now, of all their posts; each notice read leaves one note of it."""
    found = notices_for(by=by, at=at)
    note_notices(found, by=by, at=at)
    return found


def notices_for(*, by: Actor, at: datetime, post: Post | None = None) -> tuple[OpenedNotice, ...]:
    """The notices that somebody may read at a moment; whoever hands them on calls `note_notices` with them.

    Only the team whose turn today is not over, and the head of the RW. For everybody else there is nothing.
    """
    posts = [one for one in queries.reach_of(by, at).posts if post is None or one.pk == post.pk]
    return tuple(_opened(one) for one in queries.current(posts, at)) if posts else ()


def note_notices(found: Sequence[OpenedNotice], *, by: Actor, at: datetime, device: str = "") -> None:
    """Note that these were read; `device`: the code of the phone that takes them along."""
    if not found:
        return
    led = {post.title for post in queries.reach_of(by, at).led}
    for one in found:
        why = _("Ketua RW") if one.post in led else _("Tim yang bertugas")
        note_reading(subject=(SUBJECT, one.id), why=why, by=by, at=at, device=device)


def _opened(one: EmptyHouse) -> OpenedNotice:
    said = json.loads(opened(one.sealed, purpose=PURPOSE))
    return OpenedNotice(
        one.pk, one.post.title, one.segment.title, one.segment.code, said["label"], said["contact"], one.from_at,
        one.until_at,
    )  # fmt: skip


def erase_over(*, at: datetime) -> int:
    """Erase every notice whose time is over; returns how many. Safe to repeat."""
    count = 0
    for one in EmptyHouse.objects.filter(erased_at=None, until_at__lte=at):
        _erase(one, withdrawn_at=one.withdrawn_at, at=at)
        count += 1
    return count


def _erase(one: EmptyHouse, *, withdrawn_at: datetime | None, at: datetime) -> None:
    one.sealed, one.asked_by, one.house, one.withdrawn_at, one.erased_at = b"", "", None, withdrawn_at, at
    one.save(update_fields=["sealed", "asked_by", "house", "withdrawn_at", "erased_at"])
