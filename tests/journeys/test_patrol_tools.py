"""What the phone itself lends to the patrol: its camera for stickers, its sheet for sharing, its clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import ARGUMENTS, executable
from tests.journeys.camera import seeing
from tests.journeys.patrol import PHONE, Patroller
from tests.journeys.phones import PATIENCE
from tests.journeys.screens import go, press
from tests.rojak.app.full_city import FullPatrol

pytestmark = [pytest.mark.journey, pytest.mark.slow]
ALLOWED = [*PHONE["permissions"], "camera", "clipboard-read", "clipboard-write"]
# The phone's own sheet: what it is given, or how it ends ("AbortError": closed without choosing; "NotAllowedError").
SHEET = """globalThis.given = []; navigator.share = async (what) => {
    if (globalThis.ends) throw new DOMException("sheet", globalThis.ends);
    globalThis.given.push({ ...what });
};"""
NO_SHEET = "delete Navigator.prototype.share; navigator.share = undefined;"


@pytest.fixture
def fake() -> Iterator[FullPatrol]:
    with FullPatrol() as served:
        yield served


def _sticker(fake: FullPatrol) -> list[Any]:
    """The third checkpoint of the post: code, title, segment, …"""
    return list(fake.pack()["checkpoints"][2])


def _walking(browser: Browser, fake: FullPatrol) -> tuple[Patroller, str]:
    """A phone on a round, without signal, and the round."""
    phone = Patroller.new(browser, fake.url, permissions=ALLOWED)
    phone.open()
    phone.prepare()
    round_id = phone.start()
    fake.reachable = False
    phone.open("#/ronda")
    return phone, round_id


def _seen(browser: Browser, fake: FullPatrol, text: str, folder: Path) -> Iterator[Patroller]:
    """A phone on a round whose camera sees a sticker that says `text`."""
    arguments = [*ARGUMENTS, *seeing(text, folder)]
    launched = browser.browser_type.launch(executable_path=executable(), args=arguments)
    phone, _round = _walking(launched, fake)
    phone.page.get_by_role("link", name="Pindai").first.click()
    yield phone
    launched.close()


@pytest.mark.parametrize("written", ["{code}", "https://kota.example/titik/{code}"])
def test_the_camera_reads_a_checkpoint_without_signal(
    browser: Browser, fake: FullPatrol, written: str, tmp_path: Path
) -> None:
    code, title, segment = _sticker(fake)[:3]
    for phone in _seen(browser, fake, written.format(code=code), tmp_path):
        expect(phone.page.get_by_text(f"{title} diperiksa. Tersimpan di HP.")).to_be_visible(timeout=PATIENCE)
        expect(phone.page).to_have_url(f"{fake.url}/rojak/#/ronda/{segment}")
        (check,) = [row for row in phone.versions() if row["kind"] == "check"]
        said = check["body"]["data"]
        assert (said["segment"], said["checkpoint"], said["how"]) == (segment, code, "qr")
        assert (check["unsent"], check["state"], fake.bodies(kind="check")) == (1, "hp", [])
        fake.reachable = True
        phone.until_sent()
        assert [body["data"]["checkpoint"] for body in fake.bodies(kind="check")] == [code]


def test_a_sticker_of_another_post_is_said_and_counts_nothing(
    browser: Browser, fake: FullPatrol, tmp_path: Path
) -> None:
    for phone in _seen(browser, fake, "https://kota.example/titik/LAIN-01", tmp_path):
        expect(phone.page.get_by_text("Stiker ini bukan dari pos Anda.")).to_be_visible(timeout=PATIENCE)
        assert [row["kind"] for row in phone.versions() if row["kind"] == "check"] == []


def _told(browser: Browser, fake: FullPatrol, script: str) -> Patroller:
    """A phone that ended its round, on the screen with the round's summary."""
    phone, round_id = _walking(browser, fake)
    phone.check(fake.pack()["segments"][0][0])
    phone.observe(1, photo=False, kind="jalan-rusak", segment=fake.pack()["segments"][0][0])
    phone.observe(2, photo=False, kind="orang-asing", segment=fake.pack()["segments"][1][0])
    phone.run('await (await use("round")).end({ note: "Bu Yati capek" })')
    phone.page.add_init_script(script)
    phone.page.reload()
    phone.open(f"#/ringkas/{round_id}")
    return phone


def _is_for_the_group(text: str, fake: FullPatrol) -> None:
    """The whole summary, and nothing of persons, houses or notes."""
    pack = fake.pack()
    assert pack["post"]["title"] in text.splitlines()[0]
    assert f"diperiksa: 1 dari {len(pack['segments'])}" in text
    assert "Jalan rusak: 1" in text and "Temuan: 1\n" in text
    persons = [name for _id, name in pack["members"]]
    houses = [f"No. {label}" for _segment, labels in pack["houses"] for label in labels]
    for secret in (*persons, *houses, "capek", "temuan 1", "temuan 2", "rang tak dikenal", "rang asing"):
        assert secret not in text, secret


def test_one_tap_gives_the_summary_to_the_phones_own_sheet(browser: Browser, fake: FullPatrol) -> None:
    phone = _told(browser, fake, SHEET)
    press(phone, "Bagikan ke grup")
    phone.page.wait_for_function("globalThis.given.length === 1")
    (given,) = phone.page.evaluate("globalThis.given")
    assert set(given) == {"text"}
    _is_for_the_group(given["text"], fake)
    assert given["text"] == phone.page.locator(".told").inner_text()
    phone.context.close()


@pytest.mark.parametrize(("ends", "said"), [("AbortError", ""), ("NotAllowedError", "Belum bisa dibagikan.")])
def test_a_sheet_that_is_closed_or_refused_loses_nothing(
    browser: Browser, fake: FullPatrol, ends: str, said: str
) -> None:
    phone = _told(browser, fake, SHEET)
    phone.page.evaluate("ends => { globalThis.ends = ends }", ends)
    press(phone, "Bagikan ke grup")
    phone.page.wait_for_timeout(300)
    shown = phone.page.locator("#pesan").inner_text() if phone.page.locator("#pesan").is_visible() else ""
    assert (shown.startswith(said), bool(shown)) == (True, bool(said))
    phone.page.evaluate("globalThis.ends = ''")
    press(phone, "Bagikan ke grup")
    phone.page.wait_for_function("globalThis.given.length === 1")
    phone.context.close()


def test_without_a_sheet_the_summary_is_copied(browser: Browser, fake: FullPatrol) -> None:
    phone = _told(browser, fake, NO_SHEET)
    assert phone.page.evaluate("navigator.share === undefined")
    for name in ("Bagikan ke grup", "Salin"):
        phone.page.evaluate("navigator.clipboard.writeText('sebelumnya')")
        press(phone, name)
        expect(phone.page.get_by_text("Disalin. Tempelkan di grup.")).to_be_visible()
        _is_for_the_group(phone.page.evaluate("navigator.clipboard.readText()"), fake)
    go(phone, "#/")
    phone.context.close()
