"""Two market days of the demo city inside a test's database, and one of everything that has a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tidar.cli import market
from tidar.common import clock
from tidar.common.actor import system
from tidar.common.ids import uuid7
from tidar.documents.models import Document
from tidar.places import api as places
from tidar.retribusi.actions.census import begin_census
from tidar.retribusi.actions.karcis import NewBook, Serials, issue, receive_book
from tidar.retribusi.actions.paying import NewPayment, record_payment
from tidar.retribusi.models import (
    Assessment,
    Case,
    Charge,
    Deposit,
    Device,
    DeviceRecord,
    Handover,
    LevyObject,
    Occupancy,
    Payer,
    Payment,
    Run,
)

BY = system("uji")
MARKET = "cacaban"  # the smallest: a hundred stalls


@dataclass(frozen=True, slots=True)
class SampleLevies:
    """Arguments of every address of e-Retribusi and documents, by their names in the URLconf."""

    arguments: dict[str, Any]


def yesterday_evening() -> datetime:
    """After the counters closed, on a day that is over whenever the tests run."""
    zone = places.region().zone
    return datetime.combine(clock.now().astimezone(zone).date() - timedelta(days=1), time(17), zone)


def load() -> SampleLevies:
    """Needs the sample city with its register; two days of one market, a case, a book of karcis, a census, a QRIS."""
    at = yesterday_evening()
    if market.load_market_days(days=2, markets=(MARKET,), now=at) == 0:
        raise AssertionError("no market day was made: is the demo's list of traders in the register?")
    collector = Device.objects.order_by("code")[1].collector_id
    move_id, book_id = _karcis(collector, clock.now())
    _unknown_payer(at)
    first = Occupancy.objects.filter(levy_object__market=MARKET).order_by("pk")[0]
    charge = Charge.objects.create(
        occupancy=first, kind="qris-statis", state="aktif", gateway="uji", reference=uuid7().hex, made_at=at,
        state_at=at,
    )  # fmt: skip
    return SampleLevies({
        "run_id": Run.objects.order_by("made_at")[0].pk,
        "assessment_id": Assessment.objects.order_by("sequence")[0].pk,
        "payment_id": Payment.objects.order_by("pk")[0].pk,
        "handover_id": Handover.objects.order_by("pk")[0].pk,
        "deposit_id": Deposit.objects.order_by("pk")[0].pk,
        "device_id": DeviceRecord.objects.order_by("pk")[0].device_id,
        "record_id": DeviceRecord.objects.order_by("pk")[0].pk,
        "object_id": LevyObject.objects.order_by("pk")[0].pk,
        "payer_id": Payer.objects.order_by("pk")[0].pk,
        "case_id": Case.objects.order_by("pk")[0].pk,
        "census_id": begin_census(market=MARKET, title="Pendataan uji", by=BY, at=at),
        "photo": "0" * 64,
        "market": MARKET,
        "collector_id": collector,
        "move_id": move_id,
        "book_id": book_id,
        "charge_id": charge.pk,
        "gateway": "uji",
        "doc_token": Document.objects.order_by("pk")[0].token,
    })  # fmt: skip


def _karcis(collector: str, at: datetime) -> tuple[int, int]:
    book = NewBook(
        levy_kind=market.KIND, prefix="UJI", first_serial=1, last_serial=100, denomination_rupiah=1000
    )  # fmt: skip
    book_id = receive_book(book=book, by=BY, at=at)
    return issue(serials=Serials(book_id, 1, 50), collector_id=collector, by=BY, at=at).pk, book_id


def _unknown_payer(at: datetime) -> None:
    payment = NewPayment(
        id=uuid7(), key="uji:tak-dikenal", channel="qris", amount_rupiah=5000, happened_at=at, occupancy_id=None,
        cash_account_key="kas:kanal:uji", receipt_number="UJI-1", agency="disperindag",
    )  # fmt: skip
    record_payment(payment=payment, by=BY, at=at)
