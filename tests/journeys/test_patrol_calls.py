"""A colleague calls for help: the phone of whoever has the app open says so at its next sync, until it is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.patrol import Patroller
from tests.rojak.app.fake_city import FakePatrol

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(200)]
CALL = {
    "id": "01900000-0000-7000-8000-000000000001", "post": "RW 04", "at": "2026-11-25T09:00:00+07:00", "note": "jatuh",
    "spot": [110_217_000, -7_471_000], "accuracy_m": 8, "in_hand": False, "by": "",
}  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FakePatrol]:
    with FakePatrol() as served:
        yield served


@pytest.fixture
def phone(browser: Browser, fake: FakePatrol) -> Iterator[Patroller]:
    patroller = Patroller.new(browser, fake.url)
    patroller.open()
    patroller.prepare()
    yield patroller
    patroller.context.close()


def sync(phone: Patroller) -> None:
    """The app's own next sync, as when there is signal again."""
    phone.page.evaluate("dispatchEvent(new Event('online'))")


def test_it_appears_at_the_next_sync_and_goes_when_it_is_answered(phone: Patroller, fake: FakePatrol) -> None:
    page = phone.page
    page.evaluate("location.hash = '#/'")
    assert phone.send() == ""
    expect(page.get_by_text("SOS dari RW 04")).to_have_count(0)
    fake.calls = [CALL]
    sync(phone)
    shown = page.get_by_role("alert").filter(has_text="SOS dari RW 04 pukul")
    expect(shown).to_contain_text("jatuh. Belum ada yang memegang.")
    expect(shown.get_by_role("link", name="Lihat letaknya")).to_have_attribute("href", "geo:-7.471,110.217")
    fake.calls = [CALL | {"in_hand": True, "by": "Bu Rini"}]
    sync(phone)
    expect(page.get_by_text("Sudah dipegang Bu Rini.")).to_be_visible()
    fake.reachable = False
    sync(phone)
    expect(page.get_by_text("Sudah dipegang Bu Rini.")).to_be_visible()  # the last that is known
    fake.reachable, fake.calls = True, []
    sync(phone)
    expect(page.get_by_text("SOS dari RW 04")).to_have_count(0)
