"""Rounds begin, change hands, leave a track, look at segments, and end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from tidar.common.rows import add_rows
from tidar.hub.api import EventFields
from tidar.places import api as places
from tidar.rojak.actions.applying.taken import SEE, Applying, Taken, round_of, said, tell
from tidar.rojak.actions.measuring import measure
from tidar.rojak.models import Attendance, Check, Checkpoint, Leg, Post, Round, Segment, TrackPart
from tidar.rojak.queries.items import people_of
from tidar.rojak.rules.doubts import along, is_certain


def apply_starts(taken: Sequence[Taken], applying: Applying) -> None:
    """A round with its first leg and who was there."""
    rounds = [_round(one, applying) for one in taken]
    add_rows(rounds)
    applying.known.rounds.update({one.pk: one for one in rounds})
    device, members = applying.sender.device, applying.known.members
    legs = [
        Leg(id=one.item.id, round_id=one.item.id, device=device, leader_id=_member(one, members), from_at=one.item.at)
        for one in taken
    ]
    Leg.objects.bulk_create(legs)
    _attend([(one.item.id, one) for one in taken], applying)
    told = []
    for one, made in zip(taken, rounds, strict=True):
        post = applying.post(one)
        data = {**said(one, post), "round": str(made.pk), "planned": made.planned_start_at is not None}
        told.append((one, _fields(post, data, subject=post.title)))
    tell("patrol.round_started", told, applying)


def _round(one: Taken, applying: Applying) -> Round:
    post, starts, ends = applying.post(one), None, None
    turn = applying.known.turns.get(one.item.data["planned"])
    if turn is not None and turn.post_id != post.pk:
        turn = None
    if turn is not None and one.item.data["date"] is not None:
        starts, ends = (_moment(one, hour) for hour in (turn.starts, turn.ends))
    return Round(
        id=one.item.id, post=post, rule=turn, planned_start_at=starts, planned_end_at=ends, started_at=one.item.at,
        manner=one.row.manner, received_at=applying.sender.at,
    )  # fmt: skip


def _moment(one: Taken, hour: time) -> datetime:
    return datetime.combine(one.item.data["date"], hour, tzinfo=places.region().zone)


def _member(one: Taken, members: dict[int, int]) -> int | None:
    leader = one.item.data["leader"]
    return leader if leader in members else None


def _attend(pairs: Iterable[tuple[Any, Taken]], applying: Applying) -> None:
    members = applying.known.members
    rows = [
        Attendance(round_id=round_id, member_id=member, present_at=one.item.at)
        for round_id, one in pairs
        for member in people_of(one.item)
        if member in members
    ]
    Attendance.objects.bulk_create(rows, ignore_conflicts=True)


def apply_legs(taken: Sequence[Taken], applying: Applying) -> None:
    """Somebody else leads from here on, or another phone; they are there, too."""
    rows = [
        Leg(
            id=one.item.id, round_id=round_of(one), device=applying.sender.device, from_at=one.item.at,
            leader_id=_member(one, applying.known.members),
        )
        for one in taken
    ]  # fmt: skip
    Leg.objects.bulk_create(rows)
    _attend([(one.item.round, one) for one in taken], applying)


def apply_attendance(taken: Sequence[Taken], applying: Applying) -> None:
    """More people joined; who is noted already stays as noted."""
    _attend([(one.item.round, one) for one in taken], applying)


def apply_tracks(taken: Sequence[Taken], applying: Applying) -> None:
    """A stretch of the track, as the phone had it; how far the round went follows from all that is here of it."""
    parts = [
        TrackPart(id=one.item.id, round_id=round_of(one), from_at=one.item.at, points=one.item.data["points"])
        for one in taken
    ]
    add_rows(parts)
    measure({round_of(one) for one in taken})


def apply_ends(taken: Sequence[Taken], applying: Applying) -> None:
    """The round is over; of several phones that say so, the last counts. How far they say it went stays in the item."""
    told = []
    for one in sorted(taken, key=lambda one: one.item.at):
        patrol, post = Round.objects.select_for_update(no_key=True).get(pk=round_of(one)), applying.post(one)
        ended = max(one.item.at, patrol.started_at, patrol.ended_at or patrol.started_at)
        patrol.ended_at = ended
        patrol.note = " ".join(filter(None, (patrol.note, one.item.data["note"])))[:500]
        patrol.save(update_fields=["ended_at", "note"])
        minutes = round((ended - patrol.started_at) / timedelta(minutes=1))
        data = said(one, post, minutes=minutes, distance_metres=patrol.distance_metres)
        told.append((one, _fields(post, data, subject=post.title)))
    tell("patrol.round_ended", told, applying)


def apply_checks(taken: Sequence[Taken], applying: Applying) -> None:
    """Segments were looked at."""
    made = [_check(one, applying) for one in taken]
    add_rows([row for row, _fields_of in made])
    tell("patrol.checked", [(one, fields) for one, (_row, fields) in zip(taken, made, strict=True)], applying)


def _check(one: Taken, applying: Applying) -> tuple[Check, EventFields]:
    item, post = one.item, applying.post(one)
    segment, checkpoint = applying.known.segment(item), applying.known.checkpoint(item)
    if segment is None:
        raise LookupError(f"item {item.id} names no segment")
    settings, spot = post.program.settings, item.position
    certain = is_certain(
        spot,
        worst_metres=settings.get("worst_fix_metres", 30),
        near_metres=settings.get("near_metres", 40),
        targets=_targets(segment, checkpoint),
    )
    row = Check(
        id=item.id, segment=segment, checkpoint=checkpoint, round_id=item.round, how=item.data["how"],
        is_certain=certain, happened_at=item.at, received_at=applying.sender.at, lon=spot.lon if spot else None,
        lat=spot.lat if spot else None, accuracy_metres=spot.accuracy_metres if spot else None,
    )  # fmt: skip
    data = said(one, post, segment=segment.code, certain=certain, how=item.data["how"])
    area = segment.area_code or post.area_code
    place = (checkpoint.lon, checkpoint.lat) if checkpoint else (None, None)
    subject = f"{segment.title}, {post.title}"
    return row, EventFields(subject=subject, area_code=area, lon=place[0], lat=place[1], data=data, permission=SEE)


def _targets(segment: Segment, checkpoint: Checkpoint | None) -> list[tuple[float, float]]:
    if checkpoint is not None and checkpoint.lon is not None and checkpoint.lat is not None:
        return [(checkpoint.lon, checkpoint.lat)]
    return along(segment.line)


def _fields(post: Post, data: dict[str, Any], *, subject: str) -> EventFields:
    return EventFields(subject=subject, area_code=post.area_code, lon=post.lon, lat=post.lat, data=data, permission=SEE)
