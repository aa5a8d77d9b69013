"""Where one should have been and was not: segments with their state, the worst of each post, and who was asked."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from tidar.places import api as places
from tidar.rojak.models import Check, GapTask, Member, Post, Segment
from tidar.rojak.queries.coverage import SegmentRow, clocks, segment_rows, state_of_row
from tidar.rojak.rules.coverage import KINDS, SegmentState, pressing

WORST = 3
ORDER = {kind: n for n, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Somebody was asked to look at a segment, and no certain check came since. `member_id` None: the next round."""

    id: uuid.UUID
    segment_id: int
    member_id: int | None
    member_name: str
    asked_at: datetime


class SegmentNow(NamedTuple):
    """A segment, its post and how it stands."""

    id: int
    code: str
    title: str
    area_code: str
    importance: int
    due_hours: int
    post_id: int
    post_code: str
    post_title: str
    post_area: str
    program: str
    state: SegmentState
    weight: int = 0  # how badly it needs somebody, `rules.coverage.pressing`
    task: OpenTask | None = None

    @property
    def village(self) -> str:
        """Code of the kelurahan or desa of its post."""
        return village_of(self.post_area)

    @property
    def rt(self) -> str:
        """ "RT 002" from its own code; "" where it has none."""
        own = self.area_code.removeprefix(f"{self.post_area}.")
        return f"RT {own}" if own and own != self.area_code else ""


@dataclass(frozen=True, slots=True)
class PostNow:
    """A post with its segments' states, the most pressing first."""

    id: int
    code: str
    title: str
    area_code: str
    program: str
    segments: tuple[SegmentNow, ...]
    gaps: tuple[SegmentNow, ...]  # those that should have been looked at and were not

    @property
    def worst(self) -> tuple[SegmentNow, ...]:
        """The three worst gaps."""
        return self.gaps[:WORST]

    @property
    def unknown_count(self) -> int:
        """Segments of which nobody knows."""
        return sum(one.state.kind == "tidak-diketahui" for one in self.segments)

    @property
    def weight(self) -> int:
        """How badly it needs somebody: the weights of its three worst gaps together."""
        return sum(one.weight for one in self.worst)

    @property
    def checked_percent(self) -> float:
        """Share of its segments that are certainly not overdue."""
        fine = sum(one.state.kind in ("hari-ini", "terperiksa") for one in self.segments)
        return 100 * fine / len(self.segments) if self.segments else 0.0


@functools.lru_cache(maxsize=4096)
def village_of(area_code: str) -> str:
    """The kelurahan or desa that an RW's or RT's code lies in; the code itself where it has no more parts."""
    return ".".join(area_code.split(".")[:4])


def segments_now(posts: Q, at: datetime) -> list[SegmentNow]:
    """All segments of the posts that satisfy `posts`, with their states at `at`; three queries, however many."""
    ids = list(Post.objects.filter(posts, program__active=True).values_list("id", flat=True))
    known = clocks()
    return [_segment_now(row, state_of_row(row, known[row.program], at)) for row in segment_rows(ids, at)]


def _segment_now(row: SegmentRow, state: SegmentState) -> SegmentNow:
    code, title, area, importance, post_code, post_title, post_area = row.names
    return SegmentNow(
        row.id, code, title, area, importance, row.due_hours, row.post_id, post_code, post_title, post_area,
        row.program, state, weight=pressing(state, importance),
    )  # fmt: skip


def posts_now(segments: Iterable[SegmentNow]) -> list[PostNow]:
    """The posts of these segments, those that need somebody most badly first."""
    by_post: dict[int, list[SegmentNow]] = {}
    for one in segments:
        by_post.setdefault(one.post_id, []).append(one)
    made = [_post_now(worst_first(few)) for few in by_post.values()]
    return sorted(made, key=lambda post: (-post.weight, -len(post.gaps), post.title, post.id))


def _post_now(segments: list[SegmentNow]) -> PostNow:
    one = segments[0]
    gaps = tuple(segment for segment in segments if segment.state.is_gap)
    return PostNow(one.post_id, one.post_code, one.post_title, one.post_area, one.program, tuple(segments), gaps)


def worst_first(segments: Iterable[SegmentNow]) -> list[SegmentNow]:
    """Gaps by their weight, then what is unknown, due today, checked; the earlier due first among equals."""
    return sorted(
        segments,
        key=lambda one: (
            -one.weight,
            ORDER[one.state.kind],
            one.state.due_at,
            one.id,
        ),
    )


def with_tasks(segments: Iterable[SegmentNow]) -> list[SegmentNow]:
    """The same segments with what is open for them; two queries."""
    found = list(segments)
    tasks = open_tasks([one.id for one in found])
    return [one._replace(task=tasks.get(one.id)) for one in found]


def open_tasks(segment_ids: Sequence[int]) -> dict[int, OpenTask]:
    """The newest task of each segment that is neither withdrawn nor done, by segment.

    Done is derived: a certain check that happened after it was asked.
    """
    asked = (
        GapTask.objects.filter(segment__in=list(segment_ids), withdrawn_at=None)
        .order_by("segment_id", "-asked_at", "-id")
        .distinct("segment_id")
        .select_related("member")
    )
    tasks = {t.segment_id: t for t in asked}
    if not tasks:
        return {}
    since = min(t.asked_at for t in tasks.values())
    checks = Check.objects.filter(segment__in=list(tasks), is_certain=True, happened_at__gt=since)
    done = {s for s, at in checks.values_list("segment_id", "happened_at") if at > tasks[s].asked_at}
    return {
        s: OpenTask(t.id, s, t.member_id, t.member.name if t.member else "", t.asked_at)
        for s, t in tasks.items()
        if s not in done
    }


def open_tasks_of_post(post_id: int, at: datetime) -> tuple[OpenTask, ...]:
    """What a post's patrol was asked to look at and has not yet, the oldest first; for the phone's pack."""
    today = at.astimezone(places.region().zone).date()
    ids = Segment.objects.filter(Q(until_date=None) | Q(until_date__gte=today), post_id=post_id)
    found = open_tasks(list(ids.values_list("id", flat=True)))
    return tuple(sorted(found.values(), key=lambda task: (task.asked_at, task.id)))


def members_now(post_ids: Sequence[int], at: datetime) -> dict[int, list[tuple[int, str]]]:
    """The members of these posts on the day of `at`, (id, name) by name, by post."""
    today = at.astimezone(places.region().zone).date()
    alive = Member.objects.filter(
        Q(until_date=None) | Q(until_date__gte=today), post__in=list(post_ids), from_date__lte=today, erased_at=None
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for post_id, pk, name in alive.order_by("name", "id").values_list("post_id", "id", "name"):
        found.setdefault(post_id, []).append((pk, name))
    return found
