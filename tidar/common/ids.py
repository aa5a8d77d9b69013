"""UUID version 7 (RFC 9562, section 5.7): time-ordered identifiers, made wherever a thing first happens."""

from __future__ import annotations

import secrets
import time
import uuid


def uuid7(unix_milliseconds: int | None = None) -> uuid.UUID:
    """A new UUIDv7; the 48 leading bits are `unix_milliseconds` (default: the machine's clock)."""
    stamp = time.time_ns() // 1_000_000 if unix_milliseconds is None else unix_milliseconds
    random_bits = secrets.randbits(74)
    value = (
        (stamp & (1 << 48) - 1) << 80 | 0x7 << 76 | (random_bits >> 62) << 64 | 0b10 << 62 | random_bits & (1 << 62) - 1
    )
    return uuid.UUID(int=value)
