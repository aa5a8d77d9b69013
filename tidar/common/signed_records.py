"""Signed records of phones that work without signal: canonical bytes, hashes, Ed25519 signatures, checked fields.

**A record** is one JSON object, written canonically: UTF-8, keys sorted, no spaces, whole numbers only. Its Ed25519
signature (RFC 8032) covers exactly those bytes, its hash is their SHA-256. Which fields a record has is its app's own
business (`retribusi.rules.devices`, `rojak.rules.items`). Pure: no database, no clock.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tidar.common.errors import UnableTo
from tidar.common.formats import number_text

FIRST_PREVIOUS = "0" * 64
MAX_TEXT = 200
KEY_BYTES, SIGNATURE_BYTES = 32, 64
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
Check = Callable[[str, object], Any]


class UnableToRead(UnableTo):
    """The bytes are no record that the phone may sign; `counter` is its number where that can be told, else 0."""

    def __init__(self, sentence: str, *, counter: int = 0) -> None:
        super().__init__(sentence)
        self.counter = counter


def canonical(record: Mapping[str, Any]) -> bytes:
    """The one way to write a record down: UTF-8, keys sorted, no spaces. Half a character (a lone surrogate, which
    JSON can escape) has no UTF-8: `UnableToRead`.
    """
    written = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return written.encode()
    except UnicodeEncodeError:
        return refuse("Isi catatan tidak dapat dibaca.")


def content_hash(body: bytes) -> str:
    """SHA-256 of the canonical bytes, in lower-case hexadecimal: the next record's `prev`."""
    return hashlib.sha256(body).hexdigest()


def bytes_from(coded: object, *, length: int | None = None) -> bytes:
    """Base64url (RFC 4648, section 5; with or without padding) as bytes; raises `UnableToRead`."""
    if not isinstance(coded, str):
        refuse("Isi catatan harus berupa teks base64url.")
    try:
        raw = base64.b64decode(coded.rstrip("=") + "=" * (-len(coded.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        refuse("Isi catatan bukan base64url.")
    if length is not None and len(raw) != length:
        refuse(f"Panjangnya harus {length} bita.")
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
    bytes.fromhex(encoding)
    for encoding in (
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


def refuse(sentence: str) -> NoReturn:
    """Raise `UnableToRead` with a sentence for the person."""
    raise UnableToRead(sentence)


class _Fraction(ValueError):
    """A number that is not whole."""


def _no_fraction(number: str) -> NoReturn:
    raise _Fraction(number)


def parsed(body: bytes, *, max_bytes: int) -> dict[str, Any]:
    """The JSON object in these bytes, all of its numbers whole; raises `UnableToRead`."""
    if len(body) > max_bytes:
        refuse(f"Satu catatan paling besar {number_text(max_bytes)} bita.")
    try:
        found = json.loads(body.decode(), parse_float=_no_fraction, parse_constant=_no_fraction)
    except _Fraction:
        return refuse("Semua angka harus bilangan bulat; catatan ini memuat pecahan.")
    except (ValueError, RecursionError):
        return refuse("Isi catatan tidak dapat dibaca.")
    return found if isinstance(found, dict) else refuse("Isi catatan tidak dapat dibaca.")


def whole(name: str, value: object, *, least: int, most: int) -> int:
    """A whole number within bounds."""
    if type(value) is not int:
        refuse(f"{name} harus bilangan bulat.")
    if not least <= value <= most:
        refuse(f"{name} harus antara {number_text(least)} dan {number_text(most)}.")
    return value


def text(name: str, value: object) -> str:
    """A text of one line, at most `MAX_TEXT` characters."""
    if not isinstance(value, str):
        refuse(f"{name} harus teks.")
    if len(value) > MAX_TEXT or any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        refuse(f"{name} terlalu panjang atau memuat tanda yang tidak dapat disimpan.")
    return value


def said(name: str, value: object) -> str:
    """A text that is not empty."""
    said_text = text(name, value)
    return said_text if said_text.strip() else refuse(f"{name} harus diisi.")


def sha256(name: str, value: object) -> str:
    """A SHA-256 in lower-case hexadecimal."""
    digest = text(name, value)
    return digest if re.fullmatch(r"[0-9a-f]{64}", digest) else refuse(f"{name} bukan sidik SHA-256.")


def uuid_text(name: str, value: object) -> uuid.UUID:
    """A UUID in its canonical spelling."""
    written = text(name, value)
    try:
        found = uuid.UUID(written)
    except ValueError:
        refuse(f"{name} bukan UUID.")
    return found if str(found) == written else refuse(f"{name} bukan UUID dalam bentuk baku.")


def moment(name: str, value: object) -> datetime:
    """Local time with seconds and offset: `2026-11-25T08:15:30+07:00`."""
    written = text(name, value)
    if not MOMENT.fullmatch(written):
        refuse("Waktu catatan harus seperti 2026-11-25T08:15:30+07:00.")
    try:
        found = datetime.fromisoformat(written)
        found.astimezone(tz=None)
    except (ValueError, OverflowError):
        refuse("Waktu catatan tidak ada di kalender.")
    return found
