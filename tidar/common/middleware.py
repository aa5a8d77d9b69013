"""Request reference, declared access, and errors in words."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.access import declared_access
from tidar.common.errors import UnableTo

log = logging.getLogger(__name__)


class RequestReference:
    """Gives every request a short reference that is logged, audited and shown on the error page."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Called by Django for every request."""
        if iscoroutinefunction(self.get_response):
            return self._asynchronous(request)
        self._begin(request)
        return self.get_response(request)

    async def _asynchronous(self, request: HttpRequest) -> HttpResponseBase:
        self._begin(request)
        response: HttpResponseBase = await self.get_response(request)
        return response

    @staticmethod
    def _begin(request: HttpRequest) -> None:
        reference = secrets.token_hex(4)
        request.reference = reference  # type: ignore[attr-defined]
        audit.request_reference.set(reference)


class ChosenLanguage(MiddlewareMixin):
    """Indonesian until the person chooses otherwise. What the browser prefers does not count: office computers and
    wall screens are often left in English, and nobody there asked for an English Tidar."""

    def process_request(self, request: HttpRequest) -> None:
        """Called by Django before the view."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        translation.activate(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Called by Django after the view: names the language."""
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class DeclaredAccess(MiddlewareMixin):
    """Refuses to run a view that does not say who may open it."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Called by Django before the view."""
        if declared_access(view) is None:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__qualname__} declares no access")


class SpokenErrors(MiddlewareMixin):
    """Turns `UnableTo…` into a page or JSON with its sentence, and everything else into a page with a reference."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Called by Django first: an address with a NUL names nothing, and no database would take it."""
        return bad_request(request) if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "") else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django when a view raised."""
        if isinstance(error, UnableTo):
            return spoken(request, error.status, error.sentence, error.code)
        if isinstance(error, Http404):
            return not_found(request)
        if isinstance(error, (PermissionDenied, SuspiciousOperation, ImproperlyConfigured)):
            return None  # Django answers 403 and 400 itself; a misconfigured view must be seen
        log.error("request %s failed", getattr(request, "reference", ""), exc_info=error)
        return server_error(request)


def wants_json(request: HttpRequest) -> bool:
    """Whether the client asked for JSON rather than a page."""
    return request.path.startswith(("/api/", "/changes", "/events")) or (
        "application/json" in request.headers.get("Accept", "") and "text/html" not in request.headers.get("Accept", "")
    )


def spoken(request: HttpRequest, status: int, sentence: str, code: str) -> HttpResponse:
    """One sentence as JSON, as an HTMX fragment or as a whole page."""
    if wants_json(request):
        return JsonResponse({"error": {"code": code, "message": sentence}}, status=status)
    return render(request, "error.html", {"status": status, "sentence": sentence}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler400`."""
    return spoken(request, 400, _("Permintaan ini tidak dapat dibaca."), "bad_request")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler403`."""
    return spoken(request, 403, _("Anda tidak memiliki wewenang untuk halaman ini."), "forbidden")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's `handler404`."""
    return spoken(request, 404, _("Halaman atau data ini tidak ada, atau sudah dipindahkan."), "not_found")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`."""
    sentence = _("Formulir ini sudah kedaluwarsa. Muat ulang halamannya, lalu kirim sekali lagi.")
    return spoken(request, 403, sentence, "csrf")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`."""
    sentence = _("Ada kesalahan di pihak kami. Sebutkan nomor rujukan ini: %s") % getattr(request, "reference", "-")
    return spoken(request, 500, sentence, "error")
