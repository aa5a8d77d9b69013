"""What happened at the door, kept in the audit trail: signed in, refused, signed out, second factors changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tidar.common import audit
from tidar.common.actor import PUBLIC, Actor
from tidar.people.models import User


def _as_actor(user: User) -> Actor:
    return Actor(kind="user", id=str(user.pk), name=user.display_name)


@transaction.atomic
def record_own(action: str, *, user: User, at: datetime, about: Mapping[str, Any]) -> None:
    """Keep something a person did to the own account: `action` is "session.started", "password.changed" …"""
    audit.record(action, by=_as_actor(user), at=at, subject=("user", str(user.pk)), after=about)


@transaction.atomic
def record_refusal(action: str, *, typed: str, at: datetime, about: Mapping[str, Any]) -> None:
    """Keep a refused attempt to sign in. What was typed is kept only when an account has that name: people mistype
    their password into the first field, and a trail must not collect passwords."""
    user = User.objects.filter(username__iexact=typed).first() or _by_email(typed)
    subject = ("user", str(user.pk)) if user else ("user", "")
    name = {"account": user.username if user else "(tidak dikenal)"}
    audit.record(action, by=PUBLIC, at=at, subject=subject, after=name | dict(about))


@transaction.atomic
def record_export(*, narrowed: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Keep that somebody took (part of) the audit trail away as a file."""
    by.must("audit.read")
    audit.record("audit.exported", by=by, at=at, subject=("audit", "csv"), after=narrowed)


def _by_email(typed: str) -> User | None:
    return User.objects.filter(email=typed.lower()).first() if "@" in typed else None
