"""Personal data closed at rest: AES-256-GCM with keys derived by HKDF-SHA256 from `SECRET_KEY`, one per purpose.

What is sealed for one purpose does not open for another, and what was changed does not open at all. Keys of
`SECRET_KEY_FALLBACKS` still open what they sealed. Standards: NIST SP 800-38D (GCM), RFC 5869 (HKDF), RFC 2104
(HMAC); the stream follows the STREAM construction (Hoang et al., 2015): numbered chunks, the last one marked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = b"\x01"
NONCE_BYTES = 12
TEXT_MARK = "sealed:"  # how a sealed text begins where only text can be kept
STREAM_MARK = b"TIDAR-SEALED-1\n"
SALT_BYTES = 16
CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16


class UnableToOpenSeal(ValueError):
    """The bytes were changed, or were sealed with a key or for a purpose that is not this one."""


def sealed(text: str, *, purpose: str) -> bytes:
    """`text` closed; the same text gives other bytes each time."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(_keys(purpose)[0]).encrypt(nonce, text.encode(), VERSION)


def opened(data: bytes | memoryview, *, purpose: str) -> str:
    """What `sealed` closed. Raises `UnableToOpenSeal`."""
    content = bytes(data)
    if content[:1] != VERSION:
        raise UnableToOpenSeal("not sealed by this version")
    nonce, rest = content[1 : 1 + NONCE_BYTES], content[1 + NONCE_BYTES :]
    for key in _keys(purpose):
        try:
            return AESGCM(key).decrypt(nonce, rest, VERSION).decode()
        except InvalidTag:
            continue
    raise UnableToOpenSeal("cannot be opened")


def sealed_text(text: str, *, purpose: str) -> str:
    """`sealed` as printable text, for places that keep only text (JSON, a column of Parquet)."""
    return TEXT_MARK + base64.urlsafe_b64encode(sealed(text, purpose=purpose)).decode()


def is_sealed_text(text: str) -> bool:
    """Whether a text came from `sealed_text`."""
    return text.startswith(TEXT_MARK)


def opened_text(text: str, *, purpose: str) -> str:
    """What `sealed_text` closed. Raises `UnableToOpenSeal`."""
    if not is_sealed_text(text):
        raise UnableToOpenSeal("not a sealed text")
    return opened(base64.urlsafe_b64decode(text.removeprefix(TEXT_MARK)), purpose=purpose)


def digest(text: str, *, purpose: str) -> str:
    """A keyed fingerprint (64 hex digits) that finds equal texts without opening them."""
    return digests(text, purpose=purpose)[0]


def digests(text: str, *, purpose: str) -> tuple[str, ...]:
    """The fingerprint under the present key and under each former one, for a search after the key was changed."""
    return tuple(hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in _keys(f"{purpose} fingerprint"))


class SealingWriter:
    """Writes what it is given, closed, to `target`; `close` writes the last chunk (and never closes `target`)."""

    def __init__(self, target: BinaryIO, *, purpose: str) -> None:
        self._target, self._number, self._waiting = target, 0, bytearray()
        salt = os.urandom(SALT_BYTES)
        self._cipher = AESGCM(_derived(_secrets()[0], f"{purpose} stream", salt))
        target.write(STREAM_MARK + salt)

    def write(self, data: bytes) -> None:
        """Take more bytes."""
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        """Write what is left, marked as the end, so that a cut file is noticed."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


def opened_chunks(source: BinaryIO, *, purpose: str) -> Iterator[bytes]:
    """The bytes that a `SealingWriter` closed, chunk by chunk. Raises `UnableToOpenSeal` when cut or changed."""
    head = source.read(len(STREAM_MARK) + SALT_BYTES)
    if not head.startswith(STREAM_MARK) or len(head) != len(STREAM_MARK) + SALT_BYTES:
        raise UnableToOpenSeal("not a sealed stream")
    ciphers = [AESGCM(_derived(one, f"{purpose} stream", head[len(STREAM_MARK) :])) for one in _secrets()]
    number, chunk = 0, source.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        following = source.read(CHUNK_BYTES + TAG_BYTES)
        yield _opened_chunk(ciphers, chunk, _nonce(number, last=not following))
        if not following:
            return
        number, chunk = number + 1, following


def _opened_chunk(ciphers: list[AESGCM], chunk: bytes, nonce: bytes) -> bytes:
    for cipher in list(ciphers):
        try:
            content = cipher.decrypt(nonce, chunk, None)
        except InvalidTag:
            continue
        ciphers[:] = [cipher]
        return content
    raise UnableToOpenSeal("cannot be opened")


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + (b"\x01" if last else b"\x00")


def _secrets() -> tuple[str, ...]:
    return (str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS))


def _keys(purpose: str) -> tuple[bytes, ...]:
    return tuple(_derived(secret, purpose, b"") for secret in _secrets())


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str, salt: bytes) -> bytes:
    info = f"tidar {purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt or None, info=info).derive(secret.encode())
