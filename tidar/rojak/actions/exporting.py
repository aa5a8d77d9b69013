"""Rounds, findings and the state of segments follow the phones into the lake.

Guarantees. The cursor, the version and the event that tells of it are one transaction; the cursor's lock lets one
export of a table run at a time. Rows have a key, so writing one again corrects it and never doubles it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from tidar.lake import api as lake
from tidar.places import api as places
from tidar.rojak.actions.lake_tables import add_rows, declare_tables, locked_cursor, move
from tidar.rojak.metrics import FINDINGS, FINDINGS_SQL, PERSONS_SQL, ROUNDS, ROUNDS_SQL, SEGMENTS, rows_of
from tidar.rojak.models import Evidence, Segment
from tidar.rojak.queries.findings import states_of
from tidar.rojak.queries.gaps import segments_now
from tidar.rojak.queries.touched import touched_since
from tidar.rojak.rules.findings import FIXED
from tidar.rojak.rules.suppression import LEAST


def export_patrol(*, at: datetime) -> tuple[lake.VersionView, ...]:
    """Bring rounds and findings in the lake up to what was received; the versions added, none when nothing is new."""
    made = [version for version in (export_rounds(at=at), export_findings(at=at)) if version is not None]
    for version in made:
        lake.compact(version.table, at=at)
    return tuple(made)


@transaction.atomic
def export_rounds(*, at: datetime) -> lake.VersionView | None:
    """Rounds that items touched since the last time, each whole and anew."""
    cursor = locked_cursor(ROUNDS.name, at=at)
    if cursor is None:
        return None
    touched = touched_since(cursor.position, at=at)
    if touched.is_first:
        declare_tables(at=at)
    ids = None if touched.rounds is None else sorted(touched.rounds)
    found = [] if ids == [] else rows_of(ROUNDS_SQL, ids=ids, zone=places.region().zone.key)
    move(cursor, touched.position, at=at)
    return add_rows(ROUNDS, found, mode="replace" if touched.is_first else "append", at=at)


@transaction.atomic
def export_findings(*, at: datetime) -> lake.VersionView | None:
    """Findings about places that items or steps touched; those about persons only as counts, all of them anew."""
    cursor = locked_cursor(FINDINGS.name, at=at)
    if cursor is None:
        return None
    touched = touched_since(cursor.position, at=at)
    if touched.is_first:
        declare_tables(at=at)
    ids = None if touched.findings is None else sorted(touched.findings)
    found: list[Sequence[Any]] = [] if ids == [] else _finding_rows(ids)
    if ids != []:
        found += _person_rows()
    move(cursor, touched.position, at=at)
    return add_rows(FINDINGS, found, mode="replace" if touched.is_first else "append", at=at)


def _finding_rows(ids: Sequence[uuid.UUID] | None) -> list[Sequence[Any]]:
    rows = rows_of(FINDINGS_SQL, ids=ids, zone=places.region().zone.key)
    states = states_of(row[0] for row in rows)
    fixed_at = _fixed_at([pk for pk, state in states.items() if state == FIXED])
    return [_finding_row(row, states[row[0]], fixed_at.get(row[0])) for row in rows]


def _finding_row(row: Sequence[Any], state: str, fixed_at: datetime | None) -> Sequence[Any]:
    """State, whether and how long until it was fixed, and 1, between what the statement gave."""
    days = (fixed_at - row[9]).total_seconds() / 86_400 if fixed_at else None
    return (*row[1:9], state, state == FIXED, days, 1, *row[10:])


def _fixed_at(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    steps = Evidence.objects.filter(finding__in=list(ids), kind=Evidence.Kind.CONFIRMED).order_by("sequence")
    return dict(steps.values_list("finding_id", "happened_at"))


def _person_rows() -> list[Sequence[Any]]:
    """Counts per month, kelurahan and kind; below five nobody learns how many."""
    return [
        (
            f"orang:{month:%Y-%m}:{area}:{program}:{kind}", program, kind, title, "orang", area, month, None, None,
            None, None, count if count >= LEAST else None, None, None, 0,
        )
        for program, kind, title, area, month, count in rows_of(PERSONS_SQL, zone=places.region().zone.key)
    ]  # fmt: skip


@transaction.atomic
def export_segments(*, at: datetime) -> lake.VersionView | None:
    """How every segment stands at `at`, in place of what was there."""
    cursor = locked_cursor(SEGMENTS.name, at=at)
    if cursor is None:
        return None
    if not cursor.position:
        declare_tables(at=at)
    found = segments_now(Q(), at)
    lines = dict(Segment.objects.filter(pk__in=[one.id for one in found]).values_list("pk", "line"))
    rows = [
        (
            one.id, one.program, one.post_code, one.post_title, one.area_code or one.post_area, one.title,
            one.importance, one.state.kind, one.state.is_gap, one.state.overdue_days, one.state.last_at,
            one.state.due_at, at, *_middle(lines[one.id]), one.id,
        )
        for one in found
    ]  # fmt: skip
    move(cursor, {"at": at.isoformat()}, at=at)
    return add_rows(SEGMENTS, rows, mode="replace", at=at)


def _middle(line: Sequence[Sequence[float]]) -> tuple[float | None, float | None]:
    """A point of the line near its middle, for a mark on a map."""
    if not line:
        return None, None
    lon, lat = line[len(line) // 2][:2] if len(line) > 2 else _half(line)
    return lon, lat


def _half(line: Sequence[Sequence[float]]) -> tuple[float, float]:
    return (line[0][0] + line[-1][0]) / 2, (line[0][1] + line[-1][1]) / 2
