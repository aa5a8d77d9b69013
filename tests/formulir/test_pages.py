"""The pages in a real browser: no axe violation and no sideways scrolling at 360 and 1920 px, light and dark.

With `TIDAR_SHOTS=/some/folder` each page is photographed there.
"""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Page

from tests.formulir.builders import AT, SYSTEM, adopted, client_of, jpeg, xlsform
from tests.page_in_browser import faults, faults_of_all, visited
from tests.people.builders import person
from tidar.formulir import api
from tidar.formulir.actions.forms import add_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.usefixtures("home")]
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


@pytest.fixture
def cookie() -> str:
    user = person("agus", role="administrator")
    return client_of(user).cookies[django_settings.SESSION_COOKIE_NAME].value


def test_every_page_is_sound_and_fits(live_server, cookie: str) -> None:
    _city()
    assert visited(live_server.url, cookie, lambda page: faults_of_all(page, ADDRESSES)) == []


def _fill_in(page: Page) -> list[str]:
    page.goto("/formulir/f/uji/isi/")
    assert page.get_by_label("Banyak").count() == 0
    page.get_by_label("Sampah").check()
    page.get_by_label("Banyak").fill("0")
    page.get_by_label("Foto").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": jpeg(3)})
    page.get_by_role("button", name="Simpan jawaban").click()
    found = faults(page, "refused")
    assert "Jawaban ini tidak sesuai." in page.inner_text("#pertanyaan")
    page.get_by_label("Banyak").fill("4")
    page.get_by_label("Biru").check()
    page.get_by_label("Foto").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": jpeg(3)})
    page.wait_for_load_state("networkidle")
    assert page.get_by_label("Foto").evaluate("input => input.files.length") == 1  # kept while questions come and go
    page.get_by_role("button", name="Simpan jawaban").click()
    page.wait_for_url("**/formulir/jawaban/**")
    return found + faults(page, "kept") + ([] if "Sampah" in page.inner_text("main") else ["not kept"])


def test_questions_come_with_the_answers_and_are_kept(live_server, cookie: str) -> None:
    adopted()
    assert visited(live_server.url, cookie, _fill_in) == []


def _make_key(page: Page) -> list[str]:
    page.goto("/formulir/odk/")
    page.get_by_label("Nama HP").fill("HP Yati")
    page.get_by_role("button", name="Buat kunci").click()
    assert page.locator(".qr svg").count() == 1
    return faults(page, "key")


def test_a_key_is_shown_as_a_code_that_fits_the_screen(live_server, cookie: str) -> None:
    assert visited(live_server.url, cookie, _make_key) == []
