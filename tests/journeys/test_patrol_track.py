"""The track of a round: in parts that end where fixes stopped, thinned, certain only where the phone was sure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.patrol import Patroller
from tests.rojak.app.fake_city import FakePatrol

pytestmark = [pytest.mark.journey, pytest.mark.slow]
WORST = 30
METRE = 9  # millionths of a degree of latitude, rounded down
WALK = f"""async (fixes) => {{
    const {{ addFix }} = await import("{Patroller.modules}/track.js");
    let track = {{ part: null, points: [], at: 0, seen: 0, metres: 0, certain: false }};
    const parts = [];
    for (const [second, metres, accuracy_m] of fixes) {{
        const fix = {{ lon_e6: 110217000, lat_e6: -7471000 + metres * {METRE}, accuracy_m, at: 1e12 + second * 1000 }};
        const {{ complete, next }} = addFix(track, fix, {WORST});
        if (complete) parts.push(complete);
        track = next;
    }}
    return [...parts, track].map((t) => ({{ points: t.points.map((p) => [(t.at - 1e12) / 1000 + p[0], p[3]]),
        metres: Math.round(t.metres), certain: t.certain }}));
}}"""


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


def _walk(phone: Patroller, *fixes: tuple[int, int, int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = phone.page.evaluate(WALK, [list(fix) for fix in fixes])
    return found


def test_a_track_is_thinned_and_measured(phone: Patroller) -> None:
    (part,) = _walk(phone, *[(second, second * 2, 5) for second in range(61)])  # two metres a second
    assert [point[0] for point in part["points"]] == list(range(0, 61, 4))  # each eight metres
    assert 116 <= part["metres"] <= 121
    assert part["certain"]


def test_who_stands_still_walks_no_metres(phone: Patroller) -> None:
    (part,) = _walk(phone, *[(second, second % 3, 6) for second in range(0, 121, 5)])
    assert [point[0] for point in part["points"]] == [0, 20, 40, 60, 80, 100, 120]
    assert part["metres"] == 0


def test_a_gap_breaks_the_track(phone: Patroller) -> None:
    first, second = _walk(phone, (0, 0, 5), (10, 20, 5), (75, 300, 5), (85, 320, 5))
    assert [point[0] for point in first["points"]] == [0, 10]
    assert [point[0] for point in second["points"]] == [75, 85]
    assert second["metres"] in range(38, 42)  # nothing is walked across the gap


def test_a_poor_fix_is_kept_as_poor_and_measures_nothing(phone: Patroller) -> None:
    (part,) = _walk(phone, (0, 0, 80), (20, 500, 80), (40, 40, 12), (50, 60, 12))
    assert part["points"] == [[0, 80], [20, 80], [40, 12], [50, 12]]
    assert part["metres"] in range(19, 22)
    nothing = _walk(phone, (0, 0, 80), (20, 500, 80))[0]
    assert (nothing["metres"], nothing["certain"]) == (0, False)


def test_parts_have_at_most_300_points_and_join(phone: Patroller) -> None:
    parts = _walk(phone, *[(second, second * 9, 5) for second in range(700)])
    assert [len(part["points"]) for part in parts] == [300, 300, 102]
    assert [part["points"][0][0] for part in parts] == [0, 299, 598]  # each begins where the one before ended
    assert parts[-1]["metres"] in range(6_200, 6_310)


def test_quality_says_what_is_not_known(phone: Patroller) -> None:
    got = phone.run("""const { quality } = await use("gps");
        return [quality({ accuracy_m: 30 }, 30), quality({ accuracy_m: 31 }, 30), quality(null, 30)];""")
    assert got == ["pasti", "tidak diketahui", "tidak diketahui"]


def _at(phone: Patroller, metres: int, *, accuracy: int = 8) -> None:
    """The satellites say so; done when the phone has heard it."""
    place = {"longitude": 110.217, "latitude": -7.471 + metres * METRE / 1e6, "accuracy": accuracy}
    phone.context.set_geolocation(place)
    wanted = round(place["latitude"] * 1e6)
    phone.run(
        """const gps = await use("gps");
        for (let i = 0; i < 100 && gps.fix()?.lat_e6 !== given; i++) await new Promise((done) => setTimeout(done, 50));
        if (gps.fix()?.lat_e6 !== given) throw new Error("not heard");""",
        wanted,
    )


def test_a_walk_reaches_the_city_with_the_round(phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    round_id = phone.start()
    for step in range(4):
        _at(phone, step * 30)
    check = phone.check("L001")
    phone.kill()
    phone.open()  # what was walked is there again
    assert len(phone.run('return (await use("gps")).track(given)', round_id)[0]["points"]) == 4
    phone.run('await (await use("gps")).resume()')
    _at(phone, 150)
    end = phone.run('return (await (await use("round")).end({ note: "aman" })).data')
    phone.until_sent()
    (track,) = fake.bodies(kind="track")
    assert [point[2] for point in track["data"]["points"]] == [-7471000 + m * METRE for m in (0, 30, 60, 90, 150)]
    assert (track["round"], end["distance_m"] in range(145, 153)) == (round_id, True)
    (checked,) = fake.bodies(kind="check")
    assert (checked["id"], checked["data"]["position"]["accuracy_m"]) == (check, 8)
    assert phone.run('return (await use("round")).current()') is None


def test_without_a_fix_nothing_is_made_up(browser: Browser, fake: FakePatrol) -> None:
    phone = Patroller.new(browser, fake.url)
    phone.context.add_init_script("""
        Geolocation.prototype.watchPosition = (_found, failed) => { failed({ code: 1 }); return 1; };
        Geolocation.prototype.getCurrentPosition = () => {};""")  # a question that nobody answers
    phone.open()
    phone.prepare()
    said = phone.run("""const gps = await use("gps");
        return new Promise((done) => gps.watch({ ontrouble: done }));""")  # who asks first hears why
    phone.start()
    assert said == "Posisi belum diizinkan. Izinkan lokasi di setelan Chrome."
    phone.check("L001")
    end = phone.run('return (await (await use("round")).end({})).data')
    phone.until_sent()
    assert fake.bodies(kind="check")[0]["data"]["position"] is None
    assert (end["distance_m"], fake.bodies(kind="track")) == (None, [])
    phone.context.close()


def test_another_phone_carries_the_round_on(browser: Browser, phone: Patroller, fake: FakePatrol) -> None:
    phone.prepare()
    round_id = phone.start()
    code = phone.run('return (await use("round")).handover()')
    other = Patroller.new(browser, fake.url)
    other.open()
    other.prepare("HP Bu Sri")
    take = "return (await use('round')).takeOver(given, 2).then((v) => v.round, (e) => e.message)"
    assert other.run(take, "https://contoh.id/") == "Ini bukan kode ronda."
    assert other.run(take, code.replace("contoh-rw-04", "pos-lain")) == "Ronda itu dari pos lain."
    assert other.run(take, code) == round_id
    other.check("L002")
    phone.until_sent()
    other.until_sent()
    assert {body["round"] for body in fake.bodies() if body["kind"] in ("leg", "check")} == {round_id}
    other.context.close()


def test_the_screen_stays_on_while_it_is_wanted(phone: Patroller) -> None:
    phone.page.evaluate("""() => {
        globalThis.locks = []; globalThis.asked = 0;
        navigator.wakeLock.request = async () => { asked += 1;
            const lock = new EventTarget(); lock.release = async () => lock.dispatchEvent(new Event("release"));
            locks.push(lock); return lock; };
    }""")
    phone.run('await (await use("wake")).hold()')
    assert phone.run('return (await use("wake")).held()') is True
    phone.page.evaluate("() => locks.at(-1).release()")  # the app was hidden
    assert phone.run('return (await use("wake")).held()') is False
    phone.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    phone.page.wait_for_function("() => asked === 2")
    phone.run('await (await use("wake")).release()')
    phone.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    assert phone.run('return (await use("wake")).held()') is False
    assert phone.page.evaluate("asked") == 2


STICKERS = [
    ("https://tidar.contoh.id/rojak/titik/T0002/", "T0002"), ("http://10.0.0.1:8000/rojak/titik/t0002", "T0002"),
    ("T0002", "T0002"), ("T9999", None), ("https://contoh.id/lain/T0002/x", None), ("", None),
]  # fmt: skip


def test_a_sticker_is_known_by_its_address_or_its_code(phone: Patroller) -> None:
    got = phone.run(
        """const { checkpointOf } = await use("round");
        const pack = { checkpoints: [["T0001", "Titik 1", "L001"], ["T0002", "Titik 2", "L002"]] };
        return given.map((text) => checkpointOf(pack, text)?.[0] ?? null);""",
        [text for text, _ in STICKERS],
    )
    assert got == [code for _, code in STICKERS]
