"""How long what the patrol noted may be kept, and which items' time is over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q, QuerySet

from tidar.common.signed_records import UnableToRead
from tidar.rojak.models import Finding, FindingKind, PatrolItem, Program
from tidar.rojak.queries.persons import holds
from tidar.rojak.rules.items import read_item
from tidar.rojak.rules.program import Settings

NAMED_KINDS = ("round_start", "leg", "attendance", "round_end", "activity")
PLACED_KINDS = ("track", "check", "sos")


@dataclass(frozen=True, slots=True)
class Times:
    """What was received before these moments is over: positions, and who was there."""

    placed: datetime
    named: datetime


def times_of(program: Program, *, at: datetime) -> Times:
    """When a program's tracks and attendance are over."""
    own, usual = program.settings, Settings()
    placed = int(own.get("track_retention_days", usual.track_retention_days))
    named = int(own.get("attendance_retention_days", usual.attendance_retention_days))
    return Times(at - timedelta(days=placed), at - timedelta(days=named))


def longest_over(*, at: datetime) -> datetime:
    """What was received before this moment is over whatever it is: the longest time of all kinds and programs."""
    days = FindingKind.objects.aggregate(most=Max("retention_days"))["most"] or 0
    usual = at - timedelta(days=max(days, Settings().attendance_retention_days))
    return min([usual, *(times_of(program, at=at).named for program in Program.objects.all())])


def over_by_kind(times: Times) -> Q:
    """Items of one program whose kind says that their time is over."""
    return Q(kind__in=PLACED_KINDS, received_at__lt=times.placed) | Q(kind__in=NAMED_KINDS, received_at__lt=times.named)


def over(*, at: datetime) -> Q:
    """Every item that may be empty at `at`: its finding was erased, or its time is over."""
    erased = Finding.objects.exclude(erased_at=None).values("pk")
    kept = Finding.objects.values("pk")
    found = Q(item_id__in=erased) | Q(received_at__lt=longest_over(at=at)) & ~Q(item_id__in=kept)
    for program in Program.objects.all():
        found |= Q(post__program=program) & over_by_kind(times_of(program, at=at))
        least = program.kinds.aggregate(least=Min("retention_days"))["least"]
        if least is not None:  # of which kind an empty one was, nobody can tell any more
            young = Q(kind="finding", received_at__lt=at - timedelta(days=least))
            found |= Q(post__program=program) & young & ~Q(item_id__in=kept)
    return found


def undecided_over(kind: FindingKind, *, at: datetime) -> QuerySet[PatrolItem]:
    """Versions of this kind of finding that became none, and whose time is over by the time of their kind."""
    older = PatrolItem.objects.filter(
        kind="finding", post__program=kind.program_id, received_at__lt=at - timedelta(days=kind.retention_days)
    ).exclude(body=b"")
    of_kind = older.filter(holds(f'"kind":{json.dumps(kind.key)}'))
    return of_kind.exclude(item_id__in=Finding.objects.values("pk"))


def is_named(sha256: str) -> bool:
    """Whether an item that is no finding, and is still kept, names this photograph."""
    kept = PatrolItem.objects.filter(kind="finding").exclude(body=b"").exclude(item_id__in=Finding.objects.values("pk"))
    return kept.filter(holds(sha256)).exists()


def photos_named(body: bytes) -> tuple[str, ...]:
    """The photographs that a finding's bytes name; none of bytes that cannot be read."""
    try:
        return read_item(body).photos
    except UnableToRead:
        return ()
