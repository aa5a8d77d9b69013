"""Finding documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from tidar.documents.models import Document
from tidar.documents.rules.content import Content, DocumentView
from tidar.documents.rules.numbering import CODE_LENGTH, code_of, path_of, typed_code, typed_number


def find(kind: str, subject: str) -> DocumentView | None:
    """The document of `kind` about `subject` ("skrd:<uuid>"), cancelled or not."""
    found = _documents().filter(kind=kind, subject=subject).first()
    return view_of(found) if found else None


def find_many(kind: str, subjects: Iterable[str]) -> dict[str, DocumentView]:
    """As `find` for many subjects in one query; subjects without a document are left out."""
    found = _documents().filter(kind=kind, subject__in=list(subjects))
    return {document.subject: view_of(document) for document in found}


def by_token(token: str) -> Document | None:
    """The document of a verification page."""
    return _documents().select_related("key").filter(token=token).first()


def by_number_and_code(number: str, code: str) -> Document | None:
    """The document with a number and code as typed from paper (spaces, case and look-alike characters forgiven)."""
    beginning = typed_code(code)
    if len(beginning) != CODE_LENGTH:
        return None
    return _documents().filter(number=typed_number(number), token__startswith=beginning).first()


def view_of(document: Document) -> DocumentView:
    """One document as plain values."""
    cancellation = cancellation_of(document)
    return DocumentView(
        id=document.pk,
        kind=document.kind,
        number=document.number,
        year=document.year,
        sequence=document.sequence,
        subject=document.subject,
        token=document.token,
        code=code_of(document.token),
        url=document.origin + path_of(document.token),
        issued_at=document.issued_at,
        signed_by=document.signed_by,
        content_hash=document.content_hash,
        cancelled_at=cancellation[0] if cancellation else None,
        cancel_reason=cancellation[1] if cancellation else "",
    )


def content_of(document: Document) -> Content:
    """What the document's signature covers, as it stands in the database now."""
    return Content(
        kind=document.kind,
        number=document.number,
        subject=document.subject,
        token=document.token,
        origin=document.origin,
        zone=document.zone,
        template_version=document.template_version,
        issued_at=document.issued_at,
        signed_by=document.signed_by,
        data=document.data,
    )


def cancellation_of(document: Document) -> tuple[datetime, str] | None:
    """When and why it was cancelled, or None."""
    try:
        found = document.cancellation
    except ObjectDoesNotExist:
        return None
    return found.cancelled_at, found.reason


def some(ids: Iterable[uuid.UUID]) -> QuerySet[Document]:
    """Documents by id, with the keys that signed them."""
    return _documents().select_related("key").filter(pk__in=list(ids))


def _documents() -> QuerySet[Document]:
    return Document.objects.select_related("cancellation")
