"""A passkey from adding it to signing in with it, in a real browser with a virtual authenticator (CTAP 2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGUMENTS, executable
from tests.people.builders import client_of, person
from tidar.common.models import AuditEntry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def add_then_sign_in(url: str, cookie: str) -> str:
    """Signed in by `cookie`: add a passkey, sign out, sign in with it; returns whose profile is shown in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        context = browser.new_context(locale="id-ID")
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        name = _add_then_sign_in(page, url)
        browser.close()
    return name


def _add_then_sign_in(page: Page, url: str) -> str:
    page.goto(f"{url}/akun/pengaman/kunci/tambah/")
    page.fill("[name=name]", "Laptop uji")
    page.check("[name=passwordless]")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/akun/pastikan/kunci/**")  # the recovery codes are shown to who holds the key
    page.click("[data-passkey] button")
    page.wait_for_url("**/akun/pengaman/kode-cadangan/")
    page.goto(f"{url}/akun/keluar/")
    page.click("main form button")
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/akun/masuk/")
    page.click("[data-passkey] button")
    page.wait_for_url(lambda address: "/masuk/" not in address)
    page.goto(f"{url}/saya/")
    return page.inner_text("h1")


def test_a_passkey_signs_in_without_a_password(live_server) -> None:
    url = live_server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, never to a bare address
    cookie = client_of(person("sri", role="leader")).cookies[django_settings.SESSION_COOKIE_NAME].value
    # In a thread of its own: the browser's driver runs an event loop, and the database stays out of it.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(add_then_sign_in, url, cookie).result(60) == "Sri"
    assert "webauthn" in AuditEntry.objects.get(action="session.started").after["by"]
