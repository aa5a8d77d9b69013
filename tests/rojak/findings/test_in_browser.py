"""The pages in a real browser: no axe violation, no sideways scrolling at 360 and 1920 px, light and dark; the map.

With `TIDAR_SHOTS=/some/folder` each page is photographed there.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page

from tests.formulir.builders import adopted, jpeg
from tests.page_in_browser import faults, faults_of_all, visited
from tests.rojak import builders as patrol
from tests.rojak.findings import builders as here
from tidar.common import clock
from tidar.rojak.actions import empty_houses
from tidar.rojak.actions import findings as actions
from tidar.rojak.models import Finding, RosterRule, Round, Sos

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.usefixtures("home")]


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
    adopted()
    kind = here.place_kind(city, form_key="uji")
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
        f"/rojak/temuan/{person.pk}/", "/rojak/temuan/baru/", f"/rojak/temuan/baru/?jenis={kind.pk}",
        "/rojak/ronda/", "/rojak/rekap/",
        f"/rojak/rekap/{patrol.RW}/{month}/", "/rojak/rumah-kosong/", "/rojak/sos/", "/rojak/akses/",
        f"/lorong/{city.segments[0].public_code}/", f"/lorong/{city.segments[4].public_code}/",
    ]  # fmt: skip


@pytest.fixture
def cookie() -> str:
    client = Client()
    client.force_login(here.user("ketua", "rw_head", area=patrol.RW))
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def test_every_page_is_sound_and_fits(live_server, cookie: str) -> None:
    addresses = _pages()

    def look(page: Page) -> list[str]:
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        faults = faults_of_all(page, addresses)
        return complaints + faults

    assert visited(live_server.url, cookie, look) == []


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

    assert visited(live_server.url, cookie, look) == []


PHOTO = {"name": "pojok.jpg", "mimeType": "image/jpeg", "buffer": jpeg(4)}
DRAWING = {"name": "gambar.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_what_was_told_is_asked_and_kept_with_and_without_script(live_server, cookie: str, script: bool) -> None:
    city = patrol.city()
    adopted()
    here.place_kind(city, form_key="uji")

    def look(page: Page) -> list[str]:
        page.set_viewport_size({"width": 360, "height": 780})
        page.goto("/rojak/temuan/baru/")
        page.get_by_role("button", name="Lanjut").click()
        page.get_by_role("radio", name="Sampah").check()
        page.get_by_label("Foto (boleh kosong)").set_input_files([PHOTO, DRAWING])
        if script:
            page.get_by_label("Banyak").fill("0")  # it came with the answer before it
        page.get_by_role("button", name="Catat").click()
        said = (
            [] if page.get_by_text("gambar.svg: Foto harus JPEG").is_visible() else ["nothing is said of the drawing"]
        )
        if page.get_by_text("Jawaban ini tidak sesuai.").is_visible() != script:
            said.append("nothing is said of nought")
        found = faults(page, "360-tolak/rojak/temuan/baru/") if script else []
        page.get_by_label("Banyak").fill("3")
        page.get_by_label("Letak").fill("-7.48590, 110.21500")
        page.get_by_role("button", name="Catat").click()
        page.get_by_text("Temuan tercatat.").wait_for()
        return said + found

    assert visited(live_server.url, cookie, look, java_script_enabled=script) == []
    made = Finding.objects.get()
    assert (made.submission.answers["banyak"], made.photos.count(), made.accuracy_metres) == (3, 1, 5)
