"""A round with the real city: fifty observations without signal on a phone whose clock is a day off, two killed tabs, a
newer version of the app in between, a line that flaps; at the end both sides hold the same, once.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.city import City, new_city
from tests.journeys.line import Line
from tests.journeys.patrol import PHONE, Patroller
from tests.journeys.post import ask

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(600)]
FIRST_LOAD_BYTES, PACK_BYTES = 150_000, 1_000_000
OBSERVATIONS = 50
DAY_AHEAD = """{
    const Real = Date;
    globalThis.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(Real.now() + 86400000); }
        static now() { return Real.now() + 86400000; }
    };
}"""


@dataclass
class Patrol:
    """The city, the line, and two phones on it: Yani's, whose clock is a day ahead, and that of the head of the RW."""

    city: City
    line: Line
    phone: Patroller
    head: Patroller
    first_load: int = 0

    def books(self, phone: Patroller | None = None) -> dict[str, Any]:
        """What the city has of a phone."""
        return dict(ask(self.city, "books", (phone or self.phone).recall("device")["id"]))


def _signed_in(browser: Browser, url: str, link: str) -> Page:
    page = browser.new_context(**PHONE | {"base_url": url}).new_page()
    page.goto(link)
    page.locator("main form button[type=submit], main form .button").first.click()
    page.wait_for_load_state()
    return page


def _phone(browser: Browser, line: Line, link: str, *, script: str = "") -> Patroller:
    page = _signed_in(browser, line.url, link)
    if script:
        page.context.add_init_script(script)
    phone = Patroller(page.context)
    page.close()
    return phone


@pytest.fixture(scope="module")
def patrol(browser: Browser) -> Iterator[Patrol]:
    city = new_city("patrol", word="serve")
    try:
        city.start(patience_seconds=240)
        links = ask(city, "open")["links"]
        with Line(city.port) as line:
            yani = next(link for name, link in links.items() if "Ronda" in name)
            made = Patrol(city, line, _phone(browser, line, yani, script=DAY_AHEAD),
                          _phone(browser, line, links["Endang Ketua RW"]))  # fmt: skip
            made.first_load = made.phone.first_load(line)
            yield made
            made.phone.context.close()
            made.head.context.close()
    finally:
        city.stop()
        shutil.rmtree(city.home, ignore_errors=True)


def test_the_first_visit_and_the_pack_are_light(patrol: Patrol) -> None:
    done = patrol.phone.prepare()
    assert [step["key"] for step in done["steps"] if step["required"] and step["state"] != "ok"] == []
    pack = patrol.phone.recall("pack")
    size = len(json.dumps(pack, ensure_ascii=False).encode())
    sys.stdout.write(f"\nfirst load: {patrol.first_load:,} B; pack of {len(pack['segments'])} segments: {size:,} B\n")
    assert pack["post"]["code"] == "kemirirejo-04"
    assert 20_000 < patrol.first_load <= FIRST_LOAD_BYTES
    assert size <= PACK_BYTES


def _newer_version(patrol: Patrol) -> None:
    """A moment of signal brings a newer app; nothing is sent in it that is not sent again."""
    phone, line = patrol.phone, patrol.line
    before = phone.page.evaluate("caches.keys()")
    line.newer = True
    line.heal()
    for _ in range(100):
        phone.page.wait_for_timeout(200)
        if (keys := phone.caches()) != before and len(keys) == 1:
            break
    else:
        raise AssertionError(f"still the old version: {keys}")
    line.cut()
    phone.open()


def test_fifty_observations_arrive_once_whatever_happens(patrol: Patrol) -> None:
    phone, line = patrol.phone, patrol.line
    segments = [row[0] for row in phone.recall("pack")["segments"]]
    line.cut()
    round_id = phone.start()
    made = []
    for index in range(OBSERVATIONS):
        segment = segments[index % len(segments)]
        phone.check(segment, how="ketuk")
        made.append(phone.observe(index, segment=segment, kind="lampu-mati"))
        if index in (16, 33):
            phone.kill()
            phone.open()
        if index == 24:
            _newer_version(patrol)
    phone.run('await (await use("round")).end({ note: "aman" })')
    line.flap(10, random.Random(4))
    phone.until_sent(180)
    assert phone.send() == ""
    _both_sides_hold_the_same(patrol, phone, round_id, made)


def _both_sides_hold_the_same(patrol: Patrol, phone: Patroller, round_id: str, made: list[str]) -> None:
    books, own, server = patrol.books(), phone.versions(), phone.recall("server")
    assert Counter(row[0] for row in books["versions"]) == dict.fromkeys([row["id"] for row in own], 1)
    assert {(row[0], row[1]) for row in books["versions"]} == {(row["id"], row["hash"]) for row in own}
    assert [row for row in books["versions"] if row[2] != "diterima"] == []
    assert (books["findings"], books["checks"], books["rounds"]) == (OBSERVATIONS, OBSERVATIONS, 1)
    assert len(books["named"]) == OBSERVATIONS
    assert books["photos"] == dict.fromkeys(books["named"], "diterima")
    assert (server["held"], server["ours"], server["same"], server["lost"]) == (len(own), len(own), True, 0)
    assert {body["id"] for body in books["bodies"] if body["kind"] == "finding"} == set(made)
    assert {body["round"] for body in books["bodies"]} == {None, round_id}
    assert books["broken"] == []


EDIT = """
    const { pack } = await (await use("state")).load();
    const [id, kind, segment, lon_e6, lat_e6, severity,,, hash] = pack.findings.find((row) => row[0] === given.id);
    const position = lon_e6 === null ? null : { lon_e6, lat_e6, accuracy_m: 5 };
    const about = { form: "", version: "", answers: {}, photos: [], note: given.note };
    const data = { kind, segment, position, severity, ...about };
    const i = await use("items");
    return (await ((await i.latest(id)) ? i.edit(id, data) : i.editKnown({ id, hash, kind: "finding" }, data))).id;"""


def test_the_same_item_edited_on_two_phones_is_a_listed_conflict(patrol: Patrol) -> None:
    phone, head, line = patrol.phone, patrol.head, patrol.line
    phone.open()
    item = phone.observe(99, photo=False, kind="lampu-mati", segment=phone.recall("pack")["segments"][0][0])
    phone.until_sent()
    phone.run('await (await use("pack")).download()')
    head.page.close()  # the kills above were meant for the other phone
    head.open()
    head.prepare("HP Bu Endang")
    line.cut()
    phone.run(EDIT, {"id": item, "note": "sudah diganti"})
    head.run(EDIT, {"id": item, "note": "masih padam"})
    line.heal()
    phone.until_sent()
    head.until_sent()
    states = {body["data"]["note"]: row[2] for who in (phone, head) for body, row in _rows(patrol, who, item)}
    assert states == {"temuan 99": "diganti", "sudah diganti": "diterima", "masih padam": "bentrok"}
    assert head.state("s.conflicts.map((v) => v.data.note)") == ["masih padam"]


def _rows(patrol: Patrol, phone: Patroller, item: str) -> list[tuple[dict[str, Any], list[str]]]:
    books = patrol.books(phone)
    pairs = zip(books["bodies"], books["versions"], strict=True)
    return [(body, row) for body, row in pairs if body["id"] == item]
