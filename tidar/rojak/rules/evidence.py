"""How the links of a finding's chain are hashed. Pure."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

from tidar.common.signed_records import canonical, content_hash


def link_hash(*, finding: uuid.UUID, sequence: int, kind: str, happened_at: datetime, hashes: tuple[str, str]) -> str:
    """SHA-256 of a link; `hashes`: its content's and that of the link before it (64 zeros: the first)."""
    content, previous = hashes
    return content_hash(
        canonical(
            {
                "finding": str(finding),
                "sequence": sequence,
                "kind": kind,
                "happened_at": happened_at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
                "content_hash": content,
                "previous_hash": previous,
            }
        )
    )
