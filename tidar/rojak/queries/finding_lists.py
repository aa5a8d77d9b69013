"""Findings as lists for the desk: what is still to be done first, a page at a time, each with its last day."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.rojak.models import Evidence, Finding, FindingKind, Post, Program
from tidar.rojak.queries.findings import in_states, state_by, with_state
from tidar.rojak.queries.reach import findings_for
from tidar.rojak.rules import findings as rules

PAGE_SIZE = 25
EXPORT_MOST = 5_000
TABS = ("terbuka", "lewat", "diteruskan", "beres", "semua")
BADGES: Mapping[str, str] = {
    rules.OPEN: "info", rules.PASSED_ON: "warn", rules.FIXED: "ok", rules.REOPENED: "warn", rules.DUPLICATE: "muted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for; empty: all."""

    tab: str = "terbuka"
    post: str = ""
    kind: str = ""
    severity: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding of a list, with what its steps say."""

    id: uuid.UUID
    kind: str
    icon: str
    concerns_person: bool
    severity: int
    post: str
    segment: str
    happened_at: datetime
    state: rules.State
    due_at: datetime
    is_overdue: bool

    @property
    def word(self) -> str:
        """The state in a word; overdue says so."""
        return _("Lewat waktu") if self.is_overdue else rules.WORDS[self.state]

    @property
    def badge(self) -> str:
        """The state as a badge's kind."""
        return "bad" if self.is_overdue else BADGES[self.state]

    @property
    def severity_word(self) -> str:
        """How bad, in a word."""
        return rules.SEVERITY_WORDS[self.severity]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and after which row the next begins ("": none)."""

    rows: tuple[FindingRow, ...]
    following: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer to this reader."""

    posts: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]


def listed(actor: Actor, wanted: Wanted, at: datetime) -> Listed:
    """A page of what the actor may read, newest first."""
    found = _found(actor, wanted, at)
    place = _place(wanted.after)
    if place is not None:
        moment, last = place
        found = found.filter(Q(happened_at__lt=moment) | Q(happened_at=moment, id__lt=last))
    rows = list(found[: PAGE_SIZE + 1])
    following = (
        f"{rows[PAGE_SIZE - 1].happened_at.isoformat()}_{rows[PAGE_SIZE - 1].pk}" if len(rows) > PAGE_SIZE else ""
    )
    return Listed(tuple(row_of(row, at) for row in rows[:PAGE_SIZE]), following, place is None)


def exported(actor: Actor, wanted: Wanted, at: datetime) -> Iterator[FindingRow]:
    """All that the list has, for a file; at most `EXPORT_MOST`."""
    for row in _found(actor, wanted, at)[:EXPORT_MOST]:
        yield row_of(row, at)


def counts(actor: Actor, at: datetime) -> tuple[int, int]:
    """(still open, of these overdue) of all that the actor may read."""
    programs = Program.objects.in_bulk()
    rows = list(_found(actor, Wanted(), at).order_by().values_list("post__program", "severity", "opened_at"))
    late = sum(fix_by_of(programs[program], severity, opened_at) < at for program, severity, opened_at in rows)
    return len(rows), late


def choices(actor: Actor) -> Choices:
    """Posts and kinds with findings that the actor may read."""
    readable = findings_for(actor)
    posts = Post.objects.filter(pk__in=Finding.objects.filter(readable).values("post")).order_by("title")
    kinds = FindingKind.objects.filter(pk__in=Finding.objects.filter(readable).values("kind")).order_by("title")
    keys = {kind.key: kind.title for kind in kinds}
    return Choices(tuple(posts.values_list("code", "title")), tuple(keys.items()))


def annotated(findings: QuerySet[Any], *, until: datetime | None = None) -> QuerySet[Any]:
    """Findings with what `row_of` needs: state (at `until`), when found or opened again, kind, post and segment."""
    opening = Evidence.objects.filter(
        finding=OuterRef("pk"), kind__in=(Evidence.Kind.FOUND, Evidence.Kind.REOPENED)
    ).order_by("-sequence")
    if until is not None:
        opening = opening.filter(happened_at__lt=until)
    made: QuerySet[Any] = (
        with_state(findings, until=until)
        .annotate(opened_at=Coalesce(Subquery(opening.values("happened_at")[:1]), F("happened_at")))
        .select_related("kind__agency", "post__program", "segment")
    )
    return made


def _found(actor: Actor, wanted: Wanted, at: datetime) -> QuerySet[Any]:
    found = annotated(Finding.objects.filter(findings_for(actor), happened_at__lte=at))
    return _narrowed(found.order_by("-happened_at", "-id"), wanted, at)


def _narrowed(found: QuerySet[Any], wanted: Wanted, at: datetime) -> QuerySet[Any]:
    if wanted.tab in ("terbuka", "lewat"):
        found = in_states(found, rules.STILL_OPEN)
    elif wanted.tab == "diteruskan":
        found = in_states(found, (rules.PASSED_ON,))
    elif wanted.tab == "beres":
        found = in_states(found, (rules.FIXED, rules.DUPLICATE))
    if wanted.tab == "lewat":
        found = found.filter(_overdue(at))
    if wanted.post:
        found = found.filter(post__code=wanted.post)
    if wanted.kind:
        found = found.filter(kind__key=wanted.kind)
    return found.filter(severity=wanted.severity) if wanted.severity else found


def _overdue(at: datetime) -> Q:
    """The rule `is_overdue` for every program and severity, as a condition."""
    late = Q(pk__in=[])
    for program in Program.objects.all():
        for severity in rules.FIX_DAYS:
            span = fix_by_of(program, severity, at) - at
            late |= Q(post__program=program, severity=severity, opened_at__lt=at - span)
    return late


def fix_by_of(program: Program, severity: int, since: datetime) -> datetime:
    """By when a finding of this severity should be fixed by the program's settings."""
    return rules.fix_by(severity=severity, since=since, fix_days=program.settings.get("fix_days"))


def row_of(row: Any, at: datetime) -> FindingRow:
    """An annotated finding as plain values."""
    state = state_by(row.last_step)
    due_at = fix_by_of(row.post.program, row.severity, row.opened_at)
    return FindingRow(
        id=row.pk,
        kind=row.kind.title,
        icon=row.kind.icon,
        concerns_person=row.kind.sensitivity == FindingKind.Sensitivity.PERSON,
        severity=row.severity,
        post=row.post.title,
        segment=row.segment.title if row.segment else "",
        happened_at=row.happened_at,
        state=state,
        due_at=due_at,
        is_overdue=rules.is_overdue(state, due_at=due_at, at=at),
    )


def _place(text: str) -> tuple[datetime, uuid.UUID] | None:
    moment, _mark, last = text.partition("_")
    try:
        found = datetime.fromisoformat(moment), uuid.UUID(last)
    except ValueError:
        return None
    return found if found[0].tzinfo else None
