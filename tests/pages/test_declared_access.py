"""Every address says who may open it, and asks only for permissions that exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.pages import roles
from tidar.common.access import declared_access, public
from tidar.people.roles import PERMISSIONS


def undeclared() -> list[str]:
    return [a.route for a in roles.addresses() if declared_access(a.view) is None]


def test_every_address_declares_who_may_open_it() -> None:
    assert undeclared() == []


def test_a_view_that_forgets_is_found(settings, monkeypatch) -> None:
    def forgetful(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def minding(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    class Conf:
        urlpatterns = [path("lupa/", forgetful), path("ingat/", public(minding))]

    settings.ROOT_URLCONF = Conf
    assert undeclared() == ["/lupa/"]


def test_permissions_that_views_ask_for_are_in_the_table_of_roles() -> None:
    demands = [declared_access(a.view) for a in roles.addresses()]
    asked = {d.permission for d in demands if d is not None and d.kind == "permission"}
    assert asked <= set(PERMISSIONS)
    assert "people.administer" in asked
