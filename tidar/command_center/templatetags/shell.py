"""The frame around every page: places to go, theme, language, unread news. Never raises: error pages use it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from tidar.common.actor import PUBLIC, Actor
from tidar.common.errors import UnableTo
from tidar.places import api as places

register = template.Library()

THEMES = ("system", "light", "dark")
# Plain paths, so that the frame stands while an app's addresses are missing.
PLACES = (
    ("/wall", gettext_lazy("Dinding"), "wall.see"),
    ("/angka/", gettext_lazy("Angka"), "indicators.see"),
    ("/retribusi/", gettext_lazy("Retribusi"), "levies.see"),
    ("/retribusi/pimpinan/", gettext_lazy("Ringkasan retribusi"), "levies.lead"),
    ("/pungut/", gettext_lazy("Pungut"), "levies.collect"),
    ("/rojak/celah/", gettext_lazy("Ronda"), "patrol.see"),
    ("/rojak/temuan/", pgettext_lazy("menu", "Temuan"), "patrol.handle"),
    ("/rojak/", gettext_lazy("Meronda"), "patrol.walk"),
    ("/formulir/", gettext_lazy("Formulir"), "forms.see"),
    ("/hub/", gettext_lazy("Data"), "hub.see"),
    ("/hub/kesehatan/", gettext_lazy("Kesehatan"), "hub.see"),
    ("/wilayah/", pgettext_lazy("menu", "Wilayah"), ""),
    ("/orang/", gettext_lazy("Orang"), "people.administer"),
    ("/jejak-audit/", gettext_lazy("Jejak audit"), "audit.read"),
)

ALONE = frozenset({"/rojak/"})  # an app on a phone: what lies below it are other places' pages
STANDS_FOR = {
    "/rojak/celah/": tuple(
        f"/rojak/{word}/" for word in ("pos", "upaya", "ronda", "rekap", "periksa", "alat", "giliran")
    ),
    "/rojak/temuan/": tuple(f"/rojak/{word}/" for word in ("sos", "rumah-kosong", "akses")),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    url: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One theme or language to choose."""

    code: str
    label: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything that base.html shows around a page's content."""

    region_name: str
    demo: bool  # made-up people and money: said on every page
    path: str
    places: Sequence[Place]
    hears_calls: bool  # a call for help of the patrol may reach this person: the page asks whether there is one
    known: bool
    name: str
    unread: int
    theme: str  # "" follows the system
    themes: Sequence[Choice]
    languages: Sequence[Choice]
    version: str

    @property
    def unread_text(self) -> str:
        """The bell's figure: at most two digits."""
        return str(self.unread) if self.unread < 100 else "99+"


@register.simple_tag(takes_context=True)
def shell(context: template.Context) -> Shell:
    """`{% shell as shell %}`: what surrounds the page for this request (or for nobody, when there is none)."""
    request: HttpRequest | None = context.get("request")
    actor: Actor = getattr(request, "actor", PUBLIC)
    path = request.get_full_path() if request else "/"
    theme = chosen_theme(request, default=str(context.get("default_theme") or "system"))
    return Shell(
        region_name=_region_name(),
        demo=settings.TIDAR_DEMO,
        path=path,
        places=_places(actor, request.path if request else "/"),
        hears_calls=actor.is_known and any(actor.may(one) for one in ("patrol.see", "patrol.walk")),
        known=actor.is_known,
        name=actor.name,
        unread=_unread(context),
        theme="" if theme == "system" else theme,
        themes=_themes(theme),
        languages=_languages(),
        version=_version(),
    )


def chosen_theme(request: HttpRequest | None, *, default: str = "system") -> str:
    """The theme kept in the cookie, if it is one we know."""
    chosen = request.COOKIES.get("tidar_tema", "") if request else ""
    return chosen if chosen in THEMES else default


def _places(actor: Actor, path: str) -> list[Place]:
    allowed = [(url, str(label)) for url, label, permission in PLACES if not permission or actor.may(permission)]
    here = max((url for url, _label in allowed if _within(path, url)), key=len, default="")
    return [Place(url, label, url == here) for url, label in allowed]


def _within(path: str, url: str) -> bool:
    """Whether a page belongs to a place: it is that address or below it, or below what the place stands for."""
    if url in ALONE:
        return path == url
    return any(path.startswith(root) for root in (url, *STANDS_FOR.get(url, ()))) or path + "/" == url


def _themes(theme: str) -> list[Choice]:
    words = (("system", _("Ikuti perangkat"), "monitor"), ("light", _("Terang"), "sun"), ("dark", _("Gelap"), "moon"))
    return [Choice(code, label, icon, code == theme) for code, label, icon in words]


def _languages() -> list[Choice]:
    return [Choice(code, name, "", code == get_language()) for code, name in settings.LANGUAGES]


def _region_name() -> str:
    try:
        return places.region().name
    except (UnableTo, OSError):  # an error page must stand even when the region's file cannot be read
        return str(settings.TIDAR_REGION)


def _unread(context: template.Context) -> int:
    value: Any = context.get("unread_notice_count", 0)
    return int(value or 0)


def _version() -> str:
    try:
        return version("tidar")
    except PackageNotFoundError:
        return "0"
