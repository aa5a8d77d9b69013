"""Answers that somebody typed on a screen."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.formulir.actions.photos import receive_photo_part
from tidar.formulir.actions.submitting import Given, submit
from tidar.formulir.models import Photo, Submission
from tidar.formulir.rules.views import FormView, SubmissionView


class UnableToKeepPhoto(UnableTo):
    """A photograph that was chosen on the screen is none; nothing is kept."""


@transaction.atomic
def fill_in(
    *, id: uuid.UUID, form: FormView, answers: Mapping[str, Any], photos: Mapping[str, bytes], by: Actor, at: datetime
) -> SubmissionView:
    """Keep answers with their photographs (name in the answers → JPEG). Sent twice, they are kept once.

    Raises `UnableToKeepPhoto`, so that whoever is still at the screen can choose another.
    """
    by.must("forms.edit")
    named = {name: hashlib.sha256(data).hexdigest() for name, data in photos.items()}
    for name, data in photos.items():
        kept = receive_photo_part(sha256=named[name], start=0, total=len(data), data=data, by=by, at=at)
        if kept.state != Photo.State.KEPT:
            raise UnableToKeepPhoto(kept.sentence or _("Foto itu tidak dapat disimpan."))
    given = Given(client=Submission.Client.SCREEN, happened_at=at, photos=named)
    found = submit(id=id, form=(form.key, form.version), answers=answers, given=given, by=by, at=at)
    if not found.was_here:
        audit.record("submission.received", by=by, at=at, subject=("submission", str(id)), after={"form": form.key})
    return found
