"""What a collector's phone signs, and how it is read. Pure: no database, no clock. When to doubt it: `doubts`.

**A record** is one JSON object, written canonically: UTF-8, keys sorted, no spaces, whole numbers only. Its Ed25519
signature (RFC 8032) covers exactly those bytes, its hash is their SHA-256. Each record names its number on the phone
(`counter`: 1, 2, 3 …, over all kinds) and the hash of the record before it (`prev`; 64 zeros first), so that a record
cannot be doubled, dropped, changed or put in later without being seen.

Every record has `v` (1), `device` (uuid), `counter`, `prev`, `kind`, `id` (uuid), `at` (local time with seconds and
offset: `2026-11-25T08:15:30+07:00`), and exactly the fields of its kind:

- `payment`: `stall` (QR code of the stall, "" unknown), `number` (as painted, or as typed), `market` ("" none),
  `occupancy` (number or null), `amount`, `shown_owed` (what the screen said was owed; null unknown), `receipt`
  (`<code>-<counter, six digits>`: "K07-000123");
- `void`: `voids` (counter of the payment that was a mistake), `reason`; within `VOID_MINUTES` and before hand-over;
- `karcis`: `book` (number of the book), `first`, `last` (serials), `market`, `amount`;
- `handover`: `amount` (cash declared to the treasurer).

`tests/retribusi/devices/vectors.json` holds examples that this module and the field app are both tested against.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tidar.common.errors import UnableTo
from tidar.common.formats import number_text

VERSION = 1
FIRST_PREVIOUS = "0" * 64
MAX_BATCH = 200
MAX_BODY_BYTES = 4_000
MAX_COUNTER = 10**9
MAX_AMOUNT_RUPIAH = 100_000_000  # one receipt in a market; more is a slip of the finger
MAX_TEXT = 200
KEY_BYTES, SIGNATURE_BYTES = 32, 64
VOID_MINUTES = 10  # how long a collector may take a receipt back on the phone
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


class UnableToRead(UnableTo):
    """The bytes are no record that the phone may sign; `counter` is its number where that can be told, else 0."""

    def __init__(self, sentence: str, *, counter: int = 0) -> None:
        super().__init__(sentence)
        self.counter = counter


@dataclass(frozen=True, slots=True)
class CashSale:
    """Cash was taken at a stall and a receipt was given."""

    stall: str
    number: str
    market: str
    occupancy: int | None
    amount: int
    shown_owed: int | None
    receipt: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The collector took a receipt back before anybody left."""

    voids: int
    reason: str


@dataclass(frozen=True, slots=True)
class KarcisSale:
    """Printed karcis were sold."""

    book: int
    first: int
    last: int
    market: str
    amount: int


@dataclass(frozen=True, slots=True)
class Declared:
    """Cash is declared to the treasurer."""

    amount: int


Facts = CashSale | Correction | KarcisSale | Declared


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was signed."""

    device: uuid.UUID
    counter: int
    previous: str
    kind: str
    id: uuid.UUID
    at: datetime
    facts: Facts

    @property
    def amount(self) -> int:
        """The money that changed hands by this record."""
        return self.facts.amount if isinstance(self.facts, CashSale | KarcisSale) else 0


def canonical(record: Mapping[str, Any]) -> bytes:
    """The one way to write a record down: UTF-8, keys sorted, no spaces."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def content_hash(body: bytes) -> str:
    """SHA-256 of the canonical bytes, in lower-case hexadecimal: the next record's `prev`."""
    return hashlib.sha256(body).hexdigest()


def receipt_number(code: str, counter: int) -> str:
    """`K07-000123`: the phone's code and the record's number."""
    return f"{code}-{counter:06d}"


def bytes_from(text: object, *, length: int | None = None) -> bytes:
    """Base64url (RFC 4648, section 5; with or without padding) as bytes; raises `UnableToRead`."""
    if not isinstance(text, str):
        _refuse("Isi catatan harus berupa teks base64url.")
    try:
        raw = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        _refuse("Isi catatan bukan base64url.")
    if length is not None and len(raw) != length:
        _refuse(f"Panjangnya harus {length} bita.")
    return raw


