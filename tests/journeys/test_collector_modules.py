"""The app's pure parts, run in the browser that collectors have: bytes, words, sums, codes and paper."""

from __future__ import annotations

import base64
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, Page, expect

from tests.journeys.collector import Collector
from tests.retribusi.devices.make_vectors import PATH as VECTORS
from tests.retribusi.pungut.fake_city import FakeCity, stall
from tidar.documents.api import amount_in_words

pytestmark = [pytest.mark.journey, pytest.mark.slow]
BASE, SHARED = "/static/retribusi/pungut", "/static/lapangan"
GOLDEN = Path(__file__).resolve().parents[1] / "retribusi" / "pungut" / "slip.escpos"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Any page of the app's origin; its policy forbids nothing that these need."""
    with FakeCity() as city:
        opened = browser.new_page(base_url=city.url, locale="id-ID", timezone_id="Asia/Jakarta")
        opened.goto("/static/tokens.css")
        yield opened
        opened.close()


def _run(page: Page, module: str, body: str, value: Any = None) -> Any:
    address = module if module.startswith("/") else f"{BASE}/{module}"
    return page.evaluate(f"async (given) => {{ const m = await import('{address}'); {body} }}", value)


def test_records_are_the_bytes_that_the_city_reads(page: Page) -> None:
    vectors = json.loads(VECTORS.read_text())
    got = _run(page, "record.js", """
        const k = await import('/static/lapangan/keys.js');
        return Promise.all(given.map(async (r) => {
            const bytes = m.canonical(r);
            return [new TextDecoder().decode(bytes), await k.sha256(bytes), k.base64url(bytes)];
        }));""", [case["record"] for case in vectors["chain"]])  # fmt: skip
    assert got == [[case["canonical"], case["hash"], case["body"]] for case in vectors["chain"]]


def test_both_ways_of_signing_make_the_vectors_signatures(page: Page) -> None:
    vectors = json.loads(VECTORS.read_text())
    seed = list(base64.urlsafe_b64decode(vectors["seed"] + "="))
    got = _run(page, f"{SHARED}/keys.js", """
        const seed = Uint8Array.from(given.seed);
        const prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        const secret = Uint8Array.from([...prefix, ...seed]);
        const own = await crypto.subtle.importKey("pkcs8", secret, "Ed25519", false, ["sign"]);
        return Promise.all(given.bodies.map(async (text) => {
            const bytes = new TextEncoder().encode(text);
            return Promise.all([own, seed].map(async (key) => m.base64url(await m.sign(key, bytes))));
        }));""", {"seed": seed, "bodies": [case["canonical"] for case in vectors["chain"]]})  # fmt: skip
    assert got == [[case["signature"]] * 2 for case in vectors["chain"]]


def test_a_fraction_is_never_written(page: Page) -> None:
    body = "try { m.canonical({ amount: given }); return 'written' } catch (error) { return error.message }"
    assert _run(page, "record.js", body, 5000.5) == "Jumlah harus rupiah bulat."
    assert _run(page, "record.js", "return given.map(m.refused)", [0, -5, 0.5, 100_000_001]) == [
        *["Jumlah uang harus lebih dari nol."] * 3,
        "Paling banyak Rp100.000.000 dalam satu kuitansi.",
    ]


def test_amounts_in_words_are_those_of_the_documents(page: Page) -> None:
    dice = random.Random(1)
    amounts = [*range(1_300), *(dice.randrange(10 ** dice.randrange(4, 14)) for _ in range(3_000))]
    got = _run(page, "words.js", "return given.map(m.terbilang)", amounts)
    assert got == [f"{amount_in_words(amount)} rupiah" for amount in amounts]


def _naive(dues: list[int], amount: int) -> tuple[list[int], int]:
    """Oldest first, one rupiah after another."""
    paid = [0] * len(dues)
    for index, owed in enumerate(dues):
        paid[index] = min(owed, amount - sum(paid))
    return paid, amount - sum(paid)


def test_what_is_promised_is_oldest_first_and_whole(page: Page) -> None:
    dice = random.Random(2)
    cases = [
        ([dice.randrange(1, 30) * 500 for _ in range(dice.randrange(6))], dice.randrange(1, 60_000)) for _ in range(500)
    ]
    got = _run(page, "money.js", """return given.map(([dues, amount]) => {
        const list = dues.map((owed, i) => ({ number: `${i}`, period: `${i}`, owed, due: "", count: 1 }));
        const planned = m.plan(list, amount);
        return [dues.map((_, i) => planned.parts.find((p) => p.number === `${i}`)?.amount ?? 0), planned.rest,
                m.owed(m.after(list, amount).dues)];
    })""", cases)  # fmt: skip
    for (dues, amount), (parts, rest, left) in zip(cases, got, strict=True):
        paid, over = _naive(dues, amount)
        assert (parts, rest, left) == (paid, over, sum(dues) - sum(paid))


