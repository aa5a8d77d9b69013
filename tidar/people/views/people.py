"""Accounts and roles, for administrators."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableTo, UnableToFind
from tidar.common.pages import page
from tidar.people.actions import accounts, assigning
from tidar.people.actions.links import create_sign_in_link
from tidar.people.actions.sessions import end_other_sessions
from tidar.people.forms import EndRoleForm, NewUserForm, PeopleFilterForm, RoleForm
from tidar.people.models import User
from tidar.people.queries.lists import authenticator_kinds, people, person, sessions_of
from tidar.people.roles import ALL_ROLES, PERMISSIONS, ROLES
from tidar.people.views.me import held_roles
from tidar.places import api as places

ADMINISTER = "people.administer"


def _user(_request: HttpRequest, user_id: uuid.UUID) -> User:
    found = person(user_id)
    if found is None:
        raise UnableToFind(_("Akun itu tidak ada."))
    return found


@requires(ADMINISTER)
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """All accounts with their roles; narrowed by name, role and agency."""
    form = PeopleFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    today = assigning.day_of(clock.now())
    found = people(search=asked.get("q", ""), role=asked.get("peran", ""), agency=asked.get("opd", ""), today=today)
    shown = Paginator(found, 50).get_page(request.GET.get("page"))
    rows = [(user, [(a, ROLES.get(a.role)) for a in user.held]) for user in shown]  # type: ignore[attr-defined]
    query = "&" + urlencode({k: v for k, v in request.GET.items() if k in form.fields and v})
    return page(
        request, "people/list.html", {"form": form, "rows": rows, "page_obj": shown, "query": query}, block="list"
    )


@requires(ADMINISTER)
@require_safe
def roles_page(request: HttpRequest) -> HttpResponse:
    """Every role and permission in words."""
    rows = [(r, [PERMISSIONS[p] for p in r.here], [PERMISSIONS[p] for p in r.everywhere]) for r in ALL_ROLES]
    return page(request, "people/roles.html", {"rows": rows})


@requires(ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new_user(request: HttpRequest) -> HttpResponse:
    """A new account; its person gets a one-time link on the next page."""
    form = NewUserForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = accounts.create_user(
                username=form.cleaned_data["username"], profile=form.profile(), by=actor_of(request), at=clock.now()
            )
        except UnableTo as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Akun sudah dibuat. Beri peran, lalu serahkan tautan masuk kepada orangnya."))
            return redirect("people:person", made.pk)
    return page(request, "people/new.html", {"form": form}, status=422 if form.is_bound else 200)


def _person_page(request: HttpRequest, user: User, *, status: int = 200, **extra: Any) -> HttpResponse:
    today = assigning.day_of(clock.now())
    context = {
        "person": user,
        "held": held_roles(user),
        "factors": authenticator_kinds(user),
        "sessions": sessions_of(user),
        "role_form": RoleForm(initial={"from_date": today}),
        "areas": places.areas(),
        "today": today,
        "is_self": str(user.pk) == actor_of(request).id,
    }
    return page(request, "people/person.html", context | extra, status=status)


@requires(ADMINISTER, load=_user)
@require_safe
def person_page(request: HttpRequest, user: User) -> HttpResponse:
    """One account: roles, sign-in, sessions."""
    return _person_page(request, user)


@requires(ADMINISTER, load=_user)
@require_POST
def give_role(request: HttpRequest, user: User) -> HttpResponse:
    """The person gets a role."""
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            assigning.give_role(user_id=user.pk, terms=form.terms(), by=actor_of(request), at=clock.now())
        except UnableTo as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Peran sudah diberikan."))
            return redirect("people:person", user.pk)
    return _person_page(request, user, status=422, role_form=form)


@requires(ADMINISTER)
@require_POST
def end_role(request: HttpRequest, user_id: uuid.UUID, assignment_id: uuid.UUID) -> HttpResponse:
    """A role of the person ends: on the day given, or at once."""
    user = _user(request, user_id)
    at = clock.now()
    form: Form = EndRoleForm(request.POST)
    if "now" in request.POST:
        last = assigning.day_of(at) - timedelta(days=1)
    elif form.is_valid():
        last = form.cleaned_data["last_date"]
    else:
        return _person_page(request, user, status=422, end_sentence=_("Isi tanggal hari terakhir."))
    try:
        assigning.end_role(assignment_id=assignment_id, last_date=last, by=actor_of(request), at=at)
    except UnableTo as error:
        return _person_page(request, user, status=error.status, end_sentence=error.sentence)
    messages.success(request, _("Peran diakhiri."))
    return redirect("people:person", user.pk)


@requires(ADMINISTER, load=_user)
@require_POST
@never_cache
def make_link(request: HttpRequest, user: User) -> HttpResponse:
    """A one-time sign-in link, shown this once."""
    token = create_sign_in_link(user_id=user.pk, by=actor_of(request), at=clock.now())
    url = request.build_absolute_uri(reverse("people:sign_in_link", args=[token]))
    return _person_page(request, user, new_link=url)


def _changing(change: Callable[[HttpRequest, User], str]) -> Any:
    """A view that POSTs one change of an account and says how it went."""

    @requires(ADMINISTER, load=_user)
    @require_POST
    def view(request: HttpRequest, user: User) -> HttpResponse:
        try:
            messages.success(request, change(request, user))
        except UnableTo as error:
            messages.error(request, error.sentence)
        return redirect("people:person", user.pk)

    view.__name__ = change.__name__
    view.__doc__ = change.__doc__
    return view


@_changing
def deactivate(request: HttpRequest, user: User) -> str:
    """Nobody signs in with the account any more."""
    accounts.deactivate_user(user_id=user.pk, by=actor_of(request), at=clock.now())
    return _("Akun dinonaktifkan dan semua sesinya diakhiri.")


@_changing
def activate(request: HttpRequest, user: User) -> str:
    """The account can be used again."""
    accounts.activate_user(user_id=user.pk, by=actor_of(request), at=clock.now())
    return _("Akun diaktifkan.")


@_changing
def end_sessions(request: HttpRequest, user: User) -> str:
    """The person is signed out everywhere."""
    keep = request.session.session_key or ""
    end_other_sessions(user_id=user.pk, keep_key=keep, by=actor_of(request), at=clock.now())
    return _("Semua sesi orang ini sudah diakhiri.")


@_changing
def reset_factors(request: HttpRequest, user: User) -> str:
    """The person's second factors are forgotten."""
    accounts.reset_second_factors(user_id=user.pk, by=actor_of(request), at=clock.now())
    return _("Pengaman masuk orang ini sudah dihapus.")
