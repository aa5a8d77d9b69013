"""Pages of the live server in a real browser, as one signed-in person sees them.

With `TIDAR_SHOTS=/some/folder` each page that is looked at is photographed there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGUMENTS, executable

AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"
LOOKS = ((360, "light"), (1920, "dark"), (360, "dark"), (1920, "light"))
Seen = TypeVar("Seen")


def visited(url: str, cookie: str, visit: Callable[[Page], Seen], **options: Any) -> Seen:
    """What `visit` returns of a page with this session's cookie.

    In a thread of its own: the browser's driver runs an event loop, and the database stays out of it.
    """

    def run() -> Seen:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
            context = browser.new_context(locale="id-ID", base_url=url, **options)
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
            found = visit(context.new_page())
            browser.close()
        return found

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result(240)


def faults(page: Page, name: str) -> list[str]:
    """What axe finds on this page, and whether it scrolls sideways."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    said = [f"{name}: {one['id']} {[node['target'] for node in one['nodes']][:2]}" for one in found]
    if page.evaluate("document.documentElement.scrollWidth - window.innerWidth") > 0:
        said.append(f"{name}: wider than the screen")
    if folder := os.environ.get("TIDAR_SHOTS"):
        page.screenshot(path=f"{folder}/{name.replace('/', '_')}.png", full_page=True)
    return said


def faults_of_all(page: Page, addresses: Iterable[str]) -> list[str]:
    """At 360 and 1920 px, light and dark."""
    said: list[str] = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for address in addresses:
            page.goto(address)
            said += faults(page, f"{width}-{scheme}{address}")
    return said
