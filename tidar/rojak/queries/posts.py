"""Posts and what belongs to them, as the coordinators' pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.places import api as places
from tidar.rojak.models import (
    Attendance,
    Checkpoint,
    FindingKind,
    House,
    Member,
    PatrolItem,
    Post,
    Program,
    RosterRule,
    RosterSwap,
    Round,
    Segment,
)
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.queries.roster import Planned, planned
from tidar.rojak.rules.roster import in_force

PAGE_SIZE = 50
WEEK = 7
SMALL = ("rt", "rw", "kelurahan", "desa")


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post in the list, with its counts and where it is."""

    post: Post
    place: str
    segments: int
    members: int


@dataclass(frozen=True, slots=True)
class PostPage:
    """One page of the list; `following` is the code after which the next one begins, "" on the last."""

    rows: tuple[PostRow, ...]
    following: str


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A segment with its stickers in use and the labels of its houses."""

    segment: Segment
    stickers: tuple[Checkpoint, ...]
    houses: tuple[str, ...]

    def is_running(self, day: date) -> bool:
        """Whether it is patrolled on `day`."""
        return in_force(self.segment.from_date, self.segment.until_date, day)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn of a day as people read it."""

    turn: Planned
    names: tuple[str, ...]
    swapped: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the week's roster; `holiday` says which holiday it is."""

    date: date
    holiday: str
    turns: tuple[TurnRow, ...]


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """A member's turns and rounds of a span of days."""

    member: Member
    planned: int
    present: int


def running(day: date, *, prefix: str = "") -> Q:
    """What is in force on `day`: begun and not ended."""
    from_date, until_date = f"{prefix}from_date__lte", f"{prefix}until_date"
    return Q(**{from_date: day}) & (Q(**{f"{until_date}__isnull": True}) | Q(**{f"{until_date}__gte": day}))


def post_page(actor: Actor, *, words: str, ended: bool, after: str, today: date) -> PostPage:
    """Posts that somebody may see, narrowed by words of title, code or area, page by page. Two queries."""
    found = Post.objects.filter(posts_for(actor)).select_related("program")
    found = found.filter(until_date__lt=today) if ended else found.exclude(until_date__lt=today)
    if words:
        areas = [area.code for area in places.areas() if words.casefold() in area.name.casefold()][:400]
        found = found.filter(Q(title__icontains=words) | Q(code__icontains=words) | _below(areas))
    listed = list(found.filter(code__gt=after).order_by("code")[: PAGE_SIZE + 1])
    shown = listed[:PAGE_SIZE]
    segments = _counts(Segment, shown, today)
    members = _counts(Member, shown, today)
    rows = tuple(PostRow(p, place_of(p.area_code), segments.get(p.pk, 0), members.get(p.pk, 0)) for p in shown)
    return PostPage(rows, shown[-1].code if len(listed) > PAGE_SIZE else "")


