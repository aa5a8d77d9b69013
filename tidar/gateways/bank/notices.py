"""A bank's word that money came: read only when its signature and its clock are right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from tidar.common.errors import UnableTo
from tidar.gateways.bank import snap
from tidar.gateways.bank.gateway import Notice

DETAILS = ("rrn", "issuer", "brandName", "nmid", "terminalId", "mdr")


class UnableToTrust(UnableTo):
    """The notice is not signed by the bank, or its clock is off by more than five minutes (HTTP 401)."""

    status = 401


class UnableToReadNotice(UnableTo):
    """The notice is signed but says no payment that we could book (HTTP 400)."""

    status = 400


def read_notice(
    *, gateway: str, public_key: rsa.RSAPublicKey, path: str, body: bytes, headers: Mapping[str, str], at: datetime
) -> Notice:
    """The payment that a notice tells of. The hash is over the raw bytes as received.

    Raises `UnableToTrust` before anything of the body is read, `UnableToReadNotice` for a negative, fractional or
    missing amount, a missing reference, or a status other than "00".
    """
    timestamp, signature = headers.get("X-TIMESTAMP", ""), headers.get("X-SIGNATURE", "")
    text = snap.notice_text(path, body=body, timestamp=timestamp)
    if not snap.is_notice_signed(public_key, text, signature):
        raise UnableToTrust("Tanda tangan pemberitahuan ini tidak cocok.")
    if not snap.is_timely(timestamp, at=at):
        raise UnableToTrust("Jam pemberitahuan ini berbeda lebih dari lima menit.")
    return _notice(gateway, _object(body))


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnableToReadNotice("Isi pemberitahuan ini bukan JSON.") from error
    if not isinstance(data, dict):
        raise UnableToReadNotice("Isi pemberitahuan ini bukan objek.")
    return data


def _notice(gateway: str, data: dict[str, Any]) -> Notice:
    more = data.get("additionalInfo")
    info: dict[str, Any] = more if isinstance(more, dict) else {}
    amount = data.get("amount")
    rupiah = snap.rupiah_of(amount.get("value")) if isinstance(amount, dict) else None
    theirs = str(data.get("originalReferenceNo", ""))[:64]
    if str(data.get("latestTransactionStatus")) != "00":
        raise UnableToReadNotice("Pemberitahuan ini bukan pembayaran yang berhasil.")
    if not rupiah or not isinstance(amount, dict) or amount.get("currency") != "IDR":
        raise UnableToReadNotice("Jumlah pada pemberitahuan ini bukan rupiah bulat yang lebih dari nol.")
    rrn = str(info.get("rrn", ""))[:40]
    if not theirs or not rrn:
        raise UnableToReadNotice("Pemberitahuan ini tidak menyebut nomor rujukan bank.")
    return Notice(
        gateway=gateway,
        gateway_reference=theirs,
        rrn=rrn,
        reference=str(data.get("originalPartnerReferenceNo", ""))[:64],
        terminal=str(info.get("terminalId", ""))[:64],
        amount_rupiah=rupiah,
        paid_at=_moment(info.get("transactionDate")),
        details={name: str(info[name])[:80] for name in DETAILS if name in info},
    )


def _moment(text: object) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(str(text))
        if moment.tzinfo is not None:
            return moment
    raise UnableToReadNotice("Pemberitahuan ini tidak menyebut kapan dibayar.")
