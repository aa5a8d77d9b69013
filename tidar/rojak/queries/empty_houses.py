"""Notices of empty houses: who may read them at a moment, and what the desk may list without opening any."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tidar.common.actor import Actor
from tidar.places import api as places
from tidar.rojak.models import EmptyHouse, Member, Post
from tidar.rojak.queries.reach import covers, posts_for
from tidar.rojak.queries.roster import Planned, planned


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may open at a moment: posts that they lead, and turns of theirs that are not over today."""

    led: tuple[Post, ...]
    on_duty: tuple[Post, ...]

    @property
    def posts(self) -> tuple[Post, ...]:
        """Both, each once."""
        return tuple({post.pk: post for post in (*self.led, *self.on_duty)}.values())


def reach_of(actor: Actor, at: datetime) -> Reach:
    """The posts whose notices somebody may open now."""
    led = Post.objects.filter(posts_for(actor, "patrol.coordinate")).select_related("program")
    mine = _members(actor).select_related("post__program")
    day = at.astimezone(places.region().zone).date()
    kept = [m for m in mine if m.from_date <= day and (m.until_date is None or m.until_date >= day)]
    duty = tuple(m.post for m in kept if is_on_duty(turns_today(m.post, at), m.pk, at))
    # the whole region's administrator leads no RW: like findings about persons, these are for the RW alone
    return Reach(tuple(post for post in led if leads_itself(actor, post)), duty)


def leads_itself(actor: Actor, post: Post) -> bool:
    """Whether somebody leads this very RW, not merely everything."""
    return any(
        g.permission == "patrol.coordinate" and g.agency is None and g.area and covers(g.area, post.area_code)
        for g in actor.grants
    )


def turns_today(post: Post, at: datetime) -> tuple[Planned, ...]:
    """The roster's turns of today."""
    day = at.astimezone(places.region().zone).date()
    return planned(post.pk, day, day)


def is_on_duty(turns: Sequence[Planned], member_id: int, at: datetime) -> bool:
    """Whether one of these turns is the member's and is not over; a team prepares before it starts."""
    return any(member_id in turn.member_ids and at <= turn.ends_at for turn in turns)


def current(posts: Sequence[Post], at: datetime) -> QuerySet[EmptyHouse]:
    """Notices of these posts that hold at `at`: begun today at the latest, not over, not withdrawn."""
    zone = places.region().zone
    day = at.astimezone(zone).replace(hour=23, minute=59, second=59)
    found = EmptyHouse.objects.filter(post__in=[post.pk for post in posts], withdrawn_at=None, erased_at=None)
    return found.filter(from_at__lte=day, until_at__gt=at).select_related("segment", "post").order_by("until_at", "id")


def standing(posts: Sequence[Post], at: datetime) -> QuerySet[EmptyHouse]:
    """Notices of these posts that hold now or will: what the head of the RW can withdraw."""
    found = EmptyHouse.objects.filter(post__in=[post.pk for post in posts], withdrawn_at=None, erased_at=None)
    return found.filter(until_at__gt=at).select_related("segment", "post").order_by("from_at", "id")


def own(actor: Actor, at: datetime) -> QuerySet[EmptyHouse]:
    """What somebody asked for themselves and is not over."""
    found = EmptyHouse.objects.filter(asked_by=actor.id, withdrawn_at=None, erased_at=None, until_at__gt=at)
    return found.filter(~Q(asked_by="")).select_related("segment", "post").order_by("from_at", "id")


def _members(actor: Actor) -> QuerySet[Member]:
    """As whom somebody with an account is on rosters; whoever acts without one is on none."""
    try:
        user_id = uuid.UUID(actor.id)
    except ValueError:
        return Member.objects.none()
    return Member.objects.filter(user_id=user_id, erased_at=None)
