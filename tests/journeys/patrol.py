"""A phone on patrol, for journeys: gets ready, walks, notes what it sees with photos, loses the tab.

What is pressed on the screens is in `test_patrol_screens.py`; here the app's own modules are called, in the app's page.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from playwright.sync_api import Error as BrowserError

from tests.journeys import phones
from tests.journeys.phones import FieldPhone

PHONE: dict[str, Any] = phones.PHONE | {
    "permissions": ["geolocation"], "geolocation": {"longitude": 110.217, "latitude": -7.471, "accuracy": 8},
}  # fmt: skip
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


class Patroller(FieldPhone):
    """The phone of somebody on patrol."""

    options = PHONE
    address, modules = "/rojak/", "/static/rojak/app"

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

    def versions(self) -> list[dict[str, Any]]:
        """Every version on the phone, in the order in which they were made, with the body that was signed."""
        rows = self.run("""const all = await (await use("store")).everything();
            return all.map((r) => ({ ...r, body: new TextDecoder().decode(r.body), signature: null }));""")
        return [row | {"body": json.loads(row["body"])} for row in rows]

    def photos(self) -> list[dict[str, Any]]:
        """Every photo that the phone knows of."""
        rows: list[dict[str, Any]] = self.run('return (await (await use("store")).open()).getAll("photos")')
        return rows

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

        def waits() -> list[int]:
            count = """const s = await use("store"); return [await s.waitingCount(), await s.photosWaitingCount()];"""
            return [number for number in self.run(count) if number]

        self.until_nothing(waits, self.send, seconds=seconds, pause=200)
