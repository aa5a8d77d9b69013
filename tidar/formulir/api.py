"""The front door of `formulir`: forms and versions, checking answers, keeping them, and photographs."""

from __future__ import annotations

from tidar.formulir.actions.erasing import erase_answers
from tidar.formulir.actions.forms import UnableToAdopt, adopt_folder, adopt_form
from tidar.formulir.actions.photos import (
    UnableToReceivePhoto,
    announce_photos,
    drop_old_parts,
    erase_photo,
    photo_receiver,
    receive_photo_part,
    refuse_photo,
    too_large,
)
from tidar.formulir.actions.receiving import receiver
from tidar.formulir.actions.submitting import Given, accept_held, submit
from tidar.formulir.queries.checking import check_answers
from tidar.formulir.queries.erasable import (
    answered_before,
    photos_answered,
    photos_before,
    photos_kept_for_answers,
)
from tidar.formulir.queries.forms import published, version
from tidar.formulir.queries.photos import PhotoView, check_photos, photo, photo_bytes, photo_offset, photo_states
from tidar.formulir.queries.submissions import submission
from tidar.formulir.rules.answers import Answer, Checked, said, shown, typed
from tidar.formulir.rules.rendering import Field, begun, fields
from tidar.formulir.rules.views import FormView, Received, SubmissionView

__all__ = [
    "Answer", "Checked", "Field", "FormView", "Given", "PhotoView", "Received", "SubmissionView", "UnableToAdopt",
    "UnableToReceivePhoto", "accept_held", "adopt_folder", "adopt_form", "announce_photos", "answered_before",
    "begun", "check_answers", "check_photos", "drop_old_parts", "erase_answers", "erase_photo", "fields", "photo",
    "photo_bytes", "photo_offset", "photo_receiver", "photo_states", "photos_answered", "photos_before",
    "photos_kept_for_answers", "published", "receive_photo_part", "receiver", "refuse_photo", "said", "shown",
    "submission", "submit", "too_large", "typed", "version",
]  # fmt: skip
