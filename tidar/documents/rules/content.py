"""Everything a document's signature covers, as one mapping; and plain views of documents."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any


@dataclass(frozen=True, slots=True)
class NewDocument:
    """One document of a bulk issue."""

    year: int
    sequence: int
    subject: str
    data: Any  # mapping or the kind's own struct


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One issued document as plain values."""

    id: uuid.UUID
    kind: str
    number: str
    year: int
    sequence: int
    subject: str
    token: str
    code: str  # what is typed by hand together with the number
    url: str  # of the public verification page, as printed in the QR code
    issued_at: datetime
    signed_by: str
    content_hash: str
    cancelled_at: datetime | None = None
    cancel_reason: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What is signed, field by field; the same for a document that is issued and one that is checked."""

    kind: str
    number: str
    subject: str
    token: str
    origin: str
    zone: str
    template_version: int
    issued_at: datetime
    signed_by: str
    data: dict[str, Any]

    def as_signed(self) -> dict[str, Any]:
        """The mapping whose canonical bytes are hashed."""
        moment = self.issued_at.astimezone(timezone.utc).isoformat(timespec="microseconds")
        return {
            "data": self.data, "issued_at": moment, "kind": self.kind, "number": self.number, "origin": self.origin,
            "signed_by": self.signed_by, "subject": self.subject, "template_version": self.template_version,
            "token": self.token, "zone": self.zone,
        }  # fmt: skip
