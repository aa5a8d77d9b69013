"""A patrol as rows, for tests of whatever reads it: program, posts, segments, rounds, checks, findings.

Rows are written as the phone's items would have made them; tests of the items themselves go through
`actions.items.receive`. Every builder has a default for everything that a test does not care about.

    made = city()                              the region's areas, a program, post RW 04 with five segments and members
    make_round(made.post, wib(25, 8), members=made.members[:2])
    check(made.segments[0], wib(25, 8, 20), round_=…)
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tidar.common.actor import Actor, Grant, system
from tidar.common.ids import uuid7
from tidar.places import api as places
from tidar.rojak.models import (
    Attendance,
    Check,
    Checkpoint,
    Finding,
    FindingKind,
    Leg,
    Member,
    PatrolItem,
    Post,
    Program,
    Round,
    Segment,
    TrackPart,
)

WIB = ZoneInfo("Asia/Jakarta")
VILLAGE = "33.71.03.1001"  # Kemirirejo
RW = f"{VILLAGE}.04"
OTHER_RW = "33.71.02.1003.01"  # of another kelurahan
AT = datetime(2026, 11, 26, 9, 0, tzinfo=WIB)  # a Thursday
SINCE = date(2026, 1, 1)
SYSTEM = system("uji")
WORDS = {"segment": "lorong", "segments": "lorong", "round": "ronda", "post": "pos", "checkpoint": "titik periksa"}
WINDOWS = [{"weekdays": [1, 2, 3, 4, 5], "starts": "08:00", "ends": "16:00"}]
CENTRE = (110.2150, -7.4859)
_numbers = itertools.count(1)


@dataclass(slots=True)
class City:
    """What `city` made."""

    program: Program
    post: Post
    segments: list[Segment]
    members: list[Member] = field(default_factory=list)


def wib(day: int, hour: int = 8, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    """A moment of November 2026 by the region's clock."""
    return datetime(year, month, day, hour, minute, tzinfo=WIB)


def city(*, segments: int = 5, members: int = 3, due_hours: int = 16) -> City:
    """The region's areas, one program, one post of RW 04 with its members and segments (RT 001, 002, 003 by turns)."""
    places.load_region(by=SYSTEM, at=AT)
    program = make_program()
    post = make_post(program)
    made = [make_segment(post, f"L{n + 1}", rt=n % 3 + 1, due_hours=due_hours) for n in range(segments)]
    return City(program, post, made, [make_member(post, f"Ibu {n + 1}") for n in range(members)])


def make_program(key: str = "rojak", **more: Any) -> Program:
    """A program with the daytime windows."""
    settings: dict[str, Any] = {"worst_fix_metres": 30, "activities": []}
    values = {"title": "Ronda Jam Kerja", "words": WORDS, "windows": WINDOWS, "settings": settings} | more
    return Program.objects.get_or_create(key=key, defaults=values)[0]


def make_post(program: Program | None = None, *, area: str = RW, **more: Any) -> Post:
    """A post of one RW."""
    number = next(_numbers)
    values = {"code": f"pos-{number}", "title": f"Pos RW 04 ({number})", "from_date": SINCE} | more
    return Post.objects.create(
        program=program or make_program(), area_code=area, lon=CENTRE[0], lat=CENTRE[1], **values
    )