SENTENCES = [
    ([["24 November 2026", 5000]], 5000, "Melunasi 1 hari (24 November 2026)."),
    ([["30 Oktober 2026", 5000], ["2 November 2026", 5000]], 12000,
     "Melunasi 2 hari (30 Oktober – 2 November 2026), sisa Rp2.000 jadi uang muka."),
    ([["Oktober 2026", 60000], ["November 2026", 60000]], 70000,
     "Melunasi 1 bulan (Oktober 2026), mencicil November 2026, masih kurang Rp50.000."),
    ([["24 November 2026", 5000]], 2000, "Mencicil 24 November 2026, masih kurang Rp3.000."),
    ([], 5000, "Rp5.000 jadi uang muka."),
]  # fmt: skip


@pytest.mark.parametrize(("dues", "amount", "words"), SENTENCES, ids=range(len(SENTENCES)))
def test_an_amount_says_what_it_pays(page: Page, dues: list, amount: int, words: str) -> None:
    body = """const dues = given.dues.map(([period, owed]) => ({ number: "", period, owed, due: "", count: 1 }));
        return m.sentence(m.plan(dues, given.amount))"""
    assert _run(page, "money.js", body, {"dues": dues, "amount": amount}) == words


def test_long_debts_are_summed_beyond_the_listed_bills(browser: Browser) -> None:
    with FakeCity(stalls=[stall(0, dues=20)]) as city:
        phone = Collector.new(browser, city.url)
        phone.ready()
        phone.go("#/lapak/Q0000000")
        expect(phone.page.get_by_role("heading", name="20 hari belum dibayar")).to_be_visible()
        phone.begin("Q0000000")
        expect(phone.page.locator(".says")).to_have_text("Melunasi 20 hari.")
        phone.context.close()


@pytest.mark.parametrize("length", [1, 14, 15, 42, 62, 84, 106, 122, 152, 180, 213])
def test_codes_are_read_by_another_implementation(page: Page, length: int) -> None:
    text = ("K07-000123 Rp5.000 lapak A-001 " * 10)[:length]
    got = _run(page, f"{SHARED}/qr.js", """
        await new Promise((done) => { if (globalThis.jsQR) return done(); const s = document.createElement("script");
            s.src = "/static/vendor/jsqr.js"; s.onload = done; document.documentElement.append(s); });
        const dark = m.matrix(given), size = (dark.length + 8) * 4;
        const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
        for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) {
            if (dark[(y >> 2) - 4]?.[(x >> 2) - 4]) pixels.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
        }
        return [jsQR(pixels, size, size)?.data, dark.length];""", text)  # fmt: skip
    same = segno.make(text, error="m", mode="byte", boost_error=False, micro=False)
    assert got == [text, same.symbol_size(border=0)[0]]


RECORD = {
    "device": "d", "counter": 123, "id": "i", "kind": "payment", "at": 1795568130000, "hash": "7f3a91c044de02b8" * 4,
    "receipt": "K07-000123", "amount": 17_000, "fields": {"stall": "Q7MBKX2D"},
    "view": {
        "number": "A-001", "trader": "Siti Ñ.", "market": "Pasar Rejowinangun", "rest": 2_000,
        "parts": [{"period": f"{day} November 2026", "amount": 5_000, "left": 0} for day in (22, 23, 24)],
        "words": "Melunasi 3 hari (22 – 24 November 2026), sisa Rp2.000 jadi uang muka.",
    },
}  # fmt: skip
ROUTE = {"receipt": ["Kota Magelang", "Dinas Perindustrian dan Perdagangan"], "collector": {"name": "Sri Wahyuni"}}


def _slip_bytes(page: Page) -> bytes:
    body = """const { slip } = await import('/static/retribusi/pungut/receipt.js');
        return [...m.encode(slip(given.record, given.route))]"""
    return bytes(_run(page, "escpos.js", body, {"record": RECORD, "route": ROUTE}))


def _printed(data: bytes) -> tuple[list[str], str]:
    """What a printer would print: its lines and the text of the QR; fails on a command that printers may not know."""
    lengths = {b"\x1b@": 2, b"\x1ba": 3, b"\x1bE": 3, b"\x1d!": 3, b"\x1bd": 3, b"\x1dV": 4}
    source, line, lines, code = io.BytesIO(data), b"", [], ""
    while start := source.read(1):
        if start in (b"\x1b", b"\x1d"):
            command = start + source.read(1)
            if command == b"\x1d(":
                kind, low, high = source.read(1), *source.read(2)
                content = source.read(low + 256 * high)
                assert kind == b"k"
                code = content[3:].decode() if content[:3] == b"1P0" else code
            else:
                source.read(lengths[command] - 2)
        elif start == b"\n":
            lines.append(line.decode("ascii"))
            line = b""
        else:
            line += start
    return lines, code


def test_the_slip_is_the_golden_bytes(page: Page) -> None:
    assert _slip_bytes(page) == GOLDEN.read_bytes()


def test_the_slip_fits_58_mm_and_says_everything(page: Page) -> None:
    lines, code = _printed(_slip_bytes(page))
    assert max(map(len, lines)) <= 32
    text = "\n".join(lines)
    for part in ("K07-000123", "A-001", "Siti N.", "Rp17.000", "tujuh belas ribu rupiah", "Uang muka", "Sri Wahyuni"):
        assert part in text
    assert code.splitlines()[:3] == ["K07-000123", "A-001", "Rp17.000"]


