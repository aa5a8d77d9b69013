"""Home, view settings and the gallery of components."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tidar.command_center.queries import tasks
from tidar.common import clock
from tidar.common.access import actor_of, public

THEMES = ("system", "light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Component:
    """One folder of ui/components."""

    name: str
    example: str  # template
    files: tuple[str, ...]
    about: str  # the first comment of its style sheet


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """What Tidar is, and for those who are signed in what waits for them."""
    actor = actor_of(request)
    waiting = tasks.waiting_for(actor, at=clock.now()) if actor.is_known else ()
    context = {"waiting": waiting, "delivers": actor.may("hub.deliver"), "doors": tasks.doors(actor)}
    return render(request, "command_center/home.html", context)


@require_POST
@public
def view_settings(request: HttpRequest) -> HttpResponse:
    """Keep the theme or language in a cookie and go back to where the person was."""
    target = request.POST.get("kembali", "/")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(target if safe else "/")
    theme, language = request.POST.get("tema", ""), request.POST.get("bahasa", "")
    if theme in THEMES:
        _keep(response, "tidar_tema", theme)
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


@require_safe
@public
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with its states, light beside dark."""
    states = (("", "ok", _("segar")), ("late", "warn", _("terlambat")), ("stale", "bad", _("basi")))
    context = {
        "components": components(settings.UI_DIR / "components"),
        "example_tiles": [{"state": state, "kind": kind, "word": word} for state, kind, word in states],
        "example_values": (12, 15, 14, 18, 22, 21, 27, 31),
        "example_levels": ("normal", "waspada", "siaga", "awas"),
    }
    return render(request, "command_center/gallery.html", context)


def components(folder: Path) -> list[Component]:
    """Every folder below ui/components that shows itself, by name."""
    return [_component(path) for path in sorted(folder.iterdir()) if (path / "gallery.html").exists()]


def _component(path: Path) -> Component:
    sheet = path / f"{path.name}.css"
    first = sheet.read_text().partition("*/")[0].removeprefix("/*").strip() if sheet.exists() else ""
    files = tuple(p.name for p in sorted(path.iterdir()) if p.name != "gallery.html")
    return Component(path.name, f"{path.name}/gallery.html", files, " ".join(first.split()))
