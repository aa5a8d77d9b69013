"""The demo city's people: one for every role, marked as sample, without a password."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.people.actions.accounts import Profile, create_user
from tidar.people.actions.assigning import RoleTerms, day_of, give_role
from tidar.people.models import User


class UnableToCreateSamples(UnableTo):
    """The region has no readable list of demo people."""


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One line of `regions/<code>/demo/people.toml`."""

    username: str
    first_name: str
    last_name: str
    role: str
    agency: str = ""
    area: str = ""


@transaction.atomic
def create_sample_people(*, path: Path, by: Actor, at: datetime) -> tuple[User, ...]:
    """The people of `path` exist and hold their roles; returns them in the file's order. Idempotent."""
    people = []
    for sample in read_samples(path):
        user = User.objects.filter(username=sample.username).first()
        if user is None:
            profile = Profile(first_name=sample.first_name, last_name=sample.last_name)
            user = create_user(username=sample.username, profile=profile, by=by, at=at, sample=True)
        if not user.sample:
            raise UnableToCreateSamples(_("Akun %s sudah ada dan bukan akun contoh.") % sample.username)
        if not user.assignments.filter(role=sample.role).exists():
            terms = RoleTerms(role=sample.role, from_date=day_of(at), agency=sample.agency, area=sample.area)
            give_role(user_id=user.pk, terms=terms, by=by, at=at)
        people.append(user)
    return tuple(people)


def read_samples(path: Path) -> tuple[SamplePerson, ...]:
    """The demo people of a file; raises `UnableToCreateSamples`."""
    try:
        return tuple(SamplePerson(**row) for row in tomllib.loads(path.read_text("utf-8"))["people"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UnableToCreateSamples(_("Daftar orang contoh %s tidak dapat dibaca.") % path.name) from error
