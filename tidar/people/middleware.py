"""Puts the acting person on the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import aget_user, get_user
from django.http import HttpRequest, HttpResponseBase

from tidar.common import clock
from tidar.common.actor import PUBLIC, Actor
from tidar.people.actions.assigning import day_of
from tidar.people.models import User
from tidar.people.queries.actors import actor_of_user


class CurrentActor:
    """`request.actor`: the signed-in user with the grants of today, or the public.

    It is a plain value, made before the view runs, so that no view (least of all an asynchronous one) touches the
    database by asking who acts. Without a session cookie no query is made; with one, Django's two (session, user) and
    one for the assignments. `request.user` is filled too, from the same read.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Run by Django for every request."""
        if iscoroutinefunction(self.get_response):
            return self._asynchronous(request)
        if _has_session(request):
            user = get_user(request)
            _remember(request, user, _actor_of(user))
        else:
            _remember(request, None, PUBLIC)
        return self.get_response(request)

    async def _asynchronous(self, request: HttpRequest) -> HttpResponseBase:
        if _has_session(request):
            user = await aget_user(request)
            _remember(request, user, await sync_to_async(_actor_of)(user))
        else:
            _remember(request, None, PUBLIC)
        return await cast(Awaitable[HttpResponseBase], self.get_response(request))


def _has_session(request: HttpRequest) -> bool:
    request.session.accessed = True  # what follows depends on the cookie: Vary must say so, even when there is none
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _actor_of(user: object) -> Actor:
    return actor_of_user(user, today=day_of(clock.now())) if isinstance(user, User) else PUBLIC


def _remember(request: HttpRequest, user: Any, actor: Actor) -> None:
    request.actor = actor  # type: ignore[attr-defined]
    if user is not None:
        request._cached_user = user  # type: ignore[attr-defined]  # where Django's lazy request.user looks first
        request._acached_user = user  # type: ignore[attr-defined]  # and request.auser()
