"""Photos that a question asks for, and findings of other phones that are corrected on this one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.patrol import Patroller
from tests.journeys.phones import PATIENCE
from tests.journeys.screens import findings, go, picture, press, saved
from tests.rojak.app.full_city import FullPatrol
from tidar.formulir.rules.answers import check
from tidar.formulir.rules.xlsform import read_xlsform

pytestmark = [pytest.mark.journey, pytest.mark.slow]
FORM = b"""| survey | | | | | | |
| | type | name | label | hint | required | relevant |
| | select_one yt | dalam | Lubangnya dalam? | | yes | |
| | image | bukti | Foto lubangnya | Taruh sandal di tepinya. | yes | ${dalam} = 'ya' |
| choices | | | |
| | list_name | name | label |
| | yt | ya | Ya |
| | yt | tidak | Tidak |
| settings | | | |
| | form_title | form_id | version |
| | Jalan rusak | jalan | 1 |
"""
DEFINITION = read_xlsform(FORM, file_name="jalan.md").definition


@dataclass
class AskingPatrol(FullPatrol):
    """A broken road asks for a photo of its hole."""

    def pack(self) -> dict[str, Any]:
        content = super().pack()
        content["kinds"] = [one | {"form": "jalan"} if one["key"] == "jalan-rusak" else one for one in content["kinds"]]
        return content | {"forms": content["forms"] | {"jalan": {"version": "1", "definition": DEFINITION}}}


@pytest.fixture
def fake() -> Iterator[AskingPatrol]:
    with AskingPatrol() as served:
        yield served


def prepared(browser: Browser, fake: FullPatrol, name: str = "HP Bu Yati") -> Patroller:
    phone: Patroller = Patroller.new(browser, fake.url)
    phone.open()
    phone.prepare(name)
    phone.open("#/")
    return phone


@pytest.fixture
def phone(browser: Browser, fake: AskingPatrol) -> Iterator[Patroller]:
    """Registered and prepared, on the first screen."""
    patroller = prepared(browser, fake)
    yield patroller
    patroller.context.close()


def asked(phone: Patroller) -> None:
    """A broken road with a deep hole, of which a photo is taken."""
    go(phone, "#/catat/jalan-rusak")
    phone.page.get_by_role("radio", name="Ya").check()
    phone.page.set_input_files("#kamera-bukti", [picture(phone)])
    press(phone, "Pakai foto ini")
    expect(phone.page.get_by_role("img", name="Foto: Foto lubangnya")).to_be_visible(timeout=PATIENCE)


def test_a_photo_that_a_question_asks_for_is_named_and_sent(phone: Patroller, fake: AskingPatrol) -> None:
    fake.reachable = False
    go(phone, "#/catat/jalan-rusak")
    expect(phone.page.locator("#kamera-bukti")).to_have_count(1)
    assert not phone.page.get_by_text("Foto lubangnya").is_visible()  # only of a deep one
    asked(phone)
    assert phone.faults() == []
    saved(phone)
    (found,) = findings(phone)
    name = found["data"]["answers"]["bukti"]
    assert found["data"]["photos"] == [name] and found["data"]["form"] == "jalan"
    fake.reachable = True
    phone.until_sent()
    (body,) = fake.bodies(kind="finding")
    assert fake.whole_photos() == {name}
    assert check(DEFINITION, body["data"]["answers"], today=fake.now().date(), photos=body["data"]["photos"]).is_fine


def test_without_the_photo_it_is_asked_for_and_nothing_is_lost(phone: Patroller) -> None:
    asked(phone)
    phone.run("(await use('photos')).tidy(Date.now() + 3 * 86400000)")  # a draft's photo is no litter
    phone.kill()
    phone.page = phone.context.new_page()
    phone.open("#/catat/jalan-rusak")
    expect(phone.page.get_by_role("img", name="Foto: Foto lubangnya")).to_be_visible()
    press(phone, "Buang foto: Foto lubangnya")
    expect(phone.page.get_by_role("img", name="Foto: Foto lubangnya")).to_have_count(0)
    assert phone.photos() == []
    press(phone, "Simpan")
    expect(phone.page.get_by_text("Isian belum lengkap: Wajib diisi.")).to_be_visible()
    press(phone, "Isi sekarang")
    expect(phone.page.locator('[data-question="bukti"] .fault')).to_have_text("Wajib diisi.")


def test_the_same_picture_twice_is_one_photo_that_stays_while_it_is_named(phone: Patroller) -> None:
    asked(phone)
    phone.page.set_input_files("#kamera", [picture(phone)])
    press(phone, "Pakai foto ini")
    press(phone, "Buang foto 1")
    expect(phone.page.get_by_role("img", name="Foto 1", exact=True)).to_have_count(0)
    assert len(phone.photos()) == 1
    saved(phone)
    phone.until_sent()


def other_finding(phone: Patroller, note: str) -> None:
    """Correct the first of the findings that other phones made."""
    go(phone, "#/temuan")
    phone.page.get_by_role("region", name="Belum beres di pos ini").get_by_role("link").first.click()
    expect(phone.page.get_by_text("Dari HP lain", exact=True)).to_be_visible()
    phone.page.get_by_label("Catatan, boleh kosong").fill(note)
    saved(phone)


def test_what_another_phone_found_is_corrected_without_signal(
    browser: Browser, phone: Patroller, fake: AskingPatrol
) -> None:
    second = prepared(browser, fake, "HP Bu Sri")
    fake.reachable = False
    for one, note in ((phone, "sudah lebih besar"), (second, "sudah ditutup papan")):
        other_finding(one, note)
        assert one.faults() == []
        (made,) = findings(one)
        row = next(row for row in fake.pack()["findings"] if row[0] == made["id"])
        assert (made["body"]["base"], made["revision"], made["data"]["kind"]) == (row[8], 2, row[1])
    fake.reachable = True
    phone.until_sent()
    second.until_sent()
    assert [findings(one)[0]["state"] for one in (phone, second)] == ["diterima", "bentrok"]
    go(phone, f"#/ubah/{findings(phone)[0]['id']}")  # what this phone wrote goes before the older pack
    expect(phone.page.get_by_label("Catatan, boleh kosong")).to_have_value("sudah lebih besar")
    second.context.close()


def test_a_correction_without_a_change_makes_no_version(phone: Patroller) -> None:
    go(phone, "#/temuan")
    phone.page.get_by_role("region", name="Belum beres di pos ini").get_by_role("link").first.click()
    press(phone, "Simpan")
    expect(phone.page.get_by_text("Belum ada yang diubah.")).to_be_visible()
    assert findings(phone) == []
