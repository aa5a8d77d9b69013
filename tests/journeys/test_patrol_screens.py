"""What a volunteer sees and presses: every screen in both themes at 360 px, taps counted, faces wiped, slips taken back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.collector import AXE
from tests.journeys.patrol import PATIENCE, Patroller
from tests.rojak.app.full_city import FullPatrol, forms
from tidar.formulir.rules.answers import check as check_answers

pytestmark = [pytest.mark.journey, pytest.mark.slow]
SCREENS = (
    "#/", "#/ronda", "#/pindai", "#/pindai/ketik", "#/temuan", "#/catat/sampah", "#/catat/jentik", "#/catat/orang-asing",
    "#/peta", "#/catatan", "#/kegiatan", "#/hadir", "#/ganti", "#/ganti/terima", "#/selesai", "#/rumah", "#/sos",
    "#/lainnya", "#/bantuan", "#/siap",
)  # fmt: skip
SMALL = """[...document.querySelectorAll("a, button, input, select, textarea, summary")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && (box.height < 55.5 || box.width < 55.5);
}).map((e) => e.outerHTML.slice(0, 90))"""
# A picture with a sharp pattern, the same each time.
PICTURE = """async () => {
    const canvas = new OffscreenCanvas(1600, 1200), pen = canvas.getContext("2d");
    for (let x = 0; x < 1600; x += 20) for (let y = 0; y < 1200; y += 20) {
        pen.fillStyle = (x + y) / 20 % 2 ? "#fff" : "#000"; pen.fillRect(x, y, 20, 20);
    }
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 })).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""
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


def _go(phone: Patroller, hash_: str) -> None:
    phone.page.evaluate("hash => { location.hash = hash }", hash_)
    phone.page.wait_for_timeout(250)


def _press(phone: Patroller, name: str, role: Any = "button") -> None:
    phone.page.get_by_role(role, name=name, exact=True).click()


def _faults(phone: Patroller) -> list[str]:
    """What axe finds, sideways scrolling, and targets smaller than a thumb."""
    phone.page.evaluate(AXE.read_text())
    result = phone.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    found = [f"{v['id']}: {[n['target'] for n in v['nodes']][:3]} {v['help']}" for v in result["violations"]]
    wider = phone.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    small = [f"small: {each}" for each in phone.page.evaluate(SMALL)]
    return [*found, *([f"scrolls sideways by {wider} px"] if wider > 0 else []), *small]


