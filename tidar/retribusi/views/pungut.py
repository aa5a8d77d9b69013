"""The collector's app at `/pungut/`: an empty shell, its manifest and the worker that keeps it on the phone.

The shell holds nothing about anybody: what a collector sees comes from `/api/pungut/` and stays in the phone's store.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from tidar.common.access import public, requires

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static" / "retribusi" / "pungut"
SHELL = ROOT / "templates" / "retribusi" / "pungut"
ENTRY = "app.js"
WORKER = "worker.js"
LIBRARY = "vendor/idb.js"
STYLES = (
    "tokens.css",
    "retribusi/pungut/pungut.css",
    "vendor/plus-jakarta-sans-latin.woff2",
    "retribusi/pungut/icon.svg",
)
EXTRAS = ("vendor/jsqr.js", "vendor/ed25519.js")  # only where the phone's browser cannot do it alone


@requires("levies.collect")
@ensure_csrf_cookie
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """The shell. The form token it sets is what the app sends records with."""
    modules = _modules()
    entry = _plain(f"retribusi/pungut/{ENTRY}")
    context = {"version": _version(), "entry": entry, "modules": [m for m in modules if m != entry]}
    return render(request, "retribusi/pungut/shell.html", context)


@public
@never_cache
def manifest(request: HttpRequest) -> HttpResponse:
    """What the phone needs to put the app on its home screen (W3C Web Application Manifest)."""
    icon = static("retribusi/pungut/icon.svg")
    content = {
        "id": "/pungut/",
        "name": _("Pungut – e-Retribusi"),
        "short_name": _("Pungut"),
        "lang": "id",
        "start_url": reverse("retribusi:pungut"),
        "scope": reverse("retribusi:pungut"),
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f2f4f1",
        "theme_color": "#0b6a4d",
        "icons": [
            {"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
            for purpose in ("any", "maskable")
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@public
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its bytes change with any file of the shell, which is how phones learn of a new version."""
    shell = [reverse("retribusi:pungut"), reverse("retribusi:pungut_manifest"), *_modules(), *map(static, STYLES)]
    names = {"VERSION": _version(), "SHELL": shell, "EXTRAS": [_plain(name) for name in EXTRAS]}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in names.items()]
    content = "\n".join([*lines, (FOLDER / WORKER).read_text()])
    return HttpResponse(content, content_type="text/javascript; charset=utf-8")


def _plain(name: str) -> str:
    """A module's address as other modules import it: without the hash that pages use."""
    return f"{settings.STATIC_URL}{name}"


def _modules() -> list[str]:
    own = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.js") if path.name != WORKER)
    return [_plain(LIBRARY), *(_plain(f"retribusi/pungut/{name}") for name in own)]


def _version() -> str:
    """Twelve digits that change with anything the phone keeps."""
    digest = hashlib.sha256()
    vendor = settings.UI_DIR / "static"
    kept = [vendor / name for name in (LIBRARY, "tokens.css", *EXTRAS)]
    for path in [*sorted(p for folder in (FOLDER, SHELL) for p in folder.rglob("*.*")), *kept]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
