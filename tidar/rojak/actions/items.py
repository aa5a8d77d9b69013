"""The one door for what is noted on patrol: signed items of phones, and the same items from paper and ODK Collect."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tidar.common.actor import Actor


@dataclass(frozen=True, slots=True)
class SignedItem:
    """One item as it came: the canonical bytes and the signature over them (None: no phone made it)."""

    body: bytes
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """What became of one version of an item; `receipt` "" where nothing of it was kept."""

    id: str
    content_hash: str
    state: str
    sentence: str
    receipt: str


def receive(
    *, device_id: uuid.UUID | None, items: Sequence[SignedItem], by: Actor, at: datetime, manner: str = "hp"
) -> tuple[ItemAnswer, ...]:
    """Take up to 100 items of one phone (None: of none) in one transaction; an answer for each, in their order."""
    raise NotImplementedError
