"""Finds or fetches a Chromium for tests: the system's, the Debian package, Playwright's own; none is a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-rasterization",  # without a graphics card, composing is faster when none is imitated
    "--disable-gpu-compositing",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowser(RuntimeError):
    """No Chromium could be found or installed."""


def executable() -> str:
    """Path of a Chromium; raises `NoBrowser` with a sentence that says what to do."""
    if named := os.environ.get("TIDAR_CHROMIUM"):
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if path := _playwright_own():
        return path
    raise NoBrowser(
        "No Chromium was found. Install the package `chromium`, or run `playwright install chromium`, "
        "or name one with TIDAR_CHROMIUM=/path/to/chromium; the browser tests are part of the suite."
    )


def _playwright_own() -> str | None:
    roots = (Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "~/.cache/ms-playwright")).expanduser(),)
    found = [path for root in roots if root.exists() for path in root.glob("chromium-*/chrome-linux*/chrome")]
    return str(sorted(found)[-1]) if found else None


def _install() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, env=environment)
        if done.returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Make sure there is a browser; print which."""
    try:
        path = executable()
    except NoBrowser:
        _install()
        try:
            path = executable()
        except NoBrowser as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(f"browser for tests: {path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
