"""Apps for phones that work without signal: an empty shell, its manifest, and the worker that keeps it on the phone.

An app says what it is (`FieldApp`); `views_of` makes its three views. The shell holds nothing about anybody: what a
person sees comes from the app's own addresses and stays in the phone's store. What is kept on the phone is found, not
listed: all modules of the app's folder, and what they import from elsewhere (`ui/static/lapangan/`, libraries).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie

from tidar.common.access import View, public, requires

ENTRY, WORKER = "app.js", "worker.js"
SUM_DIGITS = 12
SHELL = "lapangan/shell.html"  # what all shells extend
FONT = "vendor/plus-jakarta-sans-latin.woff2"
EXTRAS = ("vendor/jsqr.js", "vendor/ed25519.js")  # only where the phone's browser cannot do it alone
IMPORT = re.compile(r"""^(?:import|export|\}) ?[^"'()]*["']((?:\.{1,2}/|/)[^"']+)["'];?$""", re.M)
LATER = re.compile(
    r"""\bimport\(["']((?:\.{1,2}/|/)[^"']+)["']\)"""
)  # when somebody needs it; kept on the phone like the rest


@dataclass(frozen=True, slots=True)
class FieldApp:
    """One app: `static` is its folder below /static/ and below templates, `url` the name of its page's address.

    Its manifest's address is called `<url>_manifest`, its worker's `<url>_worker`. In `folder` are its modules,
    `icon.svg` and its style sheet, in `templates` its `shell.html`, which extends `lapangan/shell.html`. Whoever has
    `permission` gets the shell. `title` is on the page, `name` and `short_name` are on the phone's home screen.
    """

    folder: Path
    templates: Path
    static: str
    style: str
    url: str
    permission: str
    title: str | Promise
    name: str | Promise
    short_name: str | Promise

    @property
    def template(self) -> str:
        """The name of its shell."""
        return f"{self.static}/shell.html"

    @property
    def styles(self) -> tuple[str, ...]:
        """Names below /static/ of its style sheets, its own last."""
        return ("tokens.css", "lapangan/lapangan.css", f"{self.static}/{self.style}")

    @property
    def icon(self) -> str:
        """Its picture on the home screen."""
        return f"{self.static}/icon.svg"

    @property
    def entry(self) -> str:
        """The address of the module that begins it."""
        return plain(f"{self.static}/{ENTRY}")

    @property
    def modules(self) -> list[str]:
        """The addresses of all its modules, the shared ones first."""
        own = sorted(path for path in self.folder.rglob("*.js") if path.name != WORKER)
        named = [plain(f"{self.static}/{path.relative_to(self.folder).as_posix()}") for path in own]
        return [*sorted(plain(name) for name in self._imported(own)), *named]

    def _imported(self, modules: list[Path]) -> set[str]:
        """Names below /static/ of what these modules import from outside of their folder, and what that imports."""
        found: set[str] = set()
        waiting = [(f"{self.static}/{path.relative_to(self.folder).as_posix()}", path) for path in modules]
        while waiting:
            name, path = waiting.pop()
            for target in [*IMPORT.findall(path.read_text()), *LATER.findall(path.read_text())]:
                wanted = _joined(name, target)
                file = finders.find(wanted)
                known = wanted.startswith(f"{self.static}/") or wanted in found or wanted in EXTRAS
                if known or not isinstance(file, str):
                    continue
                found.add(wanted)
                waiting.append((wanted, Path(file)))
        return found

    @property
    def opening(self) -> list[str]:
        """The addresses of the modules without which nothing can be shown: what the first imports, and so on."""
        found, waiting = {self.entry}, [self.entry]
        while waiting:
            name = waiting.pop().removeprefix(settings.STATIC_URL)
            for target in IMPORT.findall(Path(str(finders.find(name))).read_text()):
                if (wanted := plain(_joined(name, target))) not in found:
                    found.add(wanted)
                    waiting.append(wanted)
        return [address for address in self.modules if address in found]

    @property
    def shell(self) -> list[str]:
        """Every address that the phone keeps."""
        files = (*self.styles, FONT, self.icon)
        return [reverse(self.url), reverse(f"{self.url}_manifest"), *self.modules, *map(static, files)]

    @property
    def version(self) -> str:
        """Twelve digits that change with anything the phone keeps."""
        digest = hashlib.sha256()
        own = sorted(path for folder in (self.folder, self.templates) for path in folder.rglob("*.*"))
        own.append(Path(cast(Any, get_template(SHELL)).origin.name))
        scripts = [path for path in own if path.suffix == ".js"]
        styles = [name for name in self.styles if not name.startswith(f"{self.static}/")]
        for path in [*own, *(Path(str(finders.find(n))) for n in [*sorted(self._imported(scripts)), *styles, *EXTRAS])]:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:12]


