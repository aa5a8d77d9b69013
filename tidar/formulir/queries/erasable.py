"""What is still here of answers and photographs that came long ago: for whoever decides that their time is over."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from tidar.formulir.models import Attachment, Photo, Submission

HAS_WORDS = ~Q(answers={}) | Q(raw__isnull=False) | ~Q(problems=[])


def answered_before(moment: datetime, *, programs: Collection[str]) -> tuple[uuid.UUID, ...]:
    """Submissions received before `moment` with forms of these programs that still have their words; oldest first."""
    own = Q(version__form__program__in=programs)
    for program in programs:
        own |= Q(version__form__key__startswith=f"{program}-")
    found = Submission.objects.filter(HAS_WORDS, own, received_at__lt=moment).order_by("received_at", "pk")
    return tuple(found.values_list("pk", flat=True))


def photos_answered(ids: Collection[uuid.UUID]) -> tuple[str, ...]:
    """Photographs that these submissions name."""
    return tuple(Attachment.objects.filter(submission__in=ids).values_list("photo_id", flat=True).distinct())


def photos_before(moment: datetime) -> tuple[str, ...]:
    """Photographs that were announced before `moment` and are not erased, whoever names them."""
    found = Photo.objects.filter(announced_at__lt=moment).exclude(state=Photo.State.ERASED)
    return tuple(found.values_list("pk", flat=True))


def photos_kept_for_answers(sha256s: Collection[str]) -> set[str]:
    """Those of them that a submission names whose words are still here."""
    kept = Submission.objects.filter(HAS_WORDS, attachments__photo__in=sha256s).values("pk")
    found = Attachment.objects.filter(submission__in=kept, photo__in=sha256s)
    return set(found.values_list("photo_id", flat=True))
