"""One-time codes of the traders' door: how long, how often, how many tries. Pure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

CODE_DIGITS = 6
LIFE = timedelta(minutes=10)
ATTEMPTS = 5
WINDOW, CODES_IN_WINDOW = timedelta(minutes=15), 3
STAY = timedelta(hours=12)


def code_hash(code: str, *, salt: str, secret: str) -> str:
    """Keyed hash of a code: a copy of the table tells nobody a code."""
    return hmac.new(secret.encode(), f"{salt}:{code}".encode(), hashlib.sha256).hexdigest()


def digits(text: str) -> str:
    """Only the digits of what was typed: "123 456" is 123456."""
    return "".join(c for c in text if c.isascii() and c.isdecimal())
