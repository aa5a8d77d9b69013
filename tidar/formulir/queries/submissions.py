"""What was answered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tidar.common.errors import UnableToFind
from tidar.formulir.models import Submission
from tidar.formulir.rules.views import FormView, SubmissionView

HELD = Submission.State.HELD


def view_of(
    one: Submission, *, form: FormView | None = None, photos: Mapping[str, str] | None = None, was_here: bool = False
) -> SubmissionView:
    """A submission as a plain value; its form and photographs are read where they are not given."""
    if photos is None:
        photos = {attachment.name: attachment.photo_id for attachment in one.attachments.all()}
    key, version = (form.key, form.version) if form else (one.version.form_id, one.version.version)
    return SubmissionView(
        id=one.pk,
        key=key,
        version=version,
        answers=one.answers,
        problems=tuple((name, sentence) for name, sentence in one.problems),
        state=one.state,
        sentence=one.sentence,
        happened_at=one.happened_at,
        received_at=one.received_at,
        actor_id=one.actor_id,
        photos=photos,
        was_here=was_here,
    )


def submission(submission_id: uuid.UUID) -> SubmissionView | None:
    """One submission by its id, or None."""
    found = (
        Submission.objects.select_related("version").prefetch_related("attachments").filter(pk=submission_id).first()
    )
    return view_of(found) if found else None


def submission_row(submission_id: uuid.UUID) -> Submission:
    """One submission with its version and photographs; raises `UnableToFind`."""
    found = Submission.objects.select_related("version__form").defer("raw", "version__file", "version__xform")
    if one := found.prefetch_related("attachments__photo").filter(pk=submission_id).first():
        return one
    raise UnableToFind(_("Jawaban itu tidak ada."))


def submissions(*, key: str = "", state: str = "") -> QuerySet[Submission]:
    """Submissions of one form or of all, in one state or any; newest first."""
    found = Submission.objects.select_related("version").defer("raw", "version__file", "version__xform")
    if key:
        found = found.filter(version__form_id=key)
    return (found.filter(state=state) if state else found).order_by("-received_at", "-pk")
