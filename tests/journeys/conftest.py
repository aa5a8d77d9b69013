"""One served city and one browser for all journeys."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import ARGUMENTS, executable
from tests.city import City, new_city

WIDE = {"width": 1920, "height": 1080}
PHONE = {"width": 360, "height": 740}
expect.set_options(timeout=20_000)  # two browsers and two cities share two cores: slow is not wrong


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    served = new_city("journey").start(patience_seconds=240)
    yield served
    served.stop()
    shutil.rmtree(served.home, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        yield launched
        launched.close()


SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def sign_in(city: City, browser: Browser) -> Iterator[SignIn]:
    """`sign_in("Operator")` → a page of that person; each person's one-time link is used once and kept."""
    states: dict[str, dict] = {}
    contexts: list[BrowserContext] = []

    def sign(words: str, *, viewport: dict | None = None, **options: object) -> Page:
        link = city.link(words)  # "Tuti" and "Tuti Bendahara" are one person with one link
        if link not in states:
            context = browser.new_context(locale="id-ID")
            page = context.new_page()
            page.goto(link)
            page.locator("main form button[type=submit], main form .button").first.click()
            page.wait_for_load_state()
            states[link] = context.storage_state()
            context.close()
        context = browser.new_context(
            storage_state=states[link], viewport=viewport or WIDE, locale="id-ID", base_url=city.url, **options
        )
        contexts.append(context)
        return context.new_page()

    yield sign
    for context in contexts:
        context.close()
