"""Cases as people read them: what waits for a decision, and what was decided."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from tidar.common.actor import Actor
from tidar.retribusi.models import Case, Payment
from tidar.retribusi.queries.register import granted

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class CaseSums:
    """How many cases are open, and how much money they hold in titipan."""

    open_count: int
    held_rupiah: int


def cases_seen_by(actor: Actor) -> QuerySet[Case]:
    """Cases of the agencies and areas that the actor may see."""
    mine = granted(actor, permission="levies.see", agency="agency", area="occupancy__levy_object__market__area_code")
    return Case.objects.filter(mine).select_related("occupancy__levy_object__market")


def case_list(found: QuerySet[Case], *, kind: str, is_open: bool) -> QuerySet[Case]:
    """Open cases oldest first, since the oldest waits longest; settled ones newest first."""
    found = found.filter(settled_at__isnull=is_open)
    found = found.filter(kind=kind) if kind else found
    return found.order_by("opened_at", "pk") if is_open else found.order_by("-opened_at", "-pk")


def after(found: QuerySet[Case], key: str, *, is_open: bool) -> tuple[list[Case], str]:
    """One page behind the case `key` ("" is the first), and the key of the next page or ""."""
    try:
        place = Case.objects.filter(pk=uuid.UUID(key)).first() if key else None
    except ValueError:
        place = None
    if place is not None:
        way = "gt" if is_open else "lt"
        same = Q(opened_at=place.opened_at, **{f"pk__{way}": place.pk})
        found = found.filter(Q(**{f"opened_at__{way}": place.opened_at}) | same)
    rows = list(found[: PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], str(rows[PAGE_SIZE - 1].pk) if len(rows) > PAGE_SIZE else ""


def case_sums(found: QuerySet[Case]) -> CaseSums:
    """What waits, of all that the reader may see."""
    counted = found.filter(settled_at=None).order_by().aggregate(n=Count("pk"), rupiah=Sum("held_rupiah"))
    return CaseSums(counted["n"], int(counted["rupiah"] or 0))


def payment_of(case: Case) -> Payment | None:
    """The payment that a case is about, if it is about one."""
    word, _colon, key = case.subject.partition(":")
    try:
        return Payment.objects.filter(pk=uuid.UUID(key)).first() if word == "pembayaran" else None
    except ValueError:
        return None
