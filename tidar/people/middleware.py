"""Puts the acting person on the request."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from tidar.common.actor import PUBLIC


class CurrentActor(MiddlewareMixin):
    """`request.actor`: the signed-in user with grants, or the public."""

    def process_request(self, request: HttpRequest) -> None:
        """Called by Django before the view."""
        request.actor = SimpleLazyObject(lambda: PUBLIC)  # type: ignore[attr-defined]
