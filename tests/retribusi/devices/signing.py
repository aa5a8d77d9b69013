"""A phone for tests: keeps a key, counts, chains and signs, as the field app does."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tidar.common.signed_records import FIRST_PREVIOUS, canonical, content_hash, text_of
from tidar.retribusi.rules.devices import receipt_number

WIB = timezone(timedelta(hours=7))
BEGIN = datetime(2026, 11, 25, 8, 0, tzinfo=WIB)


def numbered(number: int) -> uuid.UUID:
    """A UUIDv7 that is the same in every run."""
    return uuid.UUID(int=0x0193_5F00_0000_7000_8000_0000_0000_0000 + number)


@dataclass
class Phone:
    """One phone with its own key; `sign` returns the record as it goes over the wire."""

    code: str = "K01"
    seed: bytes = bytes(range(32))
    device: uuid.UUID = field(default_factory=lambda: numbered(1))
    counter: int = 0
    previous: str = FIRST_PREVIOUS
    at: datetime = BEGIN

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def record(self, kind: str = "payment", **facts: Any) -> dict[str, Any]:
        """The next record as a mapping; moves the phone on by a minute."""
        self.counter += 1
        self.at += timedelta(minutes=1)
        common = {
            "v": 1,
            "device": str(self.device),
            "counter": self.counter,
            "prev": self.previous,
            "kind": kind,
            "id": str(numbered(int.from_bytes(self.seed[:2]) * 65_536 + self.counter)),
            "at": self.at.isoformat(),
        }
        made = common | self._facts(kind) | facts
        self.previous = content_hash(canonical(made))
        return made

    def _facts(self, kind: str) -> dict[str, Any]:
        if kind != "payment":
            return {}
        receipt = receipt_number(self.code, self.counter)
        return {
            "stall": "",
            "number": "A-001",
            "market": "pasar-uji",
            "occupancy": None,
            "amount": 5_000,
            "shown_owed": 5_000,
            "receipt": receipt,
        }

    def signed(self, record: dict[str, Any] | bytes) -> dict[str, str]:
        """A record, or any bytes, signed with this phone's key."""
        body = record if isinstance(record, bytes) else canonical(record)
        return {"body": text_of(body), "signature": text_of(self.key.sign(body))}

    def sign(self, kind: str = "payment", **facts: Any) -> dict[str, str]:
        """The next record, signed."""
        return self.signed(self.record(kind, **facts))
