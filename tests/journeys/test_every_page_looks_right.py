"""Every page, at 360 and 1920 px, light and dark: no axe violation, no sideways scrolling, no foreign host, light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.city import City
from tests.journeys.conftest import PHONE, WIDE
from tests.journeys.crawl import walk
from tests.weight import first_visit
from tidar.common.field_app import FieldApp
from tidar.retribusi.views import pungut
from tidar.rojak.views import app as ronda

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(600)]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SIGNED_IN = (
    "/",
    "/wall",
    "/hub/",
    "/hub/umpan/penduduk/",
    "/hub/umpan/penduduk/unggah/",
    "/hub/kesehatan/",
    "/hub/konsumen/",
    "/hub/pesan/",
    "/angka/",
    "/angka/jumlah-penduduk/",
    "/wilayah/",
    "/orang/",
    "/orang/peran/",
    "/orang/tambah/",
    "/hub/umpan/baru/",
    "/akun/pengaman/",
    "/akun/sesi/",
    "/saya/",
    "/pemberitahuan/",
    "/jejak-audit/",
    "/ui/",
    "/retribusi/",
    "/retribusi/pimpinan/",
    "/retribusi/kas/",
    "/retribusi/kas/bku/",
    "/retribusi/kas/piutang/",
    "/retribusi/pasar/rejowinangun/",
    "/retribusi/register/objek/",
    "/retribusi/skrd/",
    "/retribusi/pembayaran/",
    "/pungut/",
    "/papan/rejowinangun/",
    "/rojak/",
    "/rojak/celah/",
    "/rojak/celah/kemirirejo-04/",
    "/rojak/pos/",
    "/rojak/pos/kemirirejo-04/",
    "/rojak/pos/kemirirejo-04/rute/",
    "/rojak/pos/kemirirejo-04/anggota/",
    "/rojak/pos/kemirirejo-04/jadwal/",
    "/rojak/pos/kemirirejo-04/hadir/",
    "/rojak/pos/kemirirejo-04/kertas/",
    "/rojak/temuan/",
    "/rojak/rumah-kosong/",
    "/rojak/periksa/",
    "/rojak/alat/",
    "/formulir/",
    "/formulir/f/sampah/isi/",
    "/tidak-ada/",
)
MISSING = SIGNED_IN[-1]
PUBLIC = ("/", "/akun/masuk/", "/wilayah/", "/ui/", "/wall", "/papan/rejowinangun/", "/pedagang/masuk/", "/dok/")
# pages of one thing: (where its link stands, what the link contains)
LINKED = (
    ("/hub/umpan/penduduk/", "/hub/kiriman/"),
    ("/angka/jumlah-penduduk/", "/telusur/angka/"),
    ("/orang/", "/orang/0"),
    ("/rojak/temuan/", "/rojak/temuan/0"),
    ("/rojak/ronda/", "/rojak/ronda/0"),
)
DIRTY = Path(__file__).resolve().parents[2] / "regions" / "33.71" / "demo" / "kotor" / "penduduk-2026-11-kotor.xlsx"
# who walks from link to link, from where, how many pages of different shape they must reach at least, and what they
# open afterwards where the walk has not been
WALKERS = (
    ("Administrator", ("/", "/retribusi/"), 65, SIGNED_IN),
    ("Kartini", ("/retribusi/",), 30, ()),
    ("Darmo", ("/retribusi/",), 15, ()),
    ("Tuti", ("/retribusi/",), 20, ()),
    ("Slamet", ("/retribusi/",), 8, ()),
    ("Endang", ("/rojak/celah/", "/rojak/pos/", "/rojak/temuan/"), 20, ()),
    ("Suryani", ("/rojak/celah/", "/rojak/rekap/"), 5, ()),
)
PAGE_BYTES, WALL_BYTES = 150_000, 1_500_000


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{v['id']}: {[n['target'] for n in v['nodes']][:3]} {v['help']}" for v in result["violations"]]


def _here(page: Page) -> list[str]:
    """Faults of the page that is open."""
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return _violations(page) + ([f"scrolls sideways by {wider} px"] if wider > 0 else [])


def _faults(page: Page, path: str) -> list[str]:
    page.goto(path, wait_until="load")
    page.wait_for_timeout(1500 if path == "/wall" else 50)
    return _here(page)


@dataclass(frozen=True)
class Visit:
    """What was seen of one page at a first visit."""

    size: int  # bytes over the wire
    hosts: set[str]
    complaints: list[str]
    faults: list[str] = field(default_factory=list)


def _first_visit(page: Page, path: str) -> Visit:
    """Opens it with nothing in the cache; the page stays open."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    hosts: set[str] = set()
    complaints: list[str] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    session.on("Network.requestWillBeSent", lambda event: hosts.add(urlsplit(event["request"]["url"]).netloc))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path, wait_until="load")
    page.wait_for_timeout(1500 if path == "/wall" else 200)
    session.detach()
    return Visit(round(sum(sizes)), {host for host in hosts if host}, list(complaints))


