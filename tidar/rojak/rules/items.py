"""What a patrol's phone signs, and how it is read. Pure: no database, no clock. When to doubt it: `doubts`.

**An item** is one JSON object, written canonically (`tidar.common.signed_records`) and signed with the phone's Ed25519
key. Its `id` (UUIDv7) is made on the phone and stays through all versions; a version is told by the SHA-256 of its
bytes and names the version it changes in `base` (64 zeros: none). Every item has exactly

`v` (1) · `device` (uuid; null: no phone, as from paper or ODK Collect) · `id` · `kind` · `revision` (1, 2 …) · `base` ·
`at` (local time with seconds and offset: `2026-11-25T08:15:30+07:00`) · `round` (uuid or null) · `post` (code) · `data`

and `data` has exactly the fields of its kind, as `KINDS` lists them. Positions are whole millionths of a degree
(WGS 84) with their accuracy in metres, or null: `{"lon_e6": 110217000, "lat_e6": -7471000, "accuracy_m": 8}`.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tidar.common.formats import number_text
from tidar.common.signed_records import (
    FIRST_PREVIOUS,
    MAX_TEXT,
    Check,
    UnableToRead,
    canonical,
    content_hash,
    moment,
    parsed,
    refuse,
    sha256,
    text,
    uuid_text,
    whole,
)

VERSION = 1
MAX_BATCH = 100
MAX_BODY_BYTES = 32_000
MAX_NOTE = 500
MAX_POINTS = 300
MAX_PHOTOS = 6
MAX_PEOPLE = 60
MAX_ANSWERS = 100
MAX_ANSWER = 2_000
MAX_ACCURACY_METRES = 100_000
NO_BASE = FIRST_PREVIOUS
REVISABLE = frozenset(("finding", "activity"))
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class Position:
    """Where the phone said that it was."""

    lon: float
    lat: float
    accuracy_metres: int


@dataclass(frozen=True, slots=True)
class Item:
    """One version of one item as it was written down; `data` holds checked values (dates, positions, ids)."""

    device: uuid.UUID | None
    id: uuid.UUID
    kind: str
    revision: int
    base: str
    at: datetime
    round: uuid.UUID | None
    post: str
    data: Mapping[str, Any]
    hash: str

    @property
    def is_known(self) -> bool:
        """Whether this program knows what the item is about."""
        return self.kind in KINDS

    @property
    def position(self) -> Position | None:
        """Where it was, where the kind has a place and the phone had a fix."""
        found = self.data.get("position")
        return found if isinstance(found, Position) else None

    @property
    def photos(self) -> tuple[str, ...]:
        """SHA-256 of the photographs that it announces."""
        return tuple(self.data.get("photos", ())) if self.kind == "finding" else ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What bytes say of themselves, for answering about those that are refused."""

    id: uuid.UUID | None
    kind: str
    revision: int
    base: str


def receipt_number(number: int) -> str:
    """`RJ-000123`: under this number the city has the item."""
    return f"RJ-{number:06d}"


def body_of(
    *, id: uuid.UUID, kind: str, at: str, post: str, data: Mapping[str, Any], more: Mapping[str, Any] | None = None
) -> bytes:
    """An item's canonical bytes; `more`: `device`, `round`, `revision`, `base` where they are not null, 1 and none.

    `at` as in `2026-11-25T08:15:30+07:00`. For what has no phone: paper, ODK Collect, the demo; and for tests.
    """
    plain: dict[str, Any] = {"device": None, "round": None, "revision": 1, "base": NO_BASE, **(more or {})}
    ids = {name: None if plain[name] is None else str(plain[name]) for name in ("device", "round")}
    fixed = {"v": VERSION, "id": str(id), "kind": kind, "at": at, "post": post, "data": dict(data)}
    return canonical({**plain, **ids, **fixed})


