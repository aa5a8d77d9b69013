"""The person's own pages: profile, roles in words, sessions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, signed_in
from tidar.common.errors import UnableTo
from tidar.common.pages import page
from tidar.people.actions.accounts import update_profile
from tidar.people.actions.assigning import day_of
from tidar.people.actions.sessions import end_other_sessions, end_session
from tidar.people.forms import ProfileForm
from tidar.people.models import Assignment, User
from tidar.people.queries.lists import assignments_of, authenticator_kinds, sessions_of
from tidar.people.roles import PERMISSIONS, ROLES, Role
from tidar.people.rules import is_in_force


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role as the page shows it: what it is, and in which state."""

    assignment: Assignment
    role: Role | None
    state: str  # "now", "later" or "over"
    here: tuple[str, ...]
    everywhere: tuple[str, ...]


def held_roles(user: User) -> list[HeldRole]:
    """The person's roles with their permissions in words; those in force first, then the coming, then the past."""
    today = day_of(clock.now())
    rows = []
    for a in assignments_of(user):
        role = ROLES.get(a.role)
        now = is_in_force(from_date=a.from_date, until_date=a.until_date, today=today)
        state = "now" if now else ("later" if a.from_date > today else "over")
        here = tuple(str(PERMISSIONS[p]) for p in (role.here if role else ()))
        everywhere = tuple(str(PERMISSIONS[p]) for p in (role.everywhere if role else ()))
        rows.append(HeldRole(a, role, state, here, everywhere))
    return sorted(rows, key=lambda r: ("now", "later", "over").index(r.state))


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Name and contact, roles in words, sign-in and sessions."""
    user = _me(request)
    said = {"first_name": user.first_name, "last_name": user.last_name, "email": user.email, "phone": user.phone}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=said)
    if request.method == "POST" and form.is_valid():
        try:
            update_profile(user_id=user.pk, profile=form.profile(), by=actor_of(request), at=clock.now())
        except UnableTo as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Profil Anda sudah disimpan."))
            return redirect("people:me")
    context = {
        "form": form,
        "held": [h for h in held_roles(user) if h.state != "over"],
        "factors": authenticator_kinds(user),
        "session_count": len(sessions_of(user)),
        "user": user,
    }
    return page(request, "people/me.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in."""
    shown = sessions_of(_me(request), current_key=request.session.session_key or "")
    return page(request, "usersessions/usersession_list.html", {"sessions": shown})


@signed_in
@require_POST
def end_my_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """One device is signed out."""
    user: uuid.UUID = _me(request).pk
    end_session(session_id=session_id, user_id=user, by=actor_of(request), at=clock.now())
    messages.success(request, _("Sesi itu sudah diakhiri."))
    return redirect("usersessions_list")


@signed_in
@require_POST
def end_my_other_sessions(request: HttpRequest) -> HttpResponse:
    """All other devices are signed out."""
    keep = request.session.session_key or ""
    ended = end_other_sessions(user_id=_me(request).pk, keep_key=keep, by=actor_of(request), at=clock.now())
    told = ngettext("%d sesi lain sudah diakhiri.", "%d sesi lain sudah diakhiri.", ended) % ended
    messages.success(request, told)
    return redirect("usersessions_list")
