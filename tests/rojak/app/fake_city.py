"""The city as the patrol's app sees it, answering with its interface: checks every signature and field with the city's
own rules (`rules/items.py`) and keeps every version and photo in memory.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse

from tests.phone_city import Answer, Asked, PhoneCity
from tidar.common.signed_records import bytes_from, content_hash, is_signed
from tidar.rojak.rules.items import NO_BASE, Item, read_item, receipt_number
from tidar.rojak.views import app

POST = "contoh-rw-04"
FUTURE = timedelta(minutes=5)
WORDS = {"segment": "lorong", "post": "pos", "round": "ronda", "finding": "temuan", "checkpoint": "titik"}
KINDS = [
    ("lampu-padam", "Lampu padam", 2, True), ("sampah", "Sampah menumpuk", 1, True),
    ("jalan-rusak", "Jalan rusak", 2, True), ("orang-asing", "Orang tak dikenal", 3, False),
]  # fmt: skip


def segment(index: int) -> list[Any]:
    """Lane `index`: a hundred metres to the east of the one before."""
    lon = 110.217 + index % 20 * 0.001
    lat = -7.471 - index // 20 * 0.001
    line = [[lon, lat], [lon + 0.0009, lat]]
    return [f"L{index + 1:03d}", f"Lorong {index + 1}", 1 + index % 3, None, None, line]


def checkpoint(index: int, segments: int) -> list[Any]:
    """Sticker `index`, on one lane after another."""
    row = segment(index % segments)
    return [f"T{index + 1:04d}", f"Titik {index + 1}", row[0], row[5][0][0], row[5][0][1]]


def open_finding(index: int, segments: int) -> list[Any]:
    """A finding that other phones made."""
    row = segment(index % segments)
    lon, lat = (round(value * 1e6) for value in row[5][0])
    item = f"01900000-0000-7000-8000-{index:012d}"
    when = "2026-11-24T09:00:00+07:00"
    return [item, KINDS[index % 3][0], row[0], lon, lat, 2, when, "baru", hashlib.sha256(item.encode()).hexdigest(), 0]


def body_of_open(row: list[Any]) -> dict[str, Any]:
    """What that finding says, as its pack row has it."""
    position = {"lon_e6": row[3], "lat_e6": row[4], "accuracy_m": 12}
    data = {
        "kind": row[1], "segment": row[2], "position": position, "severity": row[5], "form": "", "version": "",
        "answers": {}, "photos": [], "note": f"dari HP lain {row[0][-1]}",
    }  # fmt: skip
    return {"hash": row[8], "revision": 1, "round": None, "at": row[6], "data": data}


@dataclass
class FakePatrol(PhoneCity):
    """A post with its lanes; `versions` is everything that was taken, once."""

    segments: int = 8
    checkpoints: int = 8
    findings: int = 3
    program: dict[str, Any] = field(default_factory=dict)
    hold: set[str] = field(default_factory=set)  # kinds that are put aside
    refuse_notes: set[str] = field(default_factory=set)
    spoilt: set[str] = field(default_factory=set)  # ids of items with which no batch is taken …
    spoilt_status: int = 500
    unknown: set[str] = field(default_factory=set)  # phones that are not registered (any more)
    refuse_photos: bool = False
    held_photos: bool = False  # what HEAD says of photos that have not come
    revoked: bool = False
    foreign: bool = False
    cut_parts: float = 0.0  # share of photo parts of which only half arrives
    photo_limit: int = 5_000_000
    calls: list[dict[str, Any]] = field(default_factory=list)  # of colleagues, for help
    devices: dict[str, bytes] = field(default_factory=dict)
    versions: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # (id, hash) → answer, device, body
    accepted: dict[str, str] = field(default_factory=dict)  # item id → hash
    photos: dict[str, bytearray] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    photo_bytes_received: int = 0
    posts: int = 0

    pages: ClassVar[Mapping[str, Callable[[HttpRequest], HttpResponse]]] = {
        "/rojak/": app.page, "/rojak/sw.js": app.worker, "/rojak/manifest.webmanifest": app.manifest,
        "/rojak/celah/": lambda _request: HttpResponse("<h1>Celah</h1>"),
    }  # fmt: skip
    prefix: ClassVar[str] = "/api/rojak/"

    def is_lossy(self, path: str) -> bool:
        """Sending may be lost; asking may not."""
        return path == "/api/rojak/kirim" or path.startswith("/api/rojak/foto/")

    def bodies(self, *, kind: str = "", device: str = "") -> list[dict[str, Any]]:
        """Everything taken, in the order in which it came."""
        rows = [row for row in self.versions.values() if not device or row["device"] == device]
        found = [json.loads(row["body"]) for row in rows]
        return [body for body in found if not kind or body["kind"] == kind]

    def whole_photos(self) -> set[str]:
        """SHA-256 of the photos that came whole and are what they are called."""
        return {
            name for name, data in self.photos.items()
            if len(data) == self.totals.get(name) and hashlib.sha256(data).hexdigest() == name
        }  # fmt: skip

    def digest(self, device: str) -> str:
        """Over all versions of a phone."""
        keys = sorted(f"{item}:{digest}\n" for (item, digest), row in self.versions.items() if row["device"] == device)
        return hashlib.sha256("".join(keys).encode()).hexdigest()

    def respond(self, asked: Asked) -> Answer:
        """Every address of the interface."""
        if asked.path == "/api/rojak/alat":
            return Answer(self._register(asked.json()))
        if asked.path == "/api/rojak/siap":
            return self._pack(asked)
        if asked.path == "/api/rojak/kirim":
            self.posts += 1
            return self._send_items(asked.json())
        if asked.path == "/api/rojak/panggilan":
            return Answer({"calls": self.calls})
        if found := re.fullmatch(r"/api/rojak/alat/([0-9a-f-]+)/isi", asked.path):
            return Answer(self._contents(found[1]))
        if found := re.fullmatch(r"/api/rojak/foto/([0-9a-f]{64})", asked.path):
            return self._photo(found[1], asked)
        return Answer({"error": {"code": "not_found", "message": "Tidak ada."}}, 404)

    def _register(self, body: dict[str, Any]) -> dict[str, Any]:
        self.devices.setdefault(body["id"], bytes_from(body["public_key"], length=32))
        code = f"R{list(self.devices).index(body['id']) + 1:02d}"
        return {
            "id": body["id"], "code": code, "revoked": self.revoked, "sentence": f"Alat {code} siap dipakai.",
            "server_time": self.now().isoformat(timespec="seconds"),
        }  # fmt: skip

    def _pack(self, asked: Asked) -> Answer:
        if self.foreign or asked.query["alat"][0] not in self.devices:
            return Answer({"error": {"code": "not_found", "message": "Alat itu bukan milik Anda."}}, 404)
        content = self.pack()
        content["bodies"] = {row[0]: body_of_open(row) for row in content["findings"]}
        etag = f'W/"{hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]}"'
        if asked.headers.get("If-None-Match") == etag:
            return Answer(b"", 304, {"ETag": etag})
        return Answer(content | {"server_time": self.now().isoformat(timespec="seconds")}, 200, {"ETag": etag})

    def pack(self) -> dict[str, Any]:
        """What "Siapkan ronda" brings."""
        kinds = [
            {"key": key, "title": title, "icon": "alert", "severity": severity, "form": "", "sensitive": not photo,
             "wants_photo": photo, "near_metres": 30, "near_hours": 72, "tells": ""}
            for key, title, severity, photo in KINDS
        ]  # fmt: skip
        return {
            "made_at": "2026-11-25T07:00:00+07:00", "version": 1,
            "program": {"key": "rojak", "title": "Si Rojak", "words": WORDS, "worst_fix_metres": 30,
                        "windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "07:00", "until": "17:00"}], **self.program},
            "post": {"id": 1, "code": POST, "title": "RW 04 Kemirirejo", "lon": 110.217, "lat": -7.471,
                     "bounds": [110.2, -7.49, 110.24, -7.45]},
            "segments": [segment(i) for i in range(self.segments)],
            "checkpoints": [checkpoint(i, self.segments) for i in range(self.checkpoints)],
            "houses": [[segment(0)[0], ["12", "14", "16A"]]], "kinds": kinds, "forms": {},
            "activities": [{"key": "sosialisasi", "title": "Sosialisasi"}],
            "members": [[1, "Bu Yati"], [2, "Bu Sri"], [3, "Mbak Tutik"]], "me": 1, "planned": [], "tasks": [],
            "findings": [open_finding(i, self.segments) for i in range(self.findings)], "notices": [],
        }  # fmt: skip

    def _send_items(self, body: dict[str, Any]) -> Answer:
        if body["device"] in self.unknown:
            return Answer({"error": {"code": "not_found", "message": "HP itu tidak terdaftar."}}, 404)
        ids = {json.loads(bytes_from(row["body"]))["id"] for row in body["items"]}
        if ids & self.spoilt:
            return Answer({"error": {"code": "spoilt", "message": "Kota tidak dapat membacanya."}}, self.spoilt_status)
        return Answer(self._take(body), lossy=True)

    def _take(self, body: dict[str, Any]) -> dict[str, Any]:
        assert len(body["items"]) <= 100, "more at once than the interface allows"
        results = [self._one(body["device"], row) for row in body["items"]]
        held = sum(row["device"] == body["device"] for row in self.versions.values())
        return {"results": results, "held": held, "server_time": self.now().isoformat(timespec="seconds")}

    def _one(self, device: str, row: dict[str, str]) -> dict[str, Any]:
        raw, signature = bytes_from(row["body"]), bytes_from(row["signature"], length=64)
        assert is_signed(raw, signature=signature, public_key=self.devices[device]), "a signature that does not hold"
        item = read_item(raw)
        key = (str(item.id), content_hash(raw))
        if key not in self.versions:
            state, sentence = self._judged(item)
            receipt = receipt_number(len(self.versions) + 1)
            answer = {"id": key[0], "hash": key[1], "state": state, "sentence": sentence, "receipt": receipt}
            self.versions[key] = {"answer": answer, "device": device, "body": raw}
            for name in item.photos:
                self.photos.setdefault(name, bytearray())
        return self.versions[key]["answer"]

    def _judged(self, item: Item) -> tuple[str, str]:
        if item.at > self.now() + FUTURE:
            return "ditahan", "Waktunya di masa depan."
        if item.kind in self.hold:
            return "ditahan", "Menunggu diperiksa."
        if item.data.get("note") in self.refuse_notes:
            return "ditolak", "Catatan ini tidak dapat dibaca."
        name = str(item.id)
        before = self.accepted.get(name)
        if before and item.base != before:
            return "bentrok", "Catatan ini sudah diubah dari HP lain."
        if before:
            self.versions[name, before]["answer"]["state"] = "diganti"
        elif item.base != NO_BASE and not self._is_in_pack(name, item.base):
            return "bentrok", "Versi sebelumnya tidak dikenal."
        self.accepted[name] = item.hash
        return "diterima", ""

    def _is_in_pack(self, name: str, base: str) -> bool:
        return any(row[0] == name and row[8] == base for row in self.pack()["findings"])

    def _contents(self, device: str) -> dict[str, Any]:
        rows = [row["answer"] for row in self.versions.values() if row["device"] == device]
        whole = self.whole_photos()
        return {
            "count": len(rows), "digest": self.digest(device),
            "items": [[row[name] for name in ("id", "hash", "state", "sentence", "receipt")] for row in rows],
            "photos": [[name, "diterima" if name in whole else "ditunggu"] for name in self.photos],
        }  # fmt: skip

    def _photo(self, name: str, asked: Asked) -> Answer:
        if name not in self.photos:
            return Answer({"error": {"code": "not_found", "message": "Foto itu belum dikenal."}}, 404)
        if self.refuse_photos:
            return Answer({"error": {"code": "not_a_photo", "message": "Foto harus JPEG."}}, 422)
        if asked.method == "HEAD":
            waiting = "ditahan" if self.held_photos else "sebagian"
            state = "diterima" if name in self.whole_photos() else waiting
            return Answer(b"", 200, {"Upload-Offset": str(len(self.photos[name])), "Upload-State": state})
        return self._part(name, asked)

    def _part(self, name: str, asked: Asked) -> Answer:
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", asked.headers["Content-Range"])
        assert found, asked.headers["Content-Range"]
        start, last, total = (int(number) for number in found.groups())
        assert (last - start + 1, total <= self.photo_limit) == (len(asked.body), True)
        held = self.photos[name]
        if start > len(held):
            return Answer({"error": {"code": "gap", "message": f"Kota baru memegang {len(held)} bita."}}, 409)
        self.totals[name] = total
        cut = self.lose(self.cut_parts)
        body = asked.body[: len(asked.body) // 2] if cut else asked.body
        self.photo_bytes_received += len(body)
        held[start:] = body
        state = "diterima" if name in self.whole_photos() else "sebagian"
        if cut:
            return Answer({"error": {"code": "cut", "message": "Terpotong."}}, 503)
        return Answer({"held": len(held), "state": state, "sentence": ""}, lossy=True)
