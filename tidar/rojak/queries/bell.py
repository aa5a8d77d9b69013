"""Whom a call for help must reach now, whatever page they have open: who sees the patrol there, the team on duty.

The team on duty are members with a turn today that is not over, and whoever is out on a round of that post. Everybody
else hears nothing, not even that there is a call.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from tidar.common.actor import Actor
from tidar.people import api as people
from tidar.rojak.models import PatrolItem, Post, Round, Sos
from tidar.rojak.queries.empty_houses import reach_of
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.rules.program import Settings

MOST = 10  # at once on a strip; the page of calls has all


@dataclass(frozen=True, slots=True)
class Call:
    """An open call for help as its hearers are told of it."""

    sos: Sos
    seen_by: str  # who has it in hand; "" nobody yet, or a name that is not known any more
    may_open: bool  # the page of calls is for who sees the patrol there

    @property
    def is_ringing(self) -> bool:
        """Whether nobody said yet that they have it in hand."""
        return self.sos.seen_at is None


def calls_heard(actor: Actor, *, at: datetime) -> tuple[Call, ...]:
    """Open calls that must reach this person, newest first. One query while there is none anywhere."""
    if not actor.is_known or not Sos.objects.filter(answered_at=None).exists():
        return ()
    seen = set(Post.objects.filter(posts_for(actor)).values_list("pk", flat=True))
    posts = seen | _on_duty(actor, at)
    open_ = Sos.objects.filter(post__in=posts, answered_at=None).select_related("post").order_by("-happened_at", "-id")
    rows = list(open_[:MOST])
    names = people.names_of({row.seen_by for row in rows if row.seen_by})
    return tuple(Call(row, names.get(row.seen_by, ""), row.post_id in seen) for row in rows)


def hears(actor: Actor, sos: Sos, *, at: datetime) -> bool:
    """Whether this call must reach somebody; the same answer as `calls_heard` gives."""
    return actor.may("patrol.see", area=sos.post.area_code) or sos.post_id in _on_duty(actor, at)


def _on_duty(actor: Actor, at: datetime) -> set[int]:
    """Posts at which somebody has a turn today, or is out on a round now, and may patrol."""
    if not actor.may("patrol.walk"):
        return set()
    posts = {post.pk: post.area_code for post in reach_of(actor, at).on_duty}
    user = _user_id(actor)
    if user is not None:
        since = at - timedelta(hours=Settings().round_hours)
        running = Round.objects.filter(ended_at=None, started_at__gte=since, started_at__lte=at)
        member = Q(attendance__member__user=user) | Q(legs__leader__user=user) | Q(legs__device__user=user)
        posts |= dict(running.filter(member).values_list("post_id", "post__area_code"))
    return {pk for pk, area in posts.items() if actor.may("patrol.walk", area=area)}


def _user_id(actor: Actor) -> uuid.UUID | None:
    try:
        return uuid.UUID(actor.id)
    except ValueError:
        return None


def of_others(calls: Sequence[Call], actor: Actor) -> tuple[Call, ...]:
    """Without those that somebody sent themselves: their own phone shows them already."""
    sent = {call.sos.pk for call in calls}
    own = set(PatrolItem.objects.filter(item_id__in=sent, actor_id=actor.id).values_list("item_id", flat=True))
    return tuple(call for call in calls if call.sos.pk not in own)


def mark_of(calls: Sequence[Call]) -> str:
    """Short text that changes when the strip does."""
    said = "\n".join(f"{call.sos.pk}:{call.sos.seen_at}:{call.may_open}" for call in calls)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
