"""A city of one process for the field app's own tests: the real shell and files, and a small server side that checks
signatures and chains with the city's own rules (`rules/devices.py`) and keeps what it took in memory.

What it can do to a phone: be unreachable, lose answers, forget the sign-in, have another clock, serve a newer version.
"""

from __future__ import annotations

import json
import mimetypes
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.contrib.staticfiles import finders
from django.test import RequestFactory

from tidar.common.actor import system
from tidar.common.signed_records import bytes_from, content_hash, is_signed
from tidar.retribusi.rules.devices import missing, read_record
from tidar.retribusi.views import pungut

WAITING = "Menunggu persetujuan kepala pasar."
SHOWN = 6  # bills of a stall that the route lists one by one
WIB = timezone(timedelta(hours=7))
PAGES = {"/pungut/": pungut.page, "/pungut/sw.js": pungut.worker, "/pungut/manifest.webmanifest": pungut.manifest}
TRADERS = ("Bu Yati", "Pak Slamet", "Bu Sri", "Pak Harjo", "Mbak Tutik", "Bu Kasmi", "Pak Wahyu", "Bu Endang")


def stall(index: int, *, dues: int = 3) -> dict[str, Any]:
    """Stall `index` of ten to a block, owing `dues` days of Rp5,000."""
    block, number = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index // 10 % 26], index + 1
    days = [[f"SKRD/2026/{index * 10 + d:07d}", f"{25 - dues + d} Nov 2026", 5_000, "2026-12-10"] for d in range(dues)]
    return {
        "object": index + 1, "qr": f"Q{index:07d}", "number": f"{block}-{number:03d}", "market": "rejowinangun",
        "block": block, "order": index, "type": "los", "id": index + 1, "trader": TRADERS[index % len(TRADERS)],
        "dues": days, "more": 0, "owed": dues * 5_000, "advance": 0,
    }  # fmt: skip


