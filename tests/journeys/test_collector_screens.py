"""How the app looks and feels on a small phone: accessible in light and dark, big enough for thumbs, camera and all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import ARGUMENTS, executable
from tests.journeys.camera import seeing
from tests.journeys.collector import Collector
from tests.journeys.phones import PATIENCE
from tests.retribusi.pungut.fake_city import FakeCity

pytestmark = [pytest.mark.journey, pytest.mark.slow]
SCREENS = (
    "#/", "#/blok/rejowinangun%2FA", "#/cari", "#/pindai", "#/lapak/Q0000002", "#/lapak/Q0000005",
    "#/bayar/Q0000002/15000", "#/bayar/Q0000002/0", "#/bayar-nomor/Z-9", "#/riwayat", "#/setor", "#/karcis",
    "#/kirim", "#/lainnya", "#/siap",
)  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FakeCity]:
    with FakeCity(hold={2}) as served:
        served.stalls[5] |= {"dues": [], "owed": 0, "advance": 5_000}
        served.stalls[7] |= {"id": None, "trader": "", "dues": [], "owed": 0}
        yield served


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_at_360_px(browser: Browser, fake: FakeCity, scheme: str) -> None:
    phone = Collector.new(browser, fake.url, color_scheme=scheme)
    faults: dict[str, list[str]] = {}
    phone.open()
    faults["daftar"] = phone.faults()
    phone.ready()
    for index in range(3):
        phone.collect(f"Q{index + 10:07d}")
    phone.until_sent()
    for hash_ in (*SCREENS, *_receipts(phone)):
        phone.open(hash_)
        phone.page.wait_for_timeout(150)
        faults[hash_] = phone.faults()
    assert {where: found for where, found in faults.items() if found} == {}
    phone.context.close()


def _receipts(phone: Collector) -> list[str]:
    rows = phone.records()
    return [f"#/{screen}/{row['device']}/{row['counter']}" for row in rows[:2] for screen in ("kuitansi", "batal")]


def test_the_sheet_of_printers_is_accessible(browser: Browser, fake: FakeCity) -> None:
    phone = Collector.new(browser, fake.url)
    phone.ready()
    phone.begin("Q0000001")
    phone.confirm.click()
    phone.page.get_by_role("button", name="Cetak").click()
    expect(phone.page.get_by_role("dialog", name="Cetak dengan apa?")).to_be_visible()
    assert phone.faults() == []
    phone.page.keyboard.press("Escape")
    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    phone.context.close()


def test_every_screen_says_where_it_is(browser: Browser, fake: FakeCity) -> None:
    """One h1, that the focus goes to, and the same words in the title."""
    phone = Collector.new(browser, fake.url)
    phone.ready()
    for hash_ in ("#/cari", "#/lapak/Q0000002", "#/setor"):
        before = phone.page.locator("h1").inner_text()
        phone.go(hash_)
        heading = phone.page.locator("h1")
        expect(heading).not_to_have_text(before)
        expect(heading).to_be_focused()
        expect(phone.page).to_have_title(f"{heading.inner_text()} · Pungut")
    phone.context.close()


def test_no_errors_are_logged(browser: Browser, fake: FakeCity) -> None:
    phone = Collector.new(browser, fake.url)
    complaints: list[str] = []
    phone.page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    phone.page.on("pageerror", lambda error: complaints.append(str(error)))
    phone.ready()
    for hash_ in SCREENS:
        phone.go(hash_)
        phone.page.wait_for_timeout(100)
    assert complaints == []
    phone.context.close()


@pytest.fixture
def with_camera(browser: Browser, tmp_path: Path) -> Iterator[Browser]:
    """The same browser with a camera that sees the sticker of stall Q0000003."""
    camera = seeing("TIDAR:Q0000003", tmp_path)
    launched = browser.browser_type.launch(executable_path=executable(), args=[*ARGUMENTS, *camera])
    yield launched
    launched.close()


def test_the_camera_reads_a_sticker_without_signal(with_camera: Browser, fake: FakeCity) -> None:
    phone = Collector.new(with_camera, fake.url, permissions=["camera"])
    phone.ready()
    fake.reachable = False
    phone.page.get_by_role("link", name="Pindai").click()
    expect(phone.page.get_by_role("heading", name="A-004")).to_be_visible(timeout=PATIENCE)
    phone.context.close()


def test_a_foreign_sticker_is_said(with_camera: Browser, fake: FakeCity) -> None:
    fake.stalls = fake.stalls[:2]
    phone = Collector.new(with_camera, fake.url, permissions=["camera"])
    phone.ready()
    phone.page.get_by_role("link", name="Pindai").click()
    expect(phone.page.get_by_text("Lapak ini tidak ada di rute Anda.")).to_be_visible(timeout=PATIENCE)
    phone.context.close()


def test_a_phone_without_a_camera_offers_typing(browser: Browser, fake: FakeCity) -> None:
    phone = Collector.new(browser, fake.url)
    phone.ready()
    phone.page.get_by_role("link", name="Pindai").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("Ketik nomor", timeout=PATIENCE)
    phone.page.get_by_role("link", name="Ketik nomor saja").click()
    expect(phone.page.get_by_role("heading", name="Ketik nomor")).to_be_visible()
    phone.context.close()


def test_a_route_through_several_markets_names_them(browser: Browser, fake: FakeCity) -> None:
    other = fake.stalls[0] | {"market": "cacaban", "qr": "C0000001", "object": 900, "id": 900, "trader": "Bu Lastri"}
    fake.stalls = [*fake.stalls[:3], other]
    fake.markets = ["cacaban", "rejowinangun"]
    phone = Collector.new(browser, fake.url)
    phone.ready()
    expect(phone.page.get_by_role("region", name="Pasar Cacaban").get_by_role("link", name="Blok A")).to_have_count(1)
    phone.go("#/cari")
    phone.page.get_by_role("button", name="1", exact=True).click()
    phone.page.get_by_role("link", name="Bu Lastri Pasar Cacaban").click()
    expect(phone.page.locator(".bar__over")).to_have_text("Pasar Cacaban")
    phone.context.close()
