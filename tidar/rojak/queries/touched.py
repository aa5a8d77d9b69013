"""What items of the phones and steps of findings touched since a place in them: for exports that come in turns.

An item is numbered when it is received and settled when somebody decides about it later; both bring it up again.
Numbers of transactions that run at once become visible in any order, so a little of what was read is read again, and
counted, to know whether anything is new; whoever uses this writes the same rows again without harm.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q

from tidar.rojak.models import Check, Evidence, PatrolItem, Round

SLACK, SLACK_TIME = 500, timedelta(minutes=10)
LIVE_ITEMS = PatrolItem.objects.filter(state__in=(PatrolItem.State.ACCEPTED, PatrolItem.State.REPLACED))


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows that changed. `position` is where to go on from; None in place of ids: everything, the first time."""

    position: dict[str, Any]
    rounds: frozenset[uuid.UUID] | None = None
    findings: frozenset[uuid.UUID] | None = None
    checks: frozenset[uuid.UUID] = field(default_factory=frozenset)

    @property
    def is_first(self) -> bool:
        """Whether nothing was read before."""
        return self.rounds is None


def touched_since(position: Mapping[str, Any], *, at: datetime) -> Touched:
    """What items and steps touched since `position` (empty: everything); nothing at all when nothing is new."""
    newest = _position(at)
    if not position:
        return Touched(newest)
    settled = datetime.fromisoformat(position["settled_at"]) - SLACK_TIME
    items = LIVE_ITEMS.filter(Q(id__gt=position["item"] - SLACK) | Q(settled_at__gt=settled))
    steps = Evidence.objects.filter(id__gt=position["step"] - SLACK)
    if (items.count(), steps.count()) == (position["items"], position["steps"]):
        return Touched(dict(position), frozenset(), frozenset())
    rounds, findings, checks = _sorted(items.values_list("item_id", "kind", "body"))
    findings |= set(steps.values_list("finding_id", flat=True))
    return Touched(newest, frozenset(rounds), frozenset(findings), frozenset(checks))


def _position(at: datetime) -> dict[str, Any]:
    """The newest numbers, and how many rows the next turn would read again if nothing came."""
    item = PatrolItem.objects.aggregate(n=Max("id"))["n"] or 0
    step = Evidence.objects.aggregate(n=Max("id"))["n"] or 0
    again = Q(id__gt=item - SLACK) | Q(settled_at__gt=at - SLACK_TIME)
    return {
        "item": item,
        "items": LIVE_ITEMS.filter(again).count(),
        "step": step,
        "steps": Evidence.objects.filter(id__gt=step - SLACK).count(),
        "settled_at": at.isoformat(),
    }


def _sorted(items: Iterable[tuple[uuid.UUID, str, Any]]) -> tuple[set[uuid.UUID], set[uuid.UUID], set[uuid.UUID]]:
    """Rounds, findings and checks that these items made or say something about."""
    rounds: set[uuid.UUID] = set()
    findings: set[uuid.UUID] = set()
    checks: set[uuid.UUID] = set()
    for item_id, kind, body in items:
        if kind == "round_start":
            rounds.add(item_id)
        elif kind == "finding":
            findings.add(item_id)
        elif kind == "check":
            checks.add(item_id)
        if (named := _round_of(bytes(body))) is not None:
            rounds.add(named)
    of_checks = Check.objects.filter(pk__in=checks, round__isnull=False)
    rounds |= {pk for pk in of_checks.values_list("round_id", flat=True) if pk is not None}
    return set(Round.objects.filter(pk__in=rounds).values_list("pk", flat=True)), findings, checks


def _round_of(body: bytes) -> uuid.UUID | None:
    """The round that an item names."""
    try:
        return uuid.UUID(json.loads(body)["round"])
    except (ValueError, KeyError, TypeError):
        return None
