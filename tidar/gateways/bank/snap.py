"""SNAP (Bank Indonesia's national open API payment standard): signatures, headers, answers (`domain.md` 7.2).

Access token: SHA256withRSA over `clientKey|timestamp`. Transaction: HMAC-SHA512 over
`METHOD:path:token:sha256(body):timestamp`, of the raw bytes that go over the wire. An answer's code is
HTTP status (3) + service (2) + case (2), and the HTTP status must equal its prefix.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLOCK_TOLERANCE = timedelta(minutes=5)
VA_CREATE, VA_DELETE, VA_STATUS, QR_GENERATE, QR_QUERY, QR_NOTIFY = "27", "31", "26", "47", "51", "52"
PATHS = {
    VA_CREATE: "/v1.0/transfer-va/create-va",
    VA_DELETE: "/v1.0/transfer-va/delete-va",
    VA_STATUS: "/v1.0/transfer-va/status",
    QR_GENERATE: "/v1.0/qr/qr-mpm-generate",
    QR_QUERY: "/v1.0/qr/qr-mpm-query",
    QR_NOTIFY: "/v1.0/qr/qr-mpm-notify",
}
TOKEN_PATH = "/v1.0/access-token/b2b"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True)
class Code:
    """A `responseCode` in its parts."""

    status: int
    service: str
    case: str

    @property
    def succeeded(self) -> bool:
        """Whether it says yes (200xx00) or "in progress" (202xx00)."""
        return self.status in (200, 202) and self.case == "00"

    @property
    def in_progress(self) -> bool:
        """Whether the other side has not decided yet."""
        return self.status == 202


def code_of(text: object) -> Code | None:
    """`2005200` → HTTP 200, service 52, case 00; None for what is no such code."""
    raw = str(text)
    return Code(int(raw[:3]), raw[3:5], raw[5:]) if len(raw) == 7 and raw.isascii() and raw.isdecimal() else None


def body_hash(body: bytes) -> str:
    """SHA-256 of the raw body, lower-case hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def transaction_text(method: str, path: str, token: str, *, body: bytes, timestamp: str) -> str:
    """What a transaction's signature is over."""
    return f"{method}:{path}:{token}:{body_hash(body)}:{timestamp}"


def sign_transaction(secret: str, text: str) -> str:
    """HMAC-SHA512, base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha512).digest()).decode()


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether a transaction's signature is right; compared in constant time."""
    return hmac.compare_digest(sign_transaction(secret, text).encode(), signature.encode("utf-8", "replace"))


def sign_token_request(private_key: rsa.RSAPrivateKey, client_key: str, timestamp: str) -> str:
    """SHA256withRSA over `clientKey|timestamp`, base64."""
    signed = private_key.sign(f"{client_key}|{timestamp}".encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signed).decode()


def is_token_request_signed(public_key: rsa.RSAPublicKey, client_key: str, timestamp: str, *, signature: str) -> bool:
    """Whether a request for a token was signed by the holder of the private key."""
    try:
        raw = base64.b64decode(signature, validate=True)
        public_key.verify(raw, f"{client_key}|{timestamp}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def notice_text(path: str, *, body: bytes, timestamp: str) -> str:
    """What a bank signs when it tells of a payment: the asymmetric variant, without a token."""
    return f"POST:{path}:{body_hash(body)}:{timestamp}"


def sign_notice(private_key: rsa.RSAPrivateKey, text: str) -> str:
    """SHA256withRSA, base64."""
    return base64.b64encode(private_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def is_notice_signed(public_key: rsa.RSAPublicKey, text: str, signature: str) -> bool:
    """Whether a bank's notice was signed by the bank."""
    try:
        raw = base64.b64decode(signature, validate=True)
        public_key.verify(raw, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def public_key_from(pem: str) -> rsa.RSAPublicKey:
    """An RSA public key from its PEM text. Raises `ValueError` for anything else."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("SNAP signs with RSA")
    return key


def private_key_from(pem: str) -> rsa.RSAPrivateKey:
    """An RSA private key from its PEM text. Raises `ValueError` for anything else."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("SNAP signs with RSA")
    return key


def timestamp_of(moment: datetime) -> str:
    """ISO 8601 with offset, whole seconds."""
    return moment.replace(microsecond=0).isoformat()


def is_timely(text: str, *, at: datetime) -> bool:
    """Whether a timestamp has an offset and lies within five minutes of `at`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and abs(moment.astimezone(timezone.utc) - at) <= CLOCK_TOLERANCE


def amount_text(rupiah: int) -> str:
    """`3000` → `3000.00`."""
    return f"{rupiah}.00"


def rupiah_of(value: object) -> int | None:
    """`"3000.00"` → 3000; None for a fraction of a rupiah, a negative or no amount at all."""
    text = str(value)
    whole, _dot, cents = text.partition(".")
    fits = whole.isascii() and whole.isdecimal() and len(whole) <= 13 and cents in ("", "0", "00")
    return int(whole) if fits else None
