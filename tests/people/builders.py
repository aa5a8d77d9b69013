"""Small builders for people: agencies, accounts with a role, signed-in clients."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from django.conf import settings
from django.test import Client

from tidar.common.actor import Actor, system
from tidar.people.models import Agency, Assignment, User

AT = datetime(2026, 11, 24, 3, 0, tzinfo=timezone.utc)
TODAY = date(2026, 11, 24)
SYSTEM = system("uji")
BACKEND = settings.AUTHENTICATION_BACKENDS[0]
LONG_AGO = date(2020, 1, 1)


def agency(code: str = "dishub") -> Agency:
    """An agency."""
    return Agency.objects.get_or_create(code=code, defaults={"name": f"Dinas {code}", "short_name": code.title()})[0]


def person(username: str = "sri", *, role: str = "", agency_code: str = "", area: str = "", **more: Any) -> User:
    """An account, with one role in force when given."""
    password = more.pop("password", None)
    user = User(username=username, first_name=username.title(), **more)
    user.set_password(password)
    user.save()
    if role:
        assign(user, role, agency_code=agency_code, area=area)
    return user


def assign(user: User, role: str, *, agency_code: str = "", area: str = "", **days: Any) -> Assignment:
    """A role held since long ago."""
    return Assignment.objects.create(
        user=user,
        role=role,
        agency=agency(agency_code) if agency_code else None,
        area_code=area,
        from_date=days.get("from_date", LONG_AGO),
        until_date=days.get("until_date"),
    )


def actor(user: User) -> Actor:
    """The user as an actor on `TODAY`."""
    from tidar.people.queries.actors import actor_of_user

    return actor_of_user(user, today=TODAY)


def client_of(user: User) -> Client:
    """A client signed in as `user`, without a password."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def later(**delta: float) -> datetime:
    """A moment after `AT`."""
    return AT + timedelta(**delta)
