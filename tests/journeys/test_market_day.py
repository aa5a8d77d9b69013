"""A market day from the walk that counts traders to the receipt behind the city's number, through the real pages only.

The market head walks Sidomukti with a phone; the officer sets a tariff, previews and issues today's SKRD, the signer
signs; the collector takes cash at fifty stalls without signal while the tab is killed twice; the treasurer counts and
deposits; the operator's wall grows by exactly that sum, and the sum leads back to one of the fifty receipts.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import ARGUMENTS, executable
from tests.city import ROOT, City
from tests.journeys.collector import Collector
from tests.journeys.line import Line
from tests.journeys.market import ask
from tests.journeys.phones import PHONE
from tidar.common.formats import date_text

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(1200)]
MARKET, NAME = "sidomukti", "Pasar Sidomukti"  # the demo leaves today's SKRD of this market to people
TILE = "[data-key=penerimaan-retribusi-harian]"
BLOCK, NEW_STALL = "C", "C-999"
OTHER, NEWCOMER = "Wagiyem Contoh Baru", "Paijo Contoh Baru"
RISE = 500  # kios: from Rp1.500 to Rp2.000
COLLECTED, KILLED_AT = 50, (16, 33)
WALL_SECONDS = 10
PATIENCE = 90_000  # for the worker and for pages on a machine that has much else to do
SignIn = Callable[..., Page]


@dataclass
class Day:
    """The city, its people at their pages, and what each of them found out."""

    city: City
    sign_in: SignIn
    line: Line
    phone: Collector | None = None
    walked: str = ""  # address of the census
    taken_over: str = ""  # number of the stall where somebody else was seen
    run: str = ""  # address of the run
    stalls: list[dict[str, Any]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    sum: int = 0
    bag: int = 0  # what the collector hands over: the sum, and what the books had in the bag before
    tbp: str = ""  # number of the hand-over's document
    wall: Page | None = None
    before: int = 0
    pages: dict[str, Page] = field(default_factory=dict)

    def at(self, person: str, path: str, **options: Any) -> Page:
        """The person's own page, opened once, gone to `path`."""
        if person not in self.pages:
            self.pages[person] = self.sign_in(person, **options)
            self.pages[person].set_default_timeout(PATIENCE)
        self.pages[person].goto(path)
        return self.pages[person]

    @property
    def collector(self) -> Collector:
        assert self.phone is not None, "the phone is not ready: an earlier step failed"
        return self.phone


@pytest.fixture(scope="module")
def day(city: City, sign_in: SignIn) -> Iterator[Day]:
    with Line(city.port) as line:
        yield Day(city, sign_in, line)


@pytest.fixture(scope="module")
def handset(browser: Browser) -> Iterator[Browser]:
    """A browser of its own, so that killing its tabs kills nobody else's."""
    launched = browser.browser_type.launch(executable_path=executable(), args=list(ARGUMENTS))
    yield launched
    launched.close()


def _number(text: str) -> int:
    """`Rp1.234` → 1234."""
    return int(re.sub(r"\D", "", text))


def _rupiah(amount: int) -> str:
    return f"Rp{amount:,}".replace(",", ".")


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Jakarta")).date()


# 1. The market head walks the market with a phone


def test_1_the_market_head_counts_stalls_on_a_phone(day: Day, tmp_path: Path) -> None:
    page = day.at("Darmo Kepala Pasar", "/retribusi/pendataan/", viewport=PHONE["viewport"], has_touch=True)
    page.get_by_label("Pasar", exact=True).select_option(MARKET)
    page.get_by_label("Nama pendataan").fill("Triwulan IV")
    page.get_by_role("button", name="Mulai").click()
    expect(page.get_by_role("heading", name="Hitung sampai tepat")).to_be_visible(timeout=PATIENCE)
    day.walked = page.url
    page.get_by_role("link", name=f"Blok {BLOCK}").click()
    stalls = page.locator(".walk__stall:has(p > strong)")  # somebody holds them
    for place in range(3):
        stalls.nth(place).get_by_role("button", name="Sesuai", exact=True).click()
        expect(stalls.nth(place).locator("[data-finding]")).to_have_text(re.compile("^sesuai$", re.I), timeout=PATIENCE)
    day.taken_over = _somebody_else(stalls.nth(3))
    _not_registered(page, tmp_path)
    expect(page.locator("[data-seen]")).to_have_text("4")
    expect(page.locator("[data-waiting]")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("[data-trouble]")).to_be_hidden()


