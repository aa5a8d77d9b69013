"""Whether a document is what was signed, told without personal data.

Everything is computed again from what stands in the database now: the canonical content, its hash, and the signature
under the public key that the document names. A changed byte anywhere in it shows.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tidar.documents.models import Document, SigningKey
from tidar.documents.queries.documents import by_token, cancellation_of, content_of
from tidar.documents.rules import proof
from tidar.documents.rules.kinds import TITLES
from tidar.documents.rules.numbering import number_text
from tidar.documents.rules.printing import grouped

State = Literal["valid", "cancelled", "tampered"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What anybody with the paper may know. Of a tampered document agency and amount are withheld: unsigned words."""

    state: State
    kind: str
    title: str
    number: str
    issued_at: datetime
    agency: str
    amount_rupiah: int | None
    cancelled_at: datetime | None
    content_hash: str  # as signed and printed
    signature: bytes
    public_key: bytes
    fingerprint: str
    key_retired_at: datetime | None

    @property
    def hash_groups(self) -> str:
        """The hash four by four, for comparing by eye."""
        return grouped(self.content_hash)

    @property
    def fingerprint_groups(self) -> str:
        """The fingerprint of the key, four by four."""
        return grouped(self.fingerprint)


@dataclass(frozen=True, slots=True)
class KeyView:
    """One signing key as anybody may know it."""

    fingerprint: str
    fingerprint_groups: str
    public_key: str
    made_at: datetime
    retired_at: datetime | None


def verdict_on(token: str) -> Verdict | None:
    """The verdict on the document of a verification page; None when there is none."""
    document = by_token(token)
    return verdict_of(document) if document else None


def verdict_of(document: Document) -> Verdict:
    """The verdict on a loaded document."""
    cancellation, genuine = cancellation_of(document), is_genuine(document)
    state: State = "tampered" if not genuine else "cancelled" if cancellation else "valid"
    return Verdict(
        state=state,
        kind=document.kind,
        title=TITLES.get(document.kind, ""),
        number=document.number,
        issued_at=document.issued_at,
        agency=str(document.data["agency"]) if genuine else "",
        amount_rupiah=int(document.data["amount_rupiah"]) if genuine else None,
        cancelled_at=cancellation[0] if cancellation else None,
        content_hash=document.content_hash,
        signature=bytes(document.signature),
        public_key=bytes(document.key.public_key),
        fingerprint=document.key.fingerprint,
        key_retired_at=document.key.retired_at,
    )


def is_genuine(document: Document, public_key: bytes | None = None) -> bool:
    """Whether number, hash and signature agree with the content as it stands now."""
    hash_text = proof.content_hash(content_of(document).as_signed())
    public_key = bytes(document.key.public_key) if public_key is None else public_key
    return (
        hash_text == document.content_hash
        and document.number == number_text(document.series, document.year, document.sequence)
        and proof.is_signed(hash_text, bytes(document.signature), public_key)
    )


def keys() -> tuple[KeyView, ...]:
    """Every signing key of this deployment, the newest first."""
    return tuple(
        KeyView(k.fingerprint, grouped(k.fingerprint), encoded(bytes(k.public_key)), k.made_at, k.retired_at)
        for k in SigningKey.objects.order_by("-pk")
    )


def encoded(raw: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
