"""A gateway that speaks SNAP over HTTPS: tokens, signed transactions, and honest answers about what is not known."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa

from tidar.gateways.bank import snap
from tidar.gateways.bank.gateway import Answer, Offer, Standing

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
ANSWER_BYTES = 64 * 1024
VA_PREFIX_LENGTH = 8
UNCLEAR = "Bank belum memberi jawaban yang pasti. Statusnya akan ditanyakan lagi; jangan membayar dua kali."


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a bank gives a partner. Never logged."""

    client_key: str
    client_secret: str = field(repr=False)
    private_key: rsa.RSAPrivateKey = field(repr=False)
    partner_id: str = ""
    partner_service_id: str = ""  # of virtual accounts, at most 8 digits
    merchant_id: str = ""
    channel_id: str = "95221"


class _Unclear(Exception):
    """No answer, a broken one, or one whose HTTP status and code disagree."""


class SnapGateway:
    """`Gateway` over SNAP at one base address."""

    def __init__(self, name: str, base_url: str, credentials: Credentials) -> None:
        self.name = name
        self._base = base_url.rstrip("/")
        self._secret = credentials
        self._token, self._token_until = "", datetime.min.replace(tzinfo=timezone.utc)

    def offer_qr(self, offer: Offer, *, at: datetime) -> Answer:
        """Service 47. The same `partnerReferenceNo` again gives the same code."""
        body: dict[str, Any] = {
            "partnerReferenceNo": offer.reference,
            "merchantId": self._secret.merchant_id,
            "terminalId": offer.terminal,
            "additionalInfo": {"name": offer.name, "static": offer.amount_rupiah is None},
        }
        if offer.amount_rupiah is not None:
            body["amount"] = {"value": snap.amount_text(offer.amount_rupiah), "currency": "IDR"}
        if offer.expires_at is not None:
            body["validityPeriod"] = snap.timestamp_of(offer.expires_at)
        return self._answer(snap.QR_GENERATE, body, at=at, content="qrContent")

    def offer_va(self, offer: Offer, *, at: datetime) -> Answer:
        """Service 27."""
        body = self._va(offer.customer_number) | {
            "virtualAccountName": offer.name,
            "trxId": offer.reference,
            "virtualAccountTrxType": "C" if offer.amount_rupiah is not None else "O",
        }
        if offer.amount_rupiah is not None:
            body["totalAmount"] = {"value": snap.amount_text(offer.amount_rupiah), "currency": "IDR"}
        if offer.expires_at is not None:
            body["expiredDate"] = snap.timestamp_of(offer.expires_at)
        found = self._answer(snap.VA_CREATE, body, at=at, content="")
        number = f"{self._secret.partner_service_id}{offer.customer_number}"
        return Answer(found.standing, found.sentence, found.gateway_reference, number)

    def ask_qr(self, reference: str, gateway_reference: str, *, at: datetime) -> Answer:
        """Service 51; also brings the code itself, should the answer to `offer_qr` have been lost."""
        body = {
            "originalPartnerReferenceNo": reference,
            "originalReferenceNo": gateway_reference,
            "serviceCode": snap.QR_GENERATE,
        }
        return self._answer(snap.QR_QUERY, body, at=at, content="qrContent")

    def ask_va(self, reference: str, customer_number: str, *, at: datetime) -> Answer:
        """Service 26."""
        return self._answer(snap.VA_STATUS, self._va(customer_number) | {"inquiryRequestId": reference}, at=at)

    def withdraw_va(self, reference: str, customer_number: str, *, at: datetime) -> Answer:
        """Service 31. "Over" also when it was over before."""
        found = self._answer(snap.VA_DELETE, self._va(customer_number) | {"trxId": reference}, at=at)
        over = found.standing in ("active", "over")
        return Answer("over" if over else found.standing, found.sentence, found.gateway_reference)

    def _va(self, customer_number: str) -> dict[str, Any]:
        service = self._secret.partner_service_id.rjust(VA_PREFIX_LENGTH)  # left-padded with spaces, as SNAP wants
        return {
            "partnerServiceId": service,
            "customerNo": customer_number,
            "virtualAccountNo": service + customer_number,
        }

    def _answer(self, service: str, body: dict[str, Any], *, at: datetime, content: str = "") -> Answer:
        try:
            code, answer = self._transaction(service, body, at=at)
        except (_Unclear, httpx.HTTPError):
            return Answer("unknown", UNCLEAR)
        info = answer.get("virtualAccountData") or answer
        standing = _standing(code, answer)
        return Answer(
            standing=standing,
            sentence=str(answer.get("responseMessage", ""))[:200],
            gateway_reference=str(info.get("referenceNo") or info.get("originalReferenceNo") or "")[:64],
            content=str(answer.get(content, ""))[:512] if content else "",
            paid_rupiah=_paid_amount(info) if standing == "paid" else None,
            paid_at=_moment(info.get("paidTime") or info.get("trxDateTime")) if standing == "paid" else None,
            rrn=_rrn(info),
        )

    def _transaction(self, service: str, body: dict[str, Any], *, at: datetime) -> tuple[snap.Code, dict[str, Any]]:
        path, raw = snap.PATHS[service], json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        token, timestamp = self._current_token(at), snap.timestamp_of(at)
        text = snap.transaction_text("POST", path, token, body=raw, timestamp=timestamp)
        headers = {
            "Authorization": f"Bearer {token}",
            "X-SIGNATURE": snap.sign_transaction(self._secret.client_secret, text),
            "X-TIMESTAMP": timestamp,
            "X-PARTNER-ID": self._secret.partner_id,
            "X-EXTERNAL-ID": str(secrets.randbelow(10**18)).zfill(18),
            "CHANNEL-ID": self._secret.channel_id,
            "Content-Type": "application/json",
        }
        status, answer = self._post(path, raw, headers)
        code = snap.code_of(answer.get("responseCode"))
        if code is None or code.status != status or code.service != service:
            raise _Unclear(path)
        if status >= 500 or status == 401:
            self._token = ""
            raise _Unclear(path)
        return code, answer

    def _current_token(self, at: datetime) -> str:
        if self._token and at < self._token_until:
            return self._token
        timestamp = snap.timestamp_of(at)
        headers = {
            "X-CLIENT-KEY": self._secret.client_key,
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": snap.sign_token_request(self._secret.private_key, self._secret.client_key, timestamp),
            "Content-Type": "application/json",
        }
        status, answer = self._post(snap.TOKEN_PATH, b'{"grantType":"client_credentials"}', headers)
        token = answer.get("accessToken")
        if status != 200 or not isinstance(token, str):
            raise _Unclear(snap.TOKEN_PATH)
        life = str(answer.get("expiresIn"))
        seconds = int(life) if life.isdecimal() else 900
        self._token, self._token_until = token, at + timedelta(seconds=max(seconds - 60, 30))
        return token

    def _post(self, path: str, raw: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", self._base + path, content=raw, headers=headers) as response,
        ):
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > ANSWER_BYTES:
                    raise _Unclear(path)
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise _Unclear(path) from error
        if not isinstance(answer, dict):
            raise _Unclear(path)
        return response.status_code, answer


def _standing(code: snap.Code, answer: dict[str, Any]) -> Standing:
    """How an offer stands. A clear refusal means that it does not stand; a case we do not know means nobody knows."""
    if code.in_progress:
        return "unknown"
    if code.succeeded:
        return _told(answer)
    if code.status == 404 and code.case in ("14",):
        return "paid"
    return "over" if code.status in (400, 403, 404, 409) else "unknown"


def _told(answer: dict[str, Any]) -> Standing:
    info = answer.get("virtualAccountData") or answer
    said = str(info.get("latestTransactionStatus") or info.get("paymentFlagStatus") or "")
    if said == "00":
        return "paid"
    if said in ("05", "06"):
        return "over"
    return "active" if said in ("", "01", "03", "07") else "unknown"


def _paid_amount(info: dict[str, Any]) -> int | None:
    amount = info.get("amount") or info.get("paidAmount") or {}
    return snap.rupiah_of(amount.get("value")) if isinstance(amount, dict) else None


def _rrn(info: dict[str, Any]) -> str:
    more = info.get("additionalInfo")
    return str(more.get("rrn", ""))[:40] if isinstance(more, dict) else ""


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
