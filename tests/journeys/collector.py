"""A collector with a phone, for journeys: opens the app, gets ready, takes money, loses the tab."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "locale": "id-ID",
    "timezone_id": "Asia/Jakarta",
}  # fmt: skip
PATIENCE = 20_000
STORE = "/static/retribusi/pungut/store.js"


class Collector:
    """One phone. Its store outlives its tabs, as on a real phone."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()

    @classmethod
    def new(cls, browser: Browser, base_url: str, **options: Any) -> Collector:
        """A phone that nobody used before."""
        return cls(browser.new_context(**PHONE | {"base_url": base_url} | options))

    def open(self, hash_: str = "") -> Page:
        """Open the app (again), and wait until it shows something of its own."""
        if self.page.is_closed():
            self.page = self.context.new_page()
        self.page.goto(f"/pungut/{hash_}")
        expect(self.page.locator("#aplikasi[data-layar] h1")).to_be_visible(timeout=PATIENCE)
        return self.page

    def register(self, name: str = "HP Bu Sri") -> None:
        """Give the phone its name; done when the city has given it a code."""
        self.open()
        self.page.fill("#nama-hp", name)
        self.page.get_by_role("button", name="Daftarkan HP ini").click()
        expect(self.page.get_by_role("button", name="Daftarkan HP ini")).to_have_count(0, timeout=PATIENCE)

    def prepare(self) -> None:
        """Siapkan rute; done at the green tick."""
        self.page.get_by_role("button", name="Siapkan rute").click()
        expect(self.page.get_by_text("Siap tanpa sinyal")).to_be_visible(timeout=PATIENCE)

    def ready(self) -> None:
        """Registered, with the route, on the first screen."""
        self.register()
        self.prepare()
        self.page.get_by_role("link", name="Mulai memungut").click()
        expect(self.page.get_by_text("Uang di tas")).to_be_visible()

    def go(self, hash_: str) -> None:
        """An address within the app that is open."""
        self.page.evaluate("hash => { location.hash = hash }", hash_)

    def begin(self, qr: str, amount: int | str = "Semua") -> None:
        """As far as the question whether the money was received."""
        self.go(f"#/lapak/{qr}")
        if amount == "Semua":
            self.page.get_by_role("link", name="Semua Rp").click()
        else:
            self.page.locator(f"a[href$='/{qr}/0']").click()
            for digit in str(amount):
                self.page.get_by_role("button", name=digit, exact=True).click()
        expect(self.confirm).to_be_enabled()

    @property
    def confirm(self) -> Any:
        """The button that makes a receipt."""
        return self.page.get_by_role("button", name="Uang diterima")

    def collect(self, qr: str, amount: int | str = "Semua") -> str:
        """Take money at a stall; returns the number on the receipt that is shown."""
        self.begin(qr, amount)
        self.confirm.click()
        expect(self.page.locator(".done__tick")).to_be_visible()
        number = self.page.locator(".bar__over").inner_text()
        self.page.get_by_role("button", name="Selesai").click()
        expect(self.page.locator(".done__tick")).to_have_count(0)  # by now the store has forgotten this receipt
        return number

    def kill(self) -> None:
        """SIGKILL to the browser's renderers, as when Android needs the memory: page and worker hear nothing of it."""
        browser = self.context.browser
        assert browser is not None
        session = browser.new_browser_cdp_session()
        for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
            if process["type"] == "renderer":
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process["id"], signal.SIGKILL)
        session.detach()
        self.page.close()

    def records(self) -> list[dict[str, Any]]:
        """What the phone has stored, by counter: the signed bodies with their state."""
        script = f"""async () => {{
            const {{ open }} = await import("{STORE}");
            const all = await (await open()).getAll("records");
            return all.map((r) => ({{ ...r, body: new TextDecoder().decode(r.body), signature: null }}));
        }}"""
        rows = self.page.evaluate(script)
        return [row | {"body": json.loads(row["body"])} for row in sorted(rows, key=lambda row: row["counter"])]

    def recall(self, key: str) -> Any:
        """One remembered thing of the phone's store."""
        script = f"""async (key) => (await import("{STORE}")).recall(key)"""
        return self.page.evaluate(script, key)

    def bag(self) -> int:
        """The cash that the phone says is in the bag."""
        return int(self.recall("bag") or 0)

    def until_bag(self, rupiah: int, seconds: float = 20) -> None:
        """Wait until the phone heard what the city's books have in the bag."""
        deadline = time.monotonic() + seconds
        while self.bag() != rupiah:
            assert time.monotonic() < deadline, f"in the bag: {self.bag()}"
            self.page.evaluate("dispatchEvent(new Event('online'))")
            self.page.wait_for_timeout(300)

    def until_fetched_after(self, moment: Any, seconds: float = 20) -> None:
        """Wait until the phone holds a route that it fetched later than the one of `moment`."""
        deadline = time.monotonic() + seconds
        while self.recall("route")["fetched"] == moment:
            assert time.monotonic() < deadline, "still the old route"
            self.page.wait_for_timeout(200)

    def until_sent(self, seconds: float = 60) -> None:
        """Wait until nothing waits on the phone."""
        deadline = time.monotonic() + seconds
        while waiting := [row["counter"] for row in self.records() if row["unsent"]]:
            assert time.monotonic() < deadline, f"still on the phone: {waiting}, {self.recall('problem')}"
            self.page.evaluate("dispatchEvent(new Event('online'))")
            self.page.wait_for_timeout(300)

    def faults(self) -> list[str]:
        """Violations that axe finds on this screen, sideways scrolling, and targets smaller than a thumb."""
        self.page.evaluate(AXE.read_text())
        result = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found = [f"{v['id']}: {[n['target'] for n in v['nodes']][:3]} {v['help']}" for v in result["violations"]]
        wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = self.page.evaluate("""[...document.querySelectorAll("a, button, input, summary")].filter((e) => {
            const box = e.getBoundingClientRect();
            return box.width && (box.height < 55.5 || box.width < 55.5);
        }).map((e) => e.outerHTML.slice(0, 90))""")
        return [*found, *([f"scrolls sideways by {wider} px"] if wider > 0 else []), *(f"small: {e}" for e in small)]
