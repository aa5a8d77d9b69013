"""The month of every post in an area, counted from rounds, checks and steps; nothing of it is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any, TypeVar

from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet, Sum

from tidar.common.actor import Actor
from tidar.places import api as places
from tidar.rojak.models import Activity, Attendance, Check, Evidence, Finding, FindingKind, Post, Round, Segment
from tidar.rojak.queries.coverage import segment_states
from tidar.rojak.queries.finding_lists import annotated, row_of
from tidar.rojak.queries.findings import in_states
from tidar.rojak.queries.reach import posts_for
from tidar.rojak.rules import findings as finding_rules
from tidar.rojak.rules import recap as rules
from tidar.rojak.rules.recap import PostMonth

PERSON = FindingKind.Sensitivity.PERSON
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Recap:
    """The month of an area: a row for each post, and all together."""

    area: str
    title: str
    first: date
    last: date
    until: datetime  # numbers are as of this moment: the month's end, or now
    rows: tuple[PostMonth, ...]
    total: PostMonth

    @property
    def is_running(self) -> bool:
        """Whether the month is not over."""
        return self.until.astimezone(places.region().zone).date() <= self.last


def recap_areas(actor: Actor) -> tuple[tuple[str, str], ...]:
    """(code, name) of the areas whose recap somebody may read: RW with posts, and the villages that hold them."""
    codes = Post.objects.filter(posts_for(actor, "patrol.recap")).values_list("area_code", flat=True).distinct()
    found: dict[str, str] = {}
    for code in sorted(codes):
        parent = code.rpartition(".")[0]
        if actor.may("patrol.recap", area=parent) and (area := places.area(parent)):
            found.setdefault(parent, area.name)
        found[code] = area_title(code)
    return tuple(sorted(found.items()))


def area_title(code: str) -> str:
    """The name of an area, with that of what holds it for an RW."""
    area, parent = places.area(code), places.area(code.rpartition(".")[0])
    if area is None:  # the region's list of areas does not go that deep
        number = code.rpartition(".")[2]
        return f"RW {number}, {parent.name}" if parent is not None else code
    return f"{area.name}, {parent.name}" if parent is not None and code.count(".") > 3 else area.name


def recap(area: str, *, first: date, last: date, at: datetime) -> Recap | None:
    """The month of every post in `area`, None where there is no post; as known at `at`."""
    posts = [one for one in Post.objects.select_related("program").order_by("area_code", "title") if _within(one, area)]
    posts = [one for one in posts if one.from_date <= last and (one.until_date is None or one.until_date >= first)]
    if not posts:
        return None
    zone = places.region().zone
    start = datetime.combine(first, time(0), tzinfo=zone)
    until = min(datetime.combine(last + timedelta(days=1), time(0), tzinfo=zone), at)
    rows = _rows(posts, start=start, until=until)
    title = area_title(area)
    return Recap(area, title, first, last, until, tuple(rows), rules.total(rows, title=title))


def _within(post: Post, area: str) -> bool:
    return post.area_code == area or post.area_code.startswith(area + ".")


def _rows(posts: list[Post], *, start: datetime, until: datetime) -> list[PostMonth]:
    ids = [post.pk for post in posts]
    span = (start, until)
    rounds = _rounds(ids, span)
    segments = _by(Segment.objects.filter(post__in=ids, from_date__lte=until).exclude(until_date__lt=start), "post")
    checks = Check.objects.filter(segment__post__in=ids, happened_at__gte=start, happened_at__lt=until)
    every, sure = _by(checks, "segment__post"), _by(checks.filter(is_certain=True), "segment__post", what="segment")
    members = _by(
        _spanned(Attendance.objects.filter(round__post__in=ids), "round__started_at", span),
        "round__post",
        what="member",
    )
    talks = _spanned(Activity.objects.filter(post__in=ids), "happened_at", span).order_by().values_list("post")
    people = dict(talks.annotate(n=Sum("participants_count")))
    gaps = _gaps(ids, until)
    findings = _findings(ids, span)
    return [
        PostMonth(
            post=post.title, code=post.code, area=post.area_code,
            rounds=rounds[post.pk][0], hours=rounds[post.pk][1], metres=rounds[post.pk][2],
            segments=segments.get(post.pk, 0), checked=sure.get(post.pk, 0), checks=every.get(post.pk, 0),
            gaps=gaps.get(post.pk, 0), members=members.get(post.pk, 0), participants=people.get(post.pk, 0),
            **findings[post.pk],
        )
        for post in posts
    ]  # fmt: skip


def _spanned(found: QuerySet[Any], field: str, span: tuple[datetime, datetime]) -> QuerySet[Any]:
    return found.filter(**{f"{field}__gte": span[0], f"{field}__lt": span[1]})


def _by(found: QuerySet[Any], field: str, *, what: str = "id") -> dict[int, int]:
    return dict(found.order_by().values_list(field).annotate(n=Count(what, distinct=True)))


def _rounds(ids: list[int], span: tuple[datetime, datetime]) -> Mapping[int, tuple[int, float, int]]:
    """(rounds, hours, metres) by post; a round that was never ended counts as a round of unknown length."""
    lasted = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    found = _spanned(Round.objects.filter(post__in=ids), "started_at", span).order_by().values_list("post")
    rows = found.annotate(n=Count("id"), lasted=Sum(lasted), metres=Sum("distance_metres"))
    made: dict[int, tuple[int, float, int]] = defaultdict(lambda: (0, 0.0, 0))
    for post, count, length, metres in rows:
        made[post] = (count, length.total_seconds() / 3600 if length else 0.0, metres or 0)
    return made


def _gaps(ids: list[int], until: datetime) -> dict[int, int]:
    late = [pk for pk, state in segment_states(ids, until).items() if state.is_gap]
    return _by(Segment.objects.filter(pk__in=late), "post")


def _findings(ids: list[int], span: tuple[datetime, datetime]) -> Mapping[int, dict[str, Any]]:
    """Findings of the month by kind, how many were fixed in it, and what stands open at its end; none about persons."""
    start, until = span
    about_places = Finding.objects.filter(post__in=ids, happened_at__lt=until).exclude(kind__sensitivity=PERSON)
    made: dict[int, dict[str, Any]] = defaultdict(
        lambda: {"found": (), "fixed": 0, "open": 0, "late": 0, "fix_days": None}
    )
    kinds = about_places.filter(happened_at__gte=start).order_by().values_list("post", "kind__title")
    for post, found in _grouped(kinds.annotate(n=Count("id")), lambda row: row[0]).items():
        made[post]["found"] = tuple(sorted(((k, n) for _, k, n in found), key=lambda one: (-one[1], one[0])))
    fixes = Evidence.objects.filter(finding__in=about_places, kind=Evidence.Kind.CONFIRMED)
    fixed = _spanned(fixes, "happened_at", span).values_list(
        "finding__post", "finding_id", "happened_at", "finding__happened_at"
    )
    for post, rows in _grouped(fixed, lambda row: row[0]).items():
        last = {row[1]: (row[2] - row[3]).total_seconds() / 86_400 for row in rows}
        made[post] |= {"fixed": len(last), "fix_days": median(last.values())}
    for post, standing in _grouped(_standing(about_places, until), lambda row: row[0]).items():
        made[post] |= {"open": len(standing), "late": sum(is_late for _, is_late in standing)}
    return made


def _standing(found: QuerySet[Finding], until: datetime) -> Iterable[tuple[int, bool]]:
    """(post, overdue) of what was still open at `until`, by the steps that had happened by then."""
    standing = in_states(annotated(found, until=until), finding_rules.STILL_OPEN)
    for row in standing.iterator(chunk_size=500):
        yield row.post_id, row_of(row, until).is_overdue


def _grouped(rows: Iterable[V], key: Callable[[V], int]) -> dict[int, list[V]]:
    found: dict[int, list[V]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
