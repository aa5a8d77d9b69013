"""Answers go when the time for which they may be kept is over; that there was a submission, and its hash, stays."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from tidar.formulir.models import Submission

OVER = "Dihapus karena masa simpannya habis."


def erase_answers(*, ids: Collection[uuid.UUID], at: datetime) -> int:
    """Erase what was answered in these submissions, in the caller's transaction; returns how many. Twice is once.

    Nobody can decide any more about one that was held: it is refused with a sentence.
    """
    found = Submission.objects.filter(pk__in=ids)
    held = list(found.filter(state=Submission.State.HELD).values_list("pk", flat=True))
    count = found.update(answers={}, problems=[], raw=None, device="", sentence="", settlement="")
    Submission.objects.filter(pk__in=held).update(state=Submission.State.REFUSED, sentence=OVER, settled_at=at)
    return count
