"""What a resident may know of their own place: when it was looked at, when next, whether the last finding is settled.

Nothing else is asked of the database: no names, no houses, no notes, nothing about persons, no round.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tidar.places import api as places
from tidar.rojak.models import Finding, FindingKind, Segment
from tidar.rojak.queries.coverage import segment_states
from tidar.rojak.queries.findings import in_states, state_by, with_state
from tidar.rojak.queries.roster import planned
from tidar.rojak.rules import findings as rules
from tidar.rojak.rules.coverage import SegmentState

LOOK_AHEAD_DAYS = 14
LAST_FINDING_DAYS = 180


@dataclass(frozen=True, slots=True)
class ResidentView:
    """One place as its residents see it."""

    title: str
    post: str
    words: Mapping[str, str]
    state: SegmentState | None  # None: not patrolled (any more)
    following_at: datetime | None  # the next turn on the roster
    last_finding: rules.State | None  # None: nothing was found in half a year
    last_finding_at: datetime | None


def resident_view(public_code: str, *, at: datetime) -> ResidentView | None:
    """The place behind a public code, None for what is none."""
    segment = Segment.objects.select_related("post__program").filter(public_code=public_code).first()
    if segment is None:
        return None
    found = _last_finding(segment, at)
    return ResidentView(
        title=segment.title,
        post=segment.post.title,
        words=segment.post.program.words,
        state=segment_states([segment.post_id], at).get(segment.pk),
        following_at=_following(segment, at),
        last_finding=found[0] if found else None,
        last_finding_at=found[1] if found else None,
    )


def _last_finding(segment: Segment, at: datetime) -> tuple[rules.State, datetime] | None:
    since = at - timedelta(days=LAST_FINDING_DAYS)
    rows = Finding.objects.filter(segment=segment, happened_at__gte=since, happened_at__lte=at)
    rows = rows.exclude(kind__sensitivity=FindingKind.Sensitivity.PERSON).order_by("-happened_at", "-id")
    told = in_states(with_state(rows), (*rules.STILL_OPEN, rules.FIXED))  # what equals another is not told twice
    last = told.values_list("last_step", "happened_at").first()
    return None if last is None else (state_by(last[0]), last[1])


def _following(segment: Segment, at: datetime) -> datetime | None:
    today = at.astimezone(places.region().zone).date()
    turns = planned(segment.post_id, today, today + timedelta(days=LOOK_AHEAD_DAYS))
    coming = sorted(turn.starts_at for turn in turns if turn.starts_at > at)
    return coming[0] if coming else None
