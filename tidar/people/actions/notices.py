"""Telling people something once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tidar.common import audit
from tidar.common.actor import Actor, system
from tidar.common.ids import uuid7
from tidar.people.models import Notice, User


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told: a sentence, where to go, and the occasion that makes telling it twice pointless."""

    about: str
    sentence: str
    url: str = ""


@transaction.atomic
def tell(*, people: Iterable[User], telling: Telling, at: datetime) -> int:
    """Tell each of `people` once per occasion; returns how many had not been told yet."""
    fresh = [
        Notice(id=uuid7(), user=u, about=telling.about, sentence=telling.sentence, url=telling.url, created_at=at)
        for u in people
    ]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    told = Notice.objects.filter(pk__in=[n.pk for n in fresh]).count()
    if told:
        audit.record(
            "notice.sent",
            by=system("pemberitahuan"),
            at=at,
            subject=("notice", telling.about),
            after={"sentence": telling.sentence, "people": told},
        )
    return told


@transaction.atomic
def mark_all_read(*, by: Actor, at: datetime) -> int:
    """The acting person has read everything told until `at`; returns how many notices that were."""
    read = Notice.objects.filter(user_id=by.id, read_at__isnull=True, created_at__lte=at).update(read_at=at)
    if read:
        audit.record("notice.read", by=by, at=at, subject=("user", by.id), after={"notices": read})
    return read
