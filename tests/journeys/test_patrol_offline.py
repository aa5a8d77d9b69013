"""The patrol's phone by itself: what it keeps, signs and sends, whatever happens to it and to the signal.

The city is `FakePatrol`: it checks every signature and every field with the server's own rules and remembers what it
took. `test_patrol_city.py` walks the same ways with the real city.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Error as BrowserError

from tests.journeys.patrol import Patroller
from tests.rojak.app.fake_city import FakePatrol

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(400)]
OBSERVATIONS = 50


@pytest.fixture
def fake() -> Iterator[FakePatrol]:
    with FakePatrol() as served:
        yield served


@pytest.fixture
def phone(browser: Browser, fake: FakePatrol) -> Iterator[Patroller]:
    patroller = Patroller.new(browser, fake.url)
    patroller.open()
    yield patroller
    patroller.context.close()


def _same_on_both_sides(phone: Patroller, fake: FakePatrol) -> None:
    """Every version once, the same bytes, every photo whole, and the phone itself says that they are equal."""
    own = phone.versions()
    device = phone.recall("device")["id"]
    assert {row["key"] for row in own} == {":".join(key) for key in fake.versions}
    assert len(own) == len(fake.versions)
    assert sorted(row["body"]["id"] for row in own) == sorted(body["id"] for body in fake.bodies(device=device))
    assert {row["sha256"] for row in phone.photos() if row["item"]} == fake.whole_photos()
    server = phone.recall("server")
    assert (server["held"], server["ours"], server["same"], server["lost"]) == (len(own), len(own), True, 0)


def test_fifty_observations_arrive_once_whatever_happens(phone: Patroller, fake: FakePatrol) -> None:
    fake.clock = timedelta(days=-1)  # this phone is a day ahead
    phone.prepare()
    fake.reachable = False
    phone.start()
    made = []
    for index in range(OBSERVATIONS):
        made.append(phone.observe(index, segment=f"L{index % 8 + 1:03d}"))
        if index in (16, 33):
            phone.kill()
            phone.open()
        if index == 24:
            _newer_version(phone, fake)
    assert phone.run('return (await use("store")).waitingCount()') == OBSERVATIONS + 1
    fake.lost_answers, fake.lost_requests, fake.cut_parts = 0.3, 0.2, 0.2
    flapping = threading.Thread(target=fake.flap, args=(8,))
    flapping.start()
    phone.until_sent(180)
    flapping.join()
    fake.lost_answers = fake.lost_requests = 0
    assert phone.send() == ""
    assert Counter(body["id"] for body in fake.bodies(kind="finding")) == dict.fromkeys(made, 1)
    assert len(fake.whole_photos()) == OBSERVATIONS
    _same_on_both_sides(phone, fake)
    assert {row["state"] for row in phone.versions()} == {"diterima"}  # stamped with the city's time
    assert phone.state("(await m.warnings(s)).map(([, text]) => text).join()").startswith("Jam HP ini lebih cepat")


def _newer_version(phone: Patroller, fake: FakePatrol) -> None:
    """A moment of signal is enough for a newer app, not for sending; half of the work is on the phone meanwhile."""
    before = phone.page.evaluate("caches.keys()")
    fake.alter["/rojak/sw.js"] = lambda text: text.replace('const VERSION = "', 'const VERSION = "n')
    fake.reachable, fake.lost_requests = True, 1.0
    for _ in range(100):
        phone.page.wait_for_timeout(200)
        if (keys := phone.caches()) != before and len(keys) == 1:
            break
    else:
        raise AssertionError(f"still the old version: {keys}")
    fake.reachable = False
    phone.open()


def test_ready_without_signal_says_what_is_missing(phone: Patroller, fake: FakePatrol) -> None:
    before = phone.run('return (await use("pack")).readiness()')
    missing = {step["key"] for step in before["steps"] if step["state"] != "ok"}
    assert (before["complete"], {"device", "pack", "forms"} <= missing) == (False, True)
    done = phone.prepare()
    assert [step["key"] for step in done["steps"] if step["required"] and step["state"] != "ok"] == []
    assert done["complete"]
    fake.reachable = False
    phone.kill()
    phone.open()
    assert phone.state("s.readiness.complete")
    assert phone.state("s.pack.segments.length") == 8


def test_photos_are_small_upright_and_know_no_place(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    size = phone.run("""
        const drawn = new OffscreenCanvas(2000, 1000);
        drawn.getContext("2d").fillRect(0, 0, 9, 9);
        const blob = await drawn.convertToBlob({ type: "image/jpeg" });
        const plain = new Uint8Array(await blob.arrayBuffer());
        const exif = [0xff, 0xe1, 0, 34, 69, 120, 105, 102, 0, 0, 77, 77, 0, 42, 0, 0, 0, 8, 0, 1,
            1, 18, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        const file = new Blob([plain.slice(0, 2), new Uint8Array(exif), plain.slice(2)], { type: "image/jpeg" });
        const p = await use("photos");
        const { canvas, width, height } = await p.reduce(file);
        const kept = await p.keep(canvas);
        const bytes = new Uint8Array(await (await use("store")).photoBytes(kept.sha256));
        const text = String.fromCharCode(...bytes.slice(0, 2000));
        const before = (await file.text()).includes("Exif");
        return { width, height, exif: text.includes("Exif"), before };""")
    assert size == {"width": 640, "height": 1280, "exif": False, "before": True}  # turned as the camera was held
    said = phone.run("""return (await use("photos")).reduce(new Blob(["<svg/>"], { type: "image/svg+xml" }))
        .then(() => "", (error) => error.message)""")
    assert said == "Berkas itu bukan foto yang bisa dibuka."


def test_a_photo_continues_where_it_broke_off(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    phone.start()
    fake.cut_parts = 0.7
    phone.observe(1)
    phone.until_sent(120)
    (row,) = phone.photos()
    assert row["tried"] > 2
    assert row["state"] == "diterima"
    assert fake.photo_bytes_received == row["size"]  # not one byte twice, though it broke off again and again


def test_text_goes_before_photos(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    phone.start()
    fake.cut_parts = 1.0
    phone.observe(1)
    phone.observe(2, photo=False)
    assert phone.send() == "sinyal"
    assert len(fake.bodies(kind="finding")) == 2
    words = """await Promise.all((await (await import("/static/rojak/app/store.js")).byKind("finding")).map(async (v) =>
        [m.stateOf(v)[1], m.photoWords(v, s.photos ?? [])?.[1] ?? null]))"""
    received = ["diterima kota RJ-000003", "diterima kota RJ-000002"]
    assert phone.state(words) == [[received[0], None], [received[1], "foto tersimpan di HP"]]
    fake.cut_parts = 0.0
    phone.until_sent()
    assert len(fake.whole_photos()) == 1


def test_an_edit_is_the_next_version_also_before_the_city_answered(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    fake.reachable = False
    phone.start()
    item = phone.observe(1, photo=False)
    edit = """const i = await use("items"); const now = await i.latest(given[0]);
        return (await i.edit(given[0], { ...now.data, note: given[1] })).revision;"""
    assert [phone.run(edit, [item, note]) for note in ("kedua", "kedua", "ketiga")] == [2, 2, 3]
    fake.reachable = True
    phone.until_sent()
    bodies = fake.bodies(kind="finding")
    notes = ["temuan 1", "kedua", "ketiga"]
    assert [(body["revision"], body["data"]["note"]) for body in bodies] == list(enumerate(notes, 1))
    assert fake.accepted[item] == [row["hash"] for row in phone.versions()][-1]
    assert [row["state"] for row in phone.versions() if row["id"] == item] == ["diganti", "diganti", "diterima"]
    _same_on_both_sides(phone, fake)


def test_the_same_item_edited_on_two_phones_is_a_listed_conflict(browser, phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    other = Patroller.new(browser, fake.url)
    other.open()
    other.prepare("HP Bu Sri")
    fake.reachable = False
    edit = """const { pack } = await (await use("state")).load();
        const [id, kind, segment, lon_e6, lat_e6, severity,,, hash] = pack.findings[0];
        const about = { form: "", version: "", answers: {}, photos: [], note: given };
        const data = { kind, segment, position: { lon_e6, lat_e6, accuracy_m: 5 }, severity, ...about };
        return (await (await use("items")).editKnown({ id, hash, kind: "finding" }, data)).id;"""
    item = phone.run(edit, "sudah diganti")
    assert other.run(edit, "masih padam") == item
    fake.reachable = True
    phone.until_sent()
    other.until_sent()
    assert [body["data"]["note"] for body in fake.bodies()] == ["sudah diganti", "masih padam"]  # none overwritten
    assert phone.state("s.conflicts.length") == 0
    assert other.state("s.conflicts.map((v) => v.data.note)") == ["masih padam"]
    assert other.state("m.stateOf(s.conflicts[0])") == ["warn", "bentrok: Catatan ini sudah diubah dari HP lain."]
    assert other.state("m.pillWords(s)[1]") == "1 bentrok"
    other.context.close()


def test_what_the_city_lacks_is_sent_again(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    phone.start()
    ids = [phone.observe(seed) for seed in range(3)]
    phone.until_sent()
    gone = next(key for key in fake.versions if key[0] == ids[1])
    del fake.versions[gone]  # a city that was restored from yesterday's copy
    fake.accepted.pop(ids[1])
    name = next(iter(fake.photos))
    fake.photos[name].clear()
    assert phone.send() == ""
    assert phone.send() == ""
    assert gone in fake.versions
    _same_on_both_sides(phone, fake)


def test_what_this_phone_lost_is_said(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    phone.start()
    phone.observe(1, photo=False)
    phone.until_sent()
    phone.run("""const db = await (await use("store")).open(); await db.clear("items");""")
    assert phone.send() == ""
    assert phone.state("s.server.lost") == 2
    words = "(await m.warnings(s)).map(([, text]) => text)"
    assert "Kota memegang 2 catatan yang tidak ada lagi di HP ini." in phone.state(words)


# What the browser's store does when the phone is full: nothing more is written, and what is there stays.
FULL = """
    const refuse = () => { throw new DOMException("", "QuotaExceededError"); };
    globalThis.real = [IDBObjectStore.prototype.put, IDBObjectStore.prototype.add, Cache.prototype.put];
    [IDBObjectStore.prototype.put, IDBObjectStore.prototype.add, Cache.prototype.put] = [refuse, refuse, refuse];"""
EMPTY = "[IDBObjectStore.prototype.put, IDBObjectStore.prototype.add, Cache.prototype.put] = globalThis.real;"


def _said(phone: Patroller, what: str) -> str:
    return str(phone.run(f"return ({what}).then(() => 'kept', (error) => error.message)"))


def test_a_full_phone_says_so_and_keeps_what_it_has(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    fake.reachable = False
    phone.start()
    phone.observe(0)
    phone.run(FULL)
    keep = '(await use("photos")).keep(Object.assign(document.createElement("canvas"), { width: 9, height: 9 }))'
    assert _said(phone, keep).startswith("Penyimpanan HP penuh, foto belum tersimpan.")
    check = '(await use("round")).check({ segment: "L001", how: "ketuk" })'
    assert _said(phone, check).startswith("Penyimpanan HP penuh, catatan belum tersimpan.")
    assert phone.run('return (await import("/static/lapangan/health.js")).hasRoom(1000)') is False
    words = "(await m.warnings(s)).map(([, text]) => text)"
    full = "Penyimpanan HP penuh. Hapus foto atau aplikasi yang tidak dipakai."
    assert full in phone.state(words)
    phone.run(EMPTY)
    phone.observe(1)
    assert full not in phone.state(words)
    fake.reachable = True
    phone.until_sent()
    assert [body["data"]["note"] for body in fake.bodies(kind="finding")] == ["temuan 0", "temuan 1"]
    _same_on_both_sides(phone, fake)


def test_a_nearly_full_phone_says_so(phone: Patroller) -> None:
    phone.page.evaluate("StorageManager.prototype.estimate = async () => ({ usage: 95, quota: 100 })")
    words = "(await m.warnings(s)).some(([, text]) => text.startsWith('Penyimpanan HP hampir penuh'))"
    assert phone.state(words)


def test_unsent_work_is_a_file(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    fake.reachable = False
    phone.start()
    ids = [phone.observe(seed) for seed in range(2)]
    text, name = phone.run("""const e = await use("export");
        return [await (await e.asFile()).text(), await e.fileName()];""")
    content = json.loads(text)
    assert name.startswith("ronda-R01-2")
    assert [item["id"] for item in content["items"]][1:] == ids
    assert {photo["sha256"] for photo in content["photos"]} == {row["sha256"] for row in phone.photos()}
    device = phone.recall("device")["id"]
    rows = [{"body": item["body"], "signature": item["signature"]} for item in content["items"]]
    fake.reachable = True
    states = [row["state"] for row in fake._take({"device": device, "items": rows})["results"]]
    assert states == ["diterima"] * 3  # the file alone is enough: bodies and signatures hold


TWICE = """const { make } = await use("items"); const id = crypto.randomUUID();
    const data = { position: null, note: "tolong" };
    const done = await Promise.allSettled([1, 2, 3].map(() => make("sos", data, { id })));
    const other = await make("sos", { ...data, note: "lain" }, { id }).catch((error) => error.message);
    return [new Set(done.map((each) => each.value.hash)).size, other, await (await use("store")).waitingCount()];"""


def test_a_second_tap_makes_no_second_item(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    fake.reachable = False
    used = "Catatan itu sudah tersimpan dengan isi lain. Buka lalu ubah catatannya."
    assert phone.run(TWICE) == [1, used, 1]


def test_a_tab_killed_at_any_moment_keeps_whole_items(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    fake.reachable = False
    phone.start()
    for wait in (0, 3, 8, 20, 60):
        phone.run("""const r = await use("round"); setTimeout(async () => {
            for (let i = 0; i < 40; i++) await r.check({ segment: "L001", how: "ketuk" }); });""")
        phone.page.wait_for_timeout(wait)
        phone.kill()
        phone.open()
    fake.reachable = True
    phone.until_sent()
    _same_on_both_sides(phone, fake)
    assert phone.run('return (await (await use("round")).current()).id') == fake.bodies(kind="round_start")[0]["id"]


def test_held_refused_and_revoked_say_why(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    phone.start()
    fake.hold.add("finding")
    phone.observe(1, photo=False)
    phone.until_sent()
    assert phone.state("m.stateOf(s.held[0])") == ["warn", "ditahan: Menunggu diperiksa."]
    key = next(key for key, row in fake.versions.items() if row["answer"]["state"] == "ditahan")
    fake.versions[key]["answer"]["state"] = "diterima"  # the head of the RW looked at it
    phone.send()
    assert phone.state("s.held.length") == 0
    fake.signed_in = False
    phone.observe(2, photo=False)
    assert phone.send() == "masuk"
    assert phone.state("m.pillWords(s)[1]") == "Masuk lagi"


def test_only_the_apps_page_is_answered_from_the_phone(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    fake.alter["/static/tokens.css"] = lambda _text: "/* newer */"
    other = phone.context.new_page()
    answer = other.goto("/rojak/celah/")
    assert answer is not None
    assert (answer.text(), answer.from_service_worker) == ("<h1>Celah</h1>", False)
    assert other.evaluate("fetch('/static/tokens.css').then((r) => r.text())") == "/* newer */"
    assert phone.page.evaluate("fetch('/static/tokens.css').then((r) => r.text())") != "/* newer */"
    fake.reachable = False
    answer = phone.page.goto("/rojak/")
    assert answer is not None
    assert answer.from_service_worker
    with pytest.raises(BrowserError):  # no other page pretends to be there
        other.goto("/rojak/celah/")
    expect(phone.page.locator("#aplikasi[data-layar] h1")).to_be_visible()
