"""The map of gaps: a drawing at once, the map that moves for whoever asks, nothing lost without a script or signal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.city import City
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.journey, pytest.mark.slow]
BOARD, LIBRARY = "/rojak/celah/", "**/maplibre-gl-csp*.js"


def test_the_map_that_moves_comes_when_asked_for_with_the_keyboard(sign_in: Callable[..., Page]) -> None:
    page = sign_in("Endang", viewport=PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(BOARD, wait_until="networkidle")
    assert [url for url in asked if "maplibre" in url] == []
    drawing, map_ = page.locator(".gap-map__drawing"), page.locator("#peta")
    expect(drawing).to_be_visible()
    page.get_by_role("button", name="Buka peta bergerak").focus()
    page.keyboard.press("Enter")
    page.locator("#peta[data-ready] canvas").wait_for(timeout=30_000)
    expect(drawing).to_be_hidden()
    back = page.get_by_role("button", name="Kembali ke gambar")
    expect(back).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawing).to_be_visible()
    expect(map_).to_be_hidden()
    page.get_by_role("button", name="Buka peta bergerak").press("Enter")
    expect(map_).to_be_visible()


def test_when_the_map_does_not_come_the_drawing_stays_and_says_so(sign_in: Callable[..., Page]) -> None:
    page = sign_in("Endang", viewport=PHONE)
    page.route(LIBRARY, lambda route: route.abort())
    page.goto(BOARD)
    button = page.get_by_role("button", name="Buka peta bergerak")
    button.click()
    expect(page.get_by_role("status").filter(has_text="tidak dapat dimuat")).to_be_visible()
    expect(page.locator(".gap-map__drawing")).to_be_visible()
    page.unroute(LIBRARY)
    button.click()
    page.locator("#peta[data-ready] canvas").wait_for(timeout=30_000)


def test_without_a_script_the_drawing_is_the_map(sign_in: Callable[..., Page], browser: Browser, city: City) -> None:
    state = sign_in("Endang").context.storage_state()
    page = browser.new_context(storage_state=state, java_script_enabled=False, base_url=city.url).new_page()
    page.goto(BOARD)
    drawing = page.get_by_role("img", name="Peta ruas menurut keadaannya")
    expect(drawing).to_be_visible()
    expect(page.get_by_role("button", name="Buka peta bergerak")).to_have_count(0)
    page.context.close()
