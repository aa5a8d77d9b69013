"""Accounts: made by an administrator, kept up by their owner, deactivated and never deleted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.people.actions import assigning, sessions
from tidar.people.models import User


class UnableToCreateUser(UnableTo):
    """The account's name or e-mail address belongs to somebody else."""


class UnableToDeactivate(UnableTo):
    """The account must stay usable."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account says about its person."""

    first_name: str
    last_name: str = ""
    email: str = ""
    phone: str = ""


def locked(user_id: uuid.UUID) -> User:
    """The account, locked for a change; raises `UnableToFind`."""
    try:
        return User.objects.select_for_update().get(pk=user_id)
    except User.DoesNotExist:
        raise UnableToFind(_("Akun itu tidak ada.")) from None


@transaction.atomic
def create_user(*, username: str, profile: Profile, by: Actor, at: datetime, sample: bool = False) -> User:
    """A new account without a password: its person signs in by a one-time link and then chooses one."""
    by.must("people.administer")
    user = User(username=username.strip(), date_joined=at, sample=sample)
    user.set_unusable_password()
    _write(user, profile)
    audit.record("account.created", by=by, at=at, subject=("user", str(user.pk)), after=_said(user))
    return user


@transaction.atomic
def update_profile(*, user_id: uuid.UUID, profile: Profile, by: Actor, at: datetime) -> User:
    """Change what an account says; allowed to its owner and to an administrator."""
    if by.id != str(user_id):
        by.must("people.administer")
    user = locked(user_id)
    before = _said(user)
    _write(user, profile)
    if before != _said(user):
        audit.record("account.updated", by=by, at=at, subject=("user", str(user.pk)), before=before, after=_said(user))
    return user


@transaction.atomic
def deactivate_user(*, user_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """Nobody can sign in with the account any more, and whoever is signed in with it is signed out now."""
    by.must("people.administer")
    user = locked(user_id)
    if by.id == str(user.pk):
        raise UnableToDeactivate(_("Anda tidak dapat menonaktifkan akun sendiri. Mintalah kepada administrator lain."))
    assigning.keep_an_administrator(leaving_user=user, today=assigning.day_of(at))
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = sessions.end_quietly(user)
    audit.record("account.deactivated", by=by, at=at, subject=("user", str(user.pk)), after={"sessions_ended": ended})


@transaction.atomic
def activate_user(*, user_id: uuid.UUID, by: Actor, at: datetime) -> None:
    """The account can be used again."""
    by.must("people.administer")
    user = locked(user_id)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record("account.activated", by=by, at=at, subject=("user", str(user.pk)))


@transaction.atomic
def reset_second_factors(*, user_id: uuid.UUID, by: Actor, at: datetime) -> int:
    """Forget the person's authenticator, passkeys and recovery codes (a lost phone); returns how many there were."""
    by.must("people.administer")
    user = locked(user_id)
    kinds = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if kinds:
        Authenticator.objects.filter(user=user).delete()
        audit.record(
            "account.second_factors_reset", by=by, at=at, subject=("user", str(user.pk)), before={"kinds": kinds}
        )
    return len(kinds)


def _write(user: User, profile: Profile) -> None:
    user.first_name, user.last_name = profile.first_name.strip(), profile.last_name.strip()
    user.email, user.phone = profile.email.strip().lower(), profile.phone.strip()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        name = "user_email_once" in str(error)
        what = _("Alamat surel itu sudah dipakai akun lain.") if name else _("Nama akun itu sudah dipakai orang lain.")
        raise UnableToCreateUser(what) from error
    # allauth also looks addresses up in a table of its own; ours is the only list, so an old one signs nobody in there
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()


def _said(user: User) -> dict[str, str]:
    return {"username": user.username, "name": user.display_name, "email": user.email, "phone": user.phone}