@pytest.mark.parametrize("text", ["Ñandú é", "Bu “Yati” – 2×", "漢字🧺"])
def test_paper_gets_plain_letters(page: Page, text: str) -> None:
    plain = _run(page, "escpos.js", "return m.ascii(given)", text)
    assert plain.isascii() and plain.isprintable()


BLUETOOTH = """
    globalThis.written = [];
    const characteristic = {
        properties: { write: true, writeWithoutResponse: true },
        writeValueWithResponse: async (piece) => {
            if (piece.length > LIMIT) throw new DOMException("", "NetworkError");
            written.push([...piece]);
        },
    };
    const service = { uuid: "000018f0-0000-1000-8000-00805f9b34fb", getCharacteristics: async () => [characteristic] };
    const server = { connected: true, getPrimaryServices: async () => [service] };
    const device = { id: "p1", name: "RPP02N", gatt: { connected: false, connect: async () => server } };
    globalThis.asked = 0;
    Object.defineProperty(navigator, "bluetooth", { value: {
        getDevices: async () => (globalThis.asked ? [device] : []),
        requestDevice: async () => (globalThis.asked++, device),
    } });
"""
USB = """
    globalThis.written = [];
    const out = { direction: "out", type: "bulk", endpointNumber: 3 };
    const face = { interfaceNumber: 0, alternate: { interfaceClass: 7, endpoints: [out] } };
    const device = {
        productName: "Printer 58", opened: false, configuration: null,
        open: async () => {}, claimInterface: async () => {}, releaseInterface: async () => {},
        selectConfiguration: async () => { device.configuration = { interfaces: [face] } },
        transferOut: async (point, piece) => { if (point === 3) written.push([...piece]); },
    };
    const usb = { getDevices: async () => [], requestDevice: async () => device };
    Object.defineProperty(navigator, "usb", { value: usb });
"""


def _print_twice(browser: Browser, script: str, button: str, name: str) -> tuple[list[list[int]], Collector]:
    """Pay, print with the given printer, print again; what was written."""
    with FakeCity() as city:
        phone = Collector.new(browser, city.url)
        phone.context.add_init_script(script)
        phone.ready()
        phone.begin("Q0000001")
        phone.confirm.click()
        phone.page.get_by_role("button", name="Cetak").click()
        phone.page.get_by_role("button", name=button).click()
        expect(phone.page.get_by_text(f"Dicetak di {name}.")).to_be_visible()
        first = phone.page.evaluate("written.splice(0)")
        phone.page.get_by_role("button", name="Cetak").click()  # the printer is remembered: nobody is asked
        phone.page.wait_for_timeout(500)
        assert phone.page.locator("dialog[open]").count() == 0
        again = phone.page.evaluate("written")
        assert sum(map(len, again)) >= sum(map(len, first))
        return first, phone


@pytest.mark.parametrize("limit", [180, 20])
def test_bluetooth_gets_the_slip_in_pieces(browser: Browser, limit: int) -> None:
    pieces, phone = _print_twice(browser, BLUETOOTH.replace("LIMIT", str(limit)), "Pencetak Bluetooth", "RPP02N")
    assert max(map(len, pieces)) == limit
    lines, code = _printed(bytes(byte for piece in pieces for byte in piece))
    assert "BUKTI PEMBAYARAN" in lines and code.startswith("K01-000001\nA-002")
    assert phone.page.evaluate("asked") == 1
    phone.context.close()


def test_usb_gets_the_slip(browser: Browser) -> None:
    pieces, phone = _print_twice(browser, USB, "Pencetak kabel USB", "Printer 58")
    lines, _ = _printed(bytes(byte for piece in pieces for byte in piece))
    assert "BUKTI PEMBAYARAN" in lines
    phone.context.close()


def test_a_silent_printer_is_said(browser: Browser) -> None:
    with FakeCity() as city:
        phone = Collector.new(browser, city.url)
        phone.context.add_init_script(BLUETOOTH.replace("LIMIT", "0"))
        phone.ready()
        phone.begin("Q0000001")
        phone.confirm.click()
        phone.page.get_by_role("button", name="Cetak").click()
        phone.page.get_by_role("button", name="Pencetak Bluetooth").click()
        expect(phone.page.get_by_text("Pencetak tidak menjawab.")).to_be_visible()
        phone.context.close()


def test_the_print_dialog_shows_only_a_58_mm_slip(browser: Browser) -> None:
    with FakeCity() as city:
        phone = Collector.new(browser, city.url)
        phone.ready()
        phone.begin("Q0000001")
        phone.receive()
        phone.until_sent()  # the slip is drawn anew when the city has it
        phone.page.emulate_media(media="print")
        expect(phone.page.locator(".slip")).to_be_visible()
        for other in (".bar", ".foot", ".done", ".facts >> nth=0"):
            expect(phone.page.locator(other)).to_be_hidden()
        assert phone.page.locator(".slip").bounding_box()["width"] == pytest.approx(54 / 25.4 * 96, abs=1)
        phone.context.close()
