"""Who read answers that may concern persons."""

from __future__ import annotations

from datetime import datetime

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.formulir.models import Submission


def note_reading(*, answer: Submission, by: Actor, at: datetime) -> None:
    """One entry for each reading of a program's answers."""
    audit.record(
        "submission.read", by=by, at=at, subject=("submission", str(answer.pk)), after={"form": answer.version.form_id}
    )
