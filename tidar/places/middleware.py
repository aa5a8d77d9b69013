"""Moments on screen are in the region's own zone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from tidar.places import api


class RegionZone:
    """Activates the region's time zone (WIB, WITA, WIT) for the request, and puts back what was before."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Called by Django, once per request."""
        if iscoroutinefunction(self.get_response):
            return self._asynchronous(request)
        with timezone.override(api.region().zone):
            return self.get_response(request)

    async def _asynchronous(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(api.region().zone):
            response: HttpResponseBase = await self.get_response(request)
        return response
