"""One phone of somebody in the field, for journeys: opens its app, loses the tab, remembers."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.line import Line

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 20_000
SMALL = """[...document.querySelectorAll("a, button, input, select, textarea, summary")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && (box.height < 55.5 || box.width < 55.5);
}).map((e) => e.outerHTML.slice(0, 90))"""
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "locale": "id-ID",
    "timezone_id": "Asia/Jakarta",
}  # fmt: skip


def _is_of_the_window(process: int) -> bool:
    """Whether a renderer draws Chromium's own window, which no phone has: without it no new tab may ever come."""
    try:
        return b"--top-chrome-webui" in Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return True


class FieldPhone:
    """One phone with one app. Its store outlives its tabs, as on a real phone."""

    options: ClassVar[dict[str, Any]] = PHONE
    address: ClassVar[str]
    modules: ClassVar[str]

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()

    @classmethod
    def new(cls, browser: Browser, base_url: str, **options: Any) -> Self:
        """A phone that nobody used before."""
        return cls(browser.new_context(**cls.options | {"base_url": base_url} | options))

    def open(self, hash_: str = "") -> Page:
        """Open the app (again), and wait until it shows something of its own."""
        if self.page.is_closed():
            self.page = self.context.new_page()
        self.page.goto(f"{self.address}{hash_}")
        expect(self.page.locator("#aplikasi[data-layar] h1")).to_be_visible(timeout=PATIENCE)
        return self.page

    def first_load(self, line: Line, *, quiet: float = 2.0) -> int:
        """Bytes of a first visit over this line, when nothing has come for a while."""
        before = line.received
        self.open()
        seen, since = line.received, time.monotonic()
        while time.monotonic() - since < quiet:
            self.page.wait_for_timeout(100)
            if line.received != seen:
                seen, since = line.received, time.monotonic()
        return seen - before

    def run(self, body: str, given: Any = None) -> Any:
        """Run JavaScript in the app's page; `use("store")` is a module of the app, `given` the argument."""
        script = f"""async (given) => {{ const use = (name) => import(`{self.modules}/${{name}}.js`); {body} }}"""
        return self.page.evaluate(script, given)

    def recall(self, key: str) -> Any:
        """One remembered thing of the phone's store."""
        return self.run('return (await use("store")).recall(given)', key)

    def kill(self) -> None:
        """SIGKILL to the browser's renderers, as when Android needs the memory: page and worker hear nothing of it."""
        browser = self.context.browser
        assert browser is not None
        session = browser.new_browser_cdp_session()
        for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
            if process["type"] == "renderer" and not _is_of_the_window(process["id"]):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process["id"], signal.SIGKILL)
        session.detach()
        self.page.close()

    def until_nothing(self, waits: Callable[[], Any], send: Callable[[], Any], *, seconds: float, pause: int) -> None:
        """Send until nothing `waits` on the phone."""
        deadline = time.monotonic() + seconds
        while waiting := waits():
            assert time.monotonic() < deadline, f"still on the phone: {waiting}, {self.recall('problem')}"
            send()
            self.page.wait_for_timeout(pause)

    def faults(self) -> list[str]:
        """What axe finds on this screen, sideways scrolling, and targets smaller than a thumb."""
        self.page.evaluate(AXE.read_text())
        result = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found = [f"{v['id']}: {[n['target'] for n in v['nodes']][:3]} {v['help']}" for v in result["violations"]]
        wider = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = [f"small: {each}" for each in self.page.evaluate(SMALL)]
        return [*found, *([f"scrolls sideways by {wider} px"] if wider > 0 else []), *small]
