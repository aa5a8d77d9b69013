"""The front door of `people`: agencies, who acts, telling people, and the demo city's people."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from tidar.common.actor import PUBLIC, Actor
from tidar.people.actions import agencies as _agencies
from tidar.people.actions import links as _links
from tidar.people.actions import notices as _notices
from tidar.people.actions import samples as _samples
from tidar.people.actions.assigning import day_of
from tidar.people.models import Agency, User
from tidar.people.queries import actors as _actors
from tidar.people.roles import ROLES


@dataclass(frozen=True, slots=True)
class AgencyView:
    """One agency as plain values."""

    code: str
    name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person as plain values."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SignInLinkView:
    """A one-time link for a demo person, as printed at the end of `tidar demo`."""

    role: str
    role_title: str
    person: str
    url: str


def agencies() -> tuple[AgencyView, ...]:
    """All active agencies by name."""
    return tuple(AgencyView(a.code, a.name, a.short_name) for a in Agency.objects.filter(active=True))


def agency(code: str) -> AgencyView | None:
    """One agency, or None."""
    found = Agency.objects.filter(pk=code).first()
    return AgencyView(found.code, found.name, found.short_name) if found else None


def actor_for_user(user_id: uuid.UUID | str, *, at: datetime) -> Actor:
    """A user as an actor with the grants in force at `at`; unknown or deactivated is the public."""
    user = User.objects.filter(pk=user_id).first()
    return PUBLIC if user is None else _actors.actor_of_user(user, today=day_of(at))


def office_title(actor: Actor, permission: str) -> str:
    """What the office is called by which the actor holds `permission`, in Indonesian; "" when no role gives it.

    A role of one agency comes before one that holds everywhere.
    """
    held = [ROLES[key] for key in actor.roles if key in ROLES and permission in ROLES[key].permissions]
    held.sort(key=lambda role: permission not in role.here)
    with override("id"):
        return str(held[0].title) if held else ""


def holders(permission: str, *, agency: str, at: datetime) -> tuple[PersonView, ...]:
    """Everyone who holds `permission` for `agency` at `at`, by name."""
    people = _actors.holders_of(permission, agency=agency, today=day_of(at))
    return tuple(sorted((PersonView(str(u.pk), u.display_name) for u in people), key=lambda p: (p.name, p.id)))


def names_of(user_ids: Collection[str]) -> dict[str, str]:
    """The names of the users among these ids, one query; what is no user's id has none."""
    ids = [one for one in user_ids if _is_uuid(one)]
    return {str(u.pk): u.display_name for u in User.objects.filter(pk__in=ids)} if ids else {}


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def actor_named(username: str, *, at: datetime) -> Actor:
    """The user with this account name as an actor; the public when there is none."""
    user = User.objects.filter(username=username).first()
    return PUBLIC if user is None else _actors.actor_of_user(user, today=day_of(at))


def notify(*, agency: str, permission: str, sentence: str, url: str, about: str, at: datetime) -> int:
    """Tell everyone who holds `permission` for `agency`; shown under the bell until read. Returns how many were told.

    `about` identifies the occasion ("feed.late:penduduk:2026-11-24"): the same twice is told once.
    """
    people = _actors.holders_of(permission, agency=agency, today=day_of(at))
    return _notices.tell(people=people, telling=_notices.Telling(about=about, sentence=sentence, url=url), at=at)


def notify_person(user_id: uuid.UUID | str, *, sentence: str, url: str, about: str, at: datetime) -> int:
    """Tell one active user; shown under the bell until read. Returns 1, or 0 when they know or have no account."""
    people = User.objects.filter(pk=user_id, is_active=True)
    return _notices.tell(people=people, telling=_notices.Telling(about=about, sentence=sentence, url=url), at=at)


def load_agencies(*, by: Actor, at: datetime, path: Path | None = None) -> int:
    """Bring the agencies up to date from the region's `agencies.toml`; returns how many changed. Idempotent."""
    return _agencies.load_agencies(path=path or _region_file("agencies.toml"), by=by, at=at)


def create_sample_people(*, by: Actor, at: datetime, path: Path | None = None) -> int:
    """The demo city's people exist and hold their roles; returns how many there are. Idempotent."""
    return len(_samples.create_sample_people(path=path or _sample_file(), by=by, at=at))


def create_demo_links(
    *, base_url: str, by: Actor, at: datetime, path: Path | None = None
) -> tuple[SignInLinkView, ...]:
    """A fresh one-time sign-in link for every demo person that exists, in the file's order."""
    people = {u.username: u for u in User.objects.filter(sample=True, is_active=True)}
    views = []
    for sample in _samples.read_samples(path or _sample_file()):
        if user := people.get(sample.username):
            token = _links.create_sign_in_link(user_id=user.pk, by=by, at=at)
            url = base_url.rstrip("/") + reverse("people:sign_in_link", args=[token])
            views.append(SignInLinkView(sample.role, str(ROLES[sample.role].title), user.display_name, url))
    return tuple(views)


def _region_file(name: str) -> Path:
    return Path(settings.REGIONS_DIR) / settings.TIDAR_REGION / name


def _sample_file() -> Path:
    return _region_file("demo") / "people.toml"
