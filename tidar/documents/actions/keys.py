"""The deployment's Ed25519 signing key: made at first use, kept encrypted, replaced without losing old documents."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.documents.models import SigningKey
from tidar.documents.rules import proof

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('tidar.documents.signing-key', 0))"


@dataclass(frozen=True, slots=True)
class Signer:
    """The key in use: its row and the opened private half."""

    key_id: int
    fingerprint: str
    private: Ed25519PrivateKey

    def sign(self, hash_text: str) -> bytes:
        """The signature over one content hash."""
        return self.private.sign(proof.signed_message(hash_text))


def signer(*, by: Actor, at: datetime) -> Signer:
    """The key in use; the very first call of a deployment makes it, however many processes call at once.

    Inside the caller's transaction. Raises `UnableToSign` when the application's secret is no longer the one that
    the key was encrypted with.
    """
    key = _in_use() or _made(by=by, at=at)
    sealed, public = bytes(key.private_key), bytes(key.public_key)
    return Signer(key.pk, key.fingerprint, _opened(sealed, public, settings.SECRET_KEY))


def rotate_key(*, by: Actor, at: datetime) -> str:
    """Retire the key in use and make a new one; returns its fingerprint. Older documents stay verifiable."""
    with transaction.atomic():
        _lock()
        old = _in_use()
        if old is not None:
            old.retired_at = at
            old.save(update_fields=["retired_at"])
        key = _store(at)
        before = {"fingerprint": old.fingerprint} if old else None
        audit.record(
            "documents.rotate_key",
            by=by,
            at=at,
            subject=("signing_key", str(key.pk)),
            before=before,
            after={"fingerprint": key.fingerprint},
        )
    return key.fingerprint


def _in_use() -> SigningKey | None:
    return SigningKey.objects.filter(retired_at=None).first()


def _made(*, by: Actor, at: datetime) -> SigningKey:
    with transaction.atomic():
        _lock()
        key = _in_use()  # somebody else may have made it while we waited
        if key is None:
            key = _store(at)
            subject, after = ("signing_key", str(key.pk)), {"fingerprint": key.fingerprint}
            audit.record("documents.make_key", by=by, at=at, subject=subject, after=after)
    return key


def _store(at: datetime) -> SigningKey:
    made = proof.new_key(settings.SECRET_KEY)
    return SigningKey.objects.create(
        fingerprint=made.fingerprint, public_key=made.public_key, private_key=made.private_key, made_at=at
    )


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


@functools.lru_cache(maxsize=4)
def _opened(sealed: bytes, public: bytes, secret: str) -> Ed25519PrivateKey:
    return proof.open_key(sealed, public, secret=secret)
