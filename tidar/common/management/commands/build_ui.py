"""Gathers the style sheet and the browser libraries, before `collectstatic`: text is joined, files are copied."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

FIRST = ("tokens.css", "base.css")
VENDOR = {
    "ed25519.js": "@noble/ed25519/index.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "idb.js": "idb/build/index.js",
    "jsqr.js": "jsqr/dist/jsQR.js",
    "maplibre-gl-csp.js": "maplibre-gl/dist/maplibre-gl-csp.js",
    "maplibre-gl-csp-worker.js": "maplibre-gl/dist/maplibre-gl-csp-worker.js",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "pmtiles.js": "pmtiles/dist/pmtiles.js",
    "plus-jakarta-sans-latin.woff2": (
        "@fontsource-variable/plus-jakarta-sans/files/plus-jakarta-sans-latin-wght-normal.woff2"
    ),
}
LICENCES = {
    "@fontsource-variable/plus-jakarta-sans": "LICENSE",
    "@noble/ed25519": "LICENSE",
    "htmx.org": "LICENSE",
    "idb": "LICENSE",
    "jsqr": "LICENSE",
    "maplibre-gl": "LICENSE.txt",
}


def style_sheets(ui: Path) -> list[Path]:
    """Tokens, base, then every component by name: the order of the one style sheet."""
    return [*(ui / "static" / name for name in FIRST), *sorted((ui / "components").glob("*/*.css"))]


def build(ui: Path, node_modules: Path) -> Path:
    """Write `static/built/tidar.css` and fill `static/vendor/`; returns the style sheet. Same input, same bytes."""
    built, vendor = ui / "static" / "built", ui / "static" / "vendor"
    built.mkdir(parents=True, exist_ok=True)
    vendor.mkdir(parents=True, exist_ok=True)
    sheet = built / "tidar.css"
    sheet.write_text("\n".join(path.read_text() for path in style_sheets(ui)))
    for name, source in VENDOR.items():
        _copy(node_modules / source, vendor / name)
    for package, licence in LICENCES.items():
        if (node_modules / package / licence).exists():
            _copy(node_modules / package / licence, vendor / f"{package.strip('@').replace('/', '-')}.LICENSE.txt")
    return sheet


def _copy(source: Path, target: Path) -> None:
    """Copy without the source-map reference: the map is not served, and a dangling one fails `collectstatic`."""
    if target.suffix != ".js":
        shutil.copyfile(source, target)
        return
    lines = source.read_text().splitlines()
    target.write_text("\n".join(line for line in lines if not line.startswith("//# sourceMappingURL=")) + "\n")


class Command(BaseCommand):
    help = "Join ui/ into one style sheet and copy the browser libraries that npm installed"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sheet = build(settings.UI_DIR, settings.NODE_MODULES)
        except FileNotFoundError as error:
            raise CommandError(f"{error.filename} is missing: run `npm ci` first") from error
        if options["verbosity"]:
            self.stdout.write(f"{sheet} {sheet.stat().st_size:,} bytes")
