"""The collector's app by itself: what the phone keeps, signs and sends, whatever happens to it and to the signal.

The city is `FakeCity`: it checks every signature and the chain with the server's own rules and remembers what it took.
`test_collector_offline.py` walks the same ways with the real city.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.collector import STORE, Collector
from tests.journeys.phones import PATIENCE
from tests.retribusi.pungut.fake_city import FakeCity, stall

pytestmark = [pytest.mark.journey, pytest.mark.slow]
RECORD = "/static/retribusi/pungut/record.js"


@pytest.fixture
def fake() -> Iterator[FakeCity]:
    with FakeCity() as served:
        yield served


@pytest.fixture
def phone(browser: Browser, fake: FakeCity) -> Iterator[Collector]:
    collector = Collector.new(browser, fake.url)
    yield collector
    collector.context.close()


def _money(bodies: list[dict]) -> int:
    """Cash of records: taken, minus taken back, minus handed over."""
    amounts = {body["counter"]: body.get("amount", 0) for body in bodies}
    sign = {"payment": 1, "karcis": 1, "handover": -1}
    back = sum(amounts[body["voids"]] for body in bodies if body["kind"] == "void")
    return sum(sign.get(body["kind"], 0) * body.get("amount", 0) for body in bodies) - back


def _same_on_both_sides(phone: Collector, fake: FakeCity) -> list[dict]:
    bodies = fake.bodies()
    assert [row["body"] for row in phone.records()] == bodies
    assert [body["counter"] for body in bodies] == list(range(1, len(bodies) + 1))
    assert phone.bag() == _money(bodies)
    return bodies


def test_a_day_without_signal_with_a_tab_killed_twice_arrives_whole(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    fake.reachable = False
    taken = []
    for index in range(12):
        taken.append(phone.collect(f"Q{index:07d}", "Semua" if index % 3 else 7_000))
        if index in (3, 8):
            phone.kill()
            phone.open()
    assert taken == [f"K01-{n:06d}" for n in range(1, 13)]
    assert phone.bag() == 8 * 15_000 + 4 * 7_000
    fake.reachable, fake.lost_answers, fake.lost_requests = True, 0.5, 0.2
    phone.until_sent()
    bodies = _same_on_both_sides(phone, fake)
    assert [body["receipt"] for body in bodies] == taken
    phone.open()
    expect(phone.page.locator(".pill")).to_contain_text("Terkirim")


@pytest.mark.slow
def test_a_tab_killed_at_any_moment_neither_skips_nor_repeats_a_number(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    fake.reachable = False
    dice = random.Random(7)
    for index in range(10):
        qr = f"Q{index:07d}"
        phone.begin(qr)
        phone.page.evaluate("setTimeout(() => document.querySelector('.big--primary').click())")
        phone.page.wait_for_timeout(dice.choice([0, 2, 5, 10, 20, 40]))
        phone.kill()
        phone.open()
        shown = phone.page.locator("#aplikasi").get_attribute("data-layar")
        stored = [row for row in phone.records() if row["body"]["stall"] == qr]
        assert shown == ("kuitansi" if stored else "rute")  # a receipt that was made is shown, else none was made
        if not stored:
            phone.collect(qr)
    fake.reachable = True
    phone.until_sent()
    assert len(_same_on_both_sides(phone, fake)) == 10


def test_a_second_tap_and_a_reopened_question_make_one_receipt(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    phone.begin("Q0000001")
    phone.page.evaluate("for (let i = 0; i < 3; i++) document.querySelector('.big--primary').click()")
    expect(phone.page.locator(".done__tick")).to_be_visible()
    phone.until_sent()
    assert len(_same_on_both_sides(phone, fake)) == 1


def test_a_tab_killed_before_it_forgot_its_draft_takes_the_next_cash_as_another_receipt(phone, fake) -> None:
    phone.ready()
    fake.reachable = False
    phone.begin("Q0000001", 7_000)
    draft = phone.recall("draft")
    phone.receive()
    phone.page.evaluate(f"async (d) => (await import('{STORE}')).remember('draft', d)", draft)
    phone.kill()
    phone.open()
    assert phone.page.locator("#aplikasi").get_attribute("data-layar") == "kuitansi"
    phone.page.get_by_role("button", name="Selesai").click()
    assert phone.collect("Q0000001", 3_000) == "K01-000002"
    assert [row["body"]["amount"] for row in phone.records()] == [7_000, 3_000]


def test_other_cash_under_a_used_id_is_refused(phone: Collector) -> None:
    phone.ready()
    said = phone.page.evaluate(f"""async () => {{
        const {{ append }} = await import("{RECORD}");
        const fields = {{ stall: "", number: "X-1", market: "", occupancy: null, shown_owed: null }};
        const made = await append("payment", {{ ...fields, amount: 1000 }});
        const again = (await append("payment", {{ amount: 1000, ...fields }}, {{ id: made.id }})).counter;
        const other = await append("payment", {{ ...fields, amount: 2000 }}, {{ id: made.id }}).catch((e) => e.message);
        return [again, other];
    }}""")
    assert said == [1, "Kuitansi sebelumnya sudah tersimpan. Kembali ke lapak, lalu catat yang baru."]


TWO_TABS = f"""async (many) => {{
    const {{ append }} = await import("{RECORD}");
    const about = {{ stall: "", market: "", occupancy: null, shown_owed: null }};
    const one = (i) => append("payment", {{ ...about, number: `X-${{i}}`, amount: 1000 + i }});
    const done = await Promise.allSettled(Array.from({{ length: many }}, (_, i) => one(i)));
    return done.map((each) => each.value?.counter ?? String(each.reason));
}}"""


def _in_two_tabs(phone: Collector, many: int = 12) -> list[int]:
    """Both tabs write `many` records at the same time; the numbers they were given."""
    other = phone.context.new_page()
    other.goto("/pungut/")
    expect(other.locator("#aplikasi[data-layar] h1")).to_be_visible(timeout=PATIENCE)
    for tab in (phone.page, other):
        tab.evaluate(f"(many) => {{ globalThis.given = ({TWO_TABS})(many) }}", many)
    given = [number for tab in (phone.page, other) for number in tab.evaluate("globalThis.given")]
    other.close()
    return given


def test_two_tabs_at_once_share_one_chain(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    assert sorted(_in_two_tabs(phone)) == list(range(1, 25))
    phone.until_sent()
    assert len(_same_on_both_sides(phone, fake)) == 24


def test_without_the_locks_the_store_alone_keeps_two_tabs_apart(phone: Collector, fake: FakeCity) -> None:
    phone.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})")
    phone.ready()
    assert sorted(_in_two_tabs(phone)) == list(range(1, 25))
    phone.until_sent()
    assert len(_same_on_both_sides(phone, fake)) == 24


def test_without_the_locks_and_the_check_two_tabs_do_collide(phone: Collector, fake: FakeCity) -> None:
    """The race that the guards are for: remove both, and the same number is given twice."""
    phone.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})")
    fake.alter["/static/retribusi/pungut/store.js"] = lambda text: text.replace(
        "now.counter !== from.counter || now.hash !== from.hash", "false"
    ).replace('objectStore("records").add(record)', 'objectStore("records").put(record)')
    phone.ready()
    given = _in_two_tabs(phone)
    assert len(set(given)) < len(given)


def test_what_the_city_misses_is_sent_again(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    for index in range(4):
        phone.collect(f"Q{index:07d}")
    phone.until_sent()
    device = next(iter(fake.held))
    lost = {c: fake.held[device].pop(c) for c in (2, 3)}  # a restored backup of the city's database
    fake.answers.clear()
    phone.page.reload()
    for _ in range(50):
        if len(fake.held[device]) == 4:
            break
        phone.page.wait_for_timeout(200)
    assert {c: fake.held[device][c] for c in (2, 3)} == lost


def test_what_is_put_aside_is_said_with_its_sentence(phone: Collector, fake: FakeCity) -> None:
    fake.hold = {1}
    phone.ready()
    phone.go("#/cari")
    for digit in "999":
        phone.page.get_by_role("button", name=digit, exact=True).click()
    phone.page.get_by_role("button", name="Tetap terima uang").click()
    phone.page.get_by_role("button", name="+5.000").click()
    expect(phone.page.get_by_text("Akan diperiksa petugas sebelum dibukukan.")).to_be_visible()
    phone.receive()
    phone.until_sent()
    phone.open("#/kirim")
    expect(phone.page.get_by_text("ditahan: Lapaknya tidak dikenal.")).to_be_visible()
    body = fake.bodies()[0]
    assert (body["stall"], body["number"], body["occupancy"], body["shown_owed"]) == ("", "999", None, None)


def test_an_expired_sign_in_stops_the_sending_not_the_collecting(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    fake.signed_in = False
    phone.collect("Q0000001")
    expect(phone.page.get_by_text("Masa masuk sudah habis.")).to_be_visible(timeout=PATIENCE)
    expect(phone.page.locator(".pill")).to_contain_text("Masuk lagi")
    link = phone.page.get_by_role("link", name="Masuk", exact=True)
    assert link.get_attribute("href") == "/akun/masuk/?next=/pungut/"
    phone.collect("Q0000002")
    fake.signed_in = True
    phone.until_sent()
    assert len(_same_on_both_sides(phone, fake)) == 2


@pytest.mark.parametrize(("minutes", "words"), [(-10, "lebih cepat 10 menit"), (130, "terlambat 2 jam 10 menit")])
def test_a_wrong_clock_is_said(phone: Collector, fake: FakeCity, minutes: int, words: str) -> None:
    fake.clock = timedelta(minutes=minutes)
    phone.ready()
    expect(phone.page.get_by_text(words)).to_be_visible()


def test_time_never_runs_backwards_in_the_chain(phone: Collector, fake: FakeCity) -> None:
    phone.context.clock.install(time="2026-11-25T03:00:00Z")
    phone.ready()
    phone.collect("Q0000001")
    phone.context.clock.set_system_time("2026-11-24T03:00:00Z")  # somebody set the phone back by a day
    phone.collect("Q0000002")
    phone.open()
    expect(phone.page.get_by_text("Jam HP ini mundur.")).to_be_visible()
    first, second = (row["body"]["at"] for row in phone.records())
    assert first.startswith("2026-11-25T10:0") and second == first


def test_a_new_version_comes_between_receipts_and_loses_nothing(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    fake.reachable = False
    phone.collect("Q0000001")
    fake.reachable = True
    fake.signed_in = False  # so that nothing is sent meanwhile
    fake.alter["/static/retribusi/pungut/layar/home.js"] = lambda text: text.replace("Rute hari ini", "Rute baru")
    fake.alter["/pungut/sw.js"] = lambda text: text.replace('VERSION = "', 'VERSION = "baru')
    phone.begin("Q0000002")
    phone.page.evaluate("navigator.serviceWorker.getRegistration('/pungut/').then((r) => r.update())")
    phone.page.wait_for_timeout(1_500)
    expect(phone.confirm).to_be_enabled()  # in the middle of something: nothing is taken away
    phone.receive()
    phone.page.get_by_role("button", name="Selesai").click()
    expect(phone.page.get_by_role("heading", name="Rute baru")).to_be_visible(timeout=PATIENCE)
    names = phone.page.evaluate("caches.keys()")
    assert len(names) == 1 and names[0].startswith("tidar-pungut-baru")
    assert [row["counter"] for row in phone.records() if row["unsent"]] == [1, 2]
    fake.reachable = False
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="Rute baru")).to_be_visible(timeout=PATIENCE)
    fake.reachable = fake.signed_in = True
    phone.until_sent()
    assert len(_same_on_both_sides(phone, fake)) == 2


def test_unsent_records_can_be_taken_out_as_a_file(phone: Collector, fake: FakeCity, tmp_path) -> None:
    phone.ready()
    fake.reachable = False
    phone.collect("Q0000001")
    phone.go("#/kirim")
    with phone.page.expect_download() as got:
        phone.page.get_by_role("button", name="Simpan ke berkas").click()
    got.value.save_as(tmp_path / "pungut.json")
    content = json.loads((tmp_path / "pungut.json").read_text())
    answer = fake.kirim({"device": content["device"], "highest": 1, "records": content["records"]})
    assert [r["state"] for r in answer["results"]] == ["dibukukan"]


def test_a_phone_that_waits_for_approval_says_so(phone: Collector, fake: FakeCity) -> None:
    fake.approved = False
    phone.register()
    expect(phone.page.get_by_text("Menunggu persetujuan kepala pasar.")).to_be_visible()
    fake.approved = True
    phone.page.get_by_role("button", name="Periksa lagi").click()
    phone.prepare()


def test_a_phone_whose_store_is_older_than_the_city_collects_no_more(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    phone.collect("Q0000001")
    phone.until_sent()
    put_back = """async () => {
        const { forget, recall, open } = await import("/static/retribusi/pungut/store.js");
        await forget("chain:" + (await recall("device")).id);
        await (await open()).clear("records");
    }"""
    phone.page.evaluate(put_back)
    phone.page.reload()
    expect(phone.page.get_by_text("Daftarkan lagi sebagai HP baru.").first).to_be_visible(timeout=PATIENCE)
    phone.page.get_by_role("button", name="Daftarkan HP ini").click()
    phone.prepare()
    assert len(fake.devices) == 2


def test_records_go_out_with_the_app_closed_when_the_phone_finds_signal(phone: Collector, fake: FakeCity) -> None:
    """Background Sync: the worker sends; no page of the app is open."""
    phone.ready()
    fake.reachable = False
    phone.collect("Q0000001")
    page, known = phone.context.new_page(), []
    session = phone.context.new_cdp_session(page)
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: known.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    phone.page.close()
    fake.reachable = True
    page.wait_for_timeout(500)
    event = {
        "origin": fake.url,
        "registrationId": known[-1]["registrationId"],
        "tag": "tidar-kirim",
        "lastChance": False,
    }
    session.send("ServiceWorker.dispatchSyncEvent", event)
    for _ in range(100):
        if fake.held:
            break
        page.wait_for_timeout(100)
    phone.open()
    assert len(_same_on_both_sides(phone, fake)) == 1


def test_a_revoked_phone_collects_no_more_and_becomes_a_new_one(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    fake.revoked = True
    phone.go("#/siap")
    phone.page.get_by_role("button", name="Siapkan rute lagi").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("dicabut")
    fake.revoked = False
    phone.page.get_by_role("button", name="Daftarkan HP ini").click()
    phone.prepare()
    assert len(fake.devices) == 2


def test_a_phone_that_is_nearly_full_says_so(phone: Collector) -> None:
    phone.context.add_init_script("StorageManager.prototype.estimate = async () => ({ usage: 95, quota: 100 })")
    phone.ready()
    expect(phone.page.get_by_text("Penyimpanan HP hampir penuh.")).to_be_visible()


def test_a_full_phone_gives_no_receipt_and_uses_no_number(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    phone.begin("Q0000001")
    phone.page.evaluate("""() => {
        globalThis.real = IDBObjectStore.prototype.add;
        IDBObjectStore.prototype.add = function () { throw new DOMException("", "QuotaExceededError") };
    }""")
    phone.confirm.click()
    expect(phone.page.get_by_text("Penyimpanan HP penuh, kuitansi belum tersimpan.")).to_be_visible()
    assert (phone.records(), phone.bag()) == ([], 0)
    phone.page.evaluate("() => { IDBObjectStore.prototype.add = real }")
    phone.receive()
    phone.until_sent()
    assert [body["counter"] for body in _same_on_both_sides(phone, fake)] == [1]


def test_a_browser_without_ed25519_signs_with_the_library(phone: Collector, fake: FakeCity) -> None:
    phone.context.add_init_script("""
        const real = crypto.subtle.generateKey.bind(crypto.subtle);
        const unknown = () => Promise.reject(new DOMException("", "NotSupportedError"));
        crypto.subtle.generateKey = (how, ...rest) => how?.name === "Ed25519" ? unknown() : real(how, ...rest);
    """)
    phone.ready()
    fake.reachable = False
    phone.page.reload()  # the library must be on the phone too
    phone.collect("Q0000001")
    fake.reachable = True
    phone.until_sent()
    assert len(_same_on_both_sides(phone, fake)) == 1  # FakeCity verified the signature


def test_the_private_key_cannot_be_taken_out(phone: Collector) -> None:
    phone.register()
    taking = """async () => {
        const { recall } = await import("/static/retribusi/pungut/store.js");
        const { secret } = await recall("device");
        return [secret.extractable, await crypto.subtle.exportKey("pkcs8", secret).then(() => "out", () => "refused")];
    }"""
    assert phone.page.evaluate(taking) == [False, "refused"]


def test_a_receipt_is_taken_back_with_a_reason_and_the_debt_returns(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    phone.collect("Q0000001", 5_000)
    phone.go("#/riwayat")
    phone.page.get_by_role("link", name="A-002").click()
    phone.page.get_by_role("link", name="Salah? Batalkan kuitansi ini").click()
    phone.page.get_by_role("button", name="Salah jumlah").click()
    phone.page.get_by_role("button", name="Batalkan K01-000001").click()
    expect(phone.page.get_by_role("heading", name="Kuitansi dibatalkan")).to_be_visible()
    phone.until_sent()
    assert phone.bag() == 0
    phone.go("#/lapak/Q0000001")
    expect(phone.page.get_by_text("Rp15.000", exact=True).first).to_be_visible()
    payment, back = _same_on_both_sides(phone, fake)
    assert (back["kind"], back["voids"], back["reason"]) == ("void", payment["counter"], "Salah jumlah")


def test_karcis_are_sold_by_serial_and_the_bag_is_handed_over(phone: Collector, fake: FakeCity) -> None:
    phone.ready()
    phone.go("#/karcis")
    phone.page.get_by_role("button", name="Tambah 5 lembar").click()
    phone.page.get_by_role("button", name="Karcis terjual").click()
    expect(phone.page.get_by_role("heading", name="Karcis terjual")).to_be_visible()
    expect(phone.page.get_by_text("KR 000101 – 000106")).to_be_visible()
    phone.go("#/karcis")
    expect(phone.page.get_by_text("KR 000107 – 000107")).to_be_visible()
    phone.go("#/setor")
    phone.page.get_by_role("button", name="Setor ke bendahara").click()
    expect(phone.page.get_by_role("heading", name="Setoran dicatat")).to_be_visible()
    phone.until_sent()
    sale, handed = _same_on_both_sides(phone, fake)
    assert (sale["book"], sale["first"], sale["last"], sale["amount"]) == (3, 101, 106, 12_000)
    assert (handed["kind"], handed["amount"], phone.bag()) == ("handover", 12_000, 0)


def test_the_bag_is_what_the_city_counted_and_what_still_waits(phone: Collector, fake: FakeCity) -> None:
    """A hand-over that was sent back, or counted less, is in the bag again: it is proposed the next time."""
    phone.ready()
    phone.collect("Q0000001", 12_000)
    phone.until_sent()
    assert phone.bag() == 12_000
    fake.bag = 10_000
    phone.open()
    expect(phone.page.locator(".bag__sum")).to_have_text("Rp10.000", timeout=PATIENCE)
    fake.reachable = False
    phone.collect("Q0000002", 5_000)
    assert phone.bag() == 15_000
    fake.bag, fake.reachable, fake.lost_answers = 15_000, True, 0.5
    phone.until_sent()
    phone.go("#/setor")
    expect(phone.page.get_by_role("button", name="Setor ke bendahara")).to_be_enabled()
    expect(phone.page.locator("output.amount")).to_have_text("Rp15.000")


def test_the_words_before_paying_are_what_the_city_books(phone: Collector, fake: FakeCity) -> None:
    fake.stalls[1] = stall(1, dues=3) | {"advance": 1_000}
    phone.ready()
    phone.begin("Q0000001", 17_000)
    words = "Melunasi 3 hari (22 – 24 Nov 2026), sisa Rp2.000 jadi uang muka."
    expect(phone.page.locator(".says")).to_have_text(words)
    phone.receive()
    phone.until_sent()
    phone.go("#/lapak/Q0000001")
    here = phone.page.locator(".person").inner_text()
    phone.go("#/siap")
    phone.page.get_by_role("button", name="Siapkan rute lagi").click()
    expect(phone.page.get_by_text("Rute diunduh baru saja")).to_be_visible()
    phone.go("#/lapak/Q0000001")
    expect(phone.page.get_by_text("Uang muka Rp3.000")).to_be_visible()
    assert phone.page.locator(".person").inner_text() == here
