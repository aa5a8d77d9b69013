"""How long a phone with a full post takes to open: 500 checkpoints, 2,000 open findings, 200 notes of its own.

    .venv/bin/python -m bench.patrol_open [TIMES]

Chromium with the processor slowed down four times and Chrome's own "slow 4G" (1.6 Mbit/s, 562 ms per round trip); the
shell comes from the service worker, the post from the phone's store. The time is from the start of the navigation until
the first screen with its numbers is painted. Peer: an empty page from the same worker's cache, as slow.
Reach (issue 4): ≤ 2 s.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidar.settings")
os.environ.setdefault("TIDAR_HOME", "/tmp/tidar-bench-patrol-open")

import django
from django.conf import settings

PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 7
CHECKPOINTS, SEGMENTS, FINDINGS, NOTES = 500, 250, 2_000, 200
REACH_MS = 2_000
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}
WATCH = """
globalThis.opened = new Promise((done) => {
    const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
    const ready = () => document.querySelector("#aplikasi[data-layar] h1") && (watch.disconnect(), painted());
    const watch = new MutationObserver(ready);
    watch.observe(document, { childList: true, subtree: true, attributes: true });
});"""
FILL = """const { make } = await use("items"), { uuid7 } = await import("/static/lapangan/keys.js");
const pack = await (await use("store")).recall("pack"), worst = { accuracy_m: 9 };
for (let i = 0; i < given; i++) {
    const [checkpoint, , segment, lon, lat] = pack.checkpoints[i % pack.checkpoints.length];
    const position = { lon_e6: Math.round(lon * 1e6), lat_e6: Math.round(lat * 1e6), ...worst };
    await make("check", { segment, checkpoint, how: "qr", position }, { id: uuid7(), round: null });
}"""
EMPTY = "<!doctype html><html lang='id'><div id='aplikasi' data-layar='x'><h1>x</h1></div>"


def _slow(page: Any) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)


def _opened(context: Any, hash_: str) -> float:
    """Milliseconds until a screen stands, in a new tab."""
    page = context.new_page()
    page.add_init_script(WATCH)
    _slow(page)
    page.goto(f"/rojak/{hash_}", wait_until="commit")
    took = float(page.evaluate("opened"))
    page.close()
    return took


def _median(context: Any, hash_: str) -> tuple[float, float]:
    taken = sorted(_opened(context, hash_) for _ in range(TIMES))
    return statistics.median(taken), taken[-1]


def measure(browser: Any, url: str) -> dict[str, tuple[float, float]]:
    """Median and worst of each way to open, in milliseconds."""
    from tests.journeys.patrol import PHONE, Patroller

    phone = Patroller(browser.new_context(**PHONE | {"base_url": url}))
    phone.open()
    phone.prepare()
    phone.run(FILL, NOTES)
    phone.until_sent()
    phone.page.close()
    found = {"first screen": _median(phone.context, "#/")}
    _filled_round(phone)
    found["round, 500 checkpoints"] = _median(phone.context, "#/ronda")
    found["map, 2,000 findings"] = _median(phone.context, "#/peta")
    phone.open()
    swap = """const name = (await caches.keys()).find((each) => each.startsWith("tidar-rojak-"));
        const init = { headers: { "Content-Type": "text/html" } };
        await (await caches.open(name)).put("/rojak/", new Response(given, init));"""
    phone.run(swap, EMPTY)
    phone.page.close()
    found["empty page (peer)"] = _median(phone.context, "#/")
    return found


def _filled_round(phone: Any) -> None:
    phone.open()
    phone.start()
    phone.page.close()


def main() -> int:
    """Print one table."""
    settings.STORAGES = settings.STORAGES | PLAIN
    django.setup()
    from playwright.sync_api import sync_playwright

    from tests.browser import ARGUMENTS, executable
    from tests.rojak.app.full_city import FullPatrol

    Path(os.environ["TIDAR_HOME"]).mkdir(exist_ok=True)
    city = FullPatrol(segments=SEGMENTS, checkpoints=CHECKPOINTS, findings=FINDINGS)
    with city, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        found = measure(browser, city.url)
        browser.close()
    print(f"{CHECKPOINTS} checkpoints, {FINDINGS} findings, {NOTES} own notes; processor ÷ 4, slow 4G, {TIMES} times")
    print(f"{'opens':<28}{'median ms':>11}{'worst ms':>11}")
    for name, (middle, worst) in found.items():
        print(f"{name:<28}{middle:>11.0f}{worst:>11.0f}")
    print(f"{'reach':<28}{REACH_MS:>11}")
    return 0 if found["first screen"][0] <= REACH_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
