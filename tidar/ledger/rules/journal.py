"""The hash chain of the daily journal: what one line says, byte for byte, and how a day's hash is made of its lines.

A day's hash is SHA-256 over the hash of the day before and the day's lines in order of their number, each ended by a
line feed, UTF-8. So `tidar manage journal 2026-11-25 | sha256sum` gives the hash that closed the day, and a changed,
missing, added or reordered transfer anywhere gives another one for every day that follows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timezone


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Everything that a transfer and its group say; the order of fields is the order in the canonical line."""

    id: int
    key: str
    debit: str
    credit: str
    amount_rupiah: int
    reference: str
    reverses: str
    happened_at: datetime
    recorded_at: datetime
    group_id: str
    group_key: str
    kind: str
    actor_kind: str
    actor_id: str
    reason: str


def canonical_line(line: JournalLine) -> str:
    """One JSON array without spaces, times in UTC with six decimals: the same transfer always gives the same bytes."""
    values = [_moment(value) if isinstance(value, datetime) else value for value in astuple(line)]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _moment(value: datetime) -> str:
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def day_lines(previous_hash: str, lines: Iterable[JournalLine]) -> Iterable[str]:
    """The text of a day, line by line: first the hash of the day before (empty on the first day)."""
    yield previous_hash
    for line in lines:
        yield canonical_line(line)


def day_hash(previous_hash: str, lines: Iterable[JournalLine]) -> str:
    """The hash that closes a day; reads the lines once and keeps none of them."""
    digest = hashlib.sha256()
    for text in day_lines(previous_hash, lines):
        digest.update(text.encode())
        digest.update(b"\n")
    return digest.hexdigest()
