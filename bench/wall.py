"""Event accepted → drawn on an open wall, in a real browser, at 300 events/s; and how light and quick the wall opens.

    .venv/bin/python -m bench.wall [SECONDS]

Starts the demo city as a person would, opens `/wall` in Chromium, and sends 300 observations a second over MQTT. The
time is taken from `recorded_at` (set before the commit that accepts the event) until the frame with it is painted.
Peer: the same page's bare round trip to the server. Limit: one frame of the screen, 16.7 ms.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from datetime import datetime, timezone

import paho.mqtt.client as mqtt
from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGUMENTS, executable
from tests.city import City, new_city

RATE = 300
SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
TOPIC = "v1.1/Datastreams({})/Observations"


def publish(city: City, seconds: int) -> int:
    """Send RATE observations a second, evenly, at QoS 1; returns how many were acknowledged."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench-wall")
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", city.mqtt_port)
    client.loop_start()
    began, infos = time.monotonic(), []
    for number in range(RATE * seconds):
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        body = {"phenomenonTime": datetime.now(timezone.utc).isoformat(), "result": round(1 + number % 50 / 100, 3)}
        infos.append(client.publish(TOPIC.format(number % 4 + 1), json.dumps(body), qos=1))
    for info in infos:
        info.wait_for_publish(10)
    client.loop_stop()
    client.disconnect()
    return sum(info.is_published() for info in infos)


def open_wall(page: Page, city: City) -> dict[str, float]:
    """Sign in, open the wall cold; milliseconds until the map and numbers stand, and bytes over the wire."""
    page.goto(city.link("Operator"))
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    began = time.monotonic()
    page.goto("/wall", wait_until="commit")
    while not page.evaluate("Boolean(window.__tidarWall && window.__tidarWall.state === 'live')"):  # CSP forbids eval
        page.wait_for_timeout(10)
    live = time.monotonic() - began
    page.wait_for_selector("canvas.maplibregl-canvas")
    canvas = time.monotonic() - began
    interactive = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
    page.wait_for_timeout(2500)
    return {"dom": interactive, "live": live * 1000, "map": canvas * 1000, "bytes": sum(sizes)}


def round_trip(page: Page) -> float:
    """Median of a bare request to the server from the same page, in milliseconds."""
    return float(
        page.evaluate(
            """async () => { const t = []; for (let i = 0; i < 30; i++) { const a = performance.now();
            await fetch('/api/places/areas.geojson?level=region', {cache: 'no-store'}); t.push(performance.now() - a); }
            return t.sort((a, b) => a - b)[15]; }"""
        )
    )


def main() -> int:
    """Print one table."""
    city = new_city("bench_wall").start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        page = browser.new_context(viewport={"width": 1920, "height": 1080}, base_url=city.url).new_page()
        opened = open_wall(page, city)
        idle = round_trip(page)
        page.evaluate("window.__tidarWall.reset()")
        sent = publish(city, SECONDS)
        page.wait_for_timeout(1500)
        drawn = page.evaluate("({drawn: __tidarWall.drawn, dropped: __tidarWall.dropped, frames: __tidarWall.frames})")
        p50, p95, p99 = (page.evaluate(f"__tidarWall.percentile({p})") for p in (50, 95, 99))
        browser.close()
    city.stop()
    shutil.rmtree(city.home, ignore_errors=True)
    print(f"demo ready after {city.seconds_to_ready:.1f} s (first start, empty home)")
    print(f"wall opens: DOM {opened['dom']:.0f} ms, map {opened['map']:.0f} ms, live {opened['live']:.0f} ms")
    print(f"wall weighs: {opened['bytes'] / 1000:.0f} kB over the wire")
    print(f"{RATE}/s for {SECONDS} s: sent {sent}, drawn {drawn['drawn']}, dropped {drawn['dropped']}")
    print(f"{'accepted → drawn':<28}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    print(f"{'ours (MQTT → wall)':<28}{p50:>9.0f}{p95:>9.0f}{p99:>9.0f}")
    print(f"{'bare request, idle (peer)':<28}{idle:>9.1f}")
    print(f"{'one frame at 60 Hz (limit)':<28}{16.7:>9.1f}")
    return 0 if drawn["drawn"] >= sent else 1


if __name__ == "__main__":
    raise SystemExit(main())
