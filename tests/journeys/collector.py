"""A collector with a phone, for journeys: opens the app, gets ready, takes money, loses the tab."""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.sync_api import expect

from tests.journeys.phones import PATIENCE, FieldPhone

STORE = "/static/retribusi/pungut/store.js"


class Collector(FieldPhone):
    """The phone of somebody who takes money."""

    address, modules = "/pungut/", "/static/retribusi/pungut"

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

    def receive(self) -> None:
        """The money was received; done when there is a receipt: nothing can be sent before."""
        self.confirm.click()
        expect(self.page.locator(".done__tick")).to_be_visible()

    def collect(self, qr: str, amount: int | str = "Semua") -> str:
        """Take money at a stall; returns the number on the receipt that is shown."""
        self.begin(qr, amount)
        self.receive()
        number = self.page.locator(".bar__over").inner_text()
        self.page.get_by_role("button", name="Selesai").click()
        expect(self.page.locator(".done__tick")).to_have_count(0)  # by now the store has forgotten this receipt
        return number

    def records(self) -> list[dict[str, Any]]:
        """What the phone has stored, by counter: the signed bodies with their state."""
        rows = self.run("""const all = await (await (await use("store")).open()).getAll("records");
            return all.map((r) => ({ ...r, body: new TextDecoder().decode(r.body), signature: null }));""")
        return [row | {"body": json.loads(row["body"])} for row in sorted(rows, key=lambda row: row["counter"])]

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

        def waits() -> list[int]:
            return [row["counter"] for row in self.records() if row["unsent"]]

        def send() -> None:
            self.page.evaluate("dispatchEvent(new Event('online'))")

        self.until_nothing(waits, send, seconds=seconds, pause=300)
