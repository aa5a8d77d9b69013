"""One finding as its page tells it: answers, photographs, and the chain of evidence, checked link by link."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.signed_records import FIRST_PREVIOUS, canonical, content_hash
from tidar.formulir import api as formulir
from tidar.people import api as people
from tidar.rojak.models import Evidence, Finding, FindingPhoto
from tidar.rojak.queries.finding_lists import FindingRow, annotated, row_of
from tidar.rojak.queries.reach import may_coordinate

OF_CONTENT = frozenset(
    (Evidence.Kind.REQUEST, Evidence.Kind.INCIDENT, Evidence.Kind.WORK, Evidence.Kind.CONFIRMED, Evidence.Kind.REOPENED,
     Evidence.Kind.DUPLICATE)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain, worded for reading."""

    number: int
    title: str
    kind: str
    happened_at: datetime
    recorded_at: datetime
    who: str
    note: str
    facts: tuple[tuple[str, str], ...]
    content_hash: str
    link_hash: str
    is_sound: bool
    photo: str  # SHA-256 of the photograph that can be shown, ""
    other: str  # id of the finding that this one equals, ""


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A finding with everything around it."""

    finding: Finding
    row: FindingRow
    steps: tuple[Step, ...]
    answers: tuple[tuple[str, str], ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    awaited_count: int

    @property
    def is_sound(self) -> bool:
        """Whether every link names the one before it and what it stands for."""
        return all(step.is_sound for step in self.steps)

    @property
    def has_work_order(self) -> bool:
        """Whether work was ordered."""
        return any(step.kind == Evidence.Kind.WORK for step in self.steps)


def finding_with_state(finding_id: uuid.UUID) -> Any:
    """The finding, annotated as lists are, or None."""
    rows = annotated(Finding.objects.filter(pk=finding_id))
    return rows.select_related("kind__agency", "post__program", "segment", "submission__version", "round").first()


def finding_page(found: Any, *, reader: Actor, at: datetime) -> FindingPage:
    """What the reader's page shows of a finding that they may read; names of persons only to who leads the patrol."""
    shown = _kept_photos(found)
    return FindingPage(
        finding=found,
        row=row_of(found, at),
        steps=_steps(found, named=may_coordinate(reader, found.post), photos={one for one, _ in shown}),
        answers=answers_of(found),
        before=tuple(one for one, role in shown if role == FindingPhoto.Role.BEFORE),
        after=tuple(one for one, role in shown if role == FindingPhoto.Role.AFTER),
        awaited_count=found.photos.count() - len(shown),
    )


def _kept_photos(found: Finding) -> list[tuple[str, str]]:
    kept = found.photos.filter(photo__state="diterima").order_by("id")
    return list(kept.values_list("photo_id", "role"))


def answers_of(found: Finding) -> tuple[tuple[str, str], ...]:
    """(question, answer) in the form's order, as the form words them; nothing once they were erased."""
    submission = found.submission
    if submission is None or found.erased_at is not None:
        return ()
    definition = submission.version.definition
    told = []
    for question in definition.get("questions", ()):
        text = formulir.said(definition, question["name"], submission.answers.get(question["name"]))
        if text and question.get("type") not in ("photo", "note"):
            told.append((str(question.get("label") or question["name"]), text))
    return tuple(told)


def _steps(found: Finding, *, named: bool, photos: Collection[str]) -> tuple[Step, ...]:
    rows = list(found.evidence.select_related("note").order_by("sequence"))
    names = people.names_of({row.actor_id for row in rows}) if named else {}
    previous, steps = FIRST_PREVIOUS, []
    for number, row in enumerate(rows, start=1):
        sound = row.sequence == number and _is_sound(row, previous)
        steps.append(_step(row, who=names.get(row.actor_id, ""), sound=sound, photos=photos))
        previous = row.link_hash
    return tuple(steps)


def _step(row: Evidence, *, who: str, sound: bool, photos: Collection[str]) -> Step:
    note = getattr(row, "note", None)
    return Step(
        number=row.sequence,
        title=str(row.get_kind_display()),
        kind=row.kind,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        who=who,
        note=note.text if note else "",
        facts=_facts(row),
        content_hash=row.content_hash,
        link_hash=row.link_hash,
        is_sound=sound,
        photo=row.reference if row.reference in photos else "",
        other=row.reference if row.kind == Evidence.Kind.DUPLICATE else "",
    )


def _facts(row: Evidence) -> tuple[tuple[str, str], ...]:
    if row.kind != Evidence.Kind.WORK:
        return ()
    found = (
        (_("Nomor"), row.reference),
        (_("Kepada"), row.content.get("to")),
        (_("Selesai sebelum"), row.content.get("due_date")),
    )
    return tuple((name, str(value)) for name, value in found if value)


def _is_sound(row: Evidence, previous: str) -> bool:
    if row.previous_hash != previous:
        return False
    if row.kind in OF_CONTENT and row.content_hash != content_hash(canonical(row.content)):
        return False
    return row.own_hash() == row.link_hash
