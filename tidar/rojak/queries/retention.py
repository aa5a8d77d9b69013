"""How long what the patrol noted may be kept, and which items' time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q

from tidar.rojak.models import Finding, FindingKind, Program
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
    return found
