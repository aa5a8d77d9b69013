"""Calls for help, and who read what concerns persons."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.people import api as people
from tidar.rojak.models import EmptyHouse, Finding, PatrolItem, Post, SensitiveReading, Sos
from tidar.rojak.queries.persons import about_persons, persons_items
from tidar.rojak.queries.reach import persons_for, posts_for

PAGE_SIZE = 50


def calls_for(actor: Actor) -> QuerySet[Sos]:
    """The calls for help that somebody may see, newest first."""
    posts = Post.objects.filter(posts_for(actor))
    return Sos.objects.filter(post__in=posts).select_related("post", "round").order_by("-happened_at", "-id")


def open_calls(actor: Actor) -> list[Sos]:
    """Those that nobody answered yet."""
    rows = list(calls_for(actor).filter(answered_at=None)[:PAGE_SIZE])
    names = people.names_of({row.seen_by for row in rows if row.seen_by})
    for row in rows:
        row.seen_by_name = names.get(row.seen_by, "")  # type: ignore[attr-defined]
    return rows


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of something that concerns persons."""

    at: datetime
    what: str
    subject_id: uuid.UUID
    is_finding: bool  # with a page of its own: what is held is none yet
    who: str
    why: str
    device: str


def readings(actor: Actor, *, before: str = "") -> tuple[tuple[Reading, ...], str]:
    """Who read what in the RW that somebody leads, newest first; and after which row the next page begins."""
    findings = Finding.objects.filter(persons_for(actor)).values("pk")
    items = PatrolItem.objects.filter(about_persons(), persons_items(actor)).values("item_id")
    houses = EmptyHouse.objects.filter(post__in=Post.objects.filter(posts_for(actor, "patrol.coordinate"))).values("pk")
    found = SensitiveReading.objects.filter(subject_id__in=findings.union(items, houses)).order_by("-id")
    if before.isdecimal() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE_SIZE + 1])
    names = people.names_of({row.actor_id for row in rows})
    following = str(rows[PAGE_SIZE - 1].pk) if len(rows) > PAGE_SIZE else ""
    kept = set(Finding.objects.filter(pk__in=[row.subject_id for row in rows]).values_list("pk", flat=True))
    return tuple(_reading(row, names, kept) for row in rows[:PAGE_SIZE]), following


def _reading(row: SensitiveReading, names: dict[str, str], kept: set[uuid.UUID]) -> Reading:
    what = _("Temuan tentang orang") if row.subject_kind == "temuan" else _("Rumah kosong")
    return Reading(
        row.at, what, row.subject_id, row.subject_id in kept, names.get(row.actor_id, "—"), row.why, row.device
    )
