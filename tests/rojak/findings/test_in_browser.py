"""The pages in a real browser: no axe violation, no sideways scrolling at 360 and 1920 px, light and dark; the map.

With `TIDAR_SHOTS=/some/folder` each page is photographed there.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGUMENTS, executable
from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.common import clock
from tidar.rojak.actions import empty_houses
from tidar.rojak.actions import findings as actions
from tidar.rojak.models import RosterRule, Round, Sos

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.usefixtures("home")]
AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
Visit = Callable[[Page], list[str]]


def _walked(city: patrol.City, at: datetime) -> Round:
    walked = patrol.make_round(city.post, at - timedelta(hours=2), members=city.members)
    lon, lat = patrol.CENTRE
    for number in (0, 1, 2):
        moment = at - timedelta(minutes=100 - number)
        patrol.check(city.segments[number], moment, round_=walked, certain=number != 2, lon=lon, lat=lat)
    patrol.make_track(walked, [(s, lon + s / 1e6, lat, 90 if s == 60 else 8) for s in range(0, 300, 20)])
    return walked


def _pages() -> list[str]:
    """An RW in the middle of a day, and the addresses that its head opens."""
    at, city = clock.now(), patrol.city()
    walked = _walked(city, at)
    kind = here.place_kind(city)
    passed = here.found(kind, city.segments[0], at - timedelta(days=20), round_=walked, note="tumpukan di ujung")
    here.found(kind, city.segments[0], at - timedelta(days=19))
    person = here.found(here.person_kind(city), city.segments[1], at - timedelta(hours=2), round_=walked)
    actions.pass_on(finding_id=passed.pk, want="permohonan", note="segera", by=here.HEAD_OF_RW, at=at)
    Sos.objects.create(id=uuid.uuid4(), post=city.post, round=walked, happened_at=at, received_at=at, note="jatuh")
    span = (at - timedelta(hours=1), at + timedelta(days=2))
    notice = empty_houses.NewNotice(city.segments[0].pk, "No. 12", "", *span, consents=True)
    empty_houses.ask(notice=notice, by=here.HEAD_OF_RW, at=at)
    RosterRule.objects.create(post=city.post, day="3", starts=time(8), ends=time(10), from_date=patrol.SINCE)
    month = f"{at:%Y-%m}"
    return [
        f"/rojak/ronda/{walked.pk}/", "/rojak/temuan/", "/rojak/temuan/?jenis=tidak-ada", f"/rojak/temuan/{passed.pk}/",
        f"/rojak/temuan/{person.pk}/", "/rojak/temuan/baru/", "/rojak/ronda/", "/rojak/rekap/",
        f"/rojak/rekap/{patrol.RW}/{month}/", "/rojak/rumah-kosong/", "/rojak/sos/", "/rojak/akses/",
        f"/lorong/{city.segments[0].public_code}/", f"/lorong/{city.segments[4].public_code}/",
    ]  # fmt: skip


def _in_a_browser(url: str, cookie: str, visit: Visit) -> list[str]:
    """In a thread of its own: the browser's driver runs an event loop, and the database stays out of it."""

    def run() -> list[str]:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
            context = browser.new_context(locale="id-ID", base_url=url)
            context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
            found = visit(context.new_page())
            browser.close()
        return found

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result(240)


def _faults(page: Page, name: str) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    faults = [f"{name}: {one['id']} {[node['target'] for node in one['nodes']][:2]}" for one in found]
    if page.evaluate("document.documentElement.scrollWidth - window.innerWidth") > 0:
        faults.append(f"{name}: wider than the screen")
    if folder := os.environ.get("TIDAR_SHOTS"):
        page.screenshot(path=f"{folder}/{name.replace('/', '_')}.png", full_page=True)
    return faults


@pytest.fixture
def cookie() -> str:
    client = Client()
    client.force_login(here.user("ketua", "rw_head", area=patrol.RW))
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def test_every_page_is_sound_and_fits(live_server, cookie: str) -> None:
    addresses = _pages()

    def look(page: Page) -> list[str]:
        faults: list[str] = []
        page.on("console", lambda said: faults.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        for width, scheme in ((360, "light"), (1920, "dark"), (360, "dark"), (1920, "light")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for address in addresses:
                page.goto(address)
                faults += _faults(page, f"{width}-{scheme}{address}")
        return faults

    assert _in_a_browser(live_server.url, cookie, look) == []


def test_a_round_is_drawn_and_its_page_needs_no_script(live_server, cookie: str) -> None:
    address = _pages()[0]

    def look(page: Page) -> list[str]:
        page.goto(address)
        page.locator("#peta-ronda canvas").wait_for(timeout=20_000)
        shared = page.get_by_role("link", name="Bagikan").get_attribute("href") or ""
        plain = page.context.browser.new_context(java_script_enabled=False, base_url=live_server.url)  # type: ignore[union-attr]
        plain.add_cookies(page.context.cookies())
        still = plain.new_page()
        still.goto(address)
        faults = [] if shared.startswith("https://wa.me/?text=") else [f"shared as {shared}"]
        faults += [] if still.locator("table tbody tr").count() == 3 else ["the table does not say what the map says"]
        return faults + (["an empty map is shown"] if still.locator("#peta-ronda").is_visible() else [])

    assert _in_a_browser(live_server.url, cookie, look) == []
