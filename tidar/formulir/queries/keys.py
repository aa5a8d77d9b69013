"""Keys of ODK clients."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import QuerySet

from tidar.common.actor import Actor
from tidar.formulir.models import ClientKey
from tidar.formulir.rules.keys import PERMISSIONS, digest_of
from tidar.people import api as people


def holder_of(secret: str, *, at: datetime) -> tuple[ClientKey, Actor] | None:
    """A key that holds at `at`, with its person as they may act now; None for every other secret."""
    found = ClientKey.objects.filter(digest=digest_of(secret), revoked_at__isnull=True, expires_at__gt=at).first()
    if found is None:
        return None
    actor = people.actor_for_user(found.user_id, at=at)
    return (found, actor) if may_use(actor, area=found.area_code) else None


def may_use(actor: Actor, *, area: str) -> bool:
    """Whether a person may send answers for this area with an ODK client ("": the whole region)."""
    return any(grant.permission in PERMISSIONS and grant.area in (None, *_covering(area)) for grant in actor.grants)


def _covering(area: str) -> tuple[str, ...]:
    parts = area.split(".") if area else []
    return tuple(".".join(parts[:count]) for count in range(1, len(parts) + 1))


def areas_of(actor: Actor) -> tuple[str, ...]:
    """For which areas a person may make a key; "" is the whole region."""
    return tuple(sorted({grant.area or "" for grant in actor.grants if grant.permission in PERMISSIONS}))


def keys_of(user_id: uuid.UUID | str) -> QuerySet[ClientKey]:
    """A person's keys, newest first."""
    return ClientKey.objects.filter(user_id=user_id).order_by("-made_at")
