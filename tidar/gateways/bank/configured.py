"""The bank that this deployment is connected to, from one file that only its owner may read.

`TIDAR_BANK_FILE` (default `TIDAR_HOME/bank.json`) holds `name`, `url`, `client_key`, `client_secret`, `private_key`
(ours, RSA, PEM), `public_key` (the bank's, PEM), `partner_id`, `partner_service_id`, `merchant_id`, and `agency`, whose
account the money goes to. Without the file there is no cashless channel, and pages say so.
"""

from __future__ import annotations

import functools
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from tidar.gateways.bank import snap
from tidar.gateways.bank.client import Credentials, SnapGateway
from tidar.gateways.bank.fake import FakeBank
from tidar.gateways.bank.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Bank:
    """A connected bank: its gateway, and the key that its notices are signed with."""

    gateway: Gateway
    public_key: rsa.RSAPublicKey
    agency: str


def bank_file() -> Path:
    """Where the connection is described."""
    return Path(settings.TIDAR_BANK_FILE or settings.TIDAR_HOME / "bank.json")


def connected_bank() -> Bank | None:
    """The bank, or None when no file describes one. Raises `ValueError` for a file that is broken."""
    path = bank_file()
    return _bank(str(path), path.stat().st_mtime_ns) if path.exists() else None


@functools.lru_cache(maxsize=4)
def _bank(path: str, _changed: int) -> Bank:
    data = json.loads(Path(path).read_text())
    credentials = Credentials(
        client_key=data["client_key"],
        client_secret=data["client_secret"],
        private_key=snap.private_key_from(data["private_key"]),
        partner_id=data["partner_id"],
        partner_service_id=data["partner_service_id"],
        merchant_id=data["merchant_id"],
    )
    gateway = SnapGateway(data["name"], data["url"], credentials)
    return Bank(gateway, snap.public_key_from(data["public_key"]), data["agency"])


def connect_fake(bank: FakeBank, *, path: Path, agency: str) -> None:
    """Describe a running fake in `path`, and give it our public key; keys of an earlier start are kept."""
    known = json.loads(path.read_text()) if path.exists() else {}
    ours = snap.private_key_from(known["private_key"]) if known else rsa.generate_private_key(65537, 2048)
    bank.partner_public_key = ours.public_key()
    data = {
        "name": "bank-contoh",
        "url": bank.address,
        "client_key": bank.client_key,
        "client_secret": bank.client_secret,
        "private_key": _private_pem(ours),
        "public_key": _public_pem(bank.key.public_key()),
        "partner_id": "TIDAR",
        "partner_service_id": "99999",
        "merchant_id": "MGL000000000001",
        "agency": agency,
    }
    _write(path, data)


def _write(path: Path, data: dict[str, Any]) -> None:
    """Whole or not at all, and readable by its owner only from the beginning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f"bank.{secrets.token_hex(4)}.")
    with os.fdopen(descriptor, "w") as file:
        json.dump(data, file)
    Path(made).replace(path)


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public_pem(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