@pytest.fixture(scope="module", params=[PHONE, WIDE], ids=["360", "1920"])
def visits(request: pytest.FixtureRequest, sign_in: Callable[..., Page]) -> dict[str, Visit]:
    """Every page once, dark; in the light they are opened by whoever walks."""
    first = sign_in("Administrator", viewport=request.param, color_scheme="dark")
    found = {}
    for path in SIGNED_IN:
        page = first.context.new_page()
        visit = _first_visit(page, path)
        found[path] = replace(visit, faults=_here(page))
        page.close()
    return found


def test_pages_are_accessible_in_the_dark(visits: dict[str, Visit]) -> None:
    assert {path: visit.faults for path, visit in visits.items() if visit.faults} == {}


def test_pages_are_light_and_ask_no_other_host(visits: dict[str, Visit], city: City) -> None:
    ours = {urlsplit(city.url).netloc}
    assert {path: visit.hosts - ours for path, visit in visits.items() if visit.hosts - ours} == {}
    heavy = {
        path: visit.size
        for path, visit in visits.items()
        if visit.size > (WALL_BYTES if path == "/wall" else PAGE_BYTES)
    }
    assert heavy == {}
    assert min(visit.size for visit in visits.values()) > 1_000, "what was weighed?"


def test_pages_log_no_errors(visits: dict[str, Visit]) -> None:
    assert {path: visit.complaints for path, visit in visits.items() if visit.complaints and path != MISSING} == {}
    assert visits[MISSING].complaints != [], "nobody listened"


@pytest.mark.parametrize(("who", "app", "path"), [("Endang", ronda.APP, "/rojak/"), ("Slamet", pungut.APP, "/pungut/")])
def test_a_phones_app_weighs_what_its_everyday_test_counts(
    sign_in: Callable[..., Page], who: str, app: FieldApp, path: str
) -> None:
    page = sign_in(who)
    counted = sum(first_visit(app, page.request.get(path).body()).values())
    weighed = _first_visit(page, path).size
    assert weighed <= PAGE_BYTES
    assert counted == pytest.approx(weighed, rel=0.03)


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["360", "1920"])
def test_pages_of_one_thing_are_accessible(sign_in: Callable[..., Page], viewport: dict) -> None:
    page = sign_in("Administrator", viewport=viewport)
    faults = {}
    for start, part in LINKED:
        page.goto(start)
        path = page.locator(f"main a[href*='{part}']").first.get_attribute("href")
        assert path, f"no link to {part} on {start}"
        page.goto(path)
        faults[path] = _here(page)
        if "/telusur/" in path:
            page.locator("a[href*='/telusur/baris/']").first.click()
            faults["row"] = _here(page)
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["360", "1920"])
@pytest.mark.parametrize("who", WALKERS, ids=[words for words, *_ in WALKERS])
def test_every_page_a_person_can_walk_to(sign_in: Callable[..., Page], who: tuple, viewport: dict) -> None:
    words, starts, least, more = who
    page = sign_in(words, viewport=viewport)
    faults = {path: _here(page) for path in walk(page, starts)}
    assert len(faults) >= least, "the walk did not get far"
    faults |= {path: _faults(page, path) for path in more if path not in faults or path == "/wall"}
    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["360", "1920"])
def test_the_wizard_is_accessible_at_every_step(sign_in: Callable[..., Page], viewport: dict) -> None:
    page = sign_in("Administrator", viewport=viewport)
    page.goto("/hub/umpan/penduduk/unggah/")
    page.set_input_files("input[type=file]", DIRTY)
    page.get_by_role("button", name="Lanjut: petakan kolom").click()
    page.wait_for_load_state()
    delivery = page.url.split("petakan")[0].split("periksa")[0]
    faults = {}
    for step in ("petakan/", "periksa/", "", "karantina/"):
        page.goto(delivery + step)
        faults[step or "kiriman"] = _here(page)
        if step == "petakan/":
            page.get_by_role("button", name="Lanjut: periksa").click()
            page.wait_for_load_state()
    assert {step: found for step, found in faults.items() if found} == {}


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["360", "1920"])
def test_public_pages_are_accessible(city: City, browser, viewport: dict) -> None:
    page = browser.new_context(viewport=viewport, base_url=city.url).new_page()
    faults = {path: found for path in PUBLIC if (found := _faults(page, path))}
    assert faults == {}


@pytest.mark.parametrize("width", [800, 1101, 1280, 1366, 1481, 1721])
@pytest.mark.parametrize("who", ["Administrator", "Tuti"])
def test_the_menu_never_runs_under_the_tools(sign_in: Callable[..., Page], who: str, width: int) -> None:
    page = sign_in(who, viewport={"width": width, "height": 800})
    page.goto("/saya/")
    boxes = [page.locator(part).last.bounding_box() for part in (".site-nav--bar a", ".site-header__tools")]
    if boxes[0] is None:  # folded into the menu
        expect(page.locator(".site-header__menu")).to_be_visible()
    else:
        assert boxes[1] is not None
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
