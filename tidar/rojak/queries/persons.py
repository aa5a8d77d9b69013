"""Which items speak of persons, told by their bytes, and who may see those: the head of that RW and nobody else.

An item concerns a person when one of its versions is of such a kind: what is held or in conflict is no finding yet.
"""

from __future__ import annotations

import json

from django.db.models import BinaryField, F, Func, IntegerField, Q, Value
from django.db.models.lookups import GreaterThan

from tidar.common.actor import Actor
from tidar.rojak.models import Device, FindingKind, PatrolItem, Post
from tidar.rojak.queries.reach import PERSON, posts_for_persons, reads_persons


class _Position(Func):
    """Where bytes begin in other bytes, from 1; 0: nowhere."""

    function = "POSITION"
    template = "%(function)s(%(expressions)s)"
    arg_joiner = " IN "
    output_field = IntegerField()


def about_persons() -> Q:
    """Versions of a kind that concerns persons, as a condition on `PatrolItem`.

    Their bytes are canonical, so a kind is written in one way only. Of no known post no program is known either: then
    the key of such a kind, of any program and however it is written, is enough.
    """
    found = Q(pk__in=[])
    for program, key in FindingKind.objects.filter(sensitivity=PERSON).values_list("program_id", "key"):
        quoted = json.dumps(key)
        found |= Q(post__program=program) & Q(kind="finding") & holds(f'"kind":{quoted}')
        found |= Q(post=None) & holds(quoted)
    return found


def holds(text: str) -> Q:
    """Items whose bytes have this text in them, as a condition on `PatrolItem`."""
    spot = _Position(Value(text.encode(), output_field=BinaryField()), F("body"))
    return Q(GreaterThan(spot, Value(0)))


def persons_items(actor: Actor) -> Q:
    """Items of the areas in which somebody reads what concerns persons, as a condition on `PatrolItem`."""
    theirs = posts_for_persons(actor)
    posts, devices = Post.objects.filter(theirs), Device.objects.filter(theirs)
    return Q(post__in=posts) | Q(post=None, device__in=devices)


def concerns_person(row: PatrolItem) -> bool:
    """Whether a version of this item, this one or another, concerns a person."""
    return PatrolItem.objects.filter(about_persons(), item_id=row.item_id).exists()


def may_see(actor: Actor, row: PatrolItem) -> bool:
    """Whether somebody may see this version as far as persons are concerned; the same answer as in the lists."""
    return not concerns_person(row) or reads_persons(actor, area_of(row))


def may_settle(actor: Actor, row: PatrolItem, accepted: PatrolItem | None) -> bool:
    """Whether somebody decides about this version: who leads the RW where a version counts, else where it came from.

    About a person also only who reads about persons there. Nobody needs to lead two RW to settle what one RW's phone
    sent under the number of another's note: the RW whose note counts says whether it goes on counting.
    """
    area = area_of(row if accepted is None else accepted)
    return actor.may("patrol.coordinate", area=area) and (not concerns_person(row) or reads_persons(actor, area))


def hidden_from(actor: Actor) -> Q:
    """What concerns persons of whom somebody does not read, as a condition on `PatrolItem` to be left out."""
    about = PatrolItem.objects.filter(about_persons()).values("item_id")
    return Q(item_id__in=about) & ~persons_items(actor)


def area_of(row: PatrolItem) -> str:
    """The area whose head of RW decides: of its post, else where its phone is at home; "" only the city's."""
    if row.post is not None:
        return row.post.area_code
    return row.device.area_code if row.device else ""
