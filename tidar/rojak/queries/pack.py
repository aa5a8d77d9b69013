"""What a phone takes along on a round without signal: the whole post in one answer, and nothing about other posts.

Findings about persons are in no pack; notices of empty houses only in that of somebody who is on duty today.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.signed_records import canonical, content_hash
from tidar.formulir import api as formulir
from tidar.places import api as places
from tidar.rojak.models import FindingKind, PatrolItem, Post
from tidar.rojak.queries.coverage import segment_states
from tidar.rojak.queries.findings import MOST_OPEN, OpenFinding, open_findings
from tidar.rojak.queries.gaps import open_tasks_of_post
from tidar.rojak.queries.posts import RouteRow, members_of, memberships_of, running, segments_of
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.queries.roster import Planned, planned

VERSION = 1
DAYS_AHEAD = 7
MOST_BODIES = 300  # of open findings that a phone can correct without signal
MARGIN_DEGREES = 0.002  # about 200 metres around everything that is drawn


@dataclass(frozen=True, slots=True)
class Pack:
    """The answer, without what changes by the second; `mark` changes with anything in it."""

    content: dict[str, Any]
    mark: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A house that stands empty, as the team on duty reads it."""

    id: uuid.UUID
    segment: str
    label: str
    from_at: datetime
    until_at: datetime


def post_of(actor: Actor, *, code: str, today: date) -> Post:
    """The post that somebody patrols: the one named, else the one whose member they are, else the first of their area.

    Raises `UnableToFind`.
    """
    mine = list(memberships_of(actor, today=today).values_list("post_id", flat=True))
    found = Post.objects.select_related("program").filter(running(today), posts_for(actor, "patrol.walk"))
    posts = list(found.filter(program__active=True, **({"code": code} if code else {})))
    if not posts:
        raise UnableToFind("Belum ada pos ronda di wilayah Anda.")
    return min(posts, key=lambda post: (post.pk not in mine, post.title, post.pk))


def pack_of(post: Post, *, actor: Actor, at: datetime, notices: Sequence[Notice] = ()) -> Pack:
    """Everything about one post as it stands at `at`; about sixteen queries, however large the post is."""
    zone = places.region().zone
    today = at.astimezone(zone).date()
    route = [row for row in segments_of(post) if row.segment.until_date is None or row.segment.until_date >= today]
    codes = {row.segment.pk: row.segment.code for row in route}
    kinds = list(FindingKind.objects.filter(program=post.program, active=True).select_related("agency"))
    me = memberships_of(actor, today=today).filter(post=post).values_list("pk", flat=True).first()
    turns = planned(post.pk, today, today + timedelta(days=DAYS_AHEAD))
    found = open_findings(post.pk, at, most=MOST_OPEN)
    content = {
        "version": VERSION,
        "program": _program(post),
        "post": _post(post, route),
        "segments": _segments(post, route, at=at),
        "checkpoints": [
            [sticker.code, sticker.title, row.segment.code, sticker.lon, sticker.lat]
            for row in route
            for sticker in row.stickers
        ],
        "houses": [[row.segment.code, list(row.houses)] for row in route if row.houses],
        "kinds": [_kind(kind) for kind in kinds],
        "forms": _forms(kind.form_key for kind in kinds),
        "activities": post.program.settings.get("activities", []),
        "members": [
            [one.pk, one.name] for one in members_of(post) if one.until_date is None or one.until_date >= today
        ],
        "me": me,
        "planned": [_turn(turn) for turn in turns],
        "tasks": [
            [codes[task.segment_id], _text(task.asked_at), task.member_id == me if task.member_id else None]
            for task in open_tasks_of_post(post.pk, at)
            if task.segment_id in codes
        ],
        "findings": [_row(one) for one in found],
        "bodies": _bodies(found),
        "notices": [
            {"segment": one.segment, "label": one.label, "from": _text(one.from_at), "until": _text(one.until_at)}
            for one in notices
        ],
    }
    return Pack(content, content_hash(canonical(content))[:24])


