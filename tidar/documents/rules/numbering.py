"""Numbers as printed, tokens of the verification page, and the code a person types from paper."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u, so it survives being typed
TOKEN_LENGTH = 26  # 130 bits: nobody guesses an address of a verification page
CODE_LENGTH = 8  # 40 bits, and only together with the number
_LOOKALIKES = str.maketrans({"i": "1", "l": "1", "o": "0", "u": "v", "-": "", " ": ""})


def number_text(series: str, year: int, sequence: int) -> str:
    """`SKRD/2026/0000123`: seven digits, more when a year needs more."""
    return f"{series}/{year}/{sequence:07d}"


def new_token() -> str:
    """A new unguessable token (130 bits from the operating system)."""
    bits = int.from_bytes(secrets.token_bytes(17)) >> 6
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(0, TOKEN_LENGTH * 5, 5))


def code_of(token: str) -> str:
    """The code printed for typing by hand: `K7QF-3MXD`, the first eight characters of the token."""
    return f"{token[:4]}-{token[4:CODE_LENGTH]}".upper()


def path_of(token: str) -> str:
    """The path of a verification page. Printed in QR codes, so it can never change (a test holds the URL to it)."""
    return f"/dok/{token}/"


def typed_code(text: str) -> str:
    """A typed code as the beginning of a token; characters that look alike are read as Crockford reads them."""
    return text.strip().lower().translate(_LOOKALIKES)


def typed_number(text: str) -> str:
    """A typed number as printed: `skrd / 2026 / 123` → `SKRD/2026/0000123`; what is not a number stays as it is."""
    parts = "".join(text.split()).upper().split("/")
    if len(parts) == 3 and parts[1].isdecimal() and parts[2].isdecimal() and len(parts[2]) < 16:
        return number_text(parts[0], int(parts[1]), int(parts[2]))
    return "/".join(parts)
