"""A dirty workbook becomes a number on an open wall, and the number leads back to its cell.

A producer uploads, maps, checks and publishes; the wall that has been open all the time shows the new number; she mends
what was quarantined and releases it; the number changes again; the operator walks it down to the cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.city import ROOT, City

pytestmark = pytest.mark.journey
DIRTY = ROOT / "regions" / "33.71" / "demo" / "kotor" / "penduduk-2026-11-kotor.xlsx"
TILE = "[data-key=jumlah-penduduk] .number"
PATIENCE = 20_000


@pytest.fixture(scope="module")
def wall(city: City, sign_in: Callable[..., Page]) -> Iterator[Page]:
    """The operator's wall, opened once and never reloaded."""
    page = sign_in("Dewi Operator")
    page.goto("/wall")
    expect(page.locator(TILE)).to_have_text("128.709")
    yield page


@pytest.fixture(scope="module")
def producer(wall: Page, sign_in: Callable[..., Page]) -> Page:
    return sign_in("Sri Disdukcapil", viewport={"width": 1280, "height": 900})


def _number(page: Page) -> int:
    return int(page.locator(TILE).inner_text().replace(".", ""))


def test_1_upload_and_map(producer: Page) -> None:
    producer.goto("/hub/umpan/penduduk/unggah/")
    producer.set_input_files("input[type=file]", DIRTY)
    producer.get_by_role("button", name="Lanjut: petakan kolom").click()
    expect(producer.get_by_role("heading", name="Petakan kolom")).to_be_visible()
    expect(producer.locator("tr.is-marked").first).to_be_visible()  # the heading was found although it takes two lines
    producer.get_by_role("button", name="Lanjut: periksa").click()
    expect(producer.get_by_role("heading", name="Periksa dan terbitkan")).to_be_visible()


def test_2_sentences_name_the_cells(producer: Page) -> None:
    text = producer.locator("#hasil").inner_text()
    assert re.search(r"\b[A-Z]{1,2}\d+\b", text), "no cell is named"
    facts = producer.locator("dl.facts dd").all_inner_texts()
    accepted, rejected, skipped = (int(fact.replace(".", "")) for fact in facts[:3])
    assert accepted + rejected == 17
    assert rejected >= 1
    assert skipped >= 1  # the total row and the note under the table are no data


def test_3_publishing_changes_the_open_wall(producer: Page, wall: Page) -> None:
    producer.get_by_role("button", name=re.compile("^Terbitkan")).click()
    expect(producer).to_have_url(re.compile("/hub/kiriman/"))
    expect(wall.locator(TILE)).not_to_have_text("128.709", timeout=PATIENCE)
    expect(wall.locator("[data-key=jumlah-penduduk]")).to_contain_text(re.compile(r"belum lengkap \d+/17"))


def test_4_mended_rows_are_released(producer: Page, wall: Page) -> None:
    before = _number(wall)
    _open_quarantine(producer)
    waiting = producer.locator("tbody tr").count()
    assert waiting >= 1
    spellings = producer.get_by_role("button", name=re.compile("^Ingat")).count()
    assert spellings == 2  # "Potrobangsann" and "Rejowinangun Utr"
    for _ in range(spellings):
        producer.get_by_role("button", name=re.compile("^Ingat")).first.click()
        producer.wait_for_load_state()
    _open_quarantine(producer)
    producer.get_by_role("button", name=re.compile("Lepaskan semua")).click()
    producer.wait_for_load_state()
    expect(wall.locator(TILE)).not_to_have_text(f"{before:,}".replace(",", "."), timeout=PATIENCE)
    assert _number(wall) > before
    expect(wall.locator("[data-key=jumlah-penduduk]")).to_contain_text("belum lengkap 16/17")  # one needs a person
    _mend_by_hand(producer, "RT", "45")
    expect(wall.locator("[data-key=jumlah-penduduk]")).not_to_contain_text("belum lengkap", timeout=PATIENCE)


def _mend_by_hand(page: Page, label: str, value: str) -> None:
    """Correct the only row that is left, and release it."""
    _open_quarantine(page)
    page.get_by_role("link", name=re.compile("^Perbaiki baris")).click()
    page.get_by_label(re.compile(f"\\b{label}\\b")).last.fill(value)
    page.get_by_role("button", name="Simpan perbaikan").click()
    expect(page.get_by_text("lolos, siap dilepas")).to_be_visible()
    page.get_by_role("button", name=re.compile("Lepaskan semua")).click()
    page.wait_for_load_state()


def _open_quarantine(page: Page) -> None:
    delivery = re.search(r"/hub/kiriman/[0-9a-f-]+/", page.url)
    assert delivery is not None
    page.goto(f"{delivery.group(0)}karantina/")


def test_5_the_number_leads_back_to_the_cell(wall: Page) -> None:
    wall.locator("[data-key=jumlah-penduduk] a.tile__number").click()
    panel = wall.locator("#telusur-isi")
    expect(panel).to_contain_text("penduduk-2026-11-kotor.xlsx", timeout=PATIENCE)
    href = wall.locator("[data-key=jumlah-penduduk] a.tile__number").get_attribute("href")
    assert href is not None
    wall.goto(href)
    wall.locator("a[href*='/telusur/baris/']").first.click()
    expect(wall.get_by_text("penduduk-2026-11-kotor.xlsx").first).to_be_visible()
    assert re.search(r"\b[A-Z]{1,2}\d+\b", wall.locator("main").inner_text())
