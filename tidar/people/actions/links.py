"""One-time sign-in links: made by an administrator or on the command line, kept as a hash, used once, short-lived."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.people.models import SignInLink, User
from tidar.people.queries.actors import actor_of_user
from tidar.people.rules import DEMO_LINK_LIFE, LINK_LIFE, digest_of


class UnableToSignIn(UnableTo):
    """The link was used, has expired, or never was."""

    status = 410


@transaction.atomic
def create_sign_in_link(*, user_id: uuid.UUID, by: Actor, at: datetime, life: timedelta | None = None) -> str:
    """A token that signs the person in once, until `life` is over (15 minutes; 24 hours for a demo person).

    The token is returned and kept nowhere: the table holds its SHA-256.
    """
    by.must("people.administer")
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UnableToFind(_("Akun itu tidak ada atau tidak aktif."))
    life = life or (DEMO_LINK_LIFE if user.sample else LINK_LIFE)
    token = secrets.token_urlsafe(32)
    SignInLink.objects.filter(user=user, expires_at__lt=at).delete()
    SignInLink.objects.create(user=user, digest=digest_of(token), created_at=at, expires_at=at + life)
    audit.record(
        "sign_in_link.created", by=by, at=at, subject=("user", str(user.pk)), after={"until": (at + life).isoformat()}
    )
    return token


def person_of_link(*, token: str, at: datetime) -> User:
    """Whom an unused link would sign in; changes nothing. Raises `UnableToSignIn`."""
    link = SignInLink.objects.filter(digest=digest_of(token), used_at__isnull=True, expires_at__gt=at)
    found = link.select_related("user").first()
    if found is None or not found.user.is_active:
        raise UnableToSignIn(_("Tautan masuk ini sudah dipakai atau kedaluwarsa. Mintalah yang baru."))
    return found.user


@transaction.atomic
def consume_sign_in_link(*, token: str, at: datetime) -> User:
    """Use the link up and return its person; of any number of attempts at the same time, one succeeds."""
    digest = digest_of(token)
    # The condition is part of the update, on the row's own columns only, so the database re-checks it after waiting for
    # whoever holds the row.
    used = SignInLink.objects.filter(digest=digest, used_at__isnull=True, expires_at__gt=at).update(used_at=at)
    if used != 1:
        raise UnableToSignIn(_("Tautan masuk ini sudah dipakai atau kedaluwarsa. Mintalah yang baru."))
    user = SignInLink.objects.select_related("user").get(digest=digest).user
    by = actor_of_user(user, today=at.date())
    audit.record("sign_in_link.used", by=by, at=at, subject=("user", str(user.pk)))
    return user
