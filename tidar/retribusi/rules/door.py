"""One-time codes of the traders' door: how long, how often, how many tries. Pure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

CODE_DIGITS = 6
LIFE = timedelta(minutes=10)
ATTEMPTS = 5
WINDOW, CODES_IN_WINDOW = timedelta(minutes=15), 3
DAY, CODES_IN_DAY = timedelta(days=1), 10  # nobody's phone is flooded from a public page
STAY = timedelta(hours=12)


def code_of(raw_id: bytes, *, secret: str) -> str:
    """The six digits that belong to one code's id: derived with the deployment's secret, stored nowhere."""
    digest = hmac.new(secret.encode(), b"door-code:" + raw_id, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def code_hash(code: str, *, salt: str, secret: str) -> str:
    """Keyed hash of a code: a copy of the table tells nobody a code."""
    return hmac.new(secret.encode(), f"{salt}:{code}".encode(), hashlib.sha256).hexdigest()


def digits(text: str) -> str:
    """Only the digits of what was typed: "123 456" is 123456."""
    return "".join(c for c in text if c.isascii() and c.isdecimal())