@dataclass
class FakeCity:
    """State and behaviour; `with FakeCity() as city:` serves it at `city.url`."""

    stalls: list[dict[str, Any]] = field(default_factory=lambda: [stall(i) for i in range(60)])
    reachable: bool = True
    lost_answers: float = 0.0  # share of answers that never arrive
    lost_requests: float = 0.0
    signed_in: bool = True
    approved: bool = True
    revoked: bool = False
    clock: timedelta = timedelta(0)
    alter: dict[str, Callable[[str], str]] = field(default_factory=dict)  # path → change of its text
    bag: int | None = None  # what the city's books have in the bag, where it says so
    hold: set[int] = field(default_factory=set)  # counters that are put aside
    devices: dict[str, bytes] = field(default_factory=dict)
    held: dict[str, dict[int, bytes]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)  # hash → result
    markets: list[str] = field(default_factory=lambda: ["rejowinangun"])
    posts: int = 0
    random: random.Random = field(default_factory=lambda: random.Random(20261125))

    def __enter__(self) -> FakeCity:
        handler = type("Handler", (_Handler,), {"city": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def now(self) -> datetime:
        return datetime.now(WIB) + self.clock

    def bodies(self, device: str | None = None) -> list[dict[str, Any]]:
        """Everything taken from a phone (the only one unless named), by counter."""
        found = self.held[device or next(iter(self.held))] if self.held else {}
        return [json.loads(found[counter]) for counter in sorted(found)]

    def alat(self, body: dict[str, Any]) -> dict[str, Any]:
        self.devices.setdefault(body["id"], bytes_from(body["public_key"], length=32))
        return self.device(body["id"])

    def device(self, device: str) -> dict[str, Any]:
        code = f"K{list(self.devices).index(device) + 1:02d}"
        return {
            "id": device, "code": code, "approved": self.approved, "server_time": self.now().isoformat(),
            "revoked": self.revoked, "sentence": f"Alat {code} sudah dicabut." if self.revoked else WAITING,
        }  # fmt: skip

    def rute(self, device: str) -> dict[str, Any]:
        held = self.held.get(device, {})
        highest = max(held, default=0)
        return {
            "made_at": self.now().isoformat(), "version": 1, "collector": {"id": "7", "name": "Sri Wahyuni"},
            "agency": {"code": "disperindag", "name": "Disperindag"}, **self.device(device),
            "next_counter": highest + 1, "last_hash": content_hash(held[highest]) if highest else "0" * 64,
            "void_minutes": 10, "days_kept": 30,
            "markets": [{"code": code, "name": f"Pasar {code.title()}"} for code in self.markets],
            "stalls": [self._after(s) for s in self.stalls],
            "karcis": [{"book": 3, "prefix": "KR", "first": 101, "last": 200, "denomination": 2_000, "title": "Pasar"}],
            "receipt": ["PEMERINTAH KOTA MAGELANG", "Dinas Perindustrian dan Perdagangan"],
        }  # fmt: skip

    def _after(self, place: dict[str, Any]) -> dict[str, Any]:
        """A stall with what was booked taken off, oldest first."""
        paid = self.paid(place["qr"])
        dues = []
        for number, period, owed, due in place["dues"]:
            part = min(paid, owed)
            paid -= part
            dues += [[number, period, owed - part, due]] if owed > part else []
        left = sum(row[2] for row in dues)
        shown = dues[:SHOWN]
        more = len(dues) - len(shown)
        return place | {"dues": shown, "more": more, "owed": left, "advance": place["advance"] + paid}

    def paid(self, qr: str) -> int:
        """What was booked for a stall."""
        bodies = [json.loads(b) for d in self.held.values() for c, b in d.items() if c not in self.hold]
        voided = {(b["device"], b["voids"]) for b in bodies if b["kind"] == "void"}
        return sum(
            b["amount"] for b in bodies if b.get("stall") == qr and (b["device"], b["counter"]) not in voided
        )  # fmt: skip

    def kirim(self, body: dict[str, Any]) -> dict[str, Any]:
        self.posts += 1
        device = body["device"]
        results = [self._take(device, row) for row in body["records"]]
        held = self.held.setdefault(device, {})
        gaps = [list(gap) for gap in missing(list(held), of=body["highest"])]
        return {
            "held": len(held), "of": max(body["highest"], max(held, default=0)), "missing": gaps, "results": results,
            "server_time": self.now().isoformat(), "bag": self.bag,
        }  # fmt: skip

    def _take(self, device: str, row: dict[str, str]) -> dict[str, Any]:
        raw, signature = bytes_from(row["body"]), bytes_from(row["signature"], length=64)
        digest = content_hash(raw)
        if digest in self.answers:
            return self.answers[digest]
        assert is_signed(raw, signature=signature, public_key=self.devices[device]), "a signature that does not hold"
        record = read_record(raw)
        held = self.held.setdefault(device, {})
        assert record.counter not in held, f"two records with the number {record.counter}"
        if before := held.get(record.counter - 1):
            assert record.previous == content_hash(before), f"record {record.counter} does not follow the one before"
        held[record.counter] = raw
        aside = record.counter in self.hold
        self.answers[digest] = {
            "counter": record.counter, "hash": digest, "state": "ditahan" if aside else "dibukukan",
            "sentence": "Lapaknya tidak dikenal." if aside else "", "receipt": None,
        }  # fmt: skip
        return self.answers[digest]


class _Handler(BaseHTTPRequestHandler):
    city: FakeCity
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if not self.city.reachable:
            self.close_connection = True
        elif parts.path == "/api/pungut/rute":
            self._api(lambda: self.city.rute(parse_qs(parts.query)["alat"][0]))
        elif parts.path.startswith("/api/pungut/alat/"):
            self._api(lambda: self.city.device(parts.path.rsplit("/", 1)[1]))
        elif parts.path in PAGES:
            self._page(parts.path)
        else:
            self._file(parts.path)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        lossy = self.path == "/api/pungut/kirim"
        if not self.city.reachable or (lossy and self.city.random.random() < self.city.lost_requests):
            self.close_connection = True
            return
        action = {"/api/pungut/alat": self.city.alat, "/api/pungut/kirim": self.city.kirim}[self.path]
        self._api(lambda: action(json.loads(body)), lossy=lossy)

    def _api(self, work: Callable[[], Any], *, lossy: bool = False) -> None:
        if self.city.revoked and "/rute" in self.path:
            self._send(403, b'{"error":{"code":"UnableToTrust","message":"Alat sudah dicabut."}}', "application/json")
            return
        if not self.city.signed_in:
            self._send(401, b'{"error":{"code":"signed_out","message":"Masuk dulu."}}', "application/json")
            return
        content = json.dumps(work()).encode()
        if lossy and self.city.random.random() < self.city.lost_answers:
            self.close_connection = True  # it was taken, but the phone never hears of it
            return
        self._send(200, content, "application/json")

    def _page(self, path: str) -> None:
        request = RequestFactory().get(path)
        request.actor = system("tests")
        response = PAGES[path](request)
        cookies = [f"{name}={morsel.value}; Path=/" for name, morsel in response.cookies.items()]
        self._send(200, self._altered(path, response.content), response["Content-Type"], cookies)

    def _file(self, path: str) -> None:
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if not found:
            self._send(404, b"", "text/plain")
            return
        with open(found, "rb") as file:  # noqa: PTH123 - finders answer with text
            content = file.read()
        self._send(200, self._altered(path, content), mimetypes.guess_type(path)[0] or "text/plain")

    def _altered(self, path: str, content: bytes) -> bytes:
        change = self.city.alter.get(path)
        return change(content.decode()).encode() if change else content

    def _send(self, status: int, content: bytes, kind: str, cookies: list[str] | None = None) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-cache"),
        ):
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'")
        for cookie in cookies or []:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(content)
