"""Walk a served city from link to link: one page of every shape of address that a person can reach."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page

LINKS = "[...document.querySelectorAll('a[href]')].filter(a => !a.download).map(a => a.href)"
NOT_PAGES = (".pdf", ".csv", ".xlsx", ".zip", ".json", ".geojson", ".jpg", ".png", ".webmanifest", ".js")


def shape(path: str) -> str | None:
    """The route that answers a path, such as `retribusi/skrd/<uuid:assessment_id>/`; None for what is no page."""
    if path.endswith(NOT_PAGES) or path.startswith(("/api/", "/static/", "/media/")):
        return None
    try:
        return resolve(path).route
    except Resolver404:
        return None


def walk(page: Page, starts: tuple[str, ...]) -> Iterator[str]:
    """Open one page per shape, beginning at `starts`, and yield its path while it is open; follows plain links only."""
    waiting, seen = list(starts), {shape(urlsplit(path).path) for path in starts}
    while waiting:
        path = waiting.pop(0)
        try:
            page.goto(path, wait_until="load")
        except Error as error:
            if "Download is starting" in str(error):  # a file, however its address looks
                continue
            raise
        yield path
        host = urlsplit(page.url).netloc
        for href in page.evaluate(LINKS):
            parts = urlsplit(href)
            found = shape(parts.path) if parts.netloc == host else None
            if found is not None and found not in seen:
                seen.add(found)
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
