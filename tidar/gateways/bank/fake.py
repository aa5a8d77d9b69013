"""A bank that is not one: speaks SNAP over real HTTP, checks every signature, makes codes payable, and can misbehave.

For the demo city and for tests, which hold it against the protocol's own vectors. What it accepts and refuses is what a
bank would: a wrong signature, a clock that is off, a fraction of a rupiah, a bill paid twice. `Faults` lets it lose an
answer after the deed, which is the case that charges people twice elsewhere.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs

import httpx
from cryptography.hazmat.primitives.asymmetric import rsa

from tidar.common import clock
from tidar.gateways.bank import qris, snap

# A static payload of nobody: its bank, merchant and national numbers are zeros (`domain.md` 7.1, synthetic vector).
MERCHANT = qris.write(
    (
        ("00", "01"),
        ("01", "11"),
        ("26", qris.tlv((("00", "ID.CO.EXAMPLE.WWW"), ("01", "936000000000000000"), ("02", "MGL000000000001")))),
        ("51", qris.tlv((("00", qris.NATIONAL), ("02", "ID0000000000000"), ("03", "URE")))),
        ("52", "9399"),
        ("53", "360"),
        ("58", "ID"),
        ("59", "RETRIBUSI PASAR CONTOH"),
        ("60", "KOTA CONTOH"),
    )
)
Fault = Literal["lost-answer", "error", "garbage", "refused", "slow"]
TOKEN_SECONDS = 900


@dataclass(slots=True)
class Held:
    """One offer as the bank holds it."""

    reference: str
    theirs: str
    kind: Literal["qr", "va"]
    amount_rupiah: int | None
    terminal: str
    content: str
    open: bool = True
    payments: list[tuple[str, int, datetime]] = field(default_factory=list)  # retrieval number, rupiah, when

    @property
    def paid_rupiah(self) -> int:
        """All that was paid on it, by mistake more than once too."""
        return sum(amount for _rrn, amount, _at in self.payments)


@dataclass
class FakeBank:
    """State and keys of the fake; `address` once it serves."""

    client_key: str = "tidar-contoh"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    partner_public_key: rsa.RSAPublicKey | None = None
    callback_url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False)
    held: dict[str, Held] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    tokens: dict[str, datetime] = field(default_factory=dict)
    address: str = ""
    now: Callable[[], datetime] = clock.now
    lock: threading.RLock = field(default_factory=threading.RLock)
    _server: ThreadingHTTPServer | None = None

    def start(self, port: int = 0) -> FakeBank:
        """Serve on loopback until `stop`."""
        bank = self

        class Handler(_Counter):
            owner = bank

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the counter."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def pay(self, reference: str, amount_rupiah: int, *, tell: bool = True) -> str:
        """A customer pays an offer, as often as they like; returns the payment's retrieval reference number."""
        rrn = secrets.token_hex(6)
        with self.lock:
            held = self.held[reference]
            held.payments.append((rrn, amount_rupiah, self.now()))
            held.open = held.amount_rupiah is None
        if tell:
            self.tell(reference, rrn)
        return rrn

    def tell(self, reference: str, rrn: str) -> httpx.Response:
        """Notify the partner of a payment (service 52), signed; called again it repeats the notice."""
        body = json.dumps(notice_body(self.held[reference], rrn)).encode()
        return httpx.post(self.callback_url, content=body, headers=self.notice_headers(body), timeout=10.0)

    def notice_headers(self, body: bytes) -> dict[str, str]:
        """Timestamp and signature over exactly these bytes."""
        timestamp = snap.timestamp_of(self.now())
        text = snap.notice_text(httpx.URL(self.callback_url).path, body=body, timestamp=timestamp)
        return {
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": snap.sign_notice(self.key, text),
            "Content-Type": "application/json",
        }

    def answer(self, path: str, body: bytes, headers: Any) -> tuple[int, dict[str, Any]]:
        """What the bank answers to one request, faults aside."""
        if path == snap.TOKEN_PATH:
            return self._token(headers)
        service = next((code for code, known in snap.PATHS.items() if known == path), None)
        if service is None:
            return 404, {"responseCode": "4040000", "responseMessage": "Unknown path"}
        if refusal := self._refusal(service, path, body, headers):
            return refusal
        data = json.loads(body)
        with self.lock:
            return _SERVICES[service](self, data)

    def _token(self, headers: Any) -> tuple[int, dict[str, Any]]:
        known, timestamp = self.partner_public_key, headers.get("X-TIMESTAMP", "")
        client = headers.get("X-CLIENT-KEY", "")
        right = known is not None and snap.is_token_request_signed(
            known, client, timestamp, signature=headers.get("X-SIGNATURE", "")
        )
        if client != self.client_key or not right or not snap.is_timely(timestamp, at=self.now()):
            return 401, {"responseCode": "4017300", "responseMessage": "Unauthorized. Signature"}
        token = secrets.token_hex(16)
        self.tokens[token] = self.now() + timedelta(seconds=TOKEN_SECONDS)
        return 200, {"responseCode": "2007300", "accessToken": token, "expiresIn": str(TOKEN_SECONDS)}

    def _refusal(self, service: str, path: str, body: bytes, headers: Any) -> tuple[int, dict[str, Any]] | None:
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, self.now()) <= self.now():
            return 401, {"responseCode": f"401{service}01", "responseMessage": "Invalid token (B2B)"}
        text = snap.transaction_text("POST", path, token, body=body, timestamp=headers.get("X-TIMESTAMP", ""))
        if not snap.is_signed(self.client_secret, text, headers.get("X-SIGNATURE", "")):
            return 401, {"responseCode": f"401{service}00", "responseMessage": "Unauthorized. Signature"}
        external = headers.get("X-EXTERNAL-ID", "")
        if not (external.isdecimal() and len(external) <= 36):
            return 400, {"responseCode": f"400{service}01", "responseMessage": "Invalid field format X-EXTERNAL-ID"}
        return None

    def _qr_generate(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        reference = data["partnerReferenceNo"]
        amount = snap.rupiah_of(data["amount"]["value"]) if "amount" in data else None
        known = self.held.get(reference)
        if known is not None:
            same = known.amount_rupiah == amount and known.terminal == data["terminalId"]
            if not same:
                return 409, {"responseCode": "4094701", "responseMessage": "Duplicate partnerReferenceNo"}
            return 200, _made(known, "47")
        if "amount" in data and not amount:
            return 404, {"responseCode": "4044713", "responseMessage": "Invalid amount"}
        theirs = secrets.token_hex(8)
        content = qris.for_bill(
            MERCHANT, amount_rupiah=amount, additional={"01": reference[:25], "07": data["terminalId"][:25]}
        )
        self.held[reference] = Held(reference, theirs, "qr", amount, data["terminalId"], content)
        return 200, _made(self.held[reference], "47")

    def _qr_query(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        held = self.held.get(data["originalPartnerReferenceNo"])
        if held is None:
            return 404, {"responseCode": "4045101", "responseMessage": "Transaction not found"}
        return 200, _made(held, "51") | _standing(held)

    def _va_create(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        amount = snap.rupiah_of(data["totalAmount"]["value"]) if "totalAmount" in data else None
        number = data["virtualAccountNo"]
        if number != data["partnerServiceId"] + data["customerNo"] or not data["customerNo"].isdecimal():
            return 404, {"responseCode": "4042712", "responseMessage": "Invalid virtual account"}
        reference = data["trxId"]
        self.held.setdefault(reference, Held(reference, secrets.token_hex(8), "va", amount, number, number.strip()))
        info = {"virtualAccountNo": number, "referenceNo": self.held[reference].theirs}
        return 200, {"responseCode": "2002700", "responseMessage": "Successful", "virtualAccountData": info}

    def _va_status(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        held = self.held.get(data["inquiryRequestId"])
        if held is None:
            return 404, {"responseCode": "4042601", "responseMessage": "Transaction not found"}
        return 200, {"responseCode": "2002600", "virtualAccountData": _standing(held)}

    def _va_delete(self, data: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        held = self.held.get(data["trxId"])
        if held is None or not held.open:
            return 404, {"responseCode": "4043112", "responseMessage": "Invalid virtual account"}
        held.open = False
        return 200, {"responseCode": "2003100", "responseMessage": "Successful"}


_SERVICES = {
    snap.QR_GENERATE: FakeBank._qr_generate,
    snap.QR_QUERY: FakeBank._qr_query,
    snap.VA_CREATE: FakeBank._va_create,
    snap.VA_STATUS: FakeBank._va_status,
    snap.VA_DELETE: FakeBank._va_delete,
}


def notice_body(held: Held, rrn: str) -> dict[str, Any]:
    """What a notice of one payment says."""
    amount_rupiah, moment = next((amount, at) for known, amount, at in held.payments if known == rrn)
    return {
        "originalReferenceNo": held.theirs,
        "originalPartnerReferenceNo": held.reference,
        "latestTransactionStatus": "00",
        "transactionStatusDesc": "Success",
        "amount": {"value": snap.amount_text(amount_rupiah), "currency": "IDR"},
        "additionalInfo": {
            "nmid": "ID0000000000000",
            "terminalId": held.terminal,
            "rrn": rrn,
            "issuer": "BANK CONTOH",
            "transactionDate": snap.timestamp_of(moment),
        },
    }


def page(bank: FakeBank) -> str:
    """What customers could pay, newest first: a plain page of the fake, not of Tidar."""
    with bank.lock:
        rows = "".join(
            f"<tr><td>{escape(held.terminal)}<td>{escape(held.reference)}<td>{held.paid_rupiah}<td>"
            f"<form method=post action=/bayar><input type=hidden name=reference value='{escape(held.reference)}'>"
            f"<input name=amount inputmode=numeric aria-label=jumlah value='{held.amount_rupiah or ''}'>"
            "<button>Bayar</button></form>"
            for held in reversed(list(bank.held.values())[-200:])
        )
    head = "<!doctype html><html lang=id><meta charset=utf-8><title>Bank contoh</title><h1>Bank contoh</h1>"
    return f"{head}<table><tr><th>Lapak<th>Rujukan<th>Sudah dibayar<th>Bayar</tr>{rows}</table>"


def _made(held: Held, service: str) -> dict[str, Any]:
    return {
        "responseCode": f"200{service}00",
        "responseMessage": "Successful",
        "referenceNo": held.theirs,
        "qrContent": held.content,
    }


def _standing(held: Held) -> dict[str, Any]:
    paid = held.paid_rupiah > 0 and held.amount_rupiah is not None
    status = "00" if paid else "03" if held.open else "05"
    found: dict[str, Any] = {"latestTransactionStatus": status, "originalReferenceNo": held.theirs}
    if status == "00":
        rrn, amount, moment = held.payments[0]
        found["amount"] = {"value": snap.amount_text(amount), "currency": "IDR"}
        found |= {"paidTime": snap.timestamp_of(moment), "additionalInfo": {"rrn": rrn}}
    return found


class _Counter(BaseHTTPRequestHandler):
    """HTTP around `FakeBank.answer`, with its faults."""

    owner: FakeBank

    def do_GET(self) -> None:
        """The customers' side: what is payable, each with a button, for trying things out."""
        self._send(200, page(self.owner).encode(), kind="text/html; charset=utf-8")

    def do_POST(self) -> None:
        """One request of the partner, or a customer's press on "Bayar"."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/bayar":
            return self._paid_by_hand(body)
        fault = self._fault()
        if fault == "error":
            return self._send(500, b'{"responseCode":"5000000"}')
        if fault == "refused":
            return self._send(403, b'{"responseCode":"4034700","responseMessage":"Not permitted"}')
        status, answer = self.owner.answer(self.path, body, self.headers)
        if fault == "lost-answer":
            self.close_connection = True
            return None
        return self._send(status, b"<html>gateway</html>" if fault == "garbage" else json.dumps(answer).encode())

    def _fault(self) -> Fault | None:
        if self.path == snap.TOKEN_PATH:
            return None
        return self.owner.faults.popleft() if self.owner.faults else None

    def _paid_by_hand(self, body: bytes) -> None:
        form = parse_qs(body.decode())
        reference, amount = form.get("reference", [""])[0], form.get("amount", [""])[0]
        if reference not in self.owner.held or not amount.isdecimal() or int(amount) < 1:
            return self._send(400, b"?")
        self.owner.pay(reference, int(amount))
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _send(self, status: int, body: bytes, *, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
