"""The head of the RW draws a segment's line in a real browser: on the map, by keyboard, by pasting, by walking."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from tests.page_in_browser import faults, visited
from tests.people.builders import client_of, person
from tests.rojak.register import builders as b
from tidar.common.models import AuditEntry
from tidar.rojak.models import Post, Segment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.usefixtures("home")]
PATIENCE = 20_000
SAVED = "Datanya diperbaiki."
PASTED = "-7.486900, 110.214500\n-7.486800, 110.215000\n-7.486500, 110.215100"
POINTS = [[110.2145, -7.4869], [110.215, -7.4868], [110.2151, -7.4865]]


@pytest.fixture
def post() -> Post:
    return b.load()


@pytest.fixture
def cookie(post: Post) -> str:
    owner = person("endang", role="rw_head", area=b.OWN)
    return client_of(owner).cookies[settings.SESSION_COOKIE_NAME].value


def _segment(post: Post) -> Segment:
    return Segment.objects.filter(post=post).exclude(line=[]).order_by("order")[0]


def _form(page: Page, segment: str) -> Locator:
    """The form with the segment's facts and line, unfolded."""
    page.goto(f"/rojak/pos/{b.POST}/rute/{segment}/")
    page.locator("summary", has_text="Perbaiki data dan garis").click()
    return page.locator("details[open] form")


def _map(form: Locator) -> Any:
    """The map's box on the screen, when it can be drawn on."""
    form.locator("[data-draw]").scroll_into_view_if_needed()
    expect(form.locator("[data-draw][data-ready]")).to_be_visible(timeout=PATIENCE)
    form.locator(".map").scroll_into_view_if_needed()
    box = form.locator(".map").bounding_box()
    assert box is not None
    return box


def _save(form: Locator) -> None:
    form.get_by_role("button", name="Simpan").click()
    expect(form.page.get_by_text(SAVED).first).to_be_visible(timeout=PATIENCE)


def _field(form: Locator) -> Locator:
    return form.get_by_role("textbox", name="Garis")


def _written(form: Locator) -> list[str]:
    return _field(form).input_value().splitlines()


def test_a_line_drawn_on_the_map_is_kept(live_server, post: Post, cookie: str) -> None:
    segment = _segment(post)

    def draw(page: Page) -> list[str]:
        form = _form(page, segment.code)
        _field(form).fill("")
        box = _map(form)
        for share in (0.3, 0.5, 0.6, 0.9):
            page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * (0.3 + share / 2))
            page.wait_for_timeout(400)  # two presses close together would be a zoom
        assert len(_written(form)) == 4
        form.get_by_role("button", name="Hapus titik terakhir").click()
        written = _written(form)
        assert faults(page, "menggambar") == []
        _save(form)
        return written

    written = visited(live_server.url, cookie, draw)
    line = Segment.objects.get(pk=segment.pk).line
    assert [f"{lat:.6f}, {lon:.6f}" for lon, lat in line] == written
    assert len(line) == 3 and line != segment.line
    (west, south), (east, north) = line[0], line[-1]
    assert west < east and south > north  # from the upper left to the lower right, as it was pressed
    assert AuditEntry.objects.filter(subject_id=str(segment.pk)).exists()


def test_a_line_is_pasted_by_keyboard_alone_and_shown_again(live_server, post: Post, cookie: str) -> None:
    segment = _segment(post)

    def paste(page: Page) -> list[str]:
        page.goto(f"/rojak/pos/{b.POST}/rute/{segment.code}/")
        page.locator("summary", has_text="Perbaiki data dan garis").focus()
        page.keyboard.press("Enter")
        form = page.locator("details[open] form")
        for _ in range(12):
            page.keyboard.press("Tab")
            if _field(form).evaluate("field => field === document.activeElement"):
                break
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(f"{PASTED}\n-7.4, 110.2")
        form.get_by_role("button", name="Hapus titik terakhir").focus()
        page.keyboard.press("Enter")
        form.get_by_role("button", name="Simpan").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text(SAVED).first).to_be_visible(timeout=PATIENCE)
        return _written(_form(page, segment.code))

    assert visited(live_server.url, cookie, paste) == PASTED.splitlines()
    assert Segment.objects.get(pk=segment.pk).line == POINTS


def test_a_line_is_walked_and_a_rough_position_is_no_point(live_server, post: Post, cookie: str) -> None:
    segment = _segment(post)

    def walk(page: Page) -> list[str]:
        form = _form(page, segment.code)
        _field(form).fill("")
        _map(form)
        for number, (lon, lat) in enumerate([*POINTS, (110.3, -7.4)]):
            rough = number == len(POINTS)
            where = {"longitude": lon, "latitude": lat, "accuracy": 80 if rough else 6}
            page.context.set_geolocation(where)  # type: ignore[arg-type]
            form.get_by_role("button", name="Titik di posisi saya").click()
            said = "belum cukup teliti" if rough else "Titik dicatat."
            expect(form.locator("[data-draw] [role=status]")).to_contain_text(said)
            expect(_field(form)).to_have_value("\n".join(PASTED.splitlines()[: number + 1]))
        _save(form)
        return []

    visited(live_server.url, cookie, walk, permissions=["geolocation"])
    assert Segment.objects.get(pk=segment.pk).line == POINTS


def test_without_a_script_the_line_is_a_field_and_a_wrong_one_is_said(live_server, post: Post, cookie: str) -> None:
    segment = _segment(post)

    def refused(page: Page) -> list[str]:
        form = _form(page, segment.code)
        assert not form.locator("[data-draw]").is_visible()
        _field(form).fill("0, 0\n1, 1")
        form.get_by_role("button", name="Simpan").click()
        return [page.locator("body").inner_text(), *_written(page.locator("details[open] form"))]

    said, *written = visited(live_server.url, cookie, refused, java_script_enabled=False)
    assert "di luar wilayah" in said and written == ["0, 0", "1, 1"]
    assert Segment.objects.get(pk=segment.pk).line == segment.line
