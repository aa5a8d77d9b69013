"""Findings with the state that their steps give them: lists, one finding with its chain, and what is near."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tidar.rojak.models import Evidence, Finding, FindingKind, FindingPhoto
from tidar.rojak.rules import findings as rules

PERSON = FindingKind.Sensitivity.PERSON
MOST_OPEN = 2_000  # what a phone carries


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """What a phone may know of a finding that is still open; never one that concerns a person."""

    id: uuid.UUID
    kind: str
    segment: str
    lon: float | None
    lat: float | None
    severity: int
    happened_at: datetime
    state: rules.State
    content_hash: str  # of the accepted item
    photos: tuple[str, ...]


def with_state(findings: QuerySet[Any], *, until: datetime | None = None) -> QuerySet[Any]:
    """Each with `last_step`, the kind of its last deciding step (before `until`); `state_by` says what that means."""
    deciding = Evidence.objects.filter(finding=OuterRef("pk"), kind__in=rules.DECIDING).order_by("-sequence")
    if until is not None:
        deciding = deciding.filter(happened_at__lt=until)
    last = Coalesce(Subquery(deciding.values("kind")[:1]), Value(str(Evidence.Kind.FOUND)), output_field=CharField())
    stated: QuerySet[Any] = findings.annotate(last_step=last)
    return stated


def in_states(stated: QuerySet[Any], states: Collection[rules.State]) -> QuerySet[Any]:
    """Only those whose last deciding step gives one of these states."""
    return stated.filter(last_step__in=[step for step, state in rules.AFTER_STEP.items() if state in states])


def still_open(findings: QuerySet[Any]) -> QuerySet[Any]:
    """Only those for which something is still to be done."""
    return in_states(with_state(findings), rules.STILL_OPEN)


def state_by(last_step: str) -> rules.State:
    """The state that a last deciding step gives."""
    return rules.state_after([last_step])


def state_of(finding: Finding) -> rules.State:
    """The state that one finding's steps give it."""
    return rules.state_after(finding.evidence.order_by("sequence").values_list("kind", flat=True))


def states_of(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, rules.State]:
    """The states of many findings, one query."""
    rows = with_state(Finding.objects.filter(pk__in=list(ids))).values_list("pk", "last_step")
    return {pk: state_by(last_step) for pk, last_step in rows}


def open_findings(
    post_id: int, at: datetime, *, with_persons: bool = False, most: int = MOST_OPEN
) -> tuple[OpenFinding, ...]:
    """What is still open at a post at `at`, newest first; what concerns persons only when asked for explicitly."""
    found = Finding.objects.filter(post_id=post_id, happened_at__lte=at).select_related("kind", "segment")
    if not with_persons:
        found = found.exclude(kind__sensitivity=PERSON)
    rows = list(still_open(found).order_by("-happened_at", "-id")[:most])
    hashes, photos = _contents(rows), photos_of(rows)
    return tuple(_open(row, hashes.get(row.pk, ""), photos.get(row.pk, ())) for row in rows)


def _open(row: Any, content_hash: str, photos: tuple[str, ...]) -> OpenFinding:
    return OpenFinding(
        id=row.pk,
        kind=row.kind.key,
        segment=row.segment.code if row.segment else "",
        lon=row.lon,
        lat=row.lat,
        severity=row.severity,
        happened_at=row.happened_at,
        state=state_by(row.last_step),
        content_hash=content_hash,
        photos=photos,
    )


def _contents(rows: Sequence[Finding]) -> dict[uuid.UUID, str]:
    kinds = (Evidence.Kind.FOUND, Evidence.Kind.CHANGED)
    steps = Evidence.objects.filter(finding__in=[row.pk for row in rows], kind__in=kinds).order_by("sequence")
    return dict(steps.values_list("finding_id", "content_hash"))


def photos_of(rows: Sequence[Finding]) -> dict[uuid.UUID, tuple[str, ...]]:
    """SHA-256 of the photographs of each, in the order in which they were announced."""
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    linked = FindingPhoto.objects.filter(finding__in=[row.pk for row in rows]).order_by("id")
    for finding_id, sha256 in linked.values_list("finding_id", "photo_id"):
        found[finding_id] = (*found.get(finding_id, ()), sha256)
    return found


def near(
    *, kind: FindingKind, spot: rules.Spot, post_ids: Sequence[int], but: uuid.UUID | None = None, most: int = 5
) -> tuple[tuple[Finding, float | None], ...]:
    """Open findings of `kind` near a spot in place and time, nearest first, with the metres between (None: unknown).

    How near is what the kind says (`near_metres`, `near_hours`). `but` is left out: a finding is not its own duplicate.
    """
    span = timedelta(hours=kind.near_hours)
    found = Finding.objects.filter(
        kind=kind, post__in=list(post_ids), happened_at__range=(spot.at - span, spot.at + span), erased_at=None
    ).select_related("kind", "segment", "post")
    if but is not None:
        found = found.exclude(pk=but)
    pairs = [
        (row, rules.distance(spot, _spot(row)))
        for row in still_open(found).order_by("-happened_at")[:200]
        if rules.are_near(spot, _spot(row), metres=kind.near_metres, hours=kind.near_hours)
    ]
    pairs.sort(key=lambda pair: (pair[1] is None, pair[1] or 0.0))
    return tuple(pairs[:most])


def _spot(row: Finding) -> rules.Spot:
    return rules.Spot(row.segment.code if row.segment else "", row.lon, row.lat, row.happened_at)


def near_finding(found: Finding, *, most: int = 20) -> tuple[tuple[Finding, float | None], ...]:
    """Open findings of the same kind and post near this one, nearest first."""
    return near(kind=found.kind, spot=_spot(found), post_ids=[found.post_id], but=found.pk, most=most)
