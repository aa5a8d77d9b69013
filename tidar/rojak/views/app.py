"""The patrol's app at `/rojak/`: its shell, manifest and worker (`tidar.common.field_app`).

The worker's scope holds every page of Si Rojak, but it answers for exactly `/rojak/` and for what the app itself asks.
"""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from tidar.common import field_app
from tidar.common.access import public, requires

ROOT = Path(__file__).resolve().parent.parent
APP = field_app.FieldApp(
    folder=ROOT / "static" / "rojak" / "app",
    static="rojak/app",
    template="rojak/app/shell.html",
    templates=ROOT / "templates" / "rojak" / "app",
    url="rojak:app",
    styles=("tokens.css", "lapangan/lapangan.css", "rojak/app/rojak.css"),
    icon="rojak/app/icon.svg",
)


@requires("patrol.walk")
@ensure_csrf_cookie
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The shell. The form token it sets is what the app sends items with."""
    return field_app.shell_page(APP, request)


@public
@never_cache
def manifest(request: HttpRequest) -> HttpResponse:
    """For the phone's home screen."""
    return field_app.manifest(APP, name=_("Si Rojak – ronda"), short_name=_("Si Rojak"))


@public
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker."""
    return field_app.worker(APP, request)
