"""What a batch of items speaks of, read by sets: registers, rounds, earlier versions; and items as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tidar.common.rows import read_rows
from tidar.rojak.models import Checkpoint, FindingKind, Member, PatrolItem, Post, RosterRule, Round, Segment
from tidar.rojak.rules.items import Item

WITH_SEGMENT = frozenset(("check", "finding", "activity"))


@dataclass(slots=True)
class Known:
    """What is in the registers of all that a batch names; what is missing here does not exist."""

    posts: dict[str, Post] = field(default_factory=dict)
    rounds: dict[uuid.UUID, Round] = field(default_factory=dict)
    segments: dict[tuple[int, str], Segment] = field(default_factory=dict)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    kinds: dict[tuple[str, str], FindingKind] = field(default_factory=dict)
    members: dict[int, int] = field(default_factory=dict)  # member → post
    turns: dict[int, RosterRule] = field(default_factory=dict)

    def segment(self, item: Item) -> Segment | None:
        """The segment that an item names, None where it names none or one that its post does not have."""
        post = self.posts.get(item.post)
        return self.segments.get((post.pk, item.data["segment"])) if post and item.kind in WITH_SEGMENT else None

    def kind(self, item: Item) -> FindingKind | None:
        """The kind of a finding in its post's program."""
        post = self.posts.get(item.post)
        return self.kinds.get((post.program_id, item.data["kind"])) if post and item.kind == "finding" else None

    def checkpoint(self, item: Item) -> Checkpoint | None:
        """The checkpoint of a check, where it is on the segment that the check names."""
        found = self.checkpoints.get(item.data["checkpoint"]) if item.kind == "check" else None
        segment = self.segment(item)
        return found if found and segment and found.segment_id == segment.pk else None


def known_for(items: Sequence[Item]) -> Known:
    """Everything that these items name; at most one query for each register, none for what nobody names."""
    known = Known()
    if not items:
        return known
    posts = read_rows(Post, "row.code = ANY(%s)", [list({item.post for item in items})], of="program")
    known.posts = {post.code: post for post in posts}
    if rounds := {item.round for item in items if item.round is not None}:
        known.rounds = {row.pk: row for row in read_rows(Round, "row.id = ANY(%s)", [list(rounds)])}
    _read_places(known, items)
    _read_people(known, items)
    return known


def _read_places(known: Known, items: Sequence[Item]) -> None:
    posts = [post.pk for post in known.posts.values()]
    if codes := {item.data["segment"] for item in items if item.kind in WITH_SEGMENT and item.data["segment"]}:
        rows = read_rows(Segment, "row.post_id = ANY(%s) AND row.code = ANY(%s)", [posts, list(codes)])
        known.segments = {(row.post_id, row.code): row for row in rows}
    if codes := {item.data["checkpoint"] for item in items if item.kind == "check" and item.data["checkpoint"]}:
        known.checkpoints = {row.code: row for row in read_rows(Checkpoint, "row.code = ANY(%s)", [list(codes)])}
    if keys := {item.data["kind"] for item in items if item.kind == "finding"}:
        programs = {post.program_id for post in known.posts.values()}
        which = "row.program_id = ANY(%s) AND row.key = ANY(%s)"
        rows_of_kind = read_rows(FindingKind, which, [list(programs), list(keys)])
        known.kinds = {(row.program_id, row.key): row for row in rows_of_kind}


def _read_people(known: Known, items: Sequence[Item]) -> None:
    if people := {member for item in items for member in people_of(item)}:
        known.members = dict(Member.objects.filter(pk__in=people).values_list("pk", "post_id"))
    if turns := {item.data["planned"] for item in items if item.kind == "round_start"} - {None}:
        known.turns = RosterRule.objects.in_bulk(turns)


def people_of(item: Item) -> tuple[int, ...]:
    """Members that an item names: its leader first, then who is present."""
    leader = item.data.get("leader") if item.kind in ("round_start", "leg") else None
    present = item.data.get("present", ()) if item.kind in ("round_start", "attendance") else ()
    return (*([leader] if leader is not None else []), *present)


def versions_of(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[PatrolItem]]:
    """All versions of these items, oldest first; one query."""
    found: dict[uuid.UUID, list[PatrolItem]] = {}
    for row in read_rows(PatrolItem, "row.item_id = ANY(%s) ORDER BY row.id", [list(set(ids))]):
        found.setdefault(row.item_id, []).append(row)
    return found


def activity_titles(program_settings: dict[str, Any]) -> dict[str, str]:
    """The program's kinds of activity: key → title."""
    return {one["key"]: one["title"] for one in program_settings.get("activities", [])}
