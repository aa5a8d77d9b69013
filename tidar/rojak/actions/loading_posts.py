"""One post of a region's file, brought once: what is there already stays as people left it."""

from __future__ import annotations

import secrets
from datetime import datetime

from tidar.common.actor import Actor
from tidar.people import api as people
from tidar.rojak.models import Checkpoint, House, Member, Post, Program, RosterRule, Segment
from tidar.rojak.rules.codes import PUBLIC_BYTES, STICKER_BYTES, public_code, sticker_code
from tidar.rojak.rules.lines import length_metres
from tidar.rojak.rules.program import PostRow, SegmentRow, settings_of


def bring_post(program: Program, row: PostRow, *, by: Actor, at: datetime) -> int:
    """The post and those of its segments, stickers, houses, members and rules that are not there; how many are new.

    Members and roster come with the post only: a person who left is not brought back by the next start.
    """
    post, is_new = Post.objects.get_or_create(
        code=row.code,
        defaults={
            "program": program, "title": row.title, "area_code": row.area, "lon": row.lon, "lat": row.lat,
            "from_date": row.from_date, "is_example": row.example,
        },
    )  # fmt: skip
    changed = int(is_new) + _segments(post, row)
    if is_new:
        changed += _people(post, row, at=at)
    return changed


def _segments(post: Post, row: PostRow) -> int:
    """The segments that are not there, with their houses and stickers; four statements however many."""
    there = set(post.segments.values_list("code", flat=True))
    wanted = [(order, one) for order, one in enumerate(row.segments) if one.code not in there]
    made = Segment.objects.bulk_create(_segment(post, one, order, row) for order, one in wanted)
    houses = [
        House(segment=segment, label=label, order=place)
        for segment, (_order, one) in zip(made, wanted, strict=True)
        for place, label in enumerate(one.houses)
    ]
    stickers = [
        Checkpoint(
            segment=segment, code=point.code or sticker_code(secrets.token_bytes(STICKER_BYTES)), title=point.title,
            lon=point.lon, lat=point.lat, order=place, from_date=row.from_date,
        )
        for segment, (_order, one) in zip(made, wanted, strict=True)
        for place, point in enumerate(one.checkpoints)
    ]  # fmt: skip
    House.objects.bulk_create(houses)
    Checkpoint.objects.bulk_create(stickers)
    return len(made) + len(houses) + len(stickers)


def _segment(post: Post, row: SegmentRow, order: int, of: PostRow) -> Segment:
    line = [list(point) for point in row.line]
    return Segment(
        post=post, code=row.code, title=row.title, line=line, length_metres=length_metres(line), order=order,
        area_code=f"{of.area}.{row.rt:03d}" if row.rt else "", importance=row.importance,
        due_hours=row.due_hours or settings_of(post.program.settings).default_due_hours,
        public_code=public_code(secrets.token_bytes(PUBLIC_BYTES)), from_date=of.from_date,
    )  # fmt: skip


def _people(post: Post, row: PostRow, *, at: datetime) -> int:
    members = {}
    for person in row.members:
        actor = people.actor_named(person.account, at=at) if person.account else None
        members[person.name] = Member.objects.create(
            post=post, name=person.name, from_date=row.from_date,
            user_id=actor.id if actor is not None and actor.is_known else None,
        )  # fmt: skip
    rules = 0
    for turn in row.roster:
        for day in turn.days:
            rule = RosterRule.objects.create(
                post=post, day=day, starts=turn.starts, ends=turn.ends, from_date=row.from_date
            )
            rule.members.set([members[name] for name in turn.members])
            rules += 1
    return len(members) + rules
