"""One signed-in client for every kind of person, the public included, for sweeps over all pages.

@pytest.fixture
def everybody(db) -> dict[str, Client]:
    return clients()
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tidar.people.models import Agency, Assignment, User
from tidar.people.roles import ALL_ROLES, Role

AGENCY, AREA = "disdukcapil", "33.71.03.1001.04"


def user_with(role: Role, *, agency: str = AGENCY, area: str = AREA, name: str = "") -> User:
    """A person who holds `role` since 2020, for `agency` and `area` where the role takes them."""
    user = User.objects.create(
        username=name or f"sapuan-{role.key}", first_name=str(role.title), password=make_password(None)
    )
    if role.agency != "never":
        Agency.objects.get_or_create(code=agency, defaults={"name": f"Dinas {agency}", "short_name": agency})
    Assignment.objects.create(
        user=user,
        role=role.key,
        agency_id=agency if role.agency != "never" else None,
        area_code=area if role.area != "never" else "",
        from_date=date(2020, 1, 1),
    )
    return user


def client_for(role: Role, *, agency: str = AGENCY, area: str = AREA, name: str = "") -> Client:
    """A client signed in with `role`; the public's is signed in as nobody."""
    client = Client(raise_request_exception=False)
    if role.given:
        client.force_login(
            user_with(role, agency=agency, area=area, name=name), backend=settings.AUTHENTICATION_BACKENDS[0]
        )
    return client


def clients() -> dict[str, Client]:
    """A client for every role by its key, "public" among them; the producer's is of `AGENCY`."""
    return {role.key: client_for(role) for role in ALL_ROLES}


@dataclass(frozen=True, slots=True)
class Address:
    """One URL pattern: its whole route, its view and its name."""

    route: str
    view: Any
    name: str

    @property
    def takes_arguments(self) -> bool:
        """Whether the route has parts to fill in."""
        return "<" in self.route or "(?P" in self.route


def addresses() -> Iterator[Address]:
    """Every address of the URLconf, nested ones with their whole route."""
    yield from _walk(get_resolver().url_patterns, prefix="", space="")


def _walk(patterns: list[URLPattern | URLResolver], *, prefix: str, space: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, prefix=route, space=inner)
        else:
            yield Address("/" + route.removeprefix("^"), pattern.callback, space + (pattern.name or ""))
