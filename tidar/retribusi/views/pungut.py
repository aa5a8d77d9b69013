"""The collector's app at `/pungut/`: its shell, manifest and worker (`tidar.common.field_app`).

What a collector sees comes from `/api/pungut/` and stays in the phone's store.
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
    folder=ROOT / "static" / "retribusi" / "pungut",
    static="retribusi/pungut",
    template="retribusi/pungut/shell.html",
    templates=ROOT / "templates" / "retribusi" / "pungut",
    url="retribusi:pungut",
    styles=("tokens.css", "lapangan/lapangan.css", "retribusi/pungut/pungut.css"),
    icon="retribusi/pungut/icon.svg",
)


@requires("levies.collect")
@ensure_csrf_cookie
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The shell. The form token it sets is what the app sends records with."""
    return field_app.shell_page(APP, request)


@public
@never_cache
def manifest(request: HttpRequest) -> HttpResponse:
    """For the phone's home screen."""
    return field_app.manifest(APP, name=_("Pungut – e-Retribusi"), short_name=_("Pungut"))


@public
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker."""
    return field_app.worker(APP, request)
