"""What every template may ask about the person on the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tidar.common.actor import Actor
from tidar.people.queries.lists import unread_count


def bell(request: HttpRequest) -> dict[str, Any]:
    """`unread_count` for the header: a number, one query when a template uses it, none for the public."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.kind != "user":
        return {"unread_count": 0}
    return {"unread_count": SimpleLazyObject(lambda: unread_count(actor.id))}
