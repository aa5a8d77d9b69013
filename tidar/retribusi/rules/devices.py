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

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidar.common.signed_records import (
    MAX_TEXT,
    Check,
    UnableToRead,
    canonical,
    moment,
    parsed,
    refuse,
    said,
    sha256,
    text,
    uuid_text,
    whole,
)

VERSION = 1
MAX_BATCH = 200
MAX_BODY_BYTES = 4_000
MAX_COUNTER = 10**9
MAX_AMOUNT_RUPIAH = 100_000_000  # one receipt in a market; more is a slip of the finger
VOID_MINUTES = 10  # how long a collector may take a receipt back on the phone


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


def receipt_number(code: str, counter: int) -> str:
    """`K07-000123`: the phone's code and the record's number."""
    return f"{code}-{counter:06d}"


def read_record(body: bytes) -> Record:
    """The record in these bytes; raises `UnableToRead` with a sentence for what no phone of ours would sign."""
    found = parsed(body, max_bytes=MAX_BODY_BYTES)
    counter = _counter(found)
    try:
        return _record(found, body)
    except UnableToRead as error:
        raise UnableToRead(error.sentence, counter=counter) from None


def claimed_counter(body: bytes) -> int:
    """The number that a record claims, 0 where there is none; for answering about bytes that are refused."""
    try:
        return _counter(parsed(body, max_bytes=MAX_BODY_BYTES))
    except UnableToRead:
        return 0


def _counter(found: Mapping[str, Any]) -> int:
    counter = found.get("counter")
    return counter if type(counter) is int and 1 <= counter <= MAX_COUNTER else 0


def _record(found: Mapping[str, Any], body: bytes) -> Record:
    kind = found.get("kind")
    if found.get("v") != VERSION or type(found.get("v")) is not int:
        refuse("Versi catatan ini tidak dikenal; perbarui aplikasi di HP.")
    if not isinstance(kind, str) or kind not in FIELDS:
        refuse("Jenis catatan ini tidak dikenal; perbarui aplikasi di HP.")
    checks = {**COMMON, **FIELDS[kind]}
    if set(found) != set(checks):
        odd = ", ".join(sorted(set(found) ^ set(checks)))[:MAX_TEXT]
        refuse(f"Isian catatan kurang atau lebih: {odd}.")
    values = {name: check(name, found[name]) for name, check in checks.items()}
    if canonical(found) != body:
        refuse("Catatan tidak ditulis dalam bentuk baku.")
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
        refuse("Nomor seri akhir mendahului nomor seri awal.")
    return facts


def _rupiah(name: str, value: object) -> int:
    return whole(name, value, least=1, most=MAX_AMOUNT_RUPIAH)


def _owed(name: str, value: object) -> int | None:
    return None if value is None else whole(name, value, least=0, most=10**12)


def _number(name: str, value: object) -> int:
    return whole(name, value, least=1, most=MAX_COUNTER)


def _row(name: str, value: object) -> int | None:
    return None if value is None else whole(name, value, least=1, most=2**53 - 1)


def _version(name: str, value: object) -> object:
    return value


COMMON: Mapping[str, Check] = {
    "v": _version,
    "device": uuid_text,
    "counter": _number,
    "prev": sha256,
    "kind": text,
    "id": uuid_text,
    "at": moment,
}
FIELDS: Mapping[str, Mapping[str, Check]] = {
    "payment": {
        "stall": text,
        "number": text,
        "market": text,
        "occupancy": _row,
        "amount": _rupiah,
        "shown_owed": _owed,
        "receipt": said,
    },
    "void": {"voids": _number, "reason": said},
    "karcis": {"book": _number, "first": _number, "last": _number, "market": text, "amount": _rupiah},
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
