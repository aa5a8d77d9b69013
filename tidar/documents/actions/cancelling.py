"""Cancelling: the document stays as it was issued; a row beside it says since when and why it no longer counts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.documents.models import Cancellation, Document
from tidar.documents.queries.documents import find
from tidar.documents.rules.content import DocumentView


class UnableToCancel(UnableTo):
    """The document cannot be cancelled like this."""


def cancel(*, kind: str, subject: str, reason: str, at: datetime, by: Actor) -> DocumentView:
    """Cancel the document of `subject`; a second time changes nothing and keeps the first reason.

    Raises `UnableToFind` when there is none and `UnableToCancel` without a reason.
    """
    if not (words := " ".join(reason.split())[:300]):
        raise UnableToCancel(_("Tuliskan alasan pembatalan dokumen."))
    with transaction.atomic():
        document = Document.objects.filter(kind=kind, subject=subject).first()
        if document is None:
            raise UnableToFind(_("Dokumen itu tidak ada."))
        _row, is_new = Cancellation.objects.get_or_create(
            document=document, defaults={"reason": words, "cancelled_at": at, "actor_id": by.id[:80]}
        )
        if is_new:
            after = {"number": document.number, "reason": words}
            audit.record("documents.cancel", by=by, at=at, subject=("document", str(document.pk)), after=after)
    view = find(kind, subject)
    assert view is not None  # noqa: S101 - it was there a moment ago and nobody can delete it
    return view
