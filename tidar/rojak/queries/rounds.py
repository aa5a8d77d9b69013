"""Rounds: the list, one round with all that it brought, and its summary for the group."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tidar.common.actor import Actor
from tidar.places import api as places
from tidar.rojak.models import Activity, Attendance, Check, Finding, FindingKind, Post, Round, Segment
from tidar.rojak.queries.coverage import segment_states
from tidar.rojak.queries.finding_lists import FindingRow, annotated, row_of
from tidar.rojak.queries.reach import findings_for, may_coordinate, posts_for
from tidar.rojak.queries.roster import planned
from tidar.rojak.rules import summary as rules
from tidar.rojak.rules.tracks import Track, fixes, track

PAGE_SIZE = 25
PERSON = FindingKind.Sensitivity.PERSON
LOOK_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round of a list."""

    id: uuid.UUID
    post: str
    started_at: datetime
    ended_at: datetime | None
    is_running: bool
    manner: str
    checked_count: int
    finding_count: int
    distance_metres: int | None

    @property
    def minutes(self) -> int | None:
        """How long it lasted."""
        return None if self.ended_at is None else round((self.ended_at - self.started_at).total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class RoundsListed:
    """A page of rounds."""

    rows: tuple[RoundRow, ...]
    following: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class LegRow:
    """From when which phone carried the round; the leader's name only for who leads the patrol."""

    from_at: datetime
    device: str
    leader: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One look at one segment."""

    at: datetime
    segment: str
    how: str
    is_certain: bool
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class RoundPage:
    """One round with everything that it brought and that the reader may know."""

    round: Round
    row: RoundRow
    names: tuple[str, ...] | None  # None: not for this reader
    present_count: int
    legs: tuple[LegRow, ...]
    checks: tuple[CheckRow, ...]
    findings: tuple[FindingRow, ...]
    activities: tuple[tuple[str, int], ...]
    track: Track


def rounds_for(actor: Actor) -> QuerySet[Round]:
    """The rounds that somebody may see."""
    return Round.objects.filter(post__in=Post.objects.filter(posts_for(actor)))


def listed(actor: Actor, *, at: datetime, post: str = "", after: str = "") -> RoundsListed:
    """A page of rounds, newest first."""
    found = rounds_for(actor).select_related("post__program").order_by("-started_at", "-id")
    if post:
        found = found.filter(post__code=post)
    place = Round.objects.filter(pk=after).first() if _is_uuid(after) else None
    if place is not None:
        found = found.filter(Q(started_at__lt=place.started_at) | Q(started_at=place.started_at, id__lt=place.pk))
    rows = list(_counted(found)[: PAGE_SIZE + 1])
    following = str(rows[PAGE_SIZE - 1].pk) if len(rows) > PAGE_SIZE else ""
    return RoundsListed(tuple(_row(row, at) for row in rows[:PAGE_SIZE]), following, place is None)


def post_choices(actor: Actor) -> tuple[tuple[str, str], ...]:
    """The posts whose rounds somebody may see."""
    return tuple(Post.objects.filter(posts_for(actor)).order_by("title").values_list("code", "title"))


def round_named(round_id: uuid.UUID) -> Any:
    """The round with its counts, or None."""
    return _counted(Round.objects.filter(pk=round_id)).select_related("post__program").first()


def round_page(found: Any, *, reader: Actor, at: datetime) -> RoundPage:
    """What the reader's page shows: who was there only to who leads the patrol; findings that the reader may read."""
    leads = may_coordinate(reader, found.post)
    present = Attendance.objects.filter(round=found).select_related("member").order_by("member__name")
    rows = annotated(Finding.objects.filter(findings_for(reader), round=found))
    return RoundPage(
        round=found,
        row=_row(found, at),
        names=tuple(one.member.name for one in present) if leads else None,
        present_count=len(present),
        legs=tuple(
            LegRow(leg.from_at, leg.device.code if leg.device else "", leg.leader.name if leads and leg.leader else "")
            for leg in found.legs.select_related("device", "leader").order_by("from_at")
        ),
        checks=tuple(_check(one) for one in found.checks.select_related("segment").order_by("happened_at")),
        findings=tuple(row_of(one, at) for one in rows.order_by("happened_at")),
        activities=activities_of(found),
        track=track_of(found),
    )


def track_of(found: Round) -> Track:
    """The round's own track as it may be drawn."""
    parts = found.track.order_by("from_at").values_list("from_at", "points")
    return track(fixes(parts), worst_metres=int(found.post.program.settings.get("worst_fix_metres", 30)))


def activities_of(found: Round) -> tuple[tuple[str, int], ...]:
    """(title, participants) of what was done with people on this round."""
    titles = {str(one["key"]): str(one["title"]) for one in found.post.program.settings.get("activities", ())}
    rows = Activity.objects.filter(round=found).order_by("happened_at").values_list("kind", "participants_count")
    return tuple((titles.get(kind, kind), count) for kind, count in rows)


def summary_of(found: Any, *, at: datetime) -> rules.RoundSummary:
    """The round in numbers for the group; nothing in it comes from a name, a house, a note or a kind about persons."""
    zone = places.region().zone
    checks = list(Check.objects.filter(round=found).values_list("segment_id", "is_certain"))
    sure = {segment for segment, certain in checks if certain}
    every = {segment for segment, _ in checks}
    return rules.RoundSummary(
        post=found.post.title,
        words=found.post.program.words,
        started_at=found.started_at.astimezone(zone),
        ended_at=found.ended_at.astimezone(zone) if found.ended_at else None,
        checked_count=len(every),
        segment_count=len(segments_of(found.post, found.started_at.astimezone(zone).date())),
        uncertain_count=len(every - sure),
        distance_metres=found.distance_metres,
        findings=_finding_counts(found),
        activities=activities_of(found),
        worst_gap=worst_gap(found.post, at),
        following_at=following_turn(found.post, at),
    )


def segments_of(post: Post, day: date) -> list[Segment]:
    """The segments of a post that are patrolled on a day, in their order."""
    kept = post.segments.filter(from_date__lte=day).exclude(until_date__lt=day)
    return list(kept.order_by("order", "id"))


def worst_gap(post: Post, at: datetime) -> rules.Gap | None:
    """The segment that has waited longest at `at`, None when nothing is overdue."""
    states = segment_states([post.pk], at)
    late = [(state.due_at, pk, state) for pk, state in states.items() if state.is_gap]
    if not late:
        return None
    _, pk, state = min(late, key=lambda one: (one[0], one[1]))
    return rules.Gap(Segment.objects.get(pk=pk).title, None if state.last_at is None else state.overdue_days)


def following_turn(post: Post, at: datetime) -> datetime | None:
    """When the roster has the next turn of a post, within two weeks."""
    today = at.astimezone(places.region().zone).date()
    turns = planned(post.pk, today, today + timedelta(days=LOOK_AHEAD_DAYS))
    coming: Sequence[datetime] = sorted(turn.starts_at for turn in turns if turn.starts_at > at)
    return coming[0].astimezone(places.region().zone) if coming else None


def _finding_counts(found: Round) -> tuple[tuple[str, int], ...]:
    rows = Finding.objects.filter(round=found).exclude(kind__sensitivity=PERSON)
    counted = rows.values("kind__title").annotate(n=Count("id")).order_by("-n", "kind__title")
    return tuple((row["kind__title"], row["n"]) for row in counted)


def _counted(found: QuerySet[Any]) -> QuerySet[Any]:
    checks = Check.objects.filter(round=OuterRef("pk")).order_by().values("round")
    findings = Finding.objects.filter(round=OuterRef("pk")).exclude(kind__sensitivity=PERSON).order_by().values("round")
    counted: QuerySet[Any] = found.annotate(
        checked=Coalesce(Subquery(checks.annotate(n=Count("segment", distinct=True)).values("n")), 0),
        found_count=Coalesce(Subquery(findings.annotate(n=Count("id")).values("n")), 0),
    )
    return counted


def is_running(found: Round, at: datetime) -> bool:
    """Whether it was not ended and its time (`round_hours` of the program) is not over."""
    hours = int(found.post.program.settings.get("round_hours", 4))
    return found.ended_at is None and found.started_at <= at < found.started_at + timedelta(hours=hours)


def _row(row: Any, at: datetime) -> RoundRow:
    return RoundRow(
        id=row.pk,
        post=row.post.title,
        started_at=row.started_at,
        ended_at=row.ended_at,
        is_running=is_running(row, at),
        manner=str(row.get_manner_display()),
        checked_count=row.checked,
        finding_count=row.found_count,
        distance_metres=row.distance_metres,
    )


def _check(one: Check) -> CheckRow:
    return CheckRow(one.happened_at, one.segment.title, str(one.get_how_display()), one.is_certain, one.lon, one.lat)


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
