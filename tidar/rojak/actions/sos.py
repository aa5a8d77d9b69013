"""Taking a call for help in hand, and answering it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo, UnableToFind
from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.rojak.models import Sos
from tidar.rojak.queries.bell import hears


class UnableToAnswer(UnableTo):
    """The call cannot be answered like this."""


@transaction.atomic
def take_in_hand(*, sos_id: uuid.UUID, by: Actor, at: datetime) -> Sos:
    """Say that one has a call in hand, so that the bell falls silent everywhere; whoever says it first has it.

    Said again by anybody, nothing happens. Raises `UnableToFind` for whom the call need not reach.
    """
    found = _locked(sos_id)
    if found is None or not hears(by, found, at=at):
        raise UnableToFind(_("Panggilan itu tidak ada."))
    if found.seen_at is not None or found.answered_at is not None:
        return found
    found.seen_at, found.seen_by = at, by.id[:80]
    found.save(update_fields=["seen_at", "seen_by"])
    _tell(found, "seen", at=at)
    record("rojak.sos.seen", by=by, at=at, subject=("sos", str(found.pk)))
    return found


def _locked(sos_id: uuid.UUID) -> Sos | None:
    return Sos.objects.select_for_update(of=("self",)).select_related("post").filter(pk=sos_id).first()


@transaction.atomic
def answer_sos(*, sos_id: uuid.UUID, answer: str, by: Actor, at: datetime) -> Sos:
    """Say that a call is answered and how; the first answer stands. Raises `UnableToAnswer`, `UnableToFind`."""
    found = _locked(sos_id)
    if found is None or not by.may("patrol.see", area=found.post.area_code):
        raise UnableToFind(_("Panggilan itu tidak ada."))
    words = " ".join(answer.split())[:300]
    if found.answered_at is not None:
        raise UnableToAnswer(_("Panggilan ini sudah dijawab."))
    if not words:
        raise UnableToAnswer(_("Tuliskan apa yang sudah dilakukan."))
    found.answered_at, found.answered_by, found.answer = at, by.id[:80], words
    found.save(update_fields=["answered_at", "answered_by", "answer"])
    _tell(found, "answered", at=at)
    record("rojak.sos.answered", by=by, at=at, subject=("sos", str(found.pk)))
    return found


def _tell(found: Sos, what: str, *, at: datetime) -> None:
    fields = EventFields(
        subject=found.post.title, area_code=found.post.area_code, permission="patrol.see",
        data={"sos": str(found.pk), "post": found.post.code, what: True},
    )  # fmt: skip
    record_event(
        kind="patrol.sos",
        happened_at=at,
        at=at,
        source=SourceRef("action", f"rojak.sos:{found.pk}:{what}"),
        fields=fields,
    )
