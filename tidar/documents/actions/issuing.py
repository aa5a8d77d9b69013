"""Issuing: data checked, canonical, hashed and signed; written once and for ever.

Guarantees: a document exists only for a number that was taken; one document per kind and subject; issuing the same
again changes nothing and returns what is there, so an interrupted run can simply be repeated; the same subject with
other content is `UnableToAgree` (409).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypedDict, Unpack

import msgspec
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAgree
from tidar.common.ids import uuid7
from tidar.documents.actions.keys import Signer, signer
from tidar.documents.models import Document, Series
from tidar.documents.queries.documents import view_of
from tidar.documents.rules import proof
from tidar.documents.rules.content import Content, DocumentView, NewDocument
from tidar.documents.rules.kinds import UnableToIssue, checked
from tidar.documents.rules.numbering import new_token, number_text
from tidar.places import api as places

TEMPLATE_VERSION = 1  # new documents use typst/v1; a changed template is a new folder, so old bytes stay
BATCH = 1_000
COPY = """COPY documents_document (id, kind, series, year, sequence, number, token, subject, template_version, origin,
    zone, data, content_hash, signature, key_id, issued_at, signed_by) FROM STDIN"""


@dataclass(frozen=True, slots=True)
class _Press:
    """What all documents of one call share."""

    kind: str
    series: str
    signed_by: str
    at: datetime
    signer: Signer
    origin: str
    zone: str

    def document(self, new: NewDocument, data: dict[str, Any]) -> Document:
        """The finished, signed document, not yet stored."""
        number, token = number_text(self.series, new.year, new.sequence), new_token()
        content = Content(
            kind=self.kind, number=number, subject=new.subject, token=token, origin=self.origin, zone=self.zone,
            template_version=TEMPLATE_VERSION, issued_at=self.at, signed_by=self.signed_by, data=data,
        )  # fmt: skip
        hash_text = proof.content_hash(content.as_signed())
        return Document(
            id=uuid7(), kind=self.kind, series=self.series, year=new.year, sequence=new.sequence, number=number,
            token=token, subject=new.subject, template_version=TEMPLATE_VERSION, origin=self.origin, zone=self.zone,
            data=data, content_hash=hash_text, signature=self.signer.sign(hash_text), key_id=self.signer.key_id,
            issued_at=self.at, signed_by=self.signed_by,
        )  # fmt: skip


class Row(TypedDict):
    """Which number one document has, and about what it says what."""

    year: int
    sequence: int
    subject: str
    data: Any


def issue(*, kind: str, series: str, signed_by: str, by: Actor, at: datetime, **row: Unpack[Row]) -> DocumentView:
    """Issue one document for a number that was taken before; the same again returns the one that is there.

    `signed_by`: name, office and (where there is one) employee number, one a line, as the signature block prints it.
    Raises `UnableToIssue` when data are missing, do not add up or the number was not taken, and `UnableToAgree`.
    """
    new = NewDocument(row["year"], row["sequence"], row["subject"], row["data"])
    data = _checked(kind, new)
    with transaction.atomic():
        _must_be_taken(series, {new.year: new.sequence})
        if (there := _same(kind, series, [(new, data)]).get(new.subject)) is not None:
            return view_of(there)
        document = _press(kind, series, signed_by=signed_by, by=by, at=at).document(new, data)
        try:
            with transaction.atomic():
                document.save(force_insert=True)
        except IntegrityError as error:  # somebody issued it between our look and our insert, or holds the number
            if (there := _same(kind, series, [(new, data)]).get(new.subject)) is not None:
                return view_of(there)
            raise _taken(kind) from error
        after = {"number": document.number, "about": document.subject}
        audit.record("documents.issue", by=by, at=at, subject=("document", str(document.pk)), after=after)
    return view_of(document)


def issue_many(*, kind: str, series: str, rows: Iterable[NewDocument], signed_by: str, at: datetime, by: Actor) -> int:
    """Issue a document for each row by COPY, in one transaction with flat memory; returns how many are new.

    All or none. Rows that were issued before with the same content are passed over. The series is not locked.
    """
    made = 0
    first = last = ""
    with transaction.atomic():
        press = _press(kind, series, signed_by=signed_by, by=by, at=at)
        for batch in _batches(rows):
            fresh = _fresh(press, [(new, _checked(kind, new)) for new in batch])
            _copy([press.document(new, data) for new, data in fresh])
            made += len(fresh)
            if fresh:
                first = first or number_text(series, fresh[0][0].year, fresh[0][0].sequence)
                last = number_text(series, fresh[-1][0].year, fresh[-1][0].sequence)
        if made:
            after = {"kind": kind, "count": made, "first": first, "last": last}
            audit.record("documents.issue_many", by=by, at=at, subject=("series", series), after=after)
    return made


def _batches(rows: Iterable[NewDocument]) -> Iterator[list[NewDocument]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch


def _checked(kind: str, new: NewDocument) -> dict[str, Any]:
    if not 1 <= len(new.subject) <= 80 or new.sequence < 1:
        raise UnableToIssue(_("Dokumen harus punya nomor dan pokok (paling panjang 80 huruf)."))
    return checked(kind, msgspec.to_builtins(new.data))


def _press(kind: str, series: str, *, signed_by: str, by: Actor, at: datetime) -> _Press:
    if not 1 <= len(signed_by) <= 200:
        raise UnableToIssue(_("Sebutkan siapa yang menandatangani, paling panjang 200 huruf."))
    moment = at.astimezone(timezone.utc)
    origin, zone = settings.TIDAR_PUBLIC_URL.rstrip("/"), places.region().zone.key
    return _Press(kind, series, signed_by, moment, signer(by=by, at=at), origin, zone)


def _fresh(press: _Press, rows: list[tuple[NewDocument, dict[str, Any]]]) -> list[tuple[NewDocument, dict[str, Any]]]:
    greatest: dict[int, int] = {}
    for new, _data in rows:
        greatest[new.year] = max(greatest.get(new.year, 0), new.sequence)
    _must_be_taken(press.series, greatest)
    there = _same(press.kind, press.series, rows)
    return [(new, data) for new, data in rows if new.subject not in there]


def _must_be_taken(series: str, greatest: dict[int, int]) -> None:
    taken = dict(Series.objects.filter(code=series, year__in=greatest).values_list("year", "last"))
    for year, sequence in greatest.items():
        if sequence > taken.get(year, 0):
            raise UnableToIssue(_("Nomor %s belum diambil dari serinya.") % number_text(series, year, sequence))


def _same(kind: str, series: str, rows: Sequence[tuple[NewDocument, dict[str, Any]]]) -> dict[str, Document]:
    """Documents that are there already, by subject; raises `UnableToAgree` when one says something else."""
    wanted = {new.subject: (number_text(series, new.year, new.sequence), data) for new, data in rows}
    there = {d.subject: d for d in Document.objects.filter(kind=kind, subject__in=wanted)}
    for subject, document in there.items():
        if (document.number, document.data) != wanted[subject]:
            raise UnableToAgree(_("%s sudah terbit dengan isi lain.") % document.number)
    return there


def _copy(documents: Sequence[Document]) -> None:
    if not documents:
        return
    try:
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            for d in documents:
                copy.write_row((
                    d.pk, d.kind, d.series, d.year, d.sequence, d.number, d.token, d.subject, d.template_version,
                    d.origin, d.zone, proof.canonical(d.data).decode(), d.content_hash, d.signature, d.key_id,
                    d.issued_at, d.signed_by,
                ))  # fmt: skip
    except UniqueViolation as error:  # COPY goes past Django, so the driver's own error comes
        raise _taken(documents[0].kind) from error


def _taken(kind: str) -> UnableToAgree:
    return UnableToAgree(_("Nomor atau pokok dokumen %s ini sudah dipakai dokumen lain.") % kind.upper())