def _picture(phone: Patroller) -> dict[str, Any]:
    data = base64.b64decode(phone.page.evaluate(PICTURE))
    return {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": data}


def _findings(phone: Patroller) -> list[dict[str, Any]]:
    return [row for row in phone.versions() if row["kind"] == "finding"]


def _saved(phone: Patroller) -> None:
    _press(phone, "Simpan")
    expect(phone.page.get_by_role("heading", name="Tersimpan", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_at_360_px(browser: Browser, fake: FullPatrol, scheme: str) -> None:
    phone = Patroller.new(browser, fake.url, color_scheme=scheme)
    phone.open()
    faults = {"daftar": _faults(phone)}
    phone.prepare()
    round_id = phone.start()
    item = phone.observe(1, kind="jalan-rusak")
    phone.until_sent()
    for hash_ in (*SCREENS, f"#/catatan/{item}", f"#/ubah/{item}", f"#/ringkas/{round_id}"):
        phone.open(hash_)
        phone.page.wait_for_timeout(300)
        faults[hash_] = _faults(phone)
        assert phone.page.locator(".sos").count() == (hash_ != "#/sos"), hash_
    assert {where: found for where, found in faults.items() if found} == {}
    phone.context.close()


@pytest.mark.parametrize("look", ["matahari", "terbesar"])
def test_large_letters_and_the_look_for_bright_sun_fit_too(phone: Patroller, look: str) -> None:
    phone.start()
    _go(phone, "#/lainnya")
    _press(phone, look.capitalize())
    faults = {}
    for hash_ in SCREENS:
        phone.open(hash_)
        phone.page.wait_for_timeout(200)
        faults[hash_] = _faults(phone)
    assert {where: found for where, found in faults.items() if found} == {}


def test_every_screen_says_where_it_is_and_none_complains(phone: Patroller) -> None:
    complaints: list[str] = []
    phone.page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    phone.page.on("pageerror", lambda error: complaints.append(str(error)))
    phone.start()
    for hash_ in SCREENS[1:]:
        _go(phone, hash_)
        heading = phone.page.locator("h1")
        expect(heading).to_have_count(1)
        expect(heading).to_be_focused()
        expect(phone.page).to_have_title(f"{heading.inner_text()} · Ronda")
    assert complaints == []


@pytest.mark.parametrize("kind", ["Jalan rusak", "Saluran air tersumbat"])
def test_a_finding_is_saved_within_four_taps(phone: Patroller, fake: FullPatrol, kind: str) -> None:
    """Also of a kind with questions: they may be answered later, and the phone says so."""
    fake.reachable = False
    phone.page.evaluate(TAPS)
    phone.page.get_by_role("link", name="Catat temuan").click()
    phone.page.get_by_role("link", name=kind).click()
    _saved(phone)
    assert phone.page.evaluate("taps") <= 4
    found = _findings(phone)
    assert [(row["data"]["severity"], row["data"]["form"], row["state"]) for row in found] == [(2, "", "hp")]
    assert found[0]["data"]["position"] == {"lon_e6": 110217000, "lat_e6": -7471000, "accuracy_m": 8}
    has_questions = kind != "Jalan rusak"
    assert phone.page.get_by_role("link", name="Lengkapi isian").count() == has_questions


def test_a_finding_with_a_photo_takes_four_taps_and_the_shutter(phone: Patroller, fake: FullPatrol) -> None:
    picture = _picture(phone)
    phone.page.evaluate(TAPS)
    phone.page.get_by_role("link", name="Catat temuan").click()
    phone.page.get_by_role("link", name="Jalan rusak").click()
    phone.page.set_input_files("#kamera", [picture])  # the shutter of the phone's own camera
    phone.page.get_by_role("button", name="Pakai foto ini").click()
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    _saved(phone)
    assert phone.page.evaluate("taps") <= 4
    phone.until_sent()
    assert set(_findings(phone)[0]["photos"]) == fake.whole_photos()


def test_the_three_states_are_told_as_they_are(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    _go(phone, "#/catat/jalan-rusak")
    phone.page.set_input_files("#galeri", [_picture(phone)])
    _press(phone, "Pakai foto ini")
    _saved(phone)
    steps = phone.page.get_by_role("list", name="Sampai di mana catatan ini").get_by_role("listitem")
    expect(steps.nth(0)).to_have_text("Tersimpan di HP, sudah")
    expect(steps.nth(1)).to_contain_text("belum")
    expect(steps.nth(2)).to_contain_text("Foto diterima 0 dari 1, belum")
    fake.reachable = True
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(steps.nth(1)).to_have_text("Diterima kota RJ-000001, sudah", timeout=PATIENCE)
    expect(steps.nth(2)).to_have_text("Foto diterima (1), sudah", timeout=PATIENCE)


def test_what_was_wiped_is_gone_from_the_photo_that_is_sent(phone: Patroller, fake: FullPatrol) -> None:
    _go(phone, "#/catat/jalan-rusak")
    phone.page.set_input_files("#galeri", [_picture(phone)])
    canvas = phone.page.locator(".wipe__canvas")
    box = canvas.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    phone.page.mouse.move(*middle)
    phone.page.mouse.down()
    phone.page.mouse.move(middle[0] + 12, middle[1] + 8, steps=4)
    phone.page.mouse.up()
    _press(phone, "Pakai foto ini")
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    _saved(phone)
    phone.until_sent()
    (sent,) = fake.photos.values()
    rough = phone.page.evaluate(ROUGHNESS, base64.b64encode(sent).decode())
    assert rough["width"] == 1280
    assert rough["corner"] > 200 > 80 > rough["middle"]


def test_wiping_works_with_keys_and_can_begin_anew(phone: Patroller) -> None:
    _go(phone, "#/catat/jalan-rusak")
    phone.page.set_input_files("#galeri", [_picture(phone)])
    canvas = phone.page.locator(".wipe__canvas")
    shown = "canvas => canvas.toDataURL('image/jpeg').split(',')[1]"
    before = phone.page.evaluate(ROUGHNESS, canvas.evaluate(shown))
    assert _faults(phone) == []
    canvas.focus()
    for _ in range(3):
        phone.page.keyboard.press("ArrowRight")
        phone.page.keyboard.press("Enter")
    wiped = phone.page.evaluate(ROUGHNESS, canvas.evaluate(shown))
    _press(phone, "Ulangi")
    again = phone.page.evaluate(ROUGHNESS, canvas.evaluate(shown))
    assert (before["middle"] > 200, wiped["middle"] < 80, again["middle"] > 200) == (True, True, True)
    _press(phone, "Buang")
    assert phone.page.locator(".shot").count() == 0


def test_a_half_filled_form_survives_the_tab(phone: Patroller) -> None:
    _go(phone, "#/catat/saluran-tersumbat")
    phone.page.get_by_label("Lumpur").check()
    phone.page.set_input_files("#galeri", [_picture(phone)])
    _press(phone, "Pakai foto ini")
    phone.page.get_by_label("Catatan, boleh kosong").fill("dekat gardu")
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    phone.page.wait_for_timeout(300)
    phone.kill()
    phone.open("#/catatan")
    phone.page.get_by_role("link", name="Saluran air tersumbat").click()
    expect(phone.page.get_by_label("Lumpur")).to_be_checked()
    expect(phone.page.get_by_role("img", name="Foto 1")).to_be_visible()
    expect(phone.page.get_by_label("Catatan, boleh kosong")).to_have_value("dekat gardu")
    assert _findings(phone) == []


def test_half_answered_questions_are_asked_about_and_never_lost(phone: Patroller, fake: FullPatrol) -> None:
    _go(phone, "#/catat/saluran-tersumbat")
    phone.page.get_by_label("Lumpur").check()
    _press(phone, "Simpan")
    expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert _faults(phone) == []
    _press(phone, "Simpan dulu, isi nanti")
    phone.page.get_by_role("link", name="Lengkapi isian").click()
    expect(phone.page.get_by_label("Lumpur")).to_be_checked()
    phone.page.get_by_label("Meluap ke jalan").check()
    phone.page.get_by_label("Tinggi genangan (cm)").fill("35")
    phone.page.get_by_role("group", name="Dapat dibersihkan warga sendiri?").get_by_label("Ya").check()
    _saved(phone)
    phone.until_sent()
    first, second = fake.bodies(kind="finding")
    assert (first["data"]["form"], second["data"]["form"], second["revision"]) == ("", "saluran", 2)
    answers = second["data"]["answers"]
    assert answers == {"sebab": "lumpur", "aliran": "meluap", "tinggi": 35, "sendiri": "ya"}
    assert check_answers(forms()["saluran"]["definition"], answers, today=date(2026, 11, 25)).problems == ()


def test_questions_come_and_go_with_the_answers(phone: Patroller) -> None:
    _go(phone, "#/catat/jentik")
    where = phone.page.get_by_role("group", name="Di mana jentiknya")
    expect(where).to_be_hidden()
    phone.page.get_by_label("Wadah air yang diperiksa").fill("8")
    phone.page.get_by_label("Wadah yang berjentik").fill("9")
    expect(phone.page.get_by_text("Tidak boleh lebih dari wadah yang diperiksa.")).to_be_visible()
    phone.page.get_by_label("Wadah yang berjentik").fill("2")
    expect(where).to_be_visible()
    expect(phone.page.get_by_text("Berjentik: 25 persen wadah.")).to_be_visible()
    _press(phone, "Simpan")
    _press(phone, "Isi sekarang")
    expect(where.get_by_text("Wajib diisi.")).to_be_visible()


def test_a_finding_is_changed_before_and_after_the_city_has_it(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    _go(phone, "#/catat/jalan-rusak")
    _saved(phone)
    for severity in ("Ringan", "Segera"):
        phone.page.get_by_role("link", name="Ubah", exact=True).click()
        _press(phone, severity)
        _saved(phone)
        fake.reachable = True
        phone.until_sent()
    bodies = fake.bodies(kind="finding")
    assert [(body["revision"], body["data"]["severity"]) for body in bodies] == [(1, 2), (2, 1), (3, 3)]
    assert sorted(row["answer"]["state"] for row in fake.versions.values()) == ["diganti", "diganti", "diterima"]


def test_what_is_there_already_is_shown_before_saving(phone: Patroller) -> None:
    phone.context.set_geolocation({"longitude": 110.21725, "latitude": -7.4722, "accuracy": 6})
    _go(phone, "#/catat/sampah")  # the first open finding of the pack is litter at this place, two hours old
    notice = phone.page.get_by_text("Sudah dicatat 2 jam lalu")
    expect(notice).to_be_visible()
    assert "dari sini" in notice.inner_text()
    assert _faults(phone) == []
    phone.page.get_by_label("Plastik").check()
    _press(phone, "Itu sama, tidak usah dicatat")
    expect(phone.page.locator("[data-layar=awal]")).to_be_visible()
    assert _findings(phone) == []
    _go(phone, "#/catat/lampu-mati")
    expect(phone.page.get_by_role("button", name="Simpan", exact=True)).to_be_visible()
    expect(phone.page.get_by_text("Sudah dicatat")).to_have_count(0)


def test_her_own_finding_counts_as_there_already(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    _go(phone, "#/catat/lampu-mati")
    _saved(phone)
    _go(phone, "#/catat/lampu-mati")
    expect(phone.page.get_by_text("Sudah dicatat 1 menit lalu")).to_be_visible()


def test_a_tap_checks_and_can_be_taken_back(phone: Patroller) -> None:
    phone.start()
    _go(phone, "#/ronda")
    spots = phone.page.locator(".spot__do")
    phone.page.get_by_role("button", name="Periksa Tepi Kali Manggis, Titik 1").click()
    phone.page.get_by_role("button", name="Batalkan Tepi Kali Manggis, Titik 1").click()
    expect(phone.page.get_by_role("button", name="Periksa Tepi Kali Manggis, Titik 1")).to_be_visible()
    before = spots.count()
    phone.page.get_by_role("button", name="Periksa Tepi Kali Manggis, Titik 2").click()
    expect(spots).to_have_count(before - 1)
    expect(phone.page.get_by_text("1 dari 10 lorong")).to_be_visible()
    assert [row for row in phone.versions() if row["kind"] == "check"] == []
    phone.page.wait_for_timeout(10_600)
    (check,) = (row for row in phone.versions() if row["kind"] == "check")
    assert (check["data"]["segment"], check["data"]["checkpoint"], check["data"]["how"]) == ("L007", "T0014", "ketuk")
    assert check["data"]["position"]["accuracy_m"] == 8


def test_a_tap_survives_the_tab_that_is_killed_within_its_ten_seconds(phone: Patroller) -> None:
    phone.start()
    _go(phone, "#/ronda")
    phone.page.get_by_role("button", name="Periksa Tepi Kali Manggis, Titik 1").click()
    expect(phone.page.get_by_role("button", name="Batalkan Tepi Kali Manggis, Titik 1")).to_be_visible()
    tapped = phone.run('return (await (await use("store")).draft("centang"))[0]')
    phone.kill()
    phone.page = phone.context.new_page()
    phone.page.wait_for_timeout(10_000)
    phone.open("#/ronda")
    expect(phone.page.get_by_text("1 dari 10 lorong")).to_be_visible()
    (check,) = (row for row in phone.versions() if row["kind"] == "check")
    assert (check["id"], check["at"]) == (tapped["id"], tapped["at"])


def test_a_check_without_a_sure_place_is_unknown(phone: Patroller) -> None:
    phone.context.set_geolocation({"longitude": 110.2169, "latitude": -7.4729, "accuracy": 65})
    phone.start()
    _go(phone, "#/ronda")
    expect(phone.page.get_by_text("Tempat kurang pasti, ±65 m")).to_be_visible()
    phone.page.get_by_role("button", name="Periksa Tepi Kali Manggis, Titik 1").click()
    expect(phone.page.locator(".spot--unknown")).to_contain_text("tempat tidak diketahui")
    _go(phone, "#/peta")
    expect(phone.page.locator(".key--unknown")).to_contain_text("Tidak diketahui")
    assert phone.page.locator(".way--unknown").count() == 1


def test_typing_a_sticker_checks_it_and_a_foreign_one_is_said(phone: Patroller) -> None:
    phone.start()
    _go(phone, "#/pindai/ketik")
    phone.page.get_by_label("Kode di bawah gambar stiker").fill("X9999")
    _press(phone, "Periksa")
    expect(phone.page.get_by_text("Stiker ini bukan dari pos Anda.")).to_be_visible()
    phone.page.get_by_label("Kode di bawah gambar stiker").fill("t0003")
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_text("1 dari 10 lorong")).to_be_visible()
    (check,) = (row for row in phone.versions() if row["kind"] == "check")
    assert (check["data"]["segment"], check["data"]["checkpoint"]) == ("L002", "T0003")


def test_a_slip_sends_no_sos_but_holding_does(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    phone.page.get_by_role("link", name="SOS").click()
    alarm = phone.page.get_by_role("button", name="Tahan untuk minta tolong")
    alarm.click()
    alarm.click(delay=700)
    phone.page.wait_for_timeout(1_200)
    assert phone.versions() == []
    alarm.click(delay=1_700)
    expect(phone.page.get_by_role("alert")).to_contain_text("belum ada sinyal")
    (sos,) = phone.versions()
    assert (sos["kind"], sos["data"]["position"]["accuracy_m"]) == ("sos", 8)
    fake.reachable = True
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.page.get_by_text("diterima kota RJ-000001. Koordinator diberi tahu.")).to_be_visible(timeout=PATIENCE)


def test_sos_works_with_keys_and_without_holding(phone: Patroller) -> None:
    _go(phone, "#/sos")
    phone.page.locator("#sos-tahan").focus()
    phone.page.keyboard.press("Enter", delay=300)
    phone.page.keyboard.press("Enter", delay=1_700)
    expect(phone.page.locator(".notice").first).to_contain_text("SOS pukul")
    phone.page.get_by_text("Tidak bisa menahan tombol?").click()
    _press(phone, "Ya, kirim SOS sekarang")
    phone.page.wait_for_timeout(500)
    assert [row["kind"] for row in phone.versions()] == ["sos", "sos"]


def test_a_round_is_told_without_names_houses_or_what_concerns_persons(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    phone.page.get_by_role("link", name="Mulai ronda").click()
    _press(phone, "Mulai ronda")
    expect(phone.page.get_by_role("heading", name="Ronda berjalan")).to_be_visible()
    phone.observe(1, kind="jalan-rusak", photo=False)
    phone.observe(2, kind="orang-asing", photo=False)
    phone.run(
        """await (await use("round")).activity({ kind: "kerja-bakti", participants: 14, note: "di rumah Bu Yati" })"""
    )
    phone.page.reload()
    phone.page.get_by_role("button", name="Periksa Tepi Kali Manggis, Titik 1").click()
    phone.page.get_by_role("link", name="Akhiri ronda").click()
    phone.page.get_by_label("Catatan untuk koordinator, boleh kosong").fill("Rumah No. 12 kosong")
    _press(phone, "Akhiri ronda")
    text = phone.page.locator(".told")
    expect(text).to_contain_text("Lorong diperiksa: 1 dari 10")
    told = text.inner_text()
    assert "Temuan: 1\n• Jalan rusak: 1" in told
    assert "peserta 14" in told
    assert [word for word in ("Yati", "Sri", "No. 12", "kosong", "tak dikenal", "Orang") if word in told] == []
    assert [row["kind"] for row in phone.versions() if row["kind"] != "track"][-1] == "round_end"


def test_the_summary_is_copied_where_nothing_can_be_shared(browser: Browser, fake: FullPatrol) -> None:
    rights = ["geolocation", "clipboard-read", "clipboard-write"]
    phone = Patroller.new(browser, fake.url, permissions=rights)
    phone.open()
    phone.prepare()
    round_id = phone.start()
    phone.open(f"#/ringkas/{round_id}")
    phone.page.get_by_role("button", name="Salin").click()
    expect(phone.page.get_by_text("Disalin.")).to_be_visible()
    assert phone.page.evaluate("navigator.clipboard.readText()").startswith("*Ronda RW 04 Kemirirejo*")
    phone.context.close()


def test_another_phone_carries_the_round_on(browser: Browser, phone: Patroller, fake: FullPatrol) -> None:
    round_id = phone.start()
    _go(phone, "#/ganti")
    phone.page.get_by_text("Tidak bisa memindai?").click()
    code = phone.page.locator(".code").inner_text()
    other = Patroller.new(browser, fake.url)
    other.open()
    other.prepare("HP Bu Sri")
    other.open("#/ganti/terima")
    other.page.get_by_label("Ketua regu").select_option(label="Bu Sri Wahyuni")
    other.page.get_by_label("Atau ketik kodenya").fill(code)
    _press(other, "Lanjutkan ronda")
    expect(other.page.get_by_role("heading", name="Ronda berjalan")).to_be_visible()
    other.until_sent()
    (leg,) = fake.bodies(kind="leg")
    assert (leg["round"], leg["data"]) == (round_id, {"leader": 2})
    other.context.close()


def test_an_activity_counts_people(phone: Patroller) -> None:
    _go(phone, "#/kegiatan")
    _press(phone, "Kerja bakti")
    for _ in range(3):
        _press(phone, "Tambah peserta")
    _press(phone, "Kurangi peserta")
    _saved(phone)
    (activity,) = phone.versions()
    assert (activity["data"]["kind"], activity["data"]["participants"]) == ("kerja-bakti", 2)


def test_expired_notices_of_empty_houses_are_not_shown(phone: Patroller) -> None:
    _go(phone, "#/rumah")
    expect(phone.page.get_by_text("No. 12")).to_be_visible()
    past = """const s = await use("store"); const pack = await s.recall("pack");
        pack.notices[0].until = "2020-01-01T00:00:00+07:00"; await s.remember("pack", pack);"""
    phone.run(past)
    phone.page.reload()
    expect(phone.page.get_by_text("Tidak ada titipan untuk Anda sekarang.")).to_be_visible()
    assert "No. 12" not in phone.page.locator("body").inner_text()


def test_a_broken_track_is_drawn_broken(phone: Patroller) -> None:
    """A minute's silence, another part, and a fix that is not sure: nothing is drawn across any of them."""
    parts = [
        {"points": [[0, 1, 1, 5], [10, 2, 2, 5], [90, 3, 3, 5], [100, 4, 4, 80], [110, 5, 5, 80], [120, 6, 6, 5]]},
        {"points": [[130, 7, 7, 5], [140, 8, 8, 5]]},
    ]
    pieces = phone.run('return (await use("layar/drawing")).pieces(given, { worst: 30 })', parts)
    lengths = [(piece["certain"], len(piece["line"])) for piece in pieces]
    assert lengths == [(True, 2), (True, 1), (False, 2), (True, 1), (True, 2)]


def test_the_map_needs_no_signal(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    _go(phone, "#/peta")
    assert phone.page.locator(".way").count() == 10
    counts = phone.page.locator(".spotmark").evaluate_all("list => list.map((each) => Number(each.dataset.count))")
    assert sum(counts) == 20
    whole = phone.page.locator("svg.plan").get_attribute("viewBox")
    _press(phone, "Perbesar peta")
    assert phone.page.locator("svg.plan").get_attribute("viewBox") != whole
    assert phone.page.get_by_role("img", name="Daftarnya ada di bawah peta").count() == 1


def test_the_file_holds_what_the_city_has_not(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    _go(phone, "#/catat/jalan-rusak")
    _saved(phone)
    _go(phone, "#/catatan")
    with phone.page.expect_download() as download:
        _press(phone, "Simpan ke berkas")
    content = json.loads(download.value.path().read_text())
    assert [item["id"] for item in content["items"]] == [row["id"] for row in phone.versions()]


def test_opening_does_not_jump(phone: Patroller) -> None:
    """Cumulative layout shift (web.dev: good below 0.1) of the first screen, from the phone's own store."""
    watch = """new PerformanceObserver((list) => { for (const each of list.getEntries()) globalThis.shift += each.value; })
        .observe({ type: "layout-shift", buffered: true })"""
    phone.context.add_init_script(f"globalThis.shift = 0; {watch}")
    phone.start()
    for hash_ in ("#/", "#/ronda", "#/peta", "#/catatan"):
        phone.open(hash_)
        phone.page.reload()
        phone.page.wait_for_timeout(1_500)
        assert phone.page.evaluate("shift") < 0.1, hash_


def test_segments_are_told_apart_and_what_was_asked_for_comes_first(phone: Patroller) -> None:
    """Late, never, due today, in order; and a check without a sure place is unknown, never "ok"."""
    now = "2026-11-25T10:00:00+07:00"
    due = {"late": "2026-11-22", "never": "2026-11-24", "soon": "2026-11-25", "ok": "2026-11-27", "unknown": "2026-11-24"}
    last = {key: None if key == "never" else "2026-11-20T09:00:00+07:00" for key in due}
    rows = [[key, key, 1, f"{day}T14:00:00+07:00", last[key], []] for key, day in due.items()]
    given = {
        "now": now, "pack": {"segments": rows, "checkpoints": [], "tasks": [["soon", now, True]]},
        "checks": [{"segment": "unknown", "checkpoint": "", "at": 1795570000000, "certain": False}],
    }  # fmt: skip
    told = phone.run(
        """const { standings, oldestFirst, gaps } = await use("layar/segments");
        const list = standings(given.pack, given.checks, new Date(given.now));
        return { kinds: list.map((each) => [each.code, each.kind, each.words]),
                 order: oldestFirst(list).map((each) => each.code), gaps: gaps(list).map((each) => each.code) };""",
        given,
    )
    assert [code == kind for code, kind, _ in told["kinds"]] == [True] * 5
    words = {code: words for code, _, words in told["kinds"]}
    assert (words["late"], words["soon"]) == ("terlambat 3 hari", "jatuh tempo hari ini 14.00")
    assert told["order"] == ["soon", "late", "never", "unknown", "ok"]
    assert told["gaps"] == ["soon", "late", "never"]


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
    _press(phone, "Kirim sekarang")
    expect(words).to_have_text("5 dari 5 catatan diterima kota, isinya sama", timeout=PATIENCE)
