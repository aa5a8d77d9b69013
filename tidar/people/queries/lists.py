"""Lists for pages: people with their roles, one person, sessions, notices."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Prefetch, Q, QuerySet

from tidar.people.models import Agency, Assignment, Notice, User
from tidar.people.rules import device_name


def people(*, search: str = "", role: str = "", agency: str = "", today: date) -> QuerySet[User]:
    """Accounts by name, with `held`: their assignments that are not over."""
    held = Assignment.objects.not_over(today).select_related("agency")
    found = User.objects.prefetch_related(Prefetch("assignments", queryset=held, to_attr="held"))
    if search:
        words = Q(username__icontains=search) | Q(first_name__icontains=search) | Q(last_name__icontains=search)
        found = found.filter(words | Q(email__icontains=search))
    narrowed = held
    if role:
        narrowed = narrowed.filter(role=role)
    if agency:
        narrowed = narrowed.filter(agency_id=agency)
    if role or agency:
        found = found.filter(pk__in=narrowed.values("user_id"))
    return found.order_by("first_name", "last_name", "username")


def person(user_id: uuid.UUID) -> User | None:
    """One account, or None."""
    return User.objects.filter(pk=user_id).first()


def assignments_of(user: User) -> QuerySet[Assignment]:
    """All roles the person holds, will hold or held; the newest first."""
    return Assignment.objects.filter(user=user).select_related("agency").order_by("-from_date", "-id")


def active_agencies() -> QuerySet[Agency]:
    """Agencies in use, by name."""
    return Agency.objects.filter(active=True)


@dataclass(frozen=True, slots=True)
class SessionView:
    """One place where the person is signed in."""

    id: int
    device: str
    ip: str
    since: datetime
    is_current: bool


def sessions_of(user: User, *, current_key: str = "") -> tuple[SessionView, ...]:
    """Where the person is signed in now, this device first; sessions that have ended by themselves are left out."""
    alive: list[UserSession] = UserSession.objects.purge_and_list(user)
    views = [
        SessionView(
            id=s.pk,
            device=device_name(s.user_agent),
            ip=s.ip,
            since=s.created_at,
            is_current=bool(current_key) and s.session_key == current_key,
        )
        for s in alive
    ]
    return tuple(sorted(views, key=lambda v: (not v.is_current, -v.since.timestamp())))


def authenticator_kinds(user: User) -> frozenset[str]:
    """Which second factors the person has: "totp", "webauthn", "recovery_codes"; one query."""
    return frozenset(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def unread_count(user_id: str) -> int:
    """How many notices the person has not read; one query."""
    return Notice.objects.filter(user_id=user_id, read_at__isnull=True).count()


def notices_of(user_id: str) -> QuerySet[Notice]:
    """The person's notices, the newest first."""
    return Notice.objects.filter(user_id=user_id)
