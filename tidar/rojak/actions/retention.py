"""What is kept only for a time goes when it is over: words, answers, photographs, positions, names. Hashes stay.

A finding's own kind says for how long; tracks, attendance and the rest follow the program's settings. The bytes that
phones signed go with what they said: an item's row, its hash and its receipt stay, `body` is empty. Each run does what
is due and no more, in small transactions, and can be repeated or interrupted at any point.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Least

from tidar.common.actor import Actor
from tidar.formulir import api as formulir
from tidar.rojak.actions.empty_houses import erase_over as erase_houses_over
from tidar.rojak.actions.erasing import empty_items
from tidar.rojak.actions.evidence import NewLink, link_all
from tidar.rojak.actions.members import erase_member
from tidar.rojak.models import (
    Activity,
    Attendance,
    Check,
    Evidence,
    Finding,
    FindingKind,
    FindingPhoto,
    GapTask,
    Leg,
    Member,
    PatrolItem,
    Program,
    RosterSwap,
    Round,
    Sos,
    StepNote,
    TrackPart,
)
from tidar.rojak.queries.retention import (
    is_named,
    longest_over,
    over_by_kind,
    photos_named,
    times_of,
    undecided_over,
)

BATCH = 200
PART_DAYS = 7  # parts of a photograph whose phone never sent the rest


@dataclass(frozen=True, slots=True)
class Erased:
    """How much went."""

    findings: int
    track_parts: int
    attendance: int
    calls: int
    houses: int
    submissions: int
    photos: int
    parts: int


def erase_over(*, by: Actor, at: datetime) -> Erased:
    """Erase all whose time is over at `at`."""
    findings = 0
    while due := _due(at):
        findings += _erase_findings(due, by=by, at=at)
    sums = [0, 0, 0]
    for program in Program.objects.all():
        sums = [a + b for a, b in zip(sums, _erase_of(program, at), strict=True)]
        _erase_members(program, by=by, at=at)
    undecided = _erase_undecided(at)
    over = longest_over(at=at)
    _erase_stray_items(over, at=at)
    submissions, photos = _erase_stray_submissions(over, at=at), undecided + _erase_stray_photos(over, at=at)
    parts = formulir.drop_old_parts(until=at - timedelta(days=PART_DAYS))
    return Erased(findings, sums[0], sums[1], sums[2], erase_houses_over(at=at), submissions, photos, parts)


def _due(at: datetime) -> list[uuid.UUID]:
    kept_until = ExpressionWrapper(
        Least("happened_at", "received_at")  # a phone whose clock is years ahead keeps nothing for years
        + ExpressionWrapper(F("kind__retention_days") * Value(timedelta(days=1)), DurationField()),
        output_field=DateTimeField(),
    )
    found = Finding.objects.filter(erased_at=None).annotate(kept_until=kept_until).filter(kept_until__lte=at)
    return list(found.order_by("happened_at", "id").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _erase_findings(ids: Sequence[uuid.UUID], *, by: Actor, at: datetime) -> int:
    rows = list(
        Finding.objects.select_for_update(of=("self",))
        .filter(pk__in=ids, erased_at=None)
        .order_by("pk")
        .select_related("kind")
    )
    _erase_words(rows, at=at)
    _erase_photos(rows, at=at)
    links = [
        NewLink(row.pk, Evidence.Kind.ERASED, at, content={"retention_days": row.kind.retention_days}) for row in rows
    ]
    link_all(links=links, by=by, at=at)
    Finding.objects.filter(pk__in=[row.pk for row in rows]).update(
        note="", lon=None, lat=None, accuracy_metres=None, erased_at=at
    )
    return len(rows)


def _erase_words(rows: Iterable[Finding], *, at: datetime) -> None:
    ids = [row.pk for row in rows]
    versions = PatrolItem.objects.filter(item_id__in=ids)
    answered = {row.submission_id for row in rows if row.submission_id} | set(ids)
    answered |= {uuid.uuid5(pk, digest) for pk, digest in versions.values_list("item_id", "content_hash")}
    formulir.erase_answers(ids=answered, at=at)
    versions.update(sentence="", settlement="")
    empty_items(versions, at=at)
    StepNote.objects.filter(step__finding__in=ids).delete()


def _erase_photos(rows: Sequence[Finding], *, at: datetime) -> None:
    """A photograph that another finding still shows stays."""
    ids = [row.pk for row in rows]
    shown = FindingPhoto.objects.filter(finding__erased_at=None).exclude(finding__in=ids).values("photo")
    going = FindingPhoto.objects.filter(finding__in=ids).exclude(photo__in=shown).values_list("photo_id", flat=True)
    for sha256 in sorted(set(going)):
        formulir.erase_photo(sha256=sha256, at=at)


@transaction.atomic
def _erase_of(program: Program, at: datetime) -> tuple[int, int, int]:
    """(track parts, attendance rows, calls for help) of one program."""
    times = times_of(program, at=at)
    track, named = times.placed, times.named
    rounds = Q(round__post__program=program)
    parts, _ = TrackPart.objects.filter(rounds, _before(track, "from_at", "round__received_at")).delete()
    places = Check.objects.filter(segment__post__program=program, received_at__lt=track, lon__isnull=False)
    places.update(lon=None, lat=None, accuracy_metres=None)
    calls = Sos.objects.filter(post__program=program, received_at__lt=track).exclude(lon=None, note="", answer="")
    call_count = calls.update(lon=None, lat=None, accuracy_metres=None, note="", answer="")
    there, _ = Attendance.objects.filter(rounds, _before(named, "round__started_at", "round__received_at")).delete()
    legs = Leg.objects.filter(rounds, _before(named, "from_at", "round__received_at"))
    legs.exclude(leader=None, device=None).update(leader=None, device=None)  # a phone is somebody's, too
    for model, moment in ((Activity, "happened_at"), (Round, "started_at")):
        said = model.objects.filter(_before(named, moment, "received_at"), post__program=program)
        said.exclude(note="").update(note="")
    GapTask.objects.filter(segment__post__program=program, asked_at__lt=named).exclude(member=None).update(member=None)
    RosterSwap.objects.filter(rule__post__program=program, asked_at__lt=named, date__lt=named.date()).delete()
    empty_items(PatrolItem.objects.filter(over_by_kind(times), post__program=program), at=at)
    return parts, there, call_count


def _before(moment: datetime, claimed: str, received: str) -> Q:
    """Older than a moment by what a phone claims or by when it came, whichever was first."""
    return Q(**{f"{claimed}__lt": moment}) | Q(**{f"{received}__lt": moment})


def _erase_members(program: Program, *, by: Actor, at: datetime) -> None:
    """Names and telephone numbers of members who left so long ago that no round names them any more."""
    left = times_of(program, at=at).named.date()
    gone = Member.objects.filter(post__program=program, erased_at=None, until_date__lt=left).order_by("pk")
    for pk in list(gone.values_list("pk", flat=True)):
        erase_member(member_id=pk, last_date=left, by=by, at=at)


def _erase_undecided(at: datetime) -> int:
    """Findings that wait, or were refused, are kept no longer than their own kind; how many photographs went."""
    count = 0
    for kind in FindingKind.objects.order_by("pk"):
        with transaction.atomic():
            due = undecided_over(kind, at=at)
            bodies = [bytes(body) for body in due.values_list("body", flat=True)]
            ids = list(due.values_list("pk", flat=True))
            empty_items(PatrolItem.objects.filter(pk__in=ids), at=at)
            named = {sha256 for body in bodies for sha256 in photos_named(body)}
            going = sorted(sha256 for sha256 in named if not is_named(sha256))
            count += _erase_unshown(going, at=at)
    return count


@transaction.atomic
def _erase_stray_items(over: datetime, *, at: datetime) -> None:
    """Items that never became anything (refused, unreadable, never decided) go after the longest of the times."""
    became = Finding.objects.values("pk")
    empty_items(PatrolItem.objects.filter(received_at__lt=over).exclude(item_id__in=became), at=at)


def _erase_stray_submissions(over: datetime, *, at: datetime) -> int:
    """Filled-in forms of the patrol that never became a finding, and their photographs."""
    count, programs = 0, [program.pk for program in Program.objects.all()]
    ids = _strays(formulir.answered_before(over, programs=programs))
    for batch in (ids[i : i + BATCH] for i in range(0, len(ids), BATCH)):
        with transaction.atomic():
            count += formulir.erase_answers(ids=batch, at=at)
            _erase_unshown(formulir.photos_answered(batch), at=at)
    return count


def _strays(ids: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Those that belong to no finding that is still kept."""
    kept = Finding.objects.filter(erased_at=None)
    named = {*kept.filter(pk__in=ids).values_list("pk", flat=True)}
    named |= {*kept.filter(submission__in=ids).values_list("submission_id", flat=True)}
    return [pk for pk in ids if pk not in named]


def _erase_stray_photos(over: datetime, *, at: datetime) -> int:
    """Photographs that came so long ago and that nothing that is still kept names."""
    return _erase_unshown(formulir.photos_before(over), at=at)


def _erase_unshown(sha256s: Sequence[str], *, at: datetime) -> int:
    """Erase those that neither a finding nor answers that are still kept name; how many."""
    shown = FindingPhoto.objects.filter(finding__erased_at=None, photo__in=sha256s).values_list("photo_id", flat=True)
    going = sorted(set(sha256s) - set(shown) - formulir.photos_kept_for_answers(sha256s))
    for sha256 in going:
        formulir.erase_photo(sha256=sha256, at=at)
    return len(going)
