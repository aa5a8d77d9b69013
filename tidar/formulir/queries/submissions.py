"""What was answered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.formulir.models import Submission
from tidar.formulir.rules.views import FormView, SubmissionView

# Whose held answers are decided on our pages; a program's own app decides about its phones.
SETTLED_HERE = (Submission.Client.ODK, Submission.Client.SCREEN)
WAITING = Q(state=Submission.State.HELD, client__in=SETTLED_HERE)


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


def held_count() -> int:
    """How many submissions wait for a decision here."""
    return Submission.objects.filter(WAITING).count()


def submissions(*, key: str = "", state: str = "") -> QuerySet[Submission]:
    """Submissions of one form or of all, in one state or any; newest first."""
    found = Submission.objects.select_related("version").defer("raw", "version__file", "version__xform")
    if key:
        found = found.filter(version__form_id=key)
    return (found.filter(state=state) if state else found).order_by("-received_at", "-pk")


PAGE_SIZE = 50
PERSONS = "patrol.persons"


def submissions_page(found: QuerySet[Submission], *, before: str = "") -> tuple[list[Submission], str]:
    """One page of submissions that came before a mark, and the mark of the next page ("" at the end)."""
    moment, _sep, last = before.partition("_")
    try:
        mark = (datetime.fromisoformat(moment), uuid.UUID(last)) if before else None
    except ValueError:
        mark = None
    if mark is not None:
        found = found.filter(Q(received_at__lt=mark[0]) | Q(received_at=mark[0], pk__lt=mark[1]))
    rows = list(found[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        return rows, ""
    end = rows[PAGE_SIZE - 1]
    return rows[:PAGE_SIZE], f"{end.received_at.isoformat()}_{end.pk}"


def may_read(actor: Actor, one: Submission) -> bool:
    """Whether the content may be shown: a program's answers may concern persons, so only to whoever reads about persons
    in that area. Who may do everything everywhere (the administrator), or for an agency, does not read them.
    """
    return not one.version.form.program or _reads_persons(actor, one.area_code)


def _reads_persons(actor: Actor, area: str) -> bool:
    held = {g.area for g in actor.grants if g.permission == PERSONS and g.agency is None and g.area is not None}
    return bool(area) and any(area == one or area.startswith(f"{one}.") for one in held)