def _somebody_else(stall: Locator) -> str:
    stall.locator("summary").click()
    stall.get_by_label("Nama yang menempati").fill(OTHER)
    stall.get_by_role("button", name="Orang lain").click()
    expect(stall.locator("[data-finding]")).not_to_contain_text("menunggu", timeout=PATIENCE)
    return str(stall.get_attribute("data-number"))


def _not_registered(page: Page, folder: Path) -> None:
    photo = folder / "lapak.jpg"
    page.screenshot(path=photo, type="jpeg")
    new = page.locator("form[data-new]")
    new.get_by_label("Nomor", exact=True).fill(NEW_STALL)
    new.get_by_label("Jenis tempat").select_option("los")
    new.get_by_label("Nama pedagang").fill(NEWCOMER)
    new.get_by_label("Foto").set_input_files(photo)
    new.get_by_role("button", name="Catat lapak baru").click()
    expect(new.get_by_label("Nomor", exact=True)).to_have_value("")


def test_2_what_does_not_match_is_settled(day: Day) -> None:
    page = day.at("Darmo Kepala Pasar", f"{day.walked}beda/")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    photo = rows.filter(has_text=NEW_STALL).locator("img")
    photo.scroll_into_view_if_needed()
    expect(photo).to_be_visible()
    assert photo.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    for number in (day.taken_over, NEW_STALL):
        row = page.locator("tbody tr").filter(has_text=number)
        row.get_by_role("button", name=f"Terapkan {number}").click()
        expect(page.get_by_text("Register sekarang sesuai")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Semua cocok")).to_be_visible()
    page.goto(f"{day.walked}beda/?lihat=selesai")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("Ditempati")
    expect(page.locator("tbody")).to_contain_text("Lapak didaftarkan, ditempati")


# 2. The officer sets a tariff and issues, the signer signs


def test_3_a_new_tariff_from_today(day: Day) -> None:
    address = f"/retribusi/tarif/baru/?retribusi=pelayanan-pasar&pasar={MARKET}&jenis=kios"
    page = day.at("Lestari Petugas Penetapan", address)
    page.get_by_label("Besaran (rupiah)").fill("2.000")
    page.get_by_label("Untuk", exact=True).select_option("hari")
    page.get_by_label("Berlaku mulai").fill(_today().isoformat())
    page.get_by_label("Dasar hukum").fill("Keputusan Wali Kota tentang penyesuaian tarif (contoh), lampiran I")
    page.get_by_role("button", name="Simpan tarif").click()
    expect(page.get_by_text("Tarif baru dicatat")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("tbody tr").first).to_contain_text("2.000")


def test_4_the_preview_says_in_words_what_changes(day: Day) -> None:
    page = day.at("Lestari Petugas Penetapan", f"/retribusi/skrd/baru/?pasar={MARKET}&masa=hari")
    expect(page.get_by_label("Pasar", exact=True)).to_have_value(MARKET)
    page.get_by_label("Tanggal, bila satu hari").fill(_today().isoformat())
    page.get_by_role("button", name="Hitung pratinjau").click()
    page.wait_for_url(re.compile("/retribusi/skrd/penetapan/"))
    day.run = page.url
    words = page.locator("section:has(> #beda)")
    expect(words).to_be_visible(timeout=PATIENCE)
    told = words.inner_text()
    more = re.search(r"([\d.]+) lapak naik, seluruhnya bertambah (Rp[\d.]+)", told)
    assert more, told
    assert _number(more[2]) == RISE * _number(more[1]) > 0
    fresh = re.search(r"([\d.]+) lapak baru dikenai", told)
    assert fresh, told
    assert _number(fresh[1]) == 2  # the stall of the walk, and who sits at somebody else's
    gone = re.search(r"1 lapak tidak dikenai lagi; .* jumlahnya (Rp[\d.]+)", told)  # who sat there before
    total = re.search(r"naik (Rp[\d.]+) dari Rp[\d.]+ pada", told)
    newcomers = re.search(r"baru dikenai, jumlahnya (Rp[\d.]+);", told)
    assert gone and total and newcomers, told
    assert _number(total[1]) == _number(more[2]) + _number(newcomers[1]) - _number(gone[1])
    expect(page.locator("section:has(> #contoh)")).to_contain_text("Rp2.000")


def test_5_issued_by_one_and_signed_by_another(day: Day) -> None:
    officer = day.at("Lestari Petugas Penetapan", day.run)
    officer.get_by_label(re.compile("Pratinjau ini sudah saya periksa")).check()
    officer.get_by_role("button", name=re.compile(r"^Terbitkan [\d.]+ SKRD")).click()
    expect(officer.get_by_role("heading", name="Menunggu tanda tangan")).to_be_visible(timeout=PATIENCE)
    expect(officer.get_by_role("button", name=re.compile("^Tandatangani"))).to_have_count(0)
    signer = day.at("Kartini Pejabat Penetap", f"/retribusi/skrd/?pasar={MARKET}&keadaan=berjalan")
    signer.locator("tbody a").first.click()
    assert signer.url == day.run
    signer.get_by_label(re.compile("Saya menandatangani")).check()
    signer.get_by_role("button", name=re.compile(r"^Tandatangani [\d.]+ SKRD")).click()
    expect(signer.locator("li.is-done", has_text="Dapat dibayar")).to_be_visible(timeout=PATIENCE)


# 3. The collector takes cash without signal


def test_6_the_phone_is_approved_and_gets_its_route(day: Day, handset: Browser) -> None:
    state = day.at("Marno Juru Pungut", "/").context.storage_state()
    day.phone = phone = Collector.new(handset, day.line.url, storage_state=state)
    phone.context.set_default_timeout(PATIENCE)
    phone.register("HP Pak Marno")
    head = day.at("Darmo Kepala Pasar", f"/retribusi/alat/{phone.recall('device')['id']}/")
    head.get_by_role("button", name="Setujui alat ini").click()
    expect(head.get_by_text("disetujui.").first).to_be_visible(timeout=PATIENCE)
    phone.page.get_by_role("button", name="Periksa lagi").click()
    phone.prepare()
    route = [stall for stall in phone.recall("route")["stalls"] if stall["market"] == MARKET]
    owing = [stall for stall in route if stall["owed"]]
    new = next(stall for stall in route if stall["number"] == NEW_STALL)
    assert new["owed"] == 1000  # one day of a los
    kios = [stall for stall in owing if stall["type"] == "kios" and len(stall["dues"]) == 1]
    assert {stall["owed"] for stall in kios} == {1500 + RISE}
    day.stalls = [new, *(stall for stall in owing if stall is not new)][:COLLECTED]
    assert len(day.stalls) == COLLECTED


def _books(day: Day) -> dict[str, Any]:
    """What the city has of this phone."""
    return ask(day.city, "books", day.collector.recall("device")["id"])


def _revenue_before(wall: Page) -> int:
    """Today's revenue so far; before the first receipt of a day the wall still tells yesterday's."""
    story = wall.locator(f"{TILE} .tile__story").inner_text()
    return _number(wall.locator(f"{TILE} .number").inner_text()) if f"pada {date_text(_today())}:" in story else 0


def test_7_fifty_stalls_without_signal_and_the_tab_killed_twice(day: Day) -> None:
    day.wall = day.at("Dewi Operator", "/wall")
    expect(day.wall.locator("#sambungan")).to_have_text("Langsung", timeout=PATIENCE)
    day.before = _revenue_before(day.wall)
    phone, cash = day.collector, _books(day)["cash"]
    phone.open("#/")
    phone.until_bag(cash)  # what the city's books have in it already: of this morning, with another phone
    day.line.cut()
    phone.context.set_offline(True)
    for index, stall in enumerate(day.stalls):
        day.taken.append(phone.collect(stall["qr"], "Semua" if index % 10 else 5_000))
        if index in KILLED_AT:
            phone.kill()
            phone.open()
    code = phone.recall("device")["code"]
    assert day.taken == [f"{code}-{number:06d}" for number in range(1, COLLECTED + 1)]
    day.sum = sum(row["body"]["amount"] for row in phone.records())
    day.bag = phone.bag()
    assert day.bag == cash + day.sum > cash
    assert _books(day)["receipts"] == []
    day.line.heal()
    phone.context.set_offline(False)
    phone.until_sent(180)
    sent = time.monotonic()
    expect(day.wall.locator(f"{TILE} .number")).to_have_text(_rupiah(day.before + day.sum)[2:], timeout=PATIENCE)
    seconds = time.monotonic() - sent
    sys.stdout.write(f"\nthe wall has all of {day.sum:,} rupiah {seconds:.1f} s after the phone's last receipt\n")
    books = _books(day)
    assert [row["body"] for row in phone.records()] == books["bodies"]
    assert (books["states"], books["receipts"], books["broken"]) == (["dibukukan"], day.taken, [])
    assert books["payments"] == books["cash"] - cash == day.sum
    assert seconds <= WALL_SECONDS


# 4. From the bag to the treasury


def _pdf(page: Page, number: str) -> bytes:
    """The paper that the page offers."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=f"{number} (PDF)").click()
    return Path(coming.value.path()).read_bytes()


def test_8_the_treasurer_counts_what_the_collector_hands_over(day: Day) -> None:
    phone = day.collector
    phone.open("#/setor")
    phone.page.get_by_role("button", name="Setor ke bendahara").click()
    expect(phone.page.get_by_role("heading", name="Setoran dicatat")).to_be_visible()
    phone.until_sent(120)
    assert phone.bag() == 0
    page = day.at("Tuti Bendahara", "/retribusi/kas/")
    page.get_by_role("link", name="Hitung Marno").click()
    expect(page.locator("dl.sums")).to_contain_text(_rupiah(day.bag))
    page.get_by_label("Jumlah yang dihitung (rupiah)").fill(str(day.bag))
    page.get_by_role("button", name="Terima", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^TBP/"), timeout=PATIENCE)
    day.tbp = page.get_by_role("heading", level=1).inner_text()
    assert _pdf(page, day.tbp).startswith(b"%PDF-")
    expect(page.get_by_text("Perkara terbuka")).to_have_count(0)


def test_9_the_sts_brings_it_to_the_treasury(day: Day) -> None:
    page = day.at("Tuti Bendahara", "/retribusi/kas/")
    page.get_by_role("link", name="Buat STS").click()
    for box in page.locator("input[name=serah]").all():
        box.uncheck()
    page.get_by_label(day.tbp).check()
    expect(page.locator("output[data-total]")).to_have_text(_rupiah(day.bag))
    page.get_by_label("Nomor rekening kas umum daerah").fill("RKUD 1-000-00000-0 (contoh)")
    page.get_by_label(re.compile("Nomor bukti bank")).fill("BUKTI-001")
    page.get_by_label(re.compile("Uang ini sudah disetor utuh")).check()
    page.get_by_role("button", name="Terbitkan STS").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^STS/"), timeout=PATIENCE)
    expect(page.locator("p.number--big")).to_have_text(_rupiah(day.bag))
    assert _pdf(page, page.get_by_role("heading", level=1).inner_text()).startswith(b"%PDF-")


# 5. The number leads back to one receipt that anybody can verify


def _last_row_of_the_market(page: Page) -> Locator:
    """The newest receipt of the market's kelurahan; rows stand by kelurahan, then by age."""
    rows = page.locator("#telusur-jejak table tbody tr").filter(has_text="Magersari")
    found = False
    while True:
        here = rows.count() > 0
        if found and not here:
            page.get_by_role("link", name="Sebelumnya").click()
            expect(rows.first).to_be_visible(timeout=PATIENCE)
            break
        found = found or here
        following = page.get_by_role("link", name="Berikutnya")
        if following.count() == 0:
            break
        shown = page.locator("nav.pagination").inner_text()
        following.click()
        expect(page.locator("nav.pagination")).not_to_have_text(shown, timeout=PATIENCE)
    return rows.last


def test_a_the_wall_s_number_leads_to_one_of_the_fifty_receipts(day: Day) -> None:
    page = day.at("Tuti Bendahara", "/wall")
    expect(page.locator(f"{TILE} .number")).to_have_text(_rupiah(day.before + day.sum)[2:])
    page.goto(str(page.locator(f"{TILE} a.tile__number").get_attribute("href")))
    expect(page.get_by_text("dihitung ulang dari barisnya: cocok")).to_be_visible()
    row = _last_row_of_the_market(page)
    row.get_by_role("link").click()
    expect(page.locator("#sumber")).to_contain_text(day.taken[-1], timeout=PATIENCE)
    page.get_by_role("link", name="Buka tanda terimanya").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Bukti {day.taken[-1]}")
    payer = page.locator("dt", has_text="Nama").locator("+ dd").inner_text()
    page.get_by_role("button", name="Terbitkan SSRD").click()
    public = str(page.get_by_role("link", name="Halaman verifikasi").get_attribute("href"))
    assert "/dok/" in public
    _anybody_verifies(day, public, payer)


def _anybody_verifies(day: Day, address: str, payer: str) -> None:
    """Without signing in: genuine, with the amount, and nobody's name."""
    browser = day.pages["Tuti Bendahara"].context.browser
    assert browser is not None
    context = browser.new_context(locale="id-ID", base_url=day.city.url)
    stranger = context.new_page()
    stranger.goto(address)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Dokumen ini asli dan berlaku", timeout=PATIENCE)
    said = stranger.locator("main").inner_text()
    assert payer
    assert payer not in said
    assert "Marno" not in said
    context.close()


def test_b_the_books_hold(day: Day) -> None:
    command = [sys.executable, "-m", "tidar", "check", "ledger", "documents", "retribusi"]
    done = subprocess.run(
        command, cwd=ROOT, env=day.city.environment, text=True, capture_output=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
