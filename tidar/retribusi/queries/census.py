"""Reads of a walk: what remains per block, what differs, registered against seen."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from tidar.common.actor import Actor
from tidar.places import api as places
from tidar.retribusi.models import Census, CensusEntry, LevyObject, Payer
from tidar.retribusi.queries.register import StallRow, granted, payers_for, with_holders
from tidar.retribusi.rules.matching import MAYBE, alike, name_key

Finding = CensusEntry.Finding


@dataclass(slots=True)
class BlockProgress:
    """One block: n of m stalls seen, and what was found."""

    block: str
    stalls: int = 0
    seen: int = 0
    occupied: int = 0  # in the register
    found: Counter[str] = field(default_factory=Counter)
    added: int = 0  # seen, not registered

    @property
    def differing(self) -> int:
        """How many stalls do not match, added ones included."""
        return self.seen - self.found[Finding.AS_REGISTERED] + self.added

    @property
    def seen_occupied(self) -> int:
        """Traders that were seen: as registered, another one, or with other facts; and added stalls."""
        return (
            self.found[Finding.AS_REGISTERED] + self.found[Finding.OTHER_TRADER] + self.found[Finding.OTHER_FACTS]
            + self.added
        )  # fmt: skip


def latest_entries(census_id: uuid.UUID) -> dict[int, uuid.UUID]:
    """Object → the id of its newest entry in this walk."""
    rows = CensusEntry.objects.filter(census_id=census_id, levy_object__isnull=False)
    ordered = rows.order_by("levy_object_id", "-happened_at", "-recorded_at").distinct("levy_object_id")
    return dict(ordered.values_list("levy_object_id", "id"))


def newest(census: Census) -> QuerySet[CensusEntry]:
    """The entries that count: the newest of each registered stall, and each unregistered one."""
    counts = Q(pk__in=latest_entries(census.pk).values()) | Q(levy_object=None)
    return CensusEntry.objects.filter(counts, census=census).select_related("levy_object", "census__market")


def censuses_for(actor: Actor) -> QuerySet[Census]:
    """Walks through markets that the actor may see, the newest first."""
    mine = granted(actor, permission="levies.see", agency="market__agency", area="market__area_code")
    return Census.objects.filter(mine).select_related("market").order_by("-begun_at")


def progress(census: Census) -> list[BlockProgress]:
    """Every block of the market with what was seen of it; three queries."""
    rows: dict[str, BlockProgress] = {}
    findings = {e.levy_object_id: e.finding for e in newest(census) if e.levy_object_id}
    for item in with_holders(stalls_of(census), today=_day(census)):
        block = rows.setdefault(item.stall.block, BlockProgress(item.stall.block))
        block.stalls += 1
        block.occupied += item.holder is not None
        if (finding := findings.get(item.stall.pk)) is not None:
            block.seen += 1
            block.found[finding] += 1
    for entry in CensusEntry.objects.filter(census=census, levy_object=None):
        block = rows.setdefault(entry.seen.get("block", ""), BlockProgress(entry.seen.get("block", "")))
        block.added += 1
    return sorted(rows.values(), key=lambda row: row.block)


def stalls_of(census: Census) -> QuerySet[LevyObject]:
    """Stalls that a walk should see: those that exist, and those it closed itself."""
    exists = Q(closed_at=None) | Q(closed_at__gt=census.begun_at)
    return LevyObject.objects.filter(exists, market=census.market).order_by("block", "route_order", "id")


def _day(census: Census) -> date:
    """Register as it stood when the walk began, so that applying differences does not change what is compared."""
    return census.begun_at.astimezone(places.region().zone).date()


@dataclass(frozen=True, slots=True)
class WalkRow:
    """A stall on the walk: who should be there, what was found."""

    item: StallRow
    entry: CensusEntry | None


def walk(census: Census, block: str) -> list[WalkRow]:
    """The stalls of a block in the order of the walk."""
    entries = {e.levy_object_id: e for e in newest(census) if e.levy_object_id}
    rows = with_holders(stalls_of(census).filter(block=block), today=_day(census))
    return [WalkRow(row, entries.get(row.stall.pk)) for row in rows]


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that does not match, and payers whose name is like the one that was said."""

    entry: CensusEntry
    holder: StallRow | None
    candidates: tuple[Payer, ...]


def differences(census: Census, actor: Actor, *, settled: bool = False) -> list[Difference]:
    """What does not match, by number; who was named may be registered already."""
    found = newest(census).exclude(finding=Finding.AS_REGISTERED).filter(settled_at__isnull=not settled)
    entries = list(found.order_by("number"))
    stalls = LevyObject.objects.filter(pk__in=[e.levy_object_id for e in entries if e.levy_object_id])
    holders = {row.stall.pk: row for row in with_holders(stalls, today=_day(census))}
    people = _alike(entries, actor)
    return [
        Difference(e, holders.get(e.levy_object_id or 0), people.get(e.seen.get("trader", ""), ())) for e in entries
    ]


def _alike(entries: Iterable[CensusEntry], actor: Actor) -> dict[str, tuple[Payer, ...]]:
    """Name that was said → registered payers who may be that person, at most five."""
    names = {name for e in entries if (name := e.seen.get("trader", ""))}
    if not names:
        return {}
    first_words = Q()
    for name in names:
        for word in name_key(name).split():
            if len(word) > 2:
                first_words |= Q(name__icontains=word)
    payers = list(payers_for(actor).filter(first_words)[:2_000]) if first_words else []
    return {name: tuple(p for p in payers if alike(p.name, name, least=MAYBE))[:5] for name in names}
