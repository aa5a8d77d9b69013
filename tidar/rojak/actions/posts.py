"""Posts and the pieces of their route: made, corrected; ended and taken up again by `dating`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.places import api as places
from tidar.rojak.actions.dating import locked, must_be_day
from tidar.rojak.models import House, Post, Program, Segment
from tidar.rojak.rules.codes import PUBLIC_BYTES, public_code, slug_of
from tidar.rojak.rules.lines import length_metres, read_line, read_point

MOST_HOUSES = 300
MOST_DUE_HOURS = 2_000


class UnableToRegisterPost(UnableTo):
    """The post or the piece of its route cannot be like this."""


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post as written: its program, where it is (an RW or a village) and its position as typed, or none."""

    program: str
    title: str
    area_code: str
    position: str = ""


@dataclass(frozen=True, slots=True)
class SegmentValues:
    """A piece of the route as written: `rt` is a number or None, `line` GeoJSON or typed points, `order` its place."""

    title: str
    due_hours: int
    importance: int = 1
    rt: int | None = None
    line: str = ""
    order: int | None = None


def create_post(*, new: NewPost, from_date: date, by: Actor, at: datetime) -> Post:
    """A new post; its RW is added to the region's areas where it is not there yet.

    Raises `UnableToRegisterPost`, `UnableToDraw` for a position that is none, `places.UnableToAddArea`.
    """
    by.must("patrol.coordinate", area=new.area_code)
    program = Program.objects.filter(pk=new.program, active=True).first()
    if program is None:
        raise UnableToRegisterPost(_("Program '%s' tidak ada.") % new.program)
    title = _title(new.title)
    point = read_point(new.position, bounds=places.region().bounds)
    with transaction.atomic():
        _area(new.area_code, by=by, at=at)
        post = Post.objects.create(
            program=program, code=_free_code(title), title=title, area_code=new.area_code, from_date=from_date,
            lon=point[0] if point else None, lat=point[1] if point else None,
        )  # fmt: skip
        after = {"code": post.code, "title": title, "area": post.area_code, "program": program.key}
        record("patrol.post_add", by=by, at=at, subject=("patrol_post", str(post.pk)), after=after)
    return post


def change_post(*, post_id: int, title: str, position: str, by: Actor, at: datetime) -> None:
    """Another title or position. Raises as `create_post` does."""
    point = read_point(position, bounds=places.region().bounds)
    with transaction.atomic():
        post, _post = locked("post", post_id, by=by)
        before = {"title": post.title, "lon": post.lon, "lat": post.lat}
        post.title, (post.lon, post.lat) = _title(title), point or (None, None)
        post.save(update_fields=["title", "lon", "lat"])
        after = {"title": post.title, "lon": post.lon, "lat": post.lat}
        record("patrol.post_change", by=by, at=at, subject=("patrol_post", str(post_id)), before=before, after=after)


def add_segment(*, post_id: int, values: SegmentValues, from_date: date, by: Actor, at: datetime) -> Segment:
    """A new piece of the route with the next code and a residents' page of its own.

    Raises `UnableToRegisterPost`, `UnableToDate`, and `UnableToDraw` for a line that is none.
    """
    with transaction.atomic():
        post, _post = locked("post", post_id, by=by)
        must_be_day(from_date, post)
        fields = _checked(post, values, by=by, at=at)
        fields.setdefault("order", post.segments.count())
        segment = Segment.objects.create(
            post=post, code=_next_code(post), public_code=public_code(secrets.token_bytes(PUBLIC_BYTES)),
            from_date=from_date, **fields,
        )  # fmt: skip
        after = {"post": post.code, "code": segment.code, **_said(fields)}
        record("patrol.segment_add", by=by, at=at, subject=("patrol_segment", str(segment.pk)), after=after)
    return segment


def change_segment(*, segment_id: int, values: SegmentValues, by: Actor, at: datetime) -> None:
    """Other facts about a piece of the route; its code and its residents' page stay. Raises as `add_segment` does."""
    with transaction.atomic():
        segment, post = locked("segment", segment_id, by=by)
        fields = _checked(post, values, by=by, at=at)
        before = {name: getattr(segment, name) for name in fields}
        for name, value in fields.items():
            setattr(segment, name, value)
        segment.save(update_fields=list(fields))
        subject = ("patrol_segment", str(segment_id))
        record("patrol.segment_change", by=by, at=at, subject=subject, before=_said(before), after=_said(fields))


