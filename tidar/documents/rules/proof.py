"""Canonical bytes, hash and Ed25519 signature of a document, and the encrypted keeping of the private key.

Canonical JSON: UTF-8, keys sorted, no spaces, whole numbers only (a subset of RFC 8785, whose number and key order
rules only differ for floats and for keys outside ASCII, and there are neither). The hash is SHA-256 over those bytes;
the signature is Ed25519 (RFC 8032) over a fixed prefix and the hash in hexadecimal, so anyone who holds the hash, the
signature and the public key can check it without seeing the data.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tidar.common.errors import UnableTo

PREFIX = b"tidar.document.1:"
_KEEPING = b"tidar.documents.signing-key.1"
_NONCE_BYTES = 12
_encoder = msgspec.json.Encoder(order="deterministic")


class UnableToSign(UnableTo):
    """The signing key cannot be used."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key pair as it is stored: the public half plain, the private half encrypted."""

    fingerprint: str
    public_key: bytes
    private_key: bytes


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one byte string that stands for `content` (text, whole numbers, booleans, None, lists, mappings)."""
    return _encoder.encode(content)


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


def signed_message(hash_text: str) -> bytes:
    """What is signed for a content hash."""
    return PREFIX + hash_text.encode("ascii", "replace")


def is_signed(hash_text: str, signature: bytes, public_key: bytes) -> bool:
    """Whether `signature` was made over this hash by the holder of `public_key`."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed_message(hash_text))
    except (InvalidSignature, ValueError):
        return False
    return True


def new_key(secret: str) -> NewKey:
    """A fresh pair, its private half encrypted (AES-256-GCM, bound to the public half) with a key from `secret`."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + _box(secret).encrypt(nonce, private.private_bytes_raw(), public)
    return NewKey(hashlib.sha256(public).hexdigest(), public, sealed)


def open_key(sealed: bytes, public_key: bytes, *, secret: str) -> Ed25519PrivateKey:
    """The private half again. Raises `UnableToSign` when the secret is another one than when it was made."""
    try:
        raw = _box(secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], public_key)
    except (InvalidTag, ValueError) as error:
        raise UnableToSign(
            "Kunci tanda tangan tidak dapat dibuka: kunci rahasia aplikasi sudah berganti. Ganti kunci tanda tangan"
            " dengan perintah rotate_document_key; dokumen lama tetap dapat diperiksa."
        ) from error
    return Ed25519PrivateKey.from_private_bytes(raw)


def _box(secret: str) -> AESGCM:
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=_KEEPING).derive(secret.encode())
    return AESGCM(key)