def text_of(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def is_signed(body: bytes, *, signature: bytes, public_key: bytes) -> bool:
    """Whether the holder of the key signed exactly these bytes (Ed25519, RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, body)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_key(raw: bytes) -> bool:
    """Whether 32 bytes can be an Ed25519 key that stands for one holder: none of the points of small order."""
    return len(raw) == KEY_BYTES and raw not in SMALL_ORDER


# Encodings of points of small order (and of y ≥ p that mean them), for which a signature proves nothing.
SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    )
)


def read_record(body: bytes) -> Record:
    """The record in these bytes; raises `UnableToRead` with a sentence for what no phone of ours would sign."""
    found = _parsed(body)
    counter = _counter(found)
    try:
        return _record(found, body)
    except UnableToRead as error:
        raise UnableToRead(error.sentence, counter=counter) from None


def claimed_counter(body: bytes) -> int:
    """The number that a record claims, 0 where there is none; for answering about bytes that are refused."""
    try:
        return _counter(_parsed(body))
    except UnableToRead:
        return 0


def _refuse(sentence: str) -> NoReturn:
    raise UnableToRead(sentence)


class _Fraction(ValueError):
    """A number that is not whole."""


def _no_fraction(text: str) -> NoReturn:
    raise _Fraction(text)


def _parsed(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        _refuse(f"Satu catatan paling besar {number_text(MAX_BODY_BYTES)} bita.")
    try:
        found = json.loads(body.decode(), parse_float=_no_fraction, parse_constant=_no_fraction)
    except _Fraction:
        return _refuse("Rupiah harus bilangan bulat; catatan ini memuat pecahan.")
    except (ValueError, RecursionError):
        return _refuse("Isi catatan tidak dapat dibaca.")
    return found if isinstance(found, dict) else _refuse("Isi catatan tidak dapat dibaca.")


def _counter(found: Mapping[str, Any]) -> int:
    counter = found.get("counter")
    return counter if type(counter) is int and 1 <= counter <= MAX_COUNTER else 0


def _record(found: Mapping[str, Any], body: bytes) -> Record:
    kind = found.get("kind")
    if found.get("v") != VERSION or type(found.get("v")) is not int:
        _refuse("Versi catatan ini tidak dikenal; perbarui aplikasi di HP.")
    if not isinstance(kind, str) or kind not in FIELDS:
        _refuse("Jenis catatan ini tidak dikenal; perbarui aplikasi di HP.")
    checks = {**COMMON, **FIELDS[kind]}
    if set(found) != set(checks):
        odd = ", ".join(sorted(set(found) ^ set(checks)))[:MAX_TEXT]
        _refuse(f"Isian catatan kurang atau lebih: {odd}.")
    values = {name: check(name, found[name]) for name, check in checks.items()}
    if canonical(found) != body:
        _refuse("Catatan tidak ditulis dalam bentuk baku.")
    facts = {name: values[name] for name in FIELDS[kind]}
    return Record(
        device=values["device"],
        counter=values["counter"],
        previous=values["prev"],
        kind=kind,
        id=values["id"],
        at=values["at"],
        facts=_together(FACTS[kind](**facts)),
    )


def _together(facts: Facts) -> Facts:
    if isinstance(facts, KarcisSale) and facts.last < facts.first:
        _refuse("Nomor seri akhir mendahului nomor seri awal.")
    return facts


def _whole(name: str, value: object, *, least: int, most: int) -> int:
    if type(value) is not int:
        _refuse(f"{name} harus bilangan bulat.")
    if not least <= value <= most:
        _refuse(f"{name} harus antara {number_text(least)} dan {number_text(most)}.")
    return value


def _rupiah(name: str, value: object) -> int:
    return _whole(name, value, least=1, most=MAX_AMOUNT_RUPIAH)


def _owed(name: str, value: object) -> int | None:
    return None if value is None else _whole(name, value, least=0, most=10**12)


def _number(name: str, value: object) -> int:
    return _whole(name, value, least=1, most=MAX_COUNTER)


def _row(name: str, value: object) -> int | None:
    return None if value is None else _whole(name, value, least=1, most=2**53 - 1)


def _version(name: str, value: object) -> object:
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        _refuse(f"{name} harus teks.")
    if len(value) > MAX_TEXT or any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        _refuse(f"{name} terlalu panjang atau memuat tanda yang tidak dapat disimpan.")
    return value


def _said(name: str, value: object) -> str:
    text = _text(name, value)
    return text if text.strip() else _refuse(f"{name} harus diisi.")


def _hash(name: str, value: object) -> str:
    text = _text(name, value)
    return text if re.fullmatch(r"[0-9a-f]{64}", text) else _refuse(f"{name} bukan sidik SHA-256.")


def _uuid(name: str, value: object) -> uuid.UUID:
    text = _text(name, value)
    try:
        found = uuid.UUID(text)
    except ValueError:
        _refuse(f"{name} bukan UUID.")
    return found if str(found) == text else _refuse(f"{name} bukan UUID dalam bentuk baku.")


def _moment(name: str, value: object) -> datetime:
    text = _text(name, value)
    if not MOMENT.fullmatch(text):
        _refuse("Waktu catatan harus seperti 2026-11-25T08:15:30+07:00.")
    try:
        found = datetime.fromisoformat(text)
        found.astimezone(tz=None)
    except (ValueError, OverflowError):
        _refuse("Waktu catatan tidak ada di kalender.")
    return found


Check = Callable[[str, object], Any]
COMMON: Mapping[str, Check] = {
    "v": _version,
    "device": _uuid,
    "counter": _number,
    "prev": _hash,
    "kind": _text,
    "id": _uuid,
    "at": _moment,
}
FIELDS: Mapping[str, Mapping[str, Check]] = {
    "payment": {
        "stall": _text,
        "number": _text,
        "market": _text,
        "occupancy": _row,
        "amount": _rupiah,
        "shown_owed": _owed,
        "receipt": _said,
    },
    "void": {"voids": _number, "reason": _said},
    "karcis": {"book": _number, "first": _number, "last": _number, "market": _text, "amount": _rupiah},
    "handover": {"amount": _rupiah},
}
FACTS: Mapping[str, type[Facts]] = {
    "payment": CashSale,
    "void": Correction,
    "karcis": KarcisSale,
    "handover": Declared,
}


def missing(held: Sequence[int], *, of: int) -> tuple[tuple[int, int], ...]:
    """The ranges of 1 … `of` that are not in `held`, in order: (first, last), both included."""
    found, expected = [], 1
    for counter in sorted(set(held)):
        if counter > of:
            break
        if counter > expected:
            found.append((expected, counter - 1))
        expected = max(expected, counter + 1)
    if expected <= of:
        found.append((expected, of))
    return tuple(found)
