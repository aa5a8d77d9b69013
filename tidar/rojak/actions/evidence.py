"""The chain of evidence of a finding: each link names the one before it, and the database lets none be changed.

`link_hash` is the SHA-256 of the canonical JSON of `finding`, `sequence`, `kind`, `happened_at` (UTC, microseconds),
`reference`, `actor_id`, `content_hash` and `previous_hash` (64 zeros first): whoever changes a link, or what it stands
for, is found out.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.common.rows import add_rows
from tidar.common.signed_records import FIRST_PREVIOUS, canonical, content_hash
from tidar.rojak.models import Evidence

LOCK_SQL = "SELECT id FROM rojak_finding WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
ENDS_SQL = """
SELECT DISTINCT ON (finding_id) finding_id, sequence, link_hash FROM rojak_evidence
WHERE finding_id = ANY(%s) ORDER BY finding_id, sequence DESC
"""


@dataclass(frozen=True, slots=True)
class NewLink:
    """What a link is to say; `content_hash` empty: that of the canonical `content`."""

    finding_id: uuid.UUID
    kind: str
    happened_at: datetime
    reference: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    content_hash: str = ""


class Says(TypedDict):
    """What a link says, for `link`."""

    kind: str
    happened_at: datetime
    reference: NotRequired[str]
    content: NotRequired[dict[str, Any]]
    content_hash: NotRequired[str | None]  # None: that of the canonical content


def link(*, finding_id: uuid.UUID, by: Actor, at: datetime, **says: Unpack[Says]) -> Evidence:
    """Add the next link to a finding's chain, in the caller's transaction or its own; returns it.

    The finding's row is locked, so that two links never take one place. Raises `UnableToFind`.
    """
    new = NewLink(
        finding_id, says["kind"], says["happened_at"], says.get("reference", ""), says.get("content", {}),
        says.get("content_hash") or "",
    )  # fmt: skip
    with transaction.atomic():
        return link_all(links=[new], by=by, at=at)[0]


def link_all(*, links: Sequence[NewLink], by: Actor, at: datetime) -> list[Evidence]:
    """Many links at once, of many findings, in their order; three statements. Belongs in a transaction."""
    findings = {one.finding_id for one in links}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_SQL, [list(findings)])
        locked = {row[0] for row in cursor.fetchall()}
    if locked != findings:
        raise UnableToFind(_("Temuan itu tidak ada."))
    ends = _ends(findings)
    rows: list[Evidence] = []
    for one in links:
        sequence, previous = ends.get(one.finding_id, (0, FIRST_PREVIOUS))
        row = _row(one, sequence=sequence + 1, previous=previous, by=by, at=at)
        ends[one.finding_id] = row.sequence, row.link_hash
        rows.append(row)
    add_rows(rows)
    return rows


def begin_chains(*, links: Sequence[NewLink], by: Actor, at: datetime) -> list[Evidence]:
    """The first links of findings that this transaction made: nobody else can have linked to them; one statement."""
    rows: list[Evidence] = []
    ends: dict[uuid.UUID, tuple[int, str]] = {}
    for one in links:
        sequence, previous = ends.get(one.finding_id, (0, FIRST_PREVIOUS))
        row = _row(one, sequence=sequence + 1, previous=previous, by=by, at=at)
        ends[one.finding_id] = row.sequence, row.link_hash
        rows.append(row)
    add_rows(rows)
    return rows


def _ends(findings: set[uuid.UUID]) -> dict[uuid.UUID, tuple[int, str]]:
    """Number and hash of each chain's last link."""
    with connection.cursor() as cursor:
        cursor.execute(ENDS_SQL, [list(findings)])
        return {finding: (sequence, link_hash) for finding, sequence, link_hash in cursor.fetchall()}


def _row(new: NewLink, *, sequence: int, previous: str, by: Actor, at: datetime) -> Evidence:
    content = new.content_hash or content_hash(canonical(new.content))
    row = Evidence(
        finding_id=new.finding_id,
        sequence=sequence,
        kind=new.kind,
        happened_at=new.happened_at,
        recorded_at=at,
        actor_id=by.id[:80],
        reference=new.reference[:120],
        content=new.content,
        content_hash=content,
        previous_hash=previous,
    )
    row.link_hash = row.own_hash()
    return row
