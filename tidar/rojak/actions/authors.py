"""Whose act an item is, also when that account is gone: then nobody's who may do anything, and still by its id."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from tidar.common.actor import Actor, system
from tidar.people import api as people


def author(user: str, *, by: Actor, at: datetime) -> Actor:
    """The person (or part of the system) of this id with what it may do at `at`; never raises.

    Of an account that was removed or put out of use comes an actor of the kind "public" that keeps the id, so that
    records go on naming whose act it was.
    """
    if user == by.id:
        return by
    if user.startswith("system:"):
        return system(user.removeprefix("system:"))
    found = people.actor_for_user(user, at=at) if _is_uuid(user) else None
    if found is not None and found.is_known:
        return found
    return Actor(kind="public", id=user, name=_("Akun yang sudah tidak ada"))


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
