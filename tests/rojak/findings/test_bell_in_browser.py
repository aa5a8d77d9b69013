"""A call for help appears on a page that stands open, rings only when allowed, and is taken in hand with one press."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, expect

from tests.page_in_browser import faults_of_all, visited
from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.common import clock
from tidar.rojak.models import Sos

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.usefixtures("home")]
RANG = "Number(document.documentElement.dataset.bellRang ?? 0)"


def cookie_of(role: str, area: str) -> str:
    client = Client()
    client.force_login(here.user("Bu Rini", role, area=area))
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def called(city: patrol.City, opened: threading.Event) -> threading.Thread:
    """Somebody calls once the page stands open, through a connection of their own."""

    def call() -> None:
        opened.wait(60)
        now = clock.now()
        try:
            Sos.objects.create(id=uuid.uuid4(), post=city.post, happened_at=now, received_at=now, note="ban bocor")
        finally:
            connection.close()

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


def test_the_bell_comes_without_reload_and_goes_silent_when_somebody_has_it(live_server) -> None:
    city, opened, cookie = patrol.city(), threading.Event(), cookie_of("rw_head", patrol.RW)
    thread = called(city, opened)

    def look(page: Page) -> list[str]:
        page.goto("/saya/")
        expect(page.locator("#lonceng[hx-trigger^='every']")).to_have_count(1)
        page.evaluate("window.stillHere = 1")
        opened.set()
        strip = page.locator(".alarm")
        expect(strip).to_contain_text("ban bocor", timeout=25_000)
        expect(strip.get_by_role("button", name="Bunyikan")).to_have_attribute("aria-pressed", "false")
        assert page.evaluate(RANG) == 0  # nobody allowed it yet
        strip.get_by_role("button", name="Bunyikan").click()
        page.wait_for_function(f"{RANG} > 0")
        strip.get_by_role("button", name="Saya pegang").click()
        expect(strip).to_contain_text("dipegang Bu Rini sejak")
        rang = page.evaluate(RANG)
        page.wait_for_timeout(4_500)
        assert (page.evaluate(RANG), page.evaluate("window.stillHere")) == (rang, 1)
        return []

    assert visited(live_server.url, cookie, look) == []
    thread.join(10)
    assert Sos.objects.get().seen_at is not None


def test_the_strip_is_sound_and_fits_and_without_script_the_page_of_calls_has_it(live_server) -> None:
    city, cookie, now = patrol.city(), cookie_of("operator", ""), clock.now()
    for note in ("ban bocor", "a" * 200):
        Sos.objects.create(id=uuid.uuid4(), post=city.post, happened_at=now, received_at=now, note=note, lon=1, lat=1)

    def look(page: Page) -> list[str]:
        page.on("load", lambda: page.locator(".alarm").wait_for())
        faults = faults_of_all(page, ["/rojak/sos/", "/wall"])
        if page.locator(".alarm").get_by_text("ban bocor").count():
            faults.append("the wall says what the caller wrote")
        still = page.context.browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
        plain = still.new_page()
        plain.goto(f"{live_server.url}/rojak/sos/")
        plain.get_by_role("button", name="Saya pegang").first.click()
        return faults + ([] if plain.get_by_text("Anda memegang panggilan ini").count() else ["not taken in hand"])

    assert visited(live_server.url, cookie, look) == []
    assert Sos.objects.exclude(seen_at=None).count() == 1
