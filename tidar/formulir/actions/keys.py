"""A person lets their ODK client in, and shuts it out again."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.formulir.models import ClientKey
from tidar.formulir.queries.keys import may_use
from tidar.formulir.rules.keys import LONGEST_NAME, digest_of

LIFE = timedelta(days=180)
MOST_KEYS = 10
NOTED_EVERY = timedelta(minutes=1)


class UnableToMakeKey(UnableTo):
    """The person may not, or has too many."""


@transaction.atomic
def make_key(*, name: str, area_code: str, by: Actor, at: datetime) -> str:
    """A new key for an ODK client of the acting person, for 180 days. Returned and kept nowhere but as its SHA-256."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise UnableToMakeKey(_("Beri nama HP-nya, paling panjang 80 huruf."))
    if by.kind != "user" or not may_use(by, area=area_code):
        raise UnableToMakeKey(_("Anda tidak memiliki wewenang di wilayah itu."))
    in_force = ClientKey.objects.filter(user_id=by.id, revoked_at__isnull=True, expires_at__gt=at)
    if in_force.count() >= MOST_KEYS:
        raise UnableToMakeKey(_("Paling banyak 10 kunci; cabut yang tidak dipakai lagi."))
    secret = secrets.token_urlsafe(24)
    made = ClientKey.objects.create(
        user_id=by.id,
        name=name.strip(),
        area_code=area_code,
        digest=digest_of(secret),
        made_at=at,
        expires_at=at + LIFE,
    )
    audit.record("client_key.made", by=by, at=at, subject=("client_key", str(made.pk)), after={"name": made.name})
    return secret


@transaction.atomic
def revoke_key(*, key_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """The key opens nothing from now on; only its own person finds it. Twice is once."""
    found = ClientKey.objects.select_for_update().filter(pk=key_id, user_id=by.id).first()
    if found is None:
        raise UnableToFind(_("Kunci itu tidak ada."))
    if found.revoked_at is None:
        found.revoked_at = at
        found.save(update_fields=["revoked_at"])
        audit.record("client_key.revoked", by=by, at=at, subject=("client_key", str(found.pk)))


def note_use(*, key: ClientKey, at: datetime) -> None:
    """When the key was last used, to the minute."""
    if key.used_at is None or at - key.used_at > NOTED_EVERY:
        ClientKey.objects.filter(pk=key.pk).update(used_at=at)
