"""What a volunteer sees and presses: every screen in both themes at 360 px, slips taken back, help called."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.patrol import Patroller
from tests.journeys.phones import PATIENCE
from tests.journeys.screens import findings, go, press, saved
from tests.rojak.app.full_city import FullPatrol

pytestmark = [pytest.mark.journey, pytest.mark.slow]
SCREENS = (
    "#/", "#/ronda", "#/pindai", "#/pindai/ketik", "#/temuan", "#/catat/sampah", "#/catat/jentik",
    "#/catat/orang-asing", "#/peta", "#/catatan", "#/kegiatan", "#/hadir", "#/ganti", "#/ganti/terima", "#/selesai",
    "#/rumah", "#/sos", "#/lainnya", "#/bantuan", "#/siap",
)  # fmt: skip


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_at_360_px(browser: Browser, fake: FullPatrol, scheme: str) -> None:
    phone = Patroller.new(browser, fake.url, color_scheme=scheme)
    phone.open()
    wrong: dict[str, list[str]] = {"daftar": phone.faults()}
    phone.prepare()
    round_id = phone.start()
    item = phone.observe(1, kind="jalan-rusak")
    phone.until_sent()
    for hash_ in (*SCREENS, f"#/catatan/{item}", f"#/ubah/{item}", f"#/ringkas/{round_id}"):
        phone.open(hash_)
        phone.page.wait_for_timeout(300)
        wrong[hash_] = phone.faults()
        assert phone.page.locator(".sos").count() == (hash_ != "#/sos"), hash_
    assert {where: found for where, found in wrong.items() if found} == {}
    phone.context.close()


@pytest.mark.parametrize("look", ["matahari", "terbesar"])
def test_large_letters_and_the_look_for_bright_sun_fit_too(phone: Patroller, look: str) -> None:
    phone.start()
    go(phone, "#/lainnya")
    press(phone, look.capitalize())
    wrong: dict[str, list[str]] = {}
    for hash_ in SCREENS:
        phone.open(hash_)
        phone.page.wait_for_timeout(200)
        wrong[hash_] = phone.faults()
    assert {where: found for where, found in wrong.items() if found} == {}


def test_every_screen_says_where_it_is_and_none_complains(phone: Patroller) -> None:
    complaints: list[str] = []
    phone.page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    phone.page.on("pageerror", lambda error: complaints.append(str(error)))
    phone.start()
    for hash_ in SCREENS[1:]:
        go(phone, hash_)
        heading = phone.page.locator("h1")
        expect(heading).to_have_count(1)
        expect(heading).to_be_focused()
        expect(phone.page).to_have_title(f"{heading.inner_text()} · Ronda")
    assert complaints == []


def test_a_tap_checks_and_can_be_taken_back(phone: Patroller) -> None:
    phone.start()
    go(phone, "#/ronda")
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
    go(phone, "#/ronda")
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
    go(phone, "#/ronda")
    expect(phone.page.get_by_text("Tempat kurang pasti, ±65 m")).to_be_visible()
    phone.page.get_by_role("button", name="Periksa Tepi Kali Manggis, Titik 1").click()
    expect(phone.page.locator(".spot--unknown")).to_contain_text("tempat tidak diketahui")
    go(phone, "#/peta")
    expect(phone.page.locator(".key--unknown")).to_contain_text("Tidak diketahui")
    assert phone.page.locator(".way--unknown").count() == 1


def test_typing_a_sticker_checks_it_and_a_foreign_one_is_said(phone: Patroller) -> None:
    phone.start()
    go(phone, "#/pindai/ketik")
    phone.page.get_by_label("Kode di bawah gambar stiker").fill("X9999")
    press(phone, "Periksa")
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
    go(phone, "#/sos")
    phone.page.locator("#sos-tahan").focus()
    phone.page.keyboard.press("Enter", delay=300)
    phone.page.keyboard.press("Enter", delay=1_700)
    expect(phone.page.locator(".notice").first).to_contain_text("SOS pukul")
    phone.page.get_by_text("Tidak bisa menahan tombol?").click()
    press(phone, "Ya, kirim SOS sekarang")
    phone.page.wait_for_timeout(500)
    assert [row["kind"] for row in phone.versions()] == ["sos", "sos"]


def test_a_round_is_told_without_names_houses_or_what_concerns_persons(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    phone.page.get_by_role("link", name="Mulai ronda").click()
    press(phone, "Mulai ronda")
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
    press(phone, "Akhiri ronda")
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
    go(phone, "#/ganti")
    phone.page.get_by_text("Tidak bisa memindai?").click()
    code = phone.page.locator(".code").inner_text()
    other = Patroller.new(browser, fake.url)
    other.open()
    other.prepare("HP Bu Sri")
    other.open("#/ganti/terima")
    other.page.get_by_label("Ketua regu").select_option(label="Bu Sri Wahyuni")
    other.page.get_by_label("Atau ketik kodenya").fill(code)
    press(other, "Lanjutkan ronda")
    expect(other.page.get_by_role("heading", name="Ronda berjalan")).to_be_visible()
    other.until_sent()
    (leg,) = fake.bodies(kind="leg")
    assert (leg["round"], leg["data"]) == (round_id, {"leader": 2})
    other.context.close()


def test_an_activity_counts_people(phone: Patroller) -> None:
    go(phone, "#/kegiatan")
    press(phone, "Kerja bakti")
    for _ in range(3):
        press(phone, "Tambah peserta")
    press(phone, "Kurangi peserta")
    saved(phone)
    (activity,) = phone.versions()
    assert (activity["data"]["kind"], activity["data"]["participants"]) == ("kerja-bakti", 2)


def test_expired_notices_of_empty_houses_are_not_shown(phone: Patroller) -> None:
    go(phone, "#/rumah")
    expect(phone.page.get_by_text("No. 12")).to_be_visible()
    past = """const s = await use("store"); const pack = await s.recall("pack");
        pack.notices[0].until = "2020-01-01T00:00:00+07:00"; await s.remember("pack", pack);"""
    phone.run(past)
    phone.page.reload()
    expect(phone.page.get_by_text("Tidak ada titipan untuk Anda sekarang.")).to_be_visible()
    assert "No. 12" not in phone.page.locator("body").inner_text()
    assert phone.recall("pack")["notices"] == []


def test_signing_out_takes_empty_houses_off_the_phone_only(phone: Patroller, fake: FullPatrol) -> None:
    fake.reachable = False
    phone.observe(1, kind="jalan-rusak", photo=False)
    phone.open("#/lainnya")
    phone.page.get_by_text("Keluar", exact=True).click()
    expect(phone.page.get_by_text("1 catatan atau foto belum diterima kota.")).to_be_visible()
    press(phone, "Ke halaman keluar")
    phone.page.wait_for_timeout(500)
    phone.open()
    assert (phone.recall("pack")["notices"], len(findings(phone))) == ([], 1)


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
    go(phone, "#/peta")
    assert phone.page.locator(".way").count() == 10
    counts = phone.page.locator(".spotmark").evaluate_all("list => list.map((each) => Number(each.dataset.count))")
    assert sum(counts) == 20
    whole = phone.page.locator("svg.plan").get_attribute("viewBox")
    press(phone, "Perbesar peta")
    assert phone.page.locator("svg.plan").get_attribute("viewBox") != whole
    assert phone.page.get_by_role("img", name="Daftarnya ada di bawah peta").count() == 1


def test_opening_does_not_jump(phone: Patroller) -> None:
    """Cumulative layout shift (web.dev: good below 0.1) of the first screen, from the phone's own store."""
    watch = """new PerformanceObserver((list) => list.getEntries().forEach((each) => (globalThis.shift += each.value)))
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
    days = ("late", 22), ("never", 24), ("soon", 25), ("ok", 27), ("unknown", 24)
    due = {key: f"2026-11-{day}" for key, day in days}
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
