"""Codes that people and phones read: of stickers and of residents' pages. Pure; randomness comes in as bytes."""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
STICKER_BYTES, PUBLIC_BYTES = 5, 8  # 40 bits: read aloud in two breaths; 60 bits: not to be guessed
STICKER_LENGTH, PUBLIC_LENGTH = 8, 12
QUERY_NAME = "titik"  # a sticker's address ends "?titik=<code>"; the app reads the code, a resident's phone the page


def sticker_code(entropy: bytes) -> str:
    """A code of eight letters for a sticker ("K7Q2M4XA"); needs 5 random bytes."""
    return _letters(entropy[:STICKER_BYTES], STICKER_LENGTH)


def public_code(entropy: bytes) -> str:
    """An unguessable code of twelve letters for the residents' page of a segment; needs 8 random bytes."""
    return _letters(entropy[:PUBLIC_BYTES], PUBLIC_LENGTH)


def spoken(code: str) -> str:
    """A code in groups of four, as it stands below a QR code."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def slug_of(text: str) -> str:
    """Small letters, digits and hyphens of a title: "Kampung Kemiri Kerep" is "kampung-kemiri-kerep"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _letters(entropy: bytes, length: int) -> str:
    value = int.from_bytes(entropy, "big")
    return "".join(ALPHABET[value >> 5 * place & 31] for place in range(length))
