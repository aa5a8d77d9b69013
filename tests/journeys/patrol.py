"""A phone on patrol, for journeys: gets ready, walks, notes what it sees with photos, loses the tab.

What is pressed on the screens is in `test_patrol_screens.py`; here the app's own modules are called, in the app's page.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as BrowserError

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "locale": "id-ID",
    "timezone_id": "Asia/Jakarta", "permissions": ["geolocation"],
    "geolocation": {"longitude": 110.217, "latitude": -7.471, "accuracy": 8},
}  # fmt: skip
PATIENCE = 20_000
MODULES = "/static/rojak/app"
# A picture as a camera makes it: larger than what is sent, and no two alike.
TAKE = """async (seed) => {
    const canvas = new OffscreenCanvas(1800, 1350), pen = canvas.getContext("2d");
    for (let i = 0; i < 400; i++) {
        pen.fillStyle = `hsl(${(seed * 37 + i * 11) % 360} 60% ${20 + (i * 7) % 60}%)`;
        pen.fillRect((i * 97 + seed * 13) % 1800, (i * 53) % 1350, 160, 120);
    }
    pen.fillStyle = "#fff"; pen.font = "200px sans-serif"; pen.fillText(String(seed), 60, 300);
    return canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
}"""


class Patroller:
    """One phone. Its store outlives its tabs, as on a real phone."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()

    @classmethod
    def new(cls, browser: Browser, base_url: str, **options: Any) -> Patroller:
        """A phone that nobody used before."""
        return cls(browser.new_context(**PHONE | {"base_url": base_url} | options))

    def open(self, hash_: str = "") -> Page:
        """Open the app (again), and wait until it shows something of its own."""
        if self.page.is_closed():
            self.page = self.context.new_page()
        self.page.goto(f"/rojak/{hash_}")
        expect(self.page.locator("#aplikasi[data-layar] h1")).to_be_visible(timeout=PATIENCE)
        return self.page

    def run(self, body: str, given: Any = None) -> Any:
        """Run JavaScript in the app's page; `use("items")` is a module of the app, `given` the argument."""
        script = f"""async (given) => {{ const use = (name) => import(`{MODULES}/${{name}}.js`); {body} }}"""
        return self.page.evaluate(script, given)

    def prepare(self, name: str = "HP Bu Yati") -> dict[str, Any]:
        """Register and get ready; what is ready and what is missing."""
        done: dict[str, Any] = self.run(
            """
            await (await use("device")).register(given);
            await (await navigator.serviceWorker.ready);
            return (await use("pack")).prepare();""",
            name,
        )
        return done

    def start(self) -> str:
        """Start a round; its id."""
        return str(self.run('return (await (await use("round")).start({ leader: 1, present: [1, 2] })).id'))

    def observe(self, seed: int, *, photo: bool = True, segment: str = "L001", kind: str = "lampu-padam") -> str:
        """Note something with a photo, as the screens do; the item's id."""
        return str(self.run(f"""
            const photos = [];
            if (given.photo) {{
                const {{ reduce, keep }} = await use("photos");
                const {{ canvas }} = await reduce(await ({TAKE})(given.seed));
                photos.push((await keep(canvas)).sha256);
            }}
            const {{ kind, segment, seed }} = given;
            const about = {{ kind, segment, severity: 2, photos, note: `temuan ${{seed}}` }};
            return (await (await use("round")).finding(about)).id;""",
            {"seed": seed, "photo": photo, "segment": segment, "kind": kind}))  # fmt: skip

    def check(self, segment: str, *, how: str = "qr", checkpoint: str = "") -> str:
        """Look at a segment; the item's id."""
        given = {"segment": segment, "how": how, "checkpoint": checkpoint}
        return str(self.run('return (await (await use("round")).check(given)).id', given))

    def send(self, *, ask: bool = True) -> str:
        """Send now; what is in the way, "" nothing."""
        return str(self.run('return (await use("sync")).sendAll({ ask: given })', ask))

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

    def versions(self) -> list[dict[str, Any]]:
        """Every version on the phone, in the order in which they were made, with the body that was signed."""
        rows = self.run("""const all = await (await use("store")).everything();
            return all.map((r) => ({ ...r, body: new TextDecoder().decode(r.body), signature: null }));""")
        return [row | {"body": json.loads(row["body"])} for row in rows]

    def photos(self) -> list[dict[str, Any]]:
        """Every photo that the phone knows of."""
        rows: list[dict[str, Any]] = self.run('return (await (await use("store")).open()).getAll("photos")')
        return rows

    def recall(self, key: str) -> Any:
        """One remembered thing of the phone's store."""
        return self.run('return (await use("store")).recall(given)', key)

    def state(self, expression: str) -> Any:
        """Something of what the screens show; `s` is the state, `m` its module."""
        return self.run(f'const m = await use("state"); const s = await m.load(); return {expression};')

    def caches(self) -> list[str]:
        """The app's versions on the phone, after looking for a newer one; empty while the page loads itself anew."""
        look = """navigator.serviceWorker.getRegistration('/rojak/').then((r) => r.update())
            .catch(() => null).then(() => caches.keys())"""
        with contextlib.suppress(BrowserError):
            return list(self.page.evaluate(look))
        return []

    def until_sent(self, seconds: float = 60) -> None:
        """Wait until nothing waits on the phone, neither text nor photo."""
        deadline = time.monotonic() + seconds
        while waiting := self.run("""const s = await use("store");
                return [await s.waitingCount(), await s.photosWaitingCount()];""") != [0, 0]:
            assert time.monotonic() < deadline, f"still on the phone: {waiting}, {self.recall('problem')}"
            self.send()
            self.page.wait_for_timeout(200)
