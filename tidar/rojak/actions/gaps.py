"""Asking somebody to look at a gap, and taking that back. Whether it was done is read from the checks."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.common.ids import uuid7
from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.people import api as people
from tidar.places import api as places
from tidar.rojak.models import GapTask, Member, Segment
from tidar.rojak.queries.gaps import open_tasks

ASKED = "patrol.gap_asked"
PHONE = "/rojak/"


class UnableToAsk(UnableTo):
    """Nobody can be asked to look at this segment, or it cannot be taken back."""


@transaction.atomic
def ask_for_check(*, segment_id: int, member_id: int | None, by: Actor, at: datetime) -> GapTask:
    """Ask a member (None: whoever walks the next round) to look at a segment.

    Asking again while it is still open for the same person changes nothing; for another person the earlier one is
    taken back. A member with an account gets a notice. Raises `UnableToAsk` when the segment is not patrolled any more
    or the member is not of its post today.
    """
    segment = Segment.objects.select_for_update(of=("self",)).select_related("post").filter(pk=segment_id).first()
    if segment is None or not _is_patrolled(segment, at):
        raise UnableToAsk(_("Ruas itu tidak dironda lagi."))
    by.must("patrol.coordinate", area=segment.post.area_code)
    member = _member(segment, member_id, at) if member_id is not None else None
    if (open_one := open_tasks([segment.pk]).get(segment.pk)) is not None:
        if open_one.member_id == member_id:
            return GapTask.objects.get(pk=open_one.id)
        _withdraw(open_one.id, segment, by=by, at=at)
    task = GapTask.objects.create(id=uuid7(), segment=segment, member=member, asked_at=at, asked_by=by.id)
    subject = ("patrol_segment", str(segment.pk))
    audit.record("patrol.ask_for_check", by=by, at=at, subject=subject, after=_values(task, segment))
    _tell(task, segment, at=at)
    if member is not None and member.user_id is not None:
        _notify(task, segment, member, at=at)
    return task


@transaction.atomic
def withdraw_task(*, task_id: uuid.UUID, by: Actor, at: datetime) -> GapTask:
    """Take a task back. Raises `UnableToAsk` when it was taken back already or a check came in the meantime."""
    task = GapTask.objects.select_related("segment__post").filter(pk=task_id).first()
    if task is None:
        raise UnableToAsk(_("Permintaan itu tidak ada."))
    segment = Segment.objects.select_for_update(of=("self",)).select_related("post").get(pk=task.segment_id)
    by.must("patrol.coordinate", area=segment.post.area_code)
    found = open_tasks([segment.pk]).get(segment.pk)
    if found is None or found.id != task.pk:
        raise UnableToAsk(_("Permintaan itu sudah selesai atau sudah dibatalkan."))
    return _withdraw(task.pk, segment, by=by, at=at)


def _withdraw(task_id: uuid.UUID, segment: Segment, *, by: Actor, at: datetime) -> GapTask:
    task = GapTask.objects.get(pk=task_id)
    before = _values(task, segment)
    task.withdrawn_at = at
    task.save(update_fields=["withdrawn_at"])
    audit.record(
        "patrol.withdraw_task",
        by=by,
        at=at,
        subject=("patrol_segment", str(segment.pk)),
        before=before,
        after=_values(task, segment),
    )
    return task


def _is_patrolled(segment: Segment, at: datetime) -> bool:
    today = at.astimezone(places.region().zone).date()
    post = segment.post
    begun = max(segment.from_date, post.from_date) <= today
    return begun and all(end is None or end >= today for end in (segment.until_date, post.until_date))


def _member(segment: Segment, member_id: int, at: datetime) -> Member:
    today = at.astimezone(places.region().zone).date()
    found = Member.objects.filter(pk=member_id, post_id=segment.post_id, from_date__lte=today, erased_at=None).first()
    if found is None or (found.until_date is not None and found.until_date < today):
        raise UnableToAsk(_("Orang itu bukan anggota pos ini."))
    return found


def _values(task: GapTask, segment: Segment) -> dict[str, str]:
    return {
        "task": str(task.pk),
        "segment": segment.code,
        "post": segment.post.code,
        "member": str(task.member_id or ""),
        "asked_at": task.asked_at.isoformat(),
        "withdrawn_at": task.withdrawn_at.isoformat() if task.withdrawn_at else "",
    }


def _tell(task: GapTask, segment: Segment, *, at: datetime) -> None:
    """The event says which segment, never which person."""
    data = {
        "task": str(task.pk),
        "segment": segment.code,
        "post": segment.post.code,
        "program": segment.post.program_id,
    }
    record_event(
        kind=ASKED,
        happened_at=at,
        at=at,
        source=SourceRef("action", str(task.pk)),
        fields=EventFields(subject=segment.title, area_code=segment.post.area_code, data=data, permission="patrol.see"),
    )


def _notify(task: GapTask, segment: Segment, member: Member, *, at: datetime) -> None:
    with override("id"):  # kept in the database: one language for every reader
        sentence = _("Tolong periksa %(segment)s: sudah waktunya dilihat lagi.") % {"segment": segment.title}
    people.notify_person(str(member.user_id), sentence=sentence, url=PHONE, about=f"patrol.gap:{task.pk}", at=at)
