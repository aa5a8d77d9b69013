"""Giving and ending roles. There is always somebody who can administer people."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo, UnableToFind
from tidar.people.models import Agency, Assignment, User
from tidar.people.roles import ROLES, Role, Scope, roles_with
from tidar.places import api as places

AREA_CODE = re.compile(r"\d\d\.\d\d(\.\d\d(\.\d{4}(\.\d{2,3}(\.\d{3})?)?)?)?")


class UnableToAssign(UnableTo):
    """The role cannot be held like that."""


class UnableToEnd(UnableTo):
    """The role cannot end like that."""


@dataclass(frozen=True, slots=True)
class RoleTerms:
    """A role, for an agency and an area ("" for all), from one day until another (None: until further notice)."""

    role: str
    from_date: date
    until_date: date | None = None
    agency: str = ""
    area: str = ""


def day_of(at: datetime) -> date:
    """The calendar day of `at` in the region's time zone."""
    return at.astimezone(places.region().zone).date()


@transaction.atomic
def give_role(*, user_id: uuid.UUID, terms: RoleTerms, by: Actor, at: datetime) -> Assignment:
    """The person holds the role from its first day on; the same role held already from then is returned as it is."""
    by.must("people.administer")
    role = _role(terms.role)
    _check_scope(role.agency, terms.agency, role=role, thing=_("perangkat daerah"))
    _check_scope(role.area, terms.area, role=role, thing=_("wilayah"))
    _check_existence(terms)
    if terms.until_date and terms.until_date < terms.from_date:
        raise UnableToAssign(_("Tanggal berakhir mendahului tanggal mulai."))
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise UnableToFind(_("Akun itu tidak ada."))
    held = _already(user, terms)
    if held is not None:
        return held
    given = Assignment.objects.create(
        user=user,
        role=role.key,
        agency_id=terms.agency or None,
        area_code=terms.area,
        from_date=terms.from_date,
        until_date=terms.until_date,
    )
    audit.record("role.given", by=by, at=at, subject=("user", str(user.pk)), after=_said(given))
    return given


@transaction.atomic
def end_role(*, assignment_id: uuid.UUID, last_date: date, by: Actor, at: datetime) -> Assignment:
    """The role's last day is `last_date`; before its first day it is as if it had never been given."""
    by.must("people.administer")
    held = Assignment.objects.select_for_update().filter(pk=assignment_id).first()
    if held is None:
        raise UnableToFind(_("Peran itu tidak ada."))
    if held.until_date is not None and held.until_date <= last_date:
        raise UnableToEnd(_("Peran itu sudah berakhir lebih dahulu."))
    if held.role in {r.key for r in roles_with("people.administer")}:
        keep_an_administrator(leaving_assignment=held, today=day_of(at))
    before = _said(held)
    if last_date < held.from_date:
        held.delete()
        audit.record("role.withdrawn", by=by, at=at, subject=("user", str(held.user_id)), before=before)
        return held
    held.until_date = last_date
    held.save(update_fields=["until_date"])
    audit.record("role.ended", by=by, at=at, subject=("user", str(held.user_id)), before=before, after=_said(held))
    return held


def keep_an_administrator(
    *, today: date, leaving_user: User | None = None, leaving_assignment: Assignment | None = None
) -> None:
    """Raise `UnableToEnd` when nobody else would be left who can administer people; locks those who can."""
    administrators = Assignment.objects.filter(
        role__in=[r.key for r in roles_with("people.administer")], until_date__isnull=True
    )
    # First the lock, then a fresh read: whoever waited here must see what the other has just changed.
    list(administrators.order_by("pk").select_for_update().values_list("pk", flat=True))
    able = list(administrators.in_force(today).of_active_users())
    leaving = [
        a for a in able if a == leaving_assignment or (leaving_user is not None and a.user_id == leaving_user.pk)
    ]
    if leaving and len(leaving) == len(able):
        raise UnableToEnd(_("Harus ada paling sedikit satu administrator lain sebelum peran ini berakhir."))


def _role(key: str) -> Role:
    role = ROLES.get(key)
    if role is None or not role.given:
        raise UnableToAssign(_("Peran itu tidak dikenal."))
    return role


def _check_scope(scope: Scope, value: str, *, role: Role, thing: str) -> None:
    words = {"role": role.title, "thing": thing}
    if scope == "required" and not value:
        raise UnableToAssign(_("Peran %(role)s harus disertai %(thing)s.") % words)
    if scope == "never" and value:
        raise UnableToAssign(_("Peran %(role)s tidak memakai %(thing)s.") % words)


def _check_existence(terms: RoleTerms) -> None:
    if terms.agency and not Agency.objects.filter(pk=terms.agency, active=True).exists():
        raise UnableToAssign(_("Perangkat daerah itu tidak ada dalam daftar."))
    if terms.area:
        known = ".".join(terms.area.split(".")[:4])  # RW and RT continue their kelurahan's code and need not be listed
        if not AREA_CODE.fullmatch(terms.area) or places.area(known) is None:
            raise UnableToAssign(_("Kode wilayah itu tidak ada dalam daftar."))


def _already(user: User, terms: RoleTerms) -> Assignment | None:
    same = Assignment.objects.filter(user=user, role=terms.role, agency_id=terms.agency or None, area_code=terms.area)
    if terms.until_date is not None:
        return same.filter(from_date__lte=terms.from_date).not_over(terms.until_date).first()
    held = same.filter(until_date__isnull=True).first()
    if held is not None and held.from_date > terms.from_date:
        raise UnableToAssign(_("Peran yang sama sudah diberikan mulai tanggal lain. Akhiri dahulu yang itu."))
    return held


def _said(held: Assignment) -> dict[str, object]:
    return {
        "role": held.role,
        "agency": held.agency_id or "",
        "area": held.area_code,
        "from": held.from_date.isoformat(),
        "until": held.until_date.isoformat() if held.until_date else "",
    }