def _below(areas: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for code in areas:
        found |= Q(area_code=code) | Q(area_code__startswith=f"{code}.")
    return found


def _counts(model: type[Segment] | type[Member], posts: Sequence[Post], today: date) -> dict[int, int]:
    rows = model._default_manager.filter(running(today), post__in=posts).order_by()
    return dict(rows.values_list("post").annotate(n=Count("pk")))


def place_of(code: str) -> str:
    """An area in words, smallest first: "RW 04 Kampung Kemiri Kerep, Kemirirejo"."""
    named = [places.area(one) for one in (code, *places.ancestors(code))]
    return ", ".join(
        area.name for area in named if area is not None and area.level in ("rt", "rw", "kelurahan", "desa")
    )


def post_by_code(code: str) -> Post:
    """The post with this code. Raises `UnableToFind`."""
    found = Post.objects.select_related("program__agency").filter(code=code).first()
    if found is None:
        raise UnableToFind(_("Pos itu tidak ada."))
    return found


def programs() -> list[Program]:
    """Programs that posts can be made for."""
    return list(Program.objects.filter(active=True))


def segments_of(post: Post) -> list[RouteRow]:
    """All segments of a post with their stickers and houses in use, running ones first. Three queries."""
    houses = Prefetch("houses", House.objects.filter(until_date=None))
    stickers = Prefetch("checkpoints", Checkpoint.objects.filter(until_date=None))
    rows = post.segments.order_by(F("until_date").desc(nulls_first=True), "order", "id")
    return [
        RouteRow(one, tuple(one.checkpoints.all()), tuple(house.label for house in one.houses.all()))
        for one in rows.prefetch_related(houses, stickers)
    ]


def members_of(post: Post) -> list[Member]:
    """All members of a post, those who left last."""
    rows = post.members.select_related("user")
    return list(rows.order_by(F("until_date").desc(nulls_first=True), "name", "id"))


def rules_of(post: Post) -> list[RosterRule]:
    """All rules of a post by day and hour, ended ones last."""
    rows = post.roster.prefetch_related("members")
    return list(rows.order_by(F("until_date").desc(nulls_first=True), "day", "starts", "id"))


def swaps_of(post: Post, *, since: date) -> list[RosterSwap]:
    """Swaps of turns from a day on, waiting ones first."""
    rows = RosterSwap.objects.filter(rule__post=post, date__gte=since)
    return list(rows.select_related("rule", "from_member", "to_member").order_by("-state", "date", "asked_at"))


def week_of(post: Post, first: date, *, days: int = WEEK) -> tuple[DayRow, ...]:
    """The roster of the days from `first` on, a row for every day."""
    last = first + timedelta(days=days - 1)
    turns = planned(post.pk, first, last)
    names = dict(post.members.values_list("pk", "name"))
    usual = {rule.pk: {m.pk for m in rule.members.all()} for rule in post.roster.prefetch_related("members")}
    off = {**places.days_off(first.year), **places.days_off(last.year)}
    by_day: dict[date, list[TurnRow]] = {}
    for turn in turns:
        walking = tuple(names[pk] for pk in turn.member_ids if pk in names)
        swapped = not set(turn.member_ids) <= usual.get(turn.rule_id, set())
        by_day.setdefault(turn.date, []).append(TurnRow(turn, walking, swapped))
    return tuple(
        DayRow(day, off[day].name if day in off else "", tuple(by_day.get(day, ())))
        for day in (first + timedelta(days=n) for n in range(days))
    )


def presence_of(post: Post, first: date, last: date, *, until: datetime) -> tuple[PresenceRow, ...]:
    """For each member: turns that began by `until` and rounds they were on, within two days (both included)."""
    zone = places.region().zone
    begun = [turn for turn in planned(post.pk, first, last) if turn.starts_at <= until]
    start = datetime.combine(first, datetime.min.time(), zone)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    was_there = Attendance.objects.filter(round__post=post, round__started_at__gte=start, round__started_at__lt=end)
    present = dict(was_there.order_by().values_list("member").annotate(n=Count("pk")))
    members = post.members.filter(from_date__lte=last).exclude(until_date__lt=first)
    return tuple(PresenceRow(m, sum(m.pk in turn.member_ids for turn in begun), present.get(m.pk, 0)) for m in members)


def rounds_of(post: Post, *, first: date, last: date) -> list[Round]:
    """Rounds of a post within two days (both included), newest first, with who was there."""
    zone = places.region().zone
    start = datetime.combine(first, datetime.min.time(), zone)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    rows = post.rounds.filter(started_at__gte=start, started_at__lt=end).order_by("-started_at")
    return list(rows.prefetch_related("attendance__member"))


def memberships_of(actor: Actor, *, today: date) -> QuerySet[Member]:
    """The memberships that somebody holds by their own account."""
    if actor.kind != "user":
        return Member.objects.none()
    return Member.objects.filter(running(today), user_id=actor.id).select_related("post__program")


def swaps_about(members: Sequence[Member], *, since: date) -> list[RosterSwap]:
    """Swaps that some of these members asked for or are asked for, from a day on."""
    rows = RosterSwap.objects.filter(Q(from_member__in=members) | Q(to_member__in=members), date__gte=since)
    return list(rows.select_related("rule__post", "from_member", "to_member").order_by("-state", "date"))


def stickers_of(post: Post, *, code: str = "") -> list[Checkpoint]:
    """Stickers in use, in the order of the route; only one, or those of one segment, where `code` names it."""
    rows = Checkpoint.objects.filter(segment__post=post, until_date=None, segment__until_date=None)
    if code:
        rows = rows.filter(Q(code=code) | Q(segment__code=code))
    return list(rows.select_related("segment").order_by("segment__order", "segment_id", "order", "id"))


def public_code_of(sticker: str) -> str:
    """The residents' page of the segment that a sticker is on. Raises `UnableToFind` for a sticker out of use."""
    running_segment = Segment.objects.filter(pk=OuterRef("segment"), until_date=None)
    found = Checkpoint.objects.filter(Exists(running_segment), code=sticker.upper(), until_date=None)
    row = found.values_list("segment__public_code", flat=True).first()
    if row is None:
        raise UnableToFind(_("Stiker itu sudah tidak dipakai."))
    return str(row)


def kinds_of(post: Post) -> list[FindingKind]:
    """The kinds of findings that the post's program offers, in its order."""
    return list(FindingKind.objects.filter(program=post.program_id, active=True))


def paper_rounds_of(post: Post) -> list[Round]:
    """The ten rounds that were typed in last from paper, with how many segments they checked."""
    rows = post.rounds.filter(manner=PatrolItem.Manner.PAPER).annotate(checked=Count("checks"))
    return list(rows.order_by("-received_at")[:10])