def _text(moment: datetime | None) -> str | None:
    """A moment by the region's clock, with seconds."""
    return None if moment is None else moment.astimezone(places.region().zone).isoformat(timespec="seconds")


def _program(post: Post) -> dict[str, Any]:
    program = post.program
    return {
        "key": program.pk,
        "title": program.title,
        "words": program.words,
        "windows": program.windows,
        "worst_fix_metres": program.settings.get("worst_fix_metres", 30),
    }


def _post(post: Post, route: Sequence[RouteRow]) -> dict[str, Any]:
    spots = [(point[0], point[1]) for row in route for point in row.segment.line]
    spots += [
        (sticker.lon, sticker.lat)
        for row in route
        for sticker in row.stickers
        if sticker.lon is not None and sticker.lat is not None
    ]
    if post.lon is not None and post.lat is not None:
        spots.append((post.lon, post.lat))
    bounds = list(places.region().bounds)
    if spots:
        lons, lats = zip(*spots, strict=True)
        bounds = [
            min(lons) - MARGIN_DEGREES, min(lats) - MARGIN_DEGREES, max(lons) + MARGIN_DEGREES,
            max(lats) + MARGIN_DEGREES,
        ]  # fmt: skip
    place = {"lon": post.lon, "lat": post.lat, "bounds": [round(one, 6) for one in bounds]}
    return {"id": post.pk, "code": post.code, "title": post.title, **place}


def _segments(post: Post, route: Sequence[RouteRow], *, at: datetime) -> list[list[Any]]:
    states = segment_states([post.pk], at)
    rows = []
    for one in (row.segment for row in route):
        state = states.get(one.pk)
        due, last = (state.due_at, state.last_at) if state else (None, None)
        rows.append([one.code, one.title, one.importance, _text(due), _text(last), one.line])
    return rows


def _kind(kind: FindingKind) -> dict[str, Any]:
    return {
        "key": kind.key,
        "title": kind.title,
        "icon": kind.icon,
        "severity": kind.severity,
        "form": kind.form_key,
        "sensitive": kind.sensitivity == FindingKind.Sensitivity.PERSON,
        "wants_photo": kind.wants_photo,
        "near_metres": kind.near_metres,
        "near_hours": kind.near_hours,
        "tells": kind.agency.short_name or kind.agency.name if kind.agency else "",
    }


def _forms(keys: Iterable[str]) -> dict[str, Any]:
    found = ((key, formulir.published(key)) for key in sorted(set(keys) - {""}))
    return {key: {"version": form.version, "definition": form.definition} for key, form in found if form}


def _turn(turn: Planned) -> dict[str, Any]:
    return {
        "rule": turn.rule_id,
        "date": turn.date.isoformat(),
        "starts": _text(turn.starts_at),
        "ends": _text(turn.ends_at),
        "members": list(turn.member_ids),
    }


def _row(one: OpenFinding) -> list[Any]:
    return [
        str(one.id), one.kind, one.segment, _millionths(one.lon), _millionths(one.lat), one.severity,
        _text(one.happened_at), one.state, one.content_hash, len(one.photos),
    ]  # fmt: skip


def _bodies(found: Sequence[OpenFinding]) -> dict[str, dict[str, Any]]:
    """What the newest of them say, so that another phone of the post can correct them: the accepted version's data.

    None concerns a person (`open_findings` leaves those out), none was erased (then nothing of it is kept).
    """
    ids = [one.id for one in found[:MOST_BODIES]]
    rows = PatrolItem.objects.filter(item_id__in=ids, kind="finding", state=PatrolItem.State.ACCEPTED)
    kept = rows.exclude(body=b"").values_list("item_id", "content_hash", "revision", "body")
    bodies: dict[str, dict[str, Any]] = {}
    for item_id, digest, revision, body in kept:
        said = json.loads(bytes(body))
        bodies[str(item_id)] = {
            "hash": digest, "revision": revision, "round": said["round"], "at": said["at"], "data": said["data"],
        }  # fmt: skip
    return bodies


def _millionths(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 1e6)
