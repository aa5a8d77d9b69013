"""The wall as a screen that hangs for weeks: keyboard, lost connection, theme, map, and nothing that grows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.journey
PATIENCE = 20_000


def _until(page: Page, expression: str, *, seconds: float = 60) -> None:
    """Wait for a truth in the page, asked from here: the page's own policy lets nobody compile strings in it."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(200)


@pytest.fixture
def wall(sign_in: Callable[..., Page]) -> Iterator[Page]:
    """The leader's wall with its live connection and its map."""
    page = sign_in("Hadi Pimpinan")
    page.goto("/wall")
    expect(page.locator("#sambungan")).to_have_text("Langsung", timeout=PATIENCE)
    yield page
    page.close()


def test_the_keyboard_opens_a_number_s_origin_and_comes_back(wall: Page) -> None:
    link = wall.locator("[data-key=jumlah-penduduk] .tile__number")
    link.focus()
    wall.keyboard.press("Enter")
    panel = wall.locator("#telusur")
    expect(panel).to_be_visible(timeout=PATIENCE)
    expect(panel).to_contain_text("Rumus")
    assert wall.evaluate("document.getElementById('telusur').contains(document.activeElement)")
    wall.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()


def test_a_lost_connection_is_said_with_its_time_and_heals_by_itself(wall: Page) -> None:
    wall.context.set_offline(True)
    expect(wall.locator("#sambungan")).to_have_text(re.compile(r"Terputus – angka per \d\d\.\d\d"), timeout=PATIENCE)
    wall.context.set_offline(False)
    expect(wall.locator("#sambungan")).to_have_text("Langsung", timeout=40_000)


def test_the_map_takes_another_figure_with_its_legend_and_table(wall: Page) -> None:
    _until(wall, "performance.getEntriesByName('tidar:map').length > 0")
    wall.select_option("#pilih-angka", "rasio-rt")
    expect(wall.locator("#legenda-judul")).to_contain_text("Penduduk per RT", timeout=PATIENCE)
    wall.get_by_role("button", name="Sebagai tabel").click()
    expect(wall.locator("#tabel-peta tbody tr")).to_have_count(17)
    expect(wall.locator("#tabel-peta caption")).to_contain_text("Penduduk per RT")


def test_live_readings_are_drawn_and_the_page_does_not_grow(wall: Page) -> None:
    _until(wall, "performance.getEntriesByName('tidar:map').length > 0")
    _until(wall, "window.__tidarWall.drawn >= 2")
    before = wall.evaluate("document.querySelectorAll('*').length")
    seen = wall.evaluate("window.__tidarWall.drawn")
    _until(wall, f"window.__tidarWall.drawn >= {seen + 8}")
    assert wall.evaluate("document.querySelectorAll('*').length") <= before + 24  # the ticker may fill its last rows
    assert wall.evaluate("window.__tidarWall.dropped") == 0
    assert wall.locator("#kejadian li").count() <= 12


def test_the_theme_is_kept(wall: Page) -> None:
    assert wall.evaluate("document.documentElement.dataset.theme") == "dark"
    wall.locator("[data-theme-flip]").click()
    wall.reload()
    assert wall.evaluate("document.documentElement.dataset.theme") == "light"
    wall.locator("[data-theme-flip]").click()