def set_houses(*, segment_id: int, labels: Sequence[str], from_date: date, by: Actor, at: datetime) -> None:
    """The houses of a segment are these, in this order, by what is painted on them; others end the day before.

    A label that was there before is taken up again. Raises `UnableToRegisterPost` for more than `MOST_HOUSES`.
    """
    wanted = list(dict.fromkeys(" ".join(label.split())[:60] for label in labels if label.strip()))
    if len(wanted) > MOST_HOUSES:
        raise UnableToRegisterPost(_("Paling banyak %s rumah untuk satu bagian.") % MOST_HOUSES)
    with transaction.atomic():
        segment, post = locked("segment", segment_id, by=by)
        known = {house.label: house for house in segment.houses.all()}
        now = {label for label, house in known.items() if house.until_date is None}
        for order, label in enumerate(wanted):
            House.objects.update_or_create(segment=segment, label=label, defaults={"order": order, "until_date": None})
        House.objects.filter(segment=segment, label__in=now - set(wanted)).update(until_date=from_date)
        after = {"post": post.code, "added": len(set(wanted) - now), "ended": len(now - set(wanted))}
        record("patrol.houses", by=by, at=at, subject=("patrol_segment", str(segment_id)), after=after)


def _title(text: str) -> str:
    title = " ".join(text.split())[:120]
    if len(title) < 2:
        raise UnableToRegisterPost(_("Nama belum diisi."))
    return title


def _area(code: str, *, by: Actor, at: datetime) -> None:
    """The area is there afterwards: an RW or RT below a known one is added by its number."""
    if places.area(code) is not None:
        return
    part = code.rpartition(".")[2]
    level = {4: "RW", 5: "RT"}.get(code.count("."), "")
    if not level:
        raise UnableToRegisterPost(_("Wilayah %s tidak dikenal.") % code[:40])
    places.add_area(area=places.NewArea(code=code, name=f"{level} {part}"), by=by, at=at)


def _free_code(title: str) -> str:
    """A code that says the title; a number follows where it is taken."""
    base = slug_of(title.removeprefix("Pos "))[:50] or "pos"
    taken = {"baru"} | set(Post.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for n in range(1, 10_000) if (code := base if n == 1 else f"{base}-{n}") not in taken)


def _next_code(post: Post) -> str:
    """The first letter of the program's own word and the next number: L15, R07."""
    letter = slug_of(post.program.words["segment"])[:1].upper() or "X"
    numbers = [int(code[1:]) for code in post.segments.values_list("code", flat=True) if code[1:].isdecimal()]
    return f"{letter}{max(numbers, default=0) + 1:02d}"


def _checked(post: Post, values: SegmentValues, *, by: Actor, at: datetime) -> dict[str, Any]:
    if not 1 <= values.importance <= 3:
        raise UnableToRegisterPost(_("Kepentingan bernilai 1 sampai 3."))
    if not 1 <= values.due_hours <= MOST_DUE_HOURS:
        raise UnableToRegisterPost(_("Tenggat 1 sampai %s jam waktu ronda.") % MOST_DUE_HOURS)
    line = read_line(values.line, bounds=places.region().bounds)
    area_code = ""
    if values.rt:
        if post.area_code.count(".") != 4:
            raise UnableToRegisterPost(_("Pos ini tidak berada di sebuah RW, jadi tidak punya RT."))
        area_code = f"{post.area_code}.{values.rt:03d}"
        _area(area_code, by=by, at=at)
    return {
        "title": _title(values.title), "importance": values.importance, "due_hours": values.due_hours, "line": line,
        "length_metres": length_metres(line), "area_code": area_code,
        **({} if values.order is None else {"order": values.order}),
    }  # fmt: skip


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    """For the audit log: the line by its number of points."""
    return {name: len(value) if name == "line" else value for name, value in fields.items()}
