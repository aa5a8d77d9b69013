"""How the links of a finding's chain are hashed. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone

from tidar.common.signed_records import canonical, content_hash


@dataclass(frozen=True, slots=True)
class Link:
    """All that a link says; `previous_hash` of the first is 64 zeros."""

    finding: uuid.UUID
    sequence: int
    kind: str
    happened_at: datetime
    reference: str
    actor_id: str
    content_hash: str
    previous_hash: str


def link_hash(link: Link) -> str:
    """SHA-256 of the canonical JSON of a link."""
    return content_hash(
        canonical(
            {
                "finding": str(link.finding),
                "sequence": link.sequence,
                "kind": link.kind,
                "happened_at": link.happened_at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
                "reference": link.reference,
                "actor_id": link.actor_id,
                "content_hash": link.content_hash,
                "previous_hash": link.previous_hash,
            }
        )
    )
