"""What is handed to every kind: the accepted version, what it names, and whose act it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from tidar.hub.api import EventFields, SourceRef, record_events
from tidar.rojak.actions.judging import Sender
from tidar.rojak.models import PatrolItem, Post
from tidar.rojak.queries.items import Known
from tidar.rojak.rules.items import Item

SEE = "patrol.see"


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted version of an item; `is_revision`: an earlier one was applied before."""

    row: PatrolItem
    item: Item
    is_revision: bool


@dataclass(frozen=True, slots=True)
class Applying:
    """The batch that they came in."""

    known: Known
    sender: Sender

    def post(self, one: Taken) -> Post:
        """The post that an accepted item names."""
        return self.known.posts[one.item.post]


def round_of(one: Taken) -> uuid.UUID:
    """The round of an item that cannot be without one."""
    if one.item.round is None:
        raise LookupError(f"item {one.item.id} names no round")
    return one.item.round


def tell(kind: str, told: list[tuple[Taken, EventFields]], applying: Applying) -> None:
    """Record one event for each item, in one statement."""
    if told:
        events = [(one.item.at, SourceRef("action", f"rojak.item:{one.row.pk}"), fields) for one, fields in told]
        record_events(kind=kind, at=applying.sender.at, told=events)


def said(one: Taken, post: Post, **data: Any) -> dict[str, Any]:
    """What every event of the patrol says: which round of which post, and its own words."""
    patrol = str(one.item.round) if one.item.round else ""
    return {"round": patrol, "post": post.code, "program": post.program_id, "manner": str(one.row.manner), **data}
