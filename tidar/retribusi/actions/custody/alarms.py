"""Cash that stays too long in somebody's hands is told: once per occasion, and again only when it becomes grave.

An occasion is one holder, the receipt that is oldest in their hands, and how grave it is. The audit entry is its mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.models import AuditEntry
from tidar.hub import api as hub
from tidar.people import api as people
from tidar.retribusi.models import LevyKind
from tidar.retribusi.queries.custody import TOLD, bags, purse
from tidar.retribusi.rules.custody import Lateness, late_words

ACTION = "custody.late"


@dataclass(frozen=True, slots=True)
class _Occasion:
    """Somebody holds something too long. `holder` is "juru-pungut:<id>" or "bendahara:<agency>"."""

    agency: str
    holder: str
    who: str
    rupiah: int
    late: Lateness

    @property
    def key(self) -> str:
        """What makes telling it twice pointless."""
        return f"{self.holder}:{self.late.oldest_at.isoformat()}:{self.late.severity}"[:200]

    @property
    def sentence(self) -> str:
        """What people read."""
        return late_words(self.who, self.rupiah, self.late)


def raise_alarms(*, by: Actor, at: datetime) -> tuple[str, ...]:
    """Tell of every collector and treasurer whose oldest receipt is past the limit; returns the new occasions."""
    return tuple(one.key for one in _occasions(at) if _told(one, by=by, at=at))


def _occasions(at: datetime) -> Iterator[_Occasion]:
    for agency in sorted(set(LevyKind.objects.values_list("agency_id", flat=True))):
        for bag in bags(agency, at=at):
            if bag.late is not None and bag.late.severity >= TOLD:
                yield _Occasion(
                    agency, f"juru-pungut:{bag.collector_id}", f"juru pungut {bag.name}", bag.rupiah, bag.late
                )
        held, late = purse(agency, at=at)
        if late is not None and late.severity >= TOLD:
            yield _Occasion(agency, f"bendahara:{agency}", "bendahara penerimaan", held.rupiah, late)


@transaction.atomic
def _told(one: _Occasion, *, by: Actor, at: datetime) -> bool:
    with connection.cursor() as cursor:  # of two workers one tells
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{ACTION}:{one.key}"])
    if AuditEntry.objects.filter(action=ACTION, subject_kind="custody", subject_id=one.key).exists():
        return False
    data = {
        "agency": one.agency,
        "holder": one.holder,
        "amount_rupiah": one.rupiah,
        "oldest_at": one.late.oldest_at.isoformat(),
        "due_at": one.late.due_at.isoformat(),
    }
    entry = record(ACTION, by=by, at=at, subject=("custody", one.key), after=data)
    kind = "juru pungut" if one.holder.startswith("juru-pungut:") else "bendahara penerimaan"
    hub.record_event(
        kind="levy.custody_late",
        happened_at=one.late.due_at,
        at=at,
        source=hub.SourceRef("action", str(entry.pk)),
        fields=hub.EventFields(
            subject=late_words(kind, one.rupiah, one.late),  # nobody's name
            severity=one.late.severity,
            data=data,
            permission="levies.see",
        ),
    )
    for permission, url in _readers(one):
        people.notify(
            agency=one.agency, permission=permission, sentence=one.sentence, url=url, about=f"{ACTION}:{one.key}", at=at
        )
    return True


def _readers(one: _Occasion) -> Iterator[tuple[str, str]]:
    yield "levies.treasury", "/retribusi/kas/"
    if one.holder.startswith("juru-pungut:"):
        yield "levies.supervise", "/retribusi/"
    if one.late.severity > TOLD:
        yield "levies.lead", "/retribusi/pimpinan/"
