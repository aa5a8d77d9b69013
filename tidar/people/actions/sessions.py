"""Ending sessions: the cookie of an ended session signs nobody in any more, from the next request on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableToFind
from tidar.people.models import User


@transaction.atomic
def end_session(*, session_id: int, user_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Sign one of the person's devices out; allowed to the person and to an administrator."""
    _must_own(by, user_id)
    session = UserSession.objects.filter(pk=session_id, user_id=user_id).first()
    if session is None:
        raise UnableToFind(_("Sesi itu sudah berakhir."))
    _end([session])
    audit.record(
        "session.revoked", by=by, at=at, subject=("user", str(user_id)), before={"ip": session.ip, "sessions": 1}
    )


@transaction.atomic
def end_other_sessions(*, user_id: uuid.UUID, keep_key: str, by: Actor, at: datetime) -> int:
    """Sign the person out everywhere but in the session `keep_key` ("" keeps none); returns how many ended."""
    _must_own(by, user_id)
    ended = _end(UserSession.objects.filter(user_id=user_id).exclude(session_key=keep_key))
    if ended:
        audit.record("session.revoked", by=by, at=at, subject=("user", str(user_id)), before={"sessions": ended})
    return ended


def end_quietly(user: User) -> int:
    """End all sessions of `user` inside an action that keeps its own audit entry; returns how many."""
    return _end(UserSession.objects.filter(user=user))


def _must_own(by: Actor, user_id: uuid.UUID) -> None:
    if by.id != str(user_id):
        by.must("people.administer")


def _end(sessions: Iterable[UserSession]) -> int:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    ended = 0
    for session in sessions:
        store.delete(session.session_key)
        session.delete()
        ended += 1
    return ended
