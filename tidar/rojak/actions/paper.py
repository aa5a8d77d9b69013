"""Typing a round from paper: the same door as the phones', in the manner "kertas"."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.places import api as places
from tidar.rojak.actions.items import ItemAnswer, SignedItem, receive
from tidar.rojak.models import PatrolItem, Post
from tidar.rojak.queries.roster import planned
from tidar.rojak.rules.items import MAX_BATCH
from tidar.rojak.rules.paper import PaperRound, bodies

EARLY = timedelta(minutes=30)  # a round may begin so much before its turn


class UnableToType(UnableTo):
    """The sheet cannot be a round of this post."""


def type_round(*, post_id: int, paper: PaperRound, by: Actor, at: datetime) -> tuple[ItemAnswer, ...]:
    """Hand the sheet's items to the city, marked as paper; an answer for each, the round's start first.

    The same sheet again changes nothing. Raises `UnableToType` for hours that cannot be, `UnableToFind` for no post.
    """
    post = Post.objects.select_related("program").filter(pk=post_id).first()
    if post is None:
        raise UnableToFind(_("Pos itu tidak ada."))
    by.must("patrol.coordinate", area=post.area_code)
    zone = places.region().zone
    if paper.ends <= paper.starts:
        raise UnableToType(_("Jam selesai harus sesudah jam mulai."))
    if datetime.combine(paper.date, paper.ends, zone) > at:
        raise UnableToType(_("Ronda itu belum selesai: jamnya di depan jam sekarang."))
    items = [SignedItem(body) for body in bodies(paper, post=post.code, rule=_rule(post, paper), zone=zone)]
    answers: list[ItemAnswer] = []
    with transaction.atomic():
        for first in range(0, len(items), MAX_BATCH):
            batch = items[first : first + MAX_BATCH]
            answers += receive(device_id=None, items=batch, by=by, at=at, manner=PatrolItem.Manner.PAPER)
    return tuple(answers)


def _rule(post: Post, paper: PaperRound) -> int | None:
    """The turn of that day in whose hours the round began; None when it was no turn."""
    zone = places.region().zone
    began = datetime.combine(paper.date, paper.starts, zone)
    for turn in planned(post.pk, paper.date, paper.date):
        if turn.starts_at - EARLY <= began < turn.ends_at:
            return turn.rule_id
    return None