def read_item(body: bytes) -> Item:
    """The item in these bytes; raises `UnableToRead` with a sentence for what no phone of ours would sign.

    A kind that is not known is read too, with its `data` unread: a newer app may know more than this server.
    """
    found = parsed(body, max_bytes=MAX_BODY_BYTES)
    if type(found.get("v")) is not int or found["v"] != VERSION:
        refuse("Versi catatan ini tidak dikenal; perbarui aplikasi di HP.")
    if canonical(found) != body:  # first of all: from here on every text can be written down
        refuse("Catatan tidak ditulis dalam bentuk baku.")
    values = _exactly(found, COMMON)
    kind = values["kind"]
    data = _exactly(values["data"], KINDS[kind]) if kind in KINDS else values["data"]
    return Item(
        device=values["device"],
        id=values["id"],
        kind=kind,
        revision=values["revision"],
        base=values["base"],
        at=values["at"],
        round=values["round"],
        post=values["post"],
        data=data,
        hash=content_hash(body),
    )


def claim_of(body: bytes) -> Claim:
    """As much of an item as can be told from bytes that `read_item` refuses."""
    try:
        found = parsed(body, max_bytes=MAX_BODY_BYTES)
    except UnableToRead:
        return Claim(None, "", 0, NO_BASE)
    claimed: dict[str, Any] = {}
    for name in ("id", "kind", "revision", "base"):
        try:
            claimed[name] = COMMON[name](name, found.get(name))
        except UnableToRead:
            claimed[name] = None
    return Claim(claimed["id"], claimed["kind"] or "", claimed["revision"] or 0, claimed["base"] or NO_BASE)


