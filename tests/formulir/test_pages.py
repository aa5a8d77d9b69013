"""The pages in a real browser: no axe violation and no sideways scrolling at 360 and 1920 px, light and dark.

With `TIDAR_SHOTS=/some/folder` each page is photographed there.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGUMENTS, executable
from tests.formulir.builders import AT, SYSTEM, adopted, client_of, jpeg, xlsform
from tests.people.builders import person
from tidar.formulir import api
from tidar.formulir.actions.forms import add_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.usefixtures("home")]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
ID = uuid.UUID("0199ab00-0000-7000-8000-0000000000cc")
FORMS = Path(__file__).resolve().parents[2] / "programs" / "rojak" / "forms"
ADDRESSES = (
    "/formulir/", "/formulir/?q=tidak-ada", "/formulir/unggah/", "/formulir/f/jentik/", "/formulir/f/uji/v/3/",
    "/formulir/f/jentik/v/1/", "/formulir/f/uji/v/2/coba/", "/formulir/f/uji/isi/", "/formulir/jawaban/",
    f"/formulir/jawaban/{ID}/", "/formulir/odk/",
)  # fmt: skip


def _city() -> None:
    for path in sorted(FORMS.glob("*.md")):
        api.adopt_form(source=path, program="rojak", by=SYSTEM, at=AT)
    adopted()
    adopted(version="2")
    add_draft(file=xlsform(version="3").replace(b"Merah", b"Merah tua"), file_name="uji.md", by=SYSTEM, at=AT)
    photo = jpeg(7)
    sha256 = hashlib.sha256(photo).hexdigest()
    api.receive_photo_part(sha256=sha256, start=0, total=len(photo), data=photo, by=SYSTEM, at=AT)
    given = api.Given(client="odk", happened_at=AT, photos={"foto.jpg": sha256})
    answers = {"jenis": "sampah", "banyak": -3, "warna": ["merah", "biru"], "foto": "foto.jpg", "catatan": "Dekat pos."}
    api.submit(id=ID, form=("uji", "2"), answers=answers, given=given, by=SYSTEM, at=AT)


def _in_a_browser(url: str, cookie: str, visit: Callable[[Page], list[str]]) -> list[str]:
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


def _look_at_all(page: Page) -> list[str]:
    faults = []
    for width, scheme in ((360, "light"), (1920, "dark"), (360, "dark"), (1920, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for address in ADDRESSES:
            page.goto(address)
            faults += _faults(page, f"{width}-{scheme}{address}")
    return faults


@pytest.fixture
def cookie() -> str:
    user = person("agus", role="administrator")
    return client_of(user).cookies[django_settings.SESSION_COOKIE_NAME].value


def test_every_page_is_sound_and_fits(live_server, cookie: str) -> None:
    _city()
    assert _in_a_browser(live_server.url, cookie, _look_at_all) == []


def _fill_in(page: Page) -> list[str]:
    page.goto("/formulir/f/uji/isi/")
    assert page.get_by_label("Banyak").count() == 0
    page.get_by_label("Sampah").check()
    page.get_by_label("Banyak").fill("0")
    page.get_by_label("Foto").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": jpeg(3)})
    page.get_by_role("button", name="Simpan jawaban").click()
    faults = _faults(page, "refused")
    assert "Jawaban ini tidak sesuai." in page.inner_text("#pertanyaan")
    page.get_by_label("Banyak").fill("4")
    page.get_by_label("Biru").check()
    page.get_by_label("Foto").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": jpeg(3)})
    page.wait_for_load_state("networkidle")
    assert page.get_by_label("Foto").evaluate("input => input.files.length") == 1  # kept while questions come and go
    page.get_by_role("button", name="Simpan jawaban").click()
    page.wait_for_url("**/formulir/jawaban/**")
    return faults + _faults(page, "kept") + ([] if "Sampah" in page.inner_text("main") else ["not kept"])


def test_questions_come_with_the_answers_and_are_kept(live_server, cookie: str) -> None:
    adopted()
    assert _in_a_browser(live_server.url, cookie, _fill_in) == []


def _make_key(page: Page) -> list[str]:
    page.goto("/formulir/odk/")
    page.get_by_label("Nama HP").fill("HP Yati")
    page.get_by_role("button", name="Buat kunci").click()
    assert page.locator(".qr svg").count() == 1
    return _faults(page, "key")


def test_a_key_is_shown_as_a_code_that_fits_the_screen(live_server, cookie: str) -> None:
    assert _in_a_browser(live_server.url, cookie, _make_key) == []
