"""Noting who read what concerns persons. The notes can be added to and never changed."""

from __future__ import annotations

import uuid
from datetime import datetime

from tidar.common.actor import Actor
from tidar.rojak.models import SensitiveReading


def note_reading(
    *, subject: tuple[str, uuid.UUID], why: str, by: Actor, at: datetime, device: str = ""
) -> SensitiveReading:
    """Somebody reads `subject` ("rumah-kosong" or "temuan", id) now; `device`: it was downloaded to this phone."""
    return SensitiveReading.objects.create(
        subject_kind=subject[0], subject_id=subject[1], actor_id=by.id[:80], device=device, why=why, at=at
    )
