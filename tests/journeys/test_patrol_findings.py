"""A finding from the eye to the city: taps counted, faces wiped, questions, drafts, changes, duplicates."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.patrol import Patroller
from tests.journeys.phones import PATIENCE
from tests.journeys.screens import findings, go, picture, press, saved
from tests.rojak.app.full_city import FullPatrol, forms
from tidar.formulir.rules.answers import check as check_answers

pytestmark = [pytest.mark.journey, pytest.mark.slow]
# How strongly a photo changes from pixel to pixel (0–255), in the middle and in a corner.
ROUGHNESS = """async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
    pen.drawImage(image, 0, 0);
    const rough = (x, y) => {
        const { data } = pen.getImageData(x, y, 80, 80);
        let least = 255, most = 0;
        for (let i = 0; i < data.length; i += 4) { least = Math.min(least, data[i]); most = Math.max(most, data[i]); }
        return most - least;
    };
    return { middle: rough(image.width / 2 - 40, image.height / 2 - 40), corner: rough(20, 20), width: image.width };
}"""
TAPS = "addEventListener('click', (event) => event.isTrusted && (globalThis.taps = (globalThis.taps ?? 0) + 1), true)"


@pytest.fixture
def fake() -> Iterator[FullPatrol]:
    with FullPatrol() as served:
        yield served


@pytest.fixture
def phone(browser: Browser, fake: FullPatrol) -> Iterator[Patroller]:
    """Registered and prepared, on the first screen."""
    patroller = Patroller.new(browser, fake.url)
    patroller.open()
    patroller.prepare()
    patroller.open("#/")
    yield patroller
    patroller.context.close()


@pytest.mark.parametrize("kind", ["Jalan rusak", "Saluran air tersumbat"])
def test_a_finding_is_saved_within_four_taps(phone: Patroller, fake: FullPatrol, kind: str) -> None:
    """Also of a kind with questions: they may be answered later, and the phone says so."""
    fake.reachable = False
    phone.page.evaluate(TAPS)
    phone.page.get_by_role("link", name="Catat temuan").click()
    phone.page.get_by_role("link", name=kind, exact=True).click()
    saved(phone)
    assert phone.page.evaluate("taps") <= 4
    found = findings(phone)
    assert [(row["data"]["severity"], row["data"]["form"], row["state"]) for row in found] == [(2, "", "hp")]
    assert found[0]["data"]["position"] == {"lon_e6": 110217000, "lat_e6": -7471000, "accuracy_m": 8}
    has_questions = kind != "Jalan rusak"
    assert phone.page.get_by_role("link", name="Lengkapi isian").count() == has_questions


def test_a_finding_with_a_photo_takes_four_taps_and_the_shutter(phone: Patroller, fake: FullPatrol) -> None:
    taken = picture(phone)
    phone.page.evaluate(TAPS)
    phone.page.get_by_role("link", name="Catat temuan").click()
    phone.page.get_by_role("link", name="Jalan rusak", exact=True).click()
    phone.page.set_input_files("#kamera", [taken])  # the shutter of the phone's own camera
    phone.page.get_by_role("button", name="Pakai foto ini").click()
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    saved(phone)
    assert phone.page.evaluate("taps") <= 4
    phone.until_sent()
    assert set(findings(phone)[0]["photos"]) == fake.whole_photos()


def test_the_three_states_are_told_as_they_are(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    go(phone, "#/catat/jalan-rusak")
    phone.page.set_input_files("#galeri", [picture(phone)])
    press(phone, "Pakai foto ini")
    saved(phone)
    steps = phone.page.get_by_role("list", name="Sampai di mana catatan ini").get_by_role("listitem")
    expect(steps.nth(0)).to_have_text("Tersimpan di HP, sudah")
    expect(steps.nth(1)).to_contain_text("belum")
    expect(steps.nth(2)).to_contain_text("Foto diterima 0 dari 1, belum")
    fake.reachable = True
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(steps.nth(1)).to_have_text("Diterima kota RJ-000001, sudah", timeout=PATIENCE)
    expect(steps.nth(2)).to_have_text("Foto diterima (1), sudah", timeout=PATIENCE)


def test_what_was_wiped_is_gone_from_the_photo_that_is_sent(phone: Patroller, fake: FullPatrol) -> None:
    go(phone, "#/catat/jalan-rusak")
    phone.page.set_input_files("#galeri", [picture(phone)])
    canvas = phone.page.locator(".wipe__canvas")
    box = canvas.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    phone.page.mouse.move(*middle)
    phone.page.mouse.down()
    phone.page.mouse.move(middle[0] + 12, middle[1] + 8, steps=4)
    phone.page.mouse.up()
    press(phone, "Pakai foto ini")
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    saved(phone)
    phone.until_sent()
    (sent,) = fake.photos.values()
    rough = phone.page.evaluate(ROUGHNESS, base64.b64encode(sent).decode())
    assert rough["width"] == 1280
    assert rough["corner"] > 200 > 80 > rough["middle"]


def test_wiping_works_with_keys_and_can_begin_anew(phone: Patroller) -> None:
    go(phone, "#/catat/jalan-rusak")
    phone.page.set_input_files("#galeri", [picture(phone)])
    canvas = phone.page.locator(".wipe__canvas")
    shown = "canvas => canvas.toDataURL('image/jpeg').split(',')[1]"
    before = phone.page.evaluate(ROUGHNESS, canvas.evaluate(shown))
    assert phone.faults() == []
    canvas.focus()
    for _ in range(3):
        phone.page.keyboard.press("ArrowRight")
        phone.page.keyboard.press("Enter")
    wiped = phone.page.evaluate(ROUGHNESS, canvas.evaluate(shown))
    press(phone, "Ulangi")
    again = phone.page.evaluate(ROUGHNESS, canvas.evaluate(shown))
    assert (before["middle"] > 200, wiped["middle"] < 80, again["middle"] > 200) == (True, True, True)
    press(phone, "Buang")
    assert phone.page.locator(".shot").count() == 0


def test_a_half_filled_form_survives_the_tab(phone: Patroller) -> None:
    go(phone, "#/catat/saluran-tersumbat")
    phone.page.get_by_label("Lumpur").check()
    phone.page.set_input_files("#galeri", [picture(phone)])
    press(phone, "Pakai foto ini")
    phone.page.get_by_label("Catatan, boleh kosong").fill("dekat gardu")
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    phone.page.wait_for_timeout(300)
    phone.kill()
    phone.open("#/catatan")
    phone.page.get_by_role("link", name="Saluran air tersumbat").click()
    expect(phone.page.get_by_label("Lumpur")).to_be_checked()
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    expect(phone.page.get_by_label("Catatan, boleh kosong")).to_have_value("dekat gardu")
    assert findings(phone) == []


def test_half_answered_questions_are_asked_about_and_never_lost(phone: Patroller, fake: FullPatrol) -> None:
    go(phone, "#/catat/saluran-tersumbat")
    phone.page.get_by_label("Lumpur").check()
    press(phone, "Simpan")
    expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert phone.faults() == []
    press(phone, "Simpan dulu, isi nanti")
    phone.page.get_by_role("link", name="Lengkapi isian").click()
    expect(phone.page.get_by_label("Lumpur")).to_be_checked()
    phone.page.get_by_label("Meluap ke jalan").check()
    phone.page.get_by_label("Tinggi genangan (cm)").fill("35")
    phone.page.get_by_role("group", name="Dapat dibersihkan warga sendiri?").get_by_label("Ya").check()
    saved(phone)
    phone.until_sent()
    first, second = fake.bodies(kind="finding")
    assert (first["data"]["form"], second["data"]["form"], second["revision"]) == ("", "saluran", 2)
    answers = second["data"]["answers"]
    assert answers == {"sebab": "lumpur", "aliran": "meluap", "tinggi": 35, "sendiri": "ya"}
    assert check_answers(forms()["saluran"]["definition"], answers, today=date(2026, 11, 25)).problems == ()


def test_questions_come_and_go_with_the_answers(phone: Patroller) -> None:
    go(phone, "#/catat/jentik")
    where = phone.page.get_by_role("group", name="Di mana jentiknya")
    expect(where).to_be_hidden()
    phone.page.get_by_label("Wadah air yang diperiksa").fill("8")
    phone.page.get_by_label("Wadah yang berjentik").fill("9")
    expect(phone.page.get_by_text("Tidak boleh lebih dari wadah yang diperiksa.")).to_be_visible()
    phone.page.get_by_label("Wadah yang berjentik").fill("2")
    expect(where).to_be_visible()
    expect(phone.page.get_by_text("Berjentik: 25 persen wadah.")).to_be_visible()
    press(phone, "Simpan")
    press(phone, "Isi sekarang")
    expect(where.get_by_text("Wajib diisi.")).to_be_visible()


def test_a_finding_is_changed_before_and_after_the_city_has_it(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    go(phone, "#/catat/jalan-rusak")
    saved(phone)
    for severity in ("Ringan", "Segera"):
        phone.page.get_by_role("link", name="Ubah", exact=True).click()
        press(phone, severity)
        saved(phone)
        fake.reachable = True
        phone.until_sent()
    bodies = fake.bodies(kind="finding")
    assert [(body["revision"], body["data"]["severity"]) for body in bodies] == [(1, 2), (2, 1), (3, 3)]
    assert sorted(row["answer"]["state"] for row in fake.versions.values()) == ["diganti", "diganti", "diterima"]


def test_what_is_there_already_is_shown_before_saving(phone: Patroller) -> None:
    phone.context.set_geolocation({"longitude": 110.21725, "latitude": -7.4722, "accuracy": 6})
    go(phone, "#/catat/sampah")  # the first open finding of the pack is litter at this place, two hours old
    notice = phone.page.get_by_text("Sudah dicatat 2 jam lalu")
    expect(notice).to_be_visible()
    assert "dari sini" in notice.inner_text()
    assert phone.faults() == []
    phone.page.get_by_label("Plastik").check()
    press(phone, "Itu sama, tidak usah dicatat")
    expect(phone.page.locator("[data-layar=awal]")).to_be_visible()
    assert findings(phone) == []
    go(phone, "#/catat/lampu-mati")
    expect(phone.page.get_by_role("button", name="Simpan", exact=True)).to_be_visible()
    expect(phone.page.get_by_text("Sudah dicatat")).to_have_count(0)


def test_her_own_finding_counts_as_there_already(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    go(phone, "#/catat/lampu-mati")
    saved(phone)
    go(phone, "#/catat/lampu-mati")
    expect(phone.page.get_by_text("Sudah dicatat 1 menit lalu")).to_be_visible()


def test_the_file_holds_what_the_city_has_not(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    go(phone, "#/catat/jalan-rusak")
    saved(phone)
    go(phone, "#/catatan")
    with phone.page.expect_download() as download:
        press(phone, "Simpan ke berkas")
    content = json.loads(download.value.path().read_text())
    assert [item["id"] for item in content["items"]] == [row["id"] for row in phone.versions()]


def test_the_count_of_both_sides_is_told_at_each_moment(phone: Patroller, fake: FullPatrol) -> None:
    words = phone.page.locator(".compare")
    for number in range(3):
        phone.observe(number, photo=False, kind="jalan-rusak")
    phone.send(ask=False)
    phone.open("#/catatan")
    expect(words).to_have_text("3 dari 3 catatan diterima kota")
    fake.reachable = False
    for number in range(2):
        phone.observe(number + 3, photo=False, kind="jalan-rusak")
    phone.page.reload()
    expect(words).to_have_text("3 dari 5 catatan diterima kota")
    fake.reachable = True
    press(phone, "Kirim sekarang")
    expect(words).to_have_text("5 dari 5 catatan diterima kota, isinya sama", timeout=PATIENCE)