def _exactly(found: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    if set(found) != set(checks):
        odd = ", ".join(sorted(set(found) ^ set(checks)))[:MAX_TEXT]
        refuse(f"Isian catatan kurang atau lebih: {odd}.")
    return {name: check(name, found[name]) for name, check in checks.items()}


# --- fields -------------------------------------------------------------------------------------------------------


def _version(name: str, value: object) -> object:
    return value


def _uuid_or_none(name: str, value: object) -> uuid.UUID | None:
    return None if value is None else uuid_text(name, value)


def _kind(name: str, value: object) -> str:
    kind = text(name, value)
    return kind if re.fullmatch(r"[a-z_]{1,12}", kind) else refuse("Jenis catatan ini tidak dikenal.")


def _revision(name: str, value: object) -> int:
    return whole(name, value, least=1, most=10_000)


def _object(name: str, value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else refuse(f"{name} harus berupa objek.")


def _slug(name: str, value: object) -> str:
    found = text(name, value)
    return found if SLUG.fullmatch(found) else refuse(f"{name} bukan kode.")


def _slug_or_empty(name: str, value: object) -> str:
    return "" if value == "" else _slug(name, value)


def _code(name: str, value: object) -> str:
    found = text(name, value)
    return found if 0 < len(found) <= 60 else refuse(f"{name} harus diisi.")


def _code_or_empty(name: str, value: object) -> str:
    return "" if value == "" else _code(name, value)


def _long(name: str, value: object, *, most: int) -> str:
    if not isinstance(value, str):
        refuse(f"{name} harus teks.")
    if len(value) > most or any((ord(c) < 32 and c != "\n") or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        refuse(f"{name} paling panjang {number_text(most)} huruf, tanpa tanda yang tidak dapat disimpan.")
    return value


def _note(name: str, value: object) -> str:
    return _long(name, value, most=MAX_NOTE)


def _row(name: str, value: object) -> int:
    return whole(name, value, least=1, most=2**53 - 1)


def _row_or_none(name: str, value: object) -> int | None:
    return None if value is None else _row(name, value)


def _people(name: str, value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > MAX_PEOPLE:
        refuse(f"{name} harus daftar berisi paling banyak {MAX_PEOPLE} orang.")
    return tuple(dict.fromkeys(_row(name, one) for one in value))


def _date_or_none(name: str, value: object) -> date | None:
    if value is None:
        return None
    try:
        found = date.fromisoformat(text(name, value))
    except ValueError:
        refuse(f"{name} harus tanggal seperti 2026-11-25.")
    return found if found.isoformat() == value else refuse(f"{name} harus tanggal seperti 2026-11-25.")


def _metres_or_none(name: str, value: object) -> int | None:
    return None if value is None else whole(name, value, least=0, most=1_000_000)


def _count(name: str, value: object) -> int:
    return whole(name, value, least=0, most=10_000)


def _severity(name: str, value: object) -> int:
    return whole(name, value, least=1, most=3)


def _lon(value: object) -> float:
    return whole("lon_e6", value, least=-180_000_000, most=180_000_000) / 1e6


def _lat(value: object) -> float:
    return whole("lat_e6", value, least=-90_000_000, most=90_000_000) / 1e6


def _accuracy(value: object) -> int:
    return whole("accuracy_m", value, least=0, most=MAX_ACCURACY_METRES)


def _position(name: str, value: object) -> Position | None:
    if value is None:
        return None
    found = _object(name, value)
    if set(found) != {"lon_e6", "lat_e6", "accuracy_m"}:
        refuse("Posisi harus terdiri atas lon_e6, lat_e6, dan accuracy_m.")
    return Position(_lon(found["lon_e6"]), _lat(found["lat_e6"]), _accuracy(found["accuracy_m"]))


def _points(name: str, value: object) -> list[list[int]]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_POINTS:
        refuse(f"Satu potong jejak berisi 1 sampai {MAX_POINTS} titik.")
    for point in value:
        if not isinstance(point, list) or len(point) != 4:
            refuse("Setiap titik jejak terdiri atas empat angka.")
        whole("detik", point[0], least=0, most=86_400)
        _lon(point[1])
        _lat(point[2])
        _accuracy(point[3])
    if any(before[0] > after[0] for before, after in itertools.pairwise(value)):
        refuse("Titik jejak harus berurutan menurut waktu.")
    return value


def _how(name: str, value: object) -> str:
    return (
        value
        if value in ("qr", "ketuk", "kertas") and isinstance(value, str)
        else refuse("Cara memeriksa tidak dikenal.")
    )


def _photos(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_PHOTOS:
        refuse(f"Satu temuan memuat paling banyak {MAX_PHOTOS} foto.")
    return tuple(dict.fromkeys(sha256("Foto", one) for one in value))


def _answers(name: str, value: object) -> dict[str, Any]:
    found = _object(name, value)
    if len(found) > MAX_ANSWERS:
        refuse(f"Satu formulir memuat paling banyak {MAX_ANSWERS} jawaban.")
    return {_code("Nama jawaban", key): _answer(answer) for key, answer in found.items()}


def _answer(value: object) -> Any:
    if value is None or (type(value) is int and abs(value) < 2**53):
        return value
    if isinstance(value, list) and len(value) <= MAX_ANSWERS:
        return [_long("Jawaban", one, most=MAX_ANSWER) for one in value]
    return _long("Jawaban", value, most=MAX_ANSWER)


COMMON: Mapping[str, Check] = {
    "v": _version,
    "device": _uuid_or_none,
    "id": uuid_text,
    "kind": _kind,
    "revision": _revision,
    "base": sha256,
    "at": moment,
    "round": _uuid_or_none,
    "post": _slug,
    "data": _object,
}
KINDS: Mapping[str, Mapping[str, Check]] = {
    "round_start": {"planned": _row_or_none, "date": _date_or_none, "leader": _row_or_none, "present": _people},
    "leg": {"leader": _row_or_none},
    "round_end": {"note": _note, "distance_m": _metres_or_none},
    "track": {"points": _points},
    "check": {"segment": _code, "checkpoint": _code_or_empty, "how": _how, "position": _position},
    "finding": {
        "kind": _slug,
        "segment": _code_or_empty,
        "position": _position,
        "severity": _severity,
        "form": _slug_or_empty,
        "version": _code_or_empty,
        "answers": _answers,
        "photos": _photos,
        "note": _note,
    },
    "activity": {"kind": _slug, "segment": _code_or_empty, "participants": _count, "minutes": _count, "note": _note},
    "sos": {"position": _position, "note": _note},
    "attendance": {"present": _people},
}
NEEDS_ROUND = frozenset(("leg", "round_end", "track", "attendance"))
