"""Members of a post: taken in, corrected, linked to an account, erased; ended and taken up again by `dating`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import phonenumbers
from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common.actor import Actor
from tidar.common.audit import record
from tidar.common.errors import UnableTo
from tidar.people import api as people
from tidar.rojak.actions.dating import locked, must_be_day
from tidar.rojak.models import Member, Post

ERASED = "Anggota (datanya dihapus)"  # kept in the database, so Indonesian for everybody


class UnableToEnrol(UnableTo):
    """The person cannot be a member like this."""


@dataclass(frozen=True, slots=True)
class MemberValues:
    """A member as written; `account` is the user name they sign in with, "" for none."""

    name: str
    phone: str = ""
    account: str = ""


def add_member(*, post_id: int, values: MemberValues, from_date: date, by: Actor, at: datetime) -> Member:
    """A new member. Raises `UnableToEnrol` when the name is missing, the phone or the account is none."""
    with transaction.atomic():
        post, _post = locked("post", post_id, by=by)
        must_be_day(from_date, post)
        member = Member.objects.create(post=post, from_date=from_date, **_checked(post, values, at=at))
        after = {"post": post.code, "has_account": member.user_id is not None}
        record("patrol.member_add", by=by, at=at, subject=("patrol_member", str(member.pk)), after=after)
    return member


def change_member(*, member_id: int, values: MemberValues, by: Actor, at: datetime) -> None:
    """Another name, phone or account. Raises `UnableToEnrol` as `add_member` does, and when the data were erased."""
    with transaction.atomic():
        member, post = locked("member", member_id, by=by)
        if member.erased_at is not None:
            raise UnableToEnrol(_("Datanya sudah dihapus; catat sebagai anggota baru."))
        fields = _checked(post, values, at=at, but=member.pk)
        changed = sorted(name for name, value in fields.items() if str(getattr(member, name)) != str(value))
        for name, value in fields.items():
            setattr(member, name, value)
        member.save(update_fields=list(fields))
        # which facts changed, not what they were: the audit log outlives a person's right to be forgotten
        record(
            "patrol.member_change", by=by, at=at, subject=("patrol_member", str(member_id)), after={"changed": changed}
        )


def erase_member(*, member_id: int, last_date: date, by: Actor, at: datetime) -> None:
    """Name, phone and account are gone for good, the row stays so that rounds keep their count (UU 27/2022).

    Whoever had not left yet leaves on `last_date`.
    """
    with transaction.atomic():
        member, post = locked("member", member_id, by=by)
        if member.erased_at is not None:
            return
        member.name, member.phone, member.user_id, member.erased_at = ERASED, "", None, at
        member.until_date = member.until_date or max(member.from_date, last_date)
        member.save(update_fields=["name", "phone", "user", "erased_at", "until_date"])
        record(
            "patrol.member_erase", by=by, at=at, subject=("patrol_member", str(member_id)), after={"post": post.code}
        )


def _checked(post: Post, values: MemberValues, *, at: datetime, but: int | None = None) -> dict[str, Any]:
    name = " ".join(values.name.split())[:120]
    if len(name) < 2:
        raise UnableToEnrol(_("Nama anggota belum diisi."))
    return {"name": name, "phone": _phone(values.phone), "user_id": _account(post, values.account, at=at, but=but)}


def _phone(text: str) -> str:
    """As `+62…` (E.164)."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, "ID")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise UnableToEnrol(_("Nomor telepon itu bukan nomor yang sah."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _account(post: Post, username: str, *, at: datetime, but: int | None) -> str | None:
    """The user with this name, who patrols here and is nobody else's account in this post."""
    if not username.strip():
        return None
    actor = people.actor_named(username.strip(), at=at)
    if not actor.is_known or not actor.may("patrol.walk", area=post.area_code):
        raise UnableToEnrol(_("Akun '%s' tidak ada atau belum menjadi anggota ronda di sini.") % username.strip()[:60])
    others = Member.objects.filter(post=post, user_id=actor.id, until_date=None)
    if (others.exclude(pk=but) if but is not None else others).exists():
        raise UnableToEnrol(_("Akun itu sudah dipakai anggota lain di pos ini."))
    return actor.id
