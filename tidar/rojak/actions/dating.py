"""Ending what belongs to a post with a last day, and taking that back: nothing of a post is ever deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.formats import date_text
from tidar.rojak.models import Checkpoint, Member, Post, RosterRule, Segment

ENTRIES: Mapping[str, tuple[type[models.Model], str]] = {  # and the way to the post
    "post": (Post, ""),
    "segment": (Segment, "post"),
    "checkpoint": (Checkpoint, "segment__post"),
    "member": (Member, "post"),
    "roster": (RosterRule, "post"),
}
EARLIEST = date(2000, 1, 1)


class UnableToDate(UnableTo):
    """The day cannot be the first or the last one."""


def locked(kind: str, pk: int, *, by: Actor) -> tuple[Any, Post]:
    """An entry of a post and the post, locked until the transaction ends, for a coordinator of its area."""
    model, way = ENTRIES[kind]
    query = model._default_manager.select_related(f"{way}__program" if way else "program")
    found = query.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise UnableToFind(_("Itu tidak ada di daftar pos."))
    post: Any = found
    for name in way.split("__") if way else ():
        post = getattr(post, name)
    by.must("patrol.coordinate", area=post.area_code)
    return found, post


def end_entry(*, kind: str, pk: int, last_date: date, by: Actor, at: datetime) -> None:
    """`last_date` is its last day; what was recorded about it stays.

    Raises `UnableToDate` when it ended already or had not begun on that day, `UnableToFind` when there is none.
    """
    with transaction.atomic():
        found, post = locked(kind, pk, by=by)
        if found.until_date is not None:
            raise UnableToDate(_("Sudah berakhir pada %s.") % date_text(found.until_date))
        if last_date < found.from_date:
            raise UnableToDate(_("Hari terakhir tidak boleh sebelum %s.") % date_text(found.from_date))
        found.until_date = last_date
        found.save(update_fields=["until_date"])
        after = {"post": post.code, "until_date": last_date.isoformat()}
        record(f"patrol.{kind}_end", by=by, at=at, subject=(f"patrol_{kind}", str(pk)), after=after)


def reopen_entry(*, kind: str, pk: int, by: Actor, at: datetime) -> None:
    """It goes on as if it had never ended. Raises `UnableToDate` when it had not, or a person's data were erased."""
    with transaction.atomic():
        found, post = locked(kind, pk, by=by)
        if found.until_date is None:
            raise UnableToDate(_("Itu tidak berakhir, jadi tidak perlu dilanjutkan."))
        if getattr(found, "erased_at", None) is not None:
            raise UnableToDate(_("Datanya sudah dihapus; catat sebagai anggota baru."))
        before = {"until_date": found.until_date.isoformat()}
        found.until_date = None
        found.save(update_fields=["until_date"])
        after = {"post": post.code, "until_date": None}
        record(f"patrol.{kind}_reopen", by=by, at=at, subject=(f"patrol_{kind}", str(pk)), before=before, after=after)


def must_be_day(day: date, post: Post) -> None:
    """Raise `UnableToDate` unless something of this post may begin on `day`."""
    if day < max(post.from_date, EARLIEST):
        raise UnableToDate(_("Hari mulai tidak boleh sebelum posnya ada, %s.") % date_text(post.from_date))
    if post.until_date is not None and day > post.until_date:
        raise UnableToDate(_("Pos ini sudah berakhir pada %s.") % date_text(post.until_date))
