"""The one-time sign-in link: looking at it changes nothing, confirming it uses it up."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tidar.common import clock
from tidar.common.access import public
from tidar.people.actions.links import consume_sign_in_link, person_of_link


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET names the person and asks; POST signs in (with the second factor, where the person has one)."""
    if request.method == "POST":
        user = consume_sign_in_link(token=token, at=clock.now())
        answer: HttpResponse = perform_login(request, user, email_verification="none", redirect_url="/")
        return answer
    person = person_of_link(token=token, at=clock.now())
    response = render(request, "people/sign_in_link.html", {"person": person})
    response["X-Robots-Tag"] = "noindex"
    return response
