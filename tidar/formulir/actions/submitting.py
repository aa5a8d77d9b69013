"""Answers are kept once: the same id with the same content changes nothing, with other content is refused."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tidar.common.actor import Actor
from tidar.common.errors import UnableToAgree, UnableToFind
from tidar.formulir.actions.photos import announce_photos
from tidar.formulir.models import Attachment, Submission
from tidar.formulir.queries.forms import version as version_named
from tidar.formulir.queries.submissions import SETTLED_HERE, view_of
from tidar.formulir.rules.answers import check
from tidar.formulir.rules.views import FormView, SubmissionView
from tidar.places import api as places

State = Submission.State


@dataclass(frozen=True, slots=True)
class Given:
    """What came with a set of answers: where from, when, and how it is to be held."""

    client: str  # "hp", "odk", "layar", "kertas"
    happened_at: datetime
    device: str = ""
    photos: Mapping[str, str] = field(default_factory=dict)  # name in the answers → SHA-256
    state: str = State.RECEIVED
    sentence: str = ""
    raw: bytes | None = None
    area_code: str = ""


@transaction.atomic
def submit(
    *, id: uuid.UUID, form: tuple[str, str], answers: Mapping[str, Any], given: Given, by: Actor, at: datetime
) -> SubmissionView:
    """Keep answers to `form` (key, version) with their problems. Idempotent; a revision is a submission of its own.

    Answers are kept as the form leaves them: hidden ones null, computed ones computed again. `given.state` "diterima"
    with problems found here becomes "ditahan"; an answer that names a photograph beside `given.photos` is one (not so
    of ODK clients, whose files may still come). No audit entry: what asked for it has its own.
    Raises `UnableToFind` (no such version), `UnableToAgree` (the id came before with other content, HTTP 409).
    """
    view = version_named(*form)
    if view is None:
        raise UnableToFind(_("Versi formulir itu tidak ada."))
    digest = hashlib.sha256(given.raw or _canonical(view, answers)).hexdigest()
    made, is_new = Submission.objects.get_or_create(
        pk=id, defaults=_row(view, answers, given, by=by, at=at) | {"content_hash": digest}
    )
    if not is_new and (made.content_hash != digest or made.version_id != view.version_id):
        raise UnableToAgree(_("Jawaban dengan nomor yang sama sudah ada dengan isi lain."))
    if given.photos:
        attach(made, given.photos, by=by, at=at)
    return view_of(made, form=view, photos=given.photos if is_new else None, was_here=not is_new)


@transaction.atomic
def accept_held(*, submission_id: uuid.UUID, reason: str, by: Actor, at: datetime) -> bool:
    """A program decided that held answers of its own app count although they do not fit their form; whether they did.

    What is not held, or is decided on our own pages, stays as it is. No audit entry: what asked for it has its own.
    """
    rows = Submission.objects.filter(pk=submission_id, state=State.HELD).exclude(client__in=SETTLED_HERE)
    settled = {"settled_at": at, "settled_by": by.id[:80], "settlement": reason.strip()[:300]}
    return bool(rows.update(state=State.RECEIVED, **settled))


def attach(submission: Submission, photos: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    """The photographs (name → SHA-256) belong to the submission; whoever was not announced yet is now."""
    announce_photos(sha256s=list(photos.values()), by=by, at=at)
    Attachment.objects.bulk_create(
        [Attachment(submission=submission, name=name[:200], photo_id=sha256) for name, sha256 in photos.items()],
        ignore_conflicts=True,
    )


def _row(view: FormView, answers: Mapping[str, Any], given: Given, *, by: Actor, at: datetime) -> dict[str, Any]:
    day = given.happened_at.astimezone(places.region().zone).date()
    photos = None if given.client == Submission.Client.ODK else given.photos
    checked = check(view.definition, answers, today=day, photos=photos)
    held = bool(checked.problems) and given.state == State.RECEIVED
    return {
        "version_id": view.version_id,
        "client": given.client,
        "answers": checked.answers,
        "problems": [list(problem) for problem in checked.problems],
        "raw": given.raw,
        "state": State.HELD if held else given.state,
        "sentence": (given.sentence or problem_sentence(len(checked.problems)))[:300],
        "actor_id": by.id,
        "device": given.device[:120],
        "area_code": given.area_code,
        "happened_at": given.happened_at,
        "received_at": at,
    }


def problem_sentence(count: int) -> str:
    """Why answers with problems are held, "" without any."""
    if not count:
        return ""
    said = ngettext(
        "%(count)s jawaban tidak sesuai dengan formulir.", "%(count)s jawaban tidak sesuai dengan formulir.", count
    )
    return said % {"count": count}


def _canonical(view: FormView, answers: Mapping[str, Any]) -> bytes:
    whole = {"key": view.key, "version": view.version, "answers": dict(answers)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
