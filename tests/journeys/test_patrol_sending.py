"""What the city will not take stops nothing else, and nothing that is still wanted leaves the phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.patrol import Patroller
from tests.rojak.app.fake_city import FakePatrol

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(200)]
KEEP = """const canvas = new OffscreenCanvas(30, 20);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, given, 9);
    const kept = document.createElement("canvas");
    [kept.width, kept.height] = [30, 20];
    kept.getContext("2d").drawImage(canvas, 0, 0);
    return (await (await use("photos")).keep(kept)).sha256;"""


@pytest.fixture
def fake() -> Iterator[FakePatrol]:
    with FakePatrol() as served:
        yield served


@pytest.fixture
def phone(browser: Browser, fake: FakePatrol) -> Iterator[Patroller]:
    patroller = Patroller.new(browser, fake.url)
    patroller.open()
    patroller.prepare()
    yield patroller
    patroller.context.close()


@pytest.mark.parametrize("status", [400, 403, 404, 413, 500])
def test_one_note_that_the_city_refuses_stops_no_other(phone: Patroller, fake: FakePatrol, status: int) -> None:
    fake.reachable = False
    phone.start()
    made = [phone.observe(number, photo=number == 4) for number in range(6)]
    fake.spoilt, fake.spoilt_status, fake.reachable = {made[2]}, status, True
    assert phone.send() == "ditolak"
    assert {body["id"] for body in fake.bodies(kind="finding")} == set(made) - {made[2]}
    assert len(fake.whole_photos()) == 1
    assert phone.recall("problem")["sentence"] == "Kota tidak dapat membacanya."
    assert phone.run('return (await use("store")).waitingCount()') == 1
    fake.spoilt = set()
    phone.until_sent()
    assert {body["id"] for body in fake.bodies(kind="finding")} == set(made)


REPLACED = """const { recall, remember } = await use("store"); const device = await recall("device");
    await remember("device", { ...device, foreign: true }); await (await use("device")).register("HP Bu Sri");"""


def test_a_call_for_help_of_this_phone_does_not_wait_for_an_older_registration(
    phone: Patroller, fake: FakePatrol
) -> None:
    fake.reachable = False
    phone.start()
    for number in range(5):
        phone.observe(number, photo=False)
    old = phone.recall("device")["id"]
    fake.unknown.add(old)
    fake.reachable = True
    fake.lost_requests = 1.0
    phone.run(REPLACED)
    phone.check("L001")
    phone.run('await (await use("round")).sos("tolong")')
    fake.lost_requests = 0.0
    asked = fake.posts
    assert phone.send() == "ditolak"
    new = phone.recall("device")["id"]
    assert {body["kind"] for body in fake.bodies(device=new)} == {"sos", "check"}
    assert fake.posts - asked < 15  # an unknown phone is not asked for each of its notes


def test_a_photo_that_a_draft_names_stays(phone: Patroller) -> None:
    named, forgotten = (phone.run(KEEP, width) for width in (5, 15))
    phone.run('await (await use("store")).saveDraft("temuan:x", { photos: [given] })', named)
    phone.run('await (await use("photos")).tidy(Date.now() + 9 * 86400000)')
    assert [row["sha256"] for row in phone.photos()] == [named] != [forgotten]
    assert phone.run('return Boolean(await (await use("store")).photoBytes(given))', named)


EDIT = """const { latest, edit } = await use("items"); const now = await latest(given[0]);
    return edit(given[0], { ...now.data, note: given[1] }, given[2] ?? {})
        .then((version) => version.hash, (error) => error.message);"""


def test_a_refused_edit_stops_no_photo_of_the_version_that_counts(phone: Patroller, fake: FakePatrol) -> None:
    fake.reachable = False
    phone.start()
    item = phone.observe(1)
    phone.run(EDIT, [item, "ditolak kota"])
    fake.refuse_notes, fake.reachable = {"ditolak kota"}, True
    phone.until_sent()
    assert [row["state"] for row in phone.versions() if row["id"] == item] == ["diterima", "ditolak"]
    assert [row["state"] for row in phone.photos()] == ["diterima"]
    assert len(fake.whole_photos()) == 1


def test_an_edit_follows_the_version_that_was_read(phone: Patroller, fake: FakePatrol) -> None:
    fake.reachable = False
    phone.start()
    item = phone.observe(1, photo=False)
    read = phone.versions()[-1]["hash"]
    phone.run('await (await use("store")).saveDraft("temuan:y", { note: "dari tab lama" })')
    newer = phone.run(EDIT, [item, "dari tab lain"])
    said = phone.run(EDIT, [item, "dari tab lama", {"of": read, "dropDraft": "temuan:y"}])
    assert said.startswith("Catatan ini sudah diubah di layar lain.")
    assert phone.versions()[-1]["body"]["data"]["note"] == "dari tab lain"
    assert phone.run('return (await use("store")).draft("temuan:y")') == {"note": "dari tab lama"}
    assert len(phone.run(EDIT, [item, "dari tab lama", {"of": newer}])) == 64


def test_a_photo_that_was_held_is_tried_once_more(phone: Patroller, fake: FakePatrol) -> None:
    phone.start()
    phone.send()
    fake.reachable = False
    phone.observe(1)
    phone.send()
    phone.run("""const s = await use("store"); const [row] = await s.unsentPhotos();
        await s.changePhoto(row.sha256, { tried: 1 });""")
    fake.held_photos, fake.reachable = True, True  # a part of it came spoilt, and the answer was lost
    phone.until_sent()
    assert [row["state"] for row in phone.photos()] == ["diterima"]
    fake.refuse_photos = True
    phone.observe(2)
    phone.until_sent()
    assert sorted(row["state"] for row in phone.photos()) == ["ditahan", "diterima"]


BOTH = """const { settle, recall } = await use("store"); const { hearTime } = await use("device"); let lost = 0;
    for (let held = 1; held <= 60; held++) {
        await Promise.all([hearTime(new Date().toISOString(), Date.now()), settle([], { held })]);
        if ((await recall("server")).held !== held) lost++;
    }
    return lost;"""


def test_hearing_the_time_forgets_nothing_that_the_city_said(phone: Patroller) -> None:
    assert phone.run(BOTH) == 0