def make_segment(post: Post, code: str = "", *, rt: int = 1, due_hours: int = 16, **more: Any) -> Segment:
    """A segment of an RT of the post's RW: a straight line of about 100 metres."""
    number = next(_numbers)
    lon, lat = CENTRE[0] + (number % 40) * 0.0005, CENTRE[1] + (number // 40 % 40) * 0.0005
    values = {
        "code": code or f"S{number}",
        "title": f"Lorong {code or number}",
        "area_code": f"{post.area_code}.{rt:03}",
        "line": [[lon, lat], [lon + 0.0009, lat]],
        "length_metres": 100,
        "public_code": f"u{number:08x}",
        "order": number,
        "from_date": SINCE,
    }
    return Segment.objects.create(post=post, due_hours=due_hours, **(values | more))


def make_checkpoint(segment: Segment, **more: Any) -> Checkpoint:
    """A sticker on the segment."""
    number = next(_numbers)
    lon, lat = segment.line[0] if segment.line else CENTRE
    values = {"code": f"T{number:05}", "title": f"Titik {number}", "lon": lon, "lat": lat, "from_date": SINCE}
    return Checkpoint.objects.create(segment=segment, **(values | more))


def make_member(post: Post, name: str = "Ibu Uji", **more: Any) -> Member:
    """A volunteer; `user=` gives them an account."""
    return Member.objects.create(post=post, name=name, **({"from_date": SINCE} | more))


def make_round(
    post: Post, started_at: datetime, *, minutes: int = 60, members: Sequence[Member] = (), **more: Any
) -> Round:
    """A round that lasts so many minutes (0: still open), led by the first of `members`, who are all present."""
    ended_at = started_at + timedelta(minutes=minutes) if minutes else None
    values = {"ended_at": ended_at, "manner": "hp", "distance_metres": 1500, "received_at": started_at} | more
    made = Round.objects.create(id=uuid7(), post=post, started_at=started_at, **values)
    Leg.objects.create(id=uuid7(), round=made, leader=members[0] if members else None, from_at=started_at)
    Attendance.objects.bulk_create([Attendance(round=made, member=m, present_at=started_at) for m in members])
    return made


def make_track(round_: Round, points: Sequence[tuple[int, float, float, int]]) -> TrackPart:
    """A stretch of track: seconds after the start, lon, lat, accuracy."""
    values = [[s, round(lon * 1e6), round(lat * 1e6), accuracy] for s, lon, lat, accuracy in points]
    return TrackPart.objects.create(id=uuid7(), round=round_, from_at=round_.started_at, points=values)


def check(segment: Segment, at: datetime, *, round_: Round | None = None, certain: bool = True, **more: Any) -> Check:
    """A check; received at the same moment unless told."""
    values = {"how": "qr" if certain else "ketuk", "received_at": at, "accuracy_metres": 8 if certain else 90} | more
    return Check.objects.create(id=uuid7(), segment=segment, round=round_, happened_at=at, is_certain=certain, **values)


def make_kind(program: Program, key: str = "sampah", *, person: bool = False, **more: Any) -> FindingKind:
    """A kind of finding: about a place, or about a person."""
    values = {"title": key.capitalize(), "icon": "alert", "sensitivity": "orang" if person else "tempat"} | more
    return FindingKind.objects.get_or_create(program=program, key=key, defaults=values)[0]


def make_finding(
    kind: FindingKind, segment: Segment, at: datetime, *, round_: Round | None = None, **more: Any
) -> Finding:
    """A finding on a segment."""
    values = {
        "id": uuid7(),
        "area_code": segment.area_code,
        "severity": kind.severity,
        "received_at": at,
        "lon": CENTRE[0],
        "lat": CENTRE[1],
        "accuracy_metres": 8,
    } | more
    return Finding.objects.create(kind=kind, post=segment.post, segment=segment, round=round_, happened_at=at, **values)


def make_item(item_id: uuid.UUID, kind: str, post: Post, at: datetime, **more: Any) -> PatrolItem:
    """The accepted item behind a row; its bytes are no real item's."""
    values = {
        "body": f"{kind}:{item_id}".encode(), "manner": "hp", "revision": 1, "content_hash": f"{item_id.hex:0>64}",
        "base_hash": "0" * 64,
    } | more  # fmt: skip
    return PatrolItem.objects.create(
        item_id=item_id, kind=kind, post=post, actor_id="uji", happened_at=at, received_at=at,
        state=PatrolItem.State.ACCEPTED, **values,
    )  # fmt: skip


def actor(*permissions: str, area: str | None = RW) -> Actor:
    """Somebody who may do that in one area (None: everywhere)."""
    grants = frozenset(Grant(p, area=area) for p in permissions)
    return Actor(kind="user", id="00000000-0000-7000-8000-000000000001", name="Bu Uji", grants=grants)
