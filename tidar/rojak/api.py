"""The front door of `rojak`: what the command line and other apps may know and do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tidar.common.phones import NewDevice
from tidar.rojak.actions.covering import cover_nights
from tidar.rojak.actions.devices import register_device
from tidar.rojak.actions.exporting import export_patrol, export_segments
from tidar.rojak.actions.findings import confirm_fixed, pass_on
from tidar.rojak.actions.items import ItemAnswer, SignedItem, receive
from tidar.rojak.actions.loading import load_patrol
from tidar.rojak.actions.publishing import publish_patrol
from tidar.rojak.models import Post, Round, Segment
from tidar.rojak.queries.findings import OpenFinding, open_findings
from tidar.rojak.queries.roster import Planned, planned_of
from tidar.rojak.rules.items import body_of

__all__ = [
    "ItemAnswer", "NewDevice", "OpenFinding", "Planned", "RouteView", "SegmentView", "SignedItem", "body_of",
    "confirm_fixed", "load_patrol", "open_findings", "pass_on", "patrolled_days", "planned_of", "receive",
    "register_device", "routes", "show_in_lake",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SegmentView:
    """One segment of a route: its line ((lon, lat), …) and the codes of its checkpoints."""

    code: str
    importance: int
    line: tuple[tuple[float, float], ...]
    checkpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteView:
    """A post and what it walks, in order."""

    id: int
    code: str
    program: str
    area_code: str
    segments: tuple[SegmentView, ...]


def routes() -> tuple[RouteView, ...]:
    """Every post that is in use, with its segments in their order. Three queries."""
    posts = Post.objects.filter(until_date=None).order_by("code")
    by_post: dict[int, list[SegmentView]] = {}
    for segment in Segment.objects.filter(post__in=posts, until_date=None).prefetch_related("checkpoints"):
        codes = tuple(point.code for point in segment.checkpoints.all() if point.until_date is None)
        line = tuple((lon, lat) for lon, lat in segment.line)
        by_post.setdefault(segment.post_id, []).append(SegmentView(segment.code, segment.importance, line, codes))
    return tuple(
        RouteView(post.pk, post.code, post.program_id, post.area_code, tuple(by_post.get(post.pk, ())))
        for post in posts
    )


def patrolled_days(post_ids: Sequence[int], *, since: date) -> frozenset[tuple[int, date]]:
    """(post, day of its plan) of every round that is here since a day."""
    rounds = Round.objects.filter(post__in=post_ids, planned_start_at__date__gte=since)
    return frozenset(rounds.values_list("post_id", "planned_start_at__date"))


def show_in_lake(*, at: datetime) -> None:
    """What the scheduled tasks bring to the lake, at once: rounds, findings, coverage, states and public tables."""
    export_patrol(at=at)
    cover_nights(at=at)
    export_segments(at=at)
    publish_patrol(at=at)
