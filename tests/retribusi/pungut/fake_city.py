"""A city of one process for the field app's own tests: the real shell and files, and a small server side that checks
signatures and chains with the city's own rules (`rules/devices.py`) and keeps what it took in memory.

What it can do to a phone: be unreachable, lose answers, forget the sign-in, have another clock, serve a newer version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from tests.phone_city import Answer, Asked, PhoneCity
from tidar.common.signed_records import bytes_from, content_hash, is_signed
from tidar.retribusi.rules.devices import missing, read_record
from tidar.retribusi.views import pungut

WAITING = "Menunggu persetujuan kepala pasar."
SHOWN = 6  # bills of a stall that the route lists one by one
REVOKED = {"error": {"code": "UnableToTrust", "message": "Alat sudah dicabut."}}
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
class FakeCity(PhoneCity):
    """State and behaviour; `with FakeCity() as city:` serves it at `city.url`."""

    stalls: list[dict[str, Any]] = field(default_factory=lambda: [stall(i) for i in range(60)])
    approved: bool = True
    revoked: bool = False
    bag: int | None = None  # what the city's books have in the bag, where it says so
    hold: set[int] = field(default_factory=set)  # counters that are put aside
    devices: dict[str, bytes] = field(default_factory=dict)
    held: dict[str, dict[int, bytes]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)  # hash → result
    markets: list[str] = field(default_factory=lambda: ["rejowinangun"])
    posts: int = 0

    pages: ClassVar[Mapping[str, Callable[[HttpRequest], HttpResponse]]] = {
        "/pungut/": pungut.page, "/pungut/sw.js": pungut.worker, "/pungut/manifest.webmanifest": pungut.manifest,
    }  # fmt: skip
    prefix: ClassVar[str] = "/api/pungut/"

    def is_lossy(self, path: str) -> bool:
        """Sending may be lost; asking may not."""
        return path == "/api/pungut/kirim"

    def respond(self, asked: Asked) -> Answer:
        """Every address of the interface."""
        if asked.path == "/api/pungut/rute":
            return Answer(REVOKED, 403) if self.revoked else Answer(self.rute(asked.query["alat"][0]))
        if asked.path.startswith("/api/pungut/alat/"):
            return Answer(self.device(asked.path.rsplit("/", 1)[1]))
        if asked.path == "/api/pungut/alat":
            return Answer(self.alat(asked.json()))
        return Answer(self.kirim(asked.json()), lossy=True)

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
