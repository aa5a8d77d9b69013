"""What every template may ask about the person on the page."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from tidar.common.actor import Actor
from tidar.people.queries.lists import unread_count


class Unread:
    """How many notices the person has not read: counted by one query when somebody looks, and only then."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id

    @cached_property
    def count(self) -> int:
        """The number."""
        return unread_count(self.user_id)

    def __int__(self) -> int:
        """As a number."""
        return self.count

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.count > 0

    def __str__(self) -> str:
        """As text."""
        return str(self.count)


def bell(request: HttpRequest) -> dict[str, Any]:
    """`unread_notice_count` for the header: one query when a template uses it, none for the public."""
    actor: Actor | None = getattr(request, "actor", None)
    return {"unread_notice_count": Unread(actor.id) if actor is not None and actor.kind == "user" else 0}
