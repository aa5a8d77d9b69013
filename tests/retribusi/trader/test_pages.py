"""A trader's own pages: own bills and receipts, never another's; paying and the bank's word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from tests.retribusi import builders
from tests.retribusi.builders import SYSTEM
from tidar.common import clock
from tidar.common.ids import uuid7
from tidar.gateways.api import FakeBank, connect_fake
from tidar.gateways.bank.fake import notice_body
from tidar.retribusi.actions.paying import NewPayment, record_payment
from tidar.retribusi.models import Charge, Payment

pytestmark = pytest.mark.django_db
NOTICE = "/api/retribusi/kanal/bank-contoh/notifikasi"


@pytest.fixture
def bank(home) -> Iterator[FakeBank]:
    served = FakeBank(callback_url=f"http://testserver{NOTICE}").start()
    connect_fake(served, path=home / "bank.json", agency=builders.AGENCY)
    yield served
    served.stop()


@pytest.fixture
def stall(home) -> builders.Stall:
    builders.city()
    return builders.stall()


def trader(stall: builders.Stall) -> Client:
    """A browser that proved to be this stall's trader."""
    client = Client()
    session = client.session
    until = clock.now() + timedelta(hours=1)
    session["holder:trader"] = {"id": str(stall.payer_id), "until": until.isoformat()}
    session.save()
    return client


def _paid(stall: builders.Stall, amount: int = 2000) -> Payment:
    payment = NewPayment(
        id=uuid7(), key=f"uji:{uuid7()}", channel="tunai", amount_rupiah=amount, happened_at=builders.AT,
        occupancy_id=stall.occupancy_id, cash_account_key="kas:juru-pungut:u1", receipt_number=f"K01-{uuid7()}"[:60],
        agency=builders.AGENCY, market=builders.MARKET,
    )  # fmt: skip
    return Payment.objects.get(pk=record_payment(payment=payment, by=SYSTEM, at=builders.AT).payment_id)


def test_own_bills_stall_by_stall(stall) -> None:
    skrd = builders.assess(stall)
    text = trader(stall).get("/pedagang/").content.decode()
    assert stall.number in text
    assert f"Rp{skrd.amount_rupiah:,}".replace(",", ".") in text


def test_a_stall_with_a_large_number_can_be_paid(bank, stall) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('retribusi_occupancy', 'id'), 1234567)")
    large = builders.stall("C-001")
    builders.assess(large)
    page = trader(large).get("/pedagang/").content.decode()
    assert f'name="lapak" value="{large.occupancy_id}"' in page


def test_another_trader_s_receipt_and_offer_are_not_found(bank, stall) -> None:
    other = builders.stall("B-001")
    builders.assess(other)
    payment = _paid(other)
    mine, theirs = trader(stall), trader(other)
    assert theirs.get(f"/pedagang/bukti/{payment.pk}/").status_code == 200
    assert mine.get(f"/pedagang/bukti/{payment.pk}/").status_code == 404
    theirs.post("/pedagang/bayar/", {"lapak": other.occupancy_id, "cara": "va"})
    charge = Charge.objects.get()
    assert theirs.get(f"/pedagang/bayar/{charge.pk}/").status_code == 200
    assert mine.get(f"/pedagang/bayar/{charge.pk}/").status_code == 404
    assert mine.post("/pedagang/bayar/", {"lapak": other.occupancy_id, "cara": "va"}).status_code == 422


def test_history_shows_own_payments_only(stall) -> None:
    builders.assess(stall)
    other = builders.stall("B-001")
    builders.assess(other)
    _paid(stall, 1111)
    _paid(other, 2222)
    text = trader(stall).get("/pedagang/riwayat/").content.decode()
    assert "Rp1.111" in text
    assert "Rp2.222" not in text


def test_a_bill_is_paid_by_qris_from_press_to_receipt(bank, stall) -> None:
    skrd, client = builders.assess(stall), trader(stall)
    shown = client.post("/pedagang/bayar/", {"lapak": stall.occupancy_id, "skrd": [str(skrd.pk)]}, follow=True)
    charge = Charge.objects.get()
    assert "<svg" in shown.content.decode()
    rrn = bank.pay(charge.reference, skrd.amount_rupiah, tell=False)
    body = json.dumps(notice_body(bank.held[charge.reference], rrn)).encode()
    headers = bank.notice_headers(body)
    for _ in range(2):
        answer = client.post(NOTICE, body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["responseCode"]) == (200, "2005200")
    assert Payment.objects.get().amount_rupiah == skrd.amount_rupiah
    assert "Sudah dibayar" in client.get(f"/pedagang/bayar/{charge.pk}/").content.decode()
    assert "Tidak ada tagihan" in client.get("/pedagang/").content.decode()


def test_a_forged_notice_is_refused_and_books_nothing(bank, stall) -> None:
    skrd, client = builders.assess(stall), trader(stall)
    client.post("/pedagang/bayar/", {"lapak": stall.occupancy_id, "skrd": [str(skrd.pk)]})
    charge = Charge.objects.get()
    rrn = bank.pay(charge.reference, skrd.amount_rupiah, tell=False)
    body = json.dumps(notice_body(bank.held[charge.reference], rrn)).encode()
    headers = bank.notice_headers(body) | {"X-SIGNATURE": "AAAA"}
    answer = client.post(NOTICE, body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["responseCode"]) == (401, "4015200")
    assert client.post("/api/retribusi/kanal/lain/notifikasi", body, content_type="x/y").status_code == 404
    assert Payment.objects.count() == 0


def test_without_a_bank_the_page_offers_cash_only(stall) -> None:
    builders.assess(stall)
    text = trader(stall).get("/pedagang/").content.decode()
    assert "juru pungut" in text
    assert "QRIS" not in text


def test_a_held_door_closes_by_itself(stall) -> None:
    client = trader(stall)
    session = client.session
    session["holder:trader"]["until"] = (clock.now() - timedelta(seconds=1)).isoformat()
    session.save()
    assert client.get("/pedagang/").status_code == 302