def plain(name: str) -> str:
    """A module's address as other modules import it: without the hash that pages use."""
    return f"{settings.STATIC_URL}{name}"


def _joined(name: str, target: str) -> str:
    """The name below /static/ that `name` means by `target`."""
    if target.startswith("/"):
        return target.removeprefix(settings.STATIC_URL)
    parts = name.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


class Views(NamedTuple):
    """The three views of an app."""

    page: View
    manifest: View
    worker: View


def views_of(app: FieldApp) -> Views:
    """The shell for who has its permission, with the form token that the app sends with; its manifest, its worker."""

    @requires(app.permission)
    @ensure_csrf_cookie
    @never_cache
    def page(request: HttpRequest) -> HttpResponse:
        """The shell."""
        return shell_page(app, request)

    @public
    @never_cache
    def manifest(_request: HttpRequest) -> HttpResponse:
        """For the phone's home screen."""
        return manifest_of(app)

    @public
    @never_cache
    def worker(request: HttpRequest) -> HttpResponse:
        """The service worker."""
        return worker_of(app, request)

    return Views(page, manifest, worker)


def shell_page(app: FieldApp, request: HttpRequest) -> HttpResponse:
    """The shell: `title`, `version`, `entry`, and the other `modules` it cannot open without, for preloading.

    It is sent zipped, which is felt where signal is weak. It repeats nothing that a visitor sends and holds no form
    token (that is in the cookie), so its size gives nothing away (BREACH).
    """
    modules = [address for address in app.opening if address != app.entry]
    given = {
        "title": app.title, "version": app.version, "entry": app.entry, "modules": modules, "icon": app.icon,
        "styles": app.styles, "font": FONT, "manifest": reverse(f"{app.url}_manifest"),
    }  # fmt: skip
    return zipped(request, render(request, app.template, given))


def zipped(request: HttpRequest, answer: HttpResponse, *, level: int = 9) -> HttpResponse:
    """The answer, smaller where the browser can read it so."""
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.content = gzip.compress(answer.content, compresslevel=level, mtime=0)
        answer["Content-Encoding"] = "gzip"
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


def manifest_of(app: FieldApp) -> HttpResponse:
    """What the phone needs to put the app on its home screen (W3C Web Application Manifest)."""
    address = reverse(app.url)
    icons = [
        {"src": static(app.icon), "sizes": "any", "type": "image/svg+xml", "purpose": purpose}
        for purpose in ("any", "maskable")
    ]
    content: dict[str, Any] = {
        "id": address, "name": str(app.name), "short_name": str(app.short_name), "lang": "id", "start_url": address,
        "scope": address, "display": "standalone", "orientation": "portrait", "background_color": "#f2f4f1",
        "theme_color": "#0b6a4d", "icons": icons,
    }  # fmt: skip
    return JsonResponse(content, content_type="application/manifest+json")


def worker_of(app: FieldApp, request: HttpRequest) -> HttpResponse:
    """The service worker. Its bytes change with any file of the shell, which is how phones learn of a new version.

    `SUMS` has the first digits of each module's SHA-256: what the phone keeps is what this version is made of.
    """
    names: dict[str, Any] = {"VERSION": app.version, "SHELL": app.shell, "EXTRAS": [plain(name) for name in EXTRAS]}
    names["SUMS"] = {address: _sum(address) for address in app.modules}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in names.items()]
    content = "\n".join([*lines, (app.folder / WORKER).read_text()])
    return zipped(request, HttpResponse(content, content_type="text/javascript; charset=utf-8"))


def _sum(address: str) -> str:
    path = Path(str(finders.find(address.removeprefix(settings.STATIC_URL))))
    return hashlib.sha256(path.read_bytes()).hexdigest()[:SUM_DIGITS]
