"""SNAP: signatures against the vector, a client and a bank that hold each other to it, and every way to be unclear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tidar.common import clock
from tidar.gateways.bank import qris, snap
from tidar.gateways.bank.configured import connect_fake, connected_bank
from tidar.gateways.bank.fake import FakeBank, notice_body
from tidar.gateways.bank.gateway import Gateway, Offer
from tidar.gateways.bank.notices import UnableToReadNotice, UnableToTrust, read_notice

BODY = (
    b'{"partnerServiceId":"   12345","customerNo":"3371030001","virtualAccountNo":"   123453371030001",'
    b'"paymentRequestId":"202601150900001234500001","paidAmount":{"value":"3000.00","currency":"IDR"}}'
)
SIGNATURE = "cWzP0dARc/gZO5/bDkKU9jexVEkrpwx9lI9NLYTeZPbs9pF5Z1yNw2PAosMo2ohR90sZntEolTNGmUdssdWwVA=="
BILL = Offer("TDR-1", "PASAR A-001", 3000, "A-001", "3371030001", None)
CALLBACK = "http://127.0.0.1:9/api/retribusi/kanal/bank-contoh/notifikasi"
PATH = "/api/retribusi/kanal/bank-contoh/notifikasi"


@pytest.fixture
def bank() -> Iterator[FakeBank]:
    served = FakeBank(callback_url=CALLBACK).start()
    yield served
    served.stop()


@pytest.fixture
def gateway(bank: FakeBank, home) -> Gateway:
    connect_fake(bank, path=home / "bank.json", agency="disperindag")
    connected = connected_bank()
    assert connected is not None
    return connected.gateway


def test_the_vector_of_a_signed_transaction() -> None:
    text = snap.transaction_text(
        "POST", "/v1.0/transfer-va/payment", "TESTTOKEN", body=BODY, timestamp="2026-01-15T09:00:00+07:00"
    )
    assert snap.body_hash(BODY) == "6e17420388f29cc5bbfb8e9623609465acd18525cb15bd1b8b8fd816f9649615"
    assert snap.sign_transaction("test-secret", text) == SIGNATURE
    assert snap.is_signed("test-secret", text, SIGNATURE)
    assert not snap.is_signed("test-secret", text + " ", SIGNATURE)


@pytest.mark.parametrize(
    ("value", "rupiah"),
    [("3000.00", 3000), ("3000", 3000), ("3000.5", None), ("-1.00", None), ("1e3", None), ("", None), ("٣", None)],
)
def test_amounts_are_whole_rupiah_or_nothing(value: str, rupiah: int | None) -> None:
    assert snap.rupiah_of(value) == rupiah


def test_a_bill_becomes_a_code_that_can_be_paid_once_and_asked_about(bank: FakeBank, gateway: Gateway) -> None:
    made = gateway.offer_qr(BILL, at=clock.now())
    assert made.standing == "active"
    assert qris.read(made.content).amount_rupiah == 3000
    bank.pay("TDR-1", 3000, tell=False)
    asked = gateway.ask_qr("TDR-1", made.gateway_reference, at=clock.now())
    assert (asked.standing, asked.paid_rupiah) == ("paid", 3000)


def test_the_same_offer_again_is_the_same_code_another_amount_is_refused(gateway: Gateway) -> None:
    first, again = (gateway.offer_qr(BILL, at=clock.now()) for _ in range(2))
    assert first.content == again.content
    other = Offer("TDR-1", "PASAR A-001", 4000, "A-001", "3371030001", None)
    assert gateway.offer_qr(other, at=clock.now()).standing == "over"


def test_a_stall_has_a_static_code_without_an_amount(gateway: Gateway) -> None:
    stall = Offer("LAPAK-1", "PASAR A-001", None, "A-001", "3371030001", None)
    found = qris.read(gateway.offer_qr(stall, at=clock.now()).content)
    assert (found.is_static, found.amount_rupiah, found.terminal) == (True, None, "A-001")


@pytest.mark.parametrize("fault", ["lost-answer", "error", "garbage"])
def test_without_a_clear_answer_it_is_unknown_and_asking_finds_the_truth(
    bank: FakeBank, gateway: Gateway, fault: str
) -> None:
    gateway.offer_qr(Offer("TDR-0", "X", 1, "A", "1", None), at=clock.now())  # a token is there
    bank.faults.append(fault)  # type: ignore[arg-type]
    lost = gateway.offer_qr(BILL, at=clock.now())
    assert (lost.standing, lost.content) == ("unknown", "")
    asked = gateway.ask_qr("TDR-1", "", at=clock.now())
    assert asked.standing == ("over" if fault == "error" else "active")
    assert bool(asked.content) == (fault != "error")


def test_a_bank_that_is_away_is_unknown(bank: FakeBank, gateway: Gateway) -> None:
    bank.stop()
    assert gateway.offer_qr(BILL, at=clock.now()).standing == "unknown"


def test_a_clear_refusal_is_over_not_unknown(bank: FakeBank, gateway: Gateway) -> None:
    bank.faults.append("refused")
    assert gateway.offer_qr(BILL, at=clock.now()).standing == "over"


def test_a_virtual_account_is_made_asked_and_withdrawn(bank: FakeBank, gateway: Gateway) -> None:
    made = gateway.offer_va(BILL, at=clock.now())
    assert (made.standing, made.content) == ("active", "999993371030001")
    assert gateway.ask_va("TDR-1", "3371030001", at=clock.now()).standing == "active"
    assert gateway.withdraw_va("TDR-1", "3371030001", at=clock.now()).standing == "over"
    assert gateway.ask_va("TDR-1", "3371030001", at=clock.now()).standing == "over"


def test_the_bank_refuses_a_wrong_signature_and_a_wrong_clock(bank: FakeBank, gateway: Gateway) -> None:
    bank.client_secret = "another"
    assert gateway.offer_qr(BILL, at=clock.now()).standing == "unknown"
    bank.tokens.clear()
    assert gateway.offer_qr(BILL, at=clock.now() + timedelta(hours=1)).standing == "unknown"
    assert bank.held == {}


def _notice(bank: FakeBank, gateway: Gateway, change: dict | None = None) -> tuple[bytes, dict[str, str]]:
    gateway.offer_qr(BILL, at=clock.now())
    rrn = bank.pay("TDR-1", 3000, tell=False)
    body = json.dumps(notice_body(bank.held["TDR-1"], rrn) | (change or {})).encode()
    return body, bank.notice_headers(body)


def _read(bank: FakeBank, body: bytes, headers: dict[str, str], at: datetime | None = None):
    return read_notice(
        gateway="bank-contoh", public_key=bank.key.public_key(), path=PATH, body=body, headers=headers,
        at=at or clock.now(),
    )  # fmt: skip


def test_a_signed_notice_is_a_payment(bank: FakeBank, gateway: Gateway) -> None:
    found = _read(bank, *_notice(bank, gateway))
    assert (found.gateway, found.reference, found.amount_rupiah) == ("bank-contoh", "TDR-1", 3000)
    assert found.rrn == bank.held["TDR-1"].payments[0][0]
    assert found.paid_at.tzinfo is not None


def test_a_notice_with_one_changed_byte_is_not_trusted(bank: FakeBank, gateway: Gateway) -> None:
    body, headers = _notice(bank, gateway)
    with pytest.raises(UnableToTrust):
        _read(bank, body.replace(b"3000.00", b"9000.00"), headers)


def test_another_bank_s_signature_and_an_old_notice_are_not_trusted(bank: FakeBank, gateway: Gateway) -> None:
    body, headers = _notice(bank, gateway)
    bank.key = rsa.generate_private_key(65537, 2048)
    with pytest.raises(UnableToTrust):
        _read(bank, body, headers)
    with pytest.raises(UnableToTrust):
        _read(bank, body, bank.notice_headers(body), at=clock.now() + timedelta(minutes=6))


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"value": "-3000.00", "currency": "IDR"}},
        {"amount": {"value": "3000.50", "currency": "IDR"}},
        {"amount": {"value": "0.00", "currency": "IDR"}},
        {"amount": {"value": "3000.00", "currency": "USD"}},
        {"amount": "3000"},
        {"latestTransactionStatus": "03"},
        {"originalReferenceNo": ""},
        {"additionalInfo": []},
    ],
    ids=json.dumps,
)
def test_a_signed_notice_that_cannot_be_booked_is_refused(bank: FakeBank, gateway: Gateway, change: dict) -> None:
    with pytest.raises(UnableToReadNotice):
        _read(bank, *_notice(bank, gateway, change))


def test_the_connection_s_file_is_its_owner_s_and_its_secrets_are_not_shown(bank: FakeBank, gateway, home) -> None:
    assert (home / "bank.json").stat().st_mode & 0o077 == 0
    assert bank.client_secret not in repr(gateway._secret) + repr(bank)


def test_without_a_file_no_bank_is_connected(home) -> None:
    assert connected_bank() is None


def test_customers_of_the_fake_pay_by_hand(bank: FakeBank, gateway: Gateway) -> None:
    gateway.offer_qr(BILL, at=clock.now())
    assert "TDR-1" in httpx.get(bank.address + "/").text
    assert httpx.post(bank.address + "/bayar", data={"reference": "TDR-1", "amount": "-5"}).status_code == 400
    assert bank.held["TDR-1"].paid_rupiah == 0


def test_clock_tolerance_is_five_minutes() -> None:
    at = datetime(2026, 11, 25, 3, 0, tzinfo=timezone.utc)
    assert snap.is_timely("2026-11-25T10:04:59+07:00", at=at)
    assert not snap.is_timely("2026-11-25T10:05:01+07:00", at=at)
    assert not snap.is_timely("2026-11-25T10:00:00", at=at)
