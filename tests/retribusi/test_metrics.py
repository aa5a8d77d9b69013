"""Levies in the lake: every record once, corrected by what came later, without names, back to the single receipt."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from tests.retribusi import builders as city
from tests.retribusi.custody import builders as custody
from tidar.common.ids import uuid7
from tidar.hub import api as hub
from tidar.hub.models import Event
from tidar.lake import api as lake
from tidar.retribusi.actions.assessing import cancel_assessment
from tidar.retribusi.actions.exporting import EXPORTED, export_levies, exported_seq
from tidar.retribusi.actions.paying import NewPayment, record_payment, reverse_payment
from tidar.retribusi.metrics import TABLES
from tidar.retribusi.models import Payment

pytestmark = pytest.mark.django_db
LATER = city.AT + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _city(home) -> None:
    city.city()


def number() -> None:
    while hub.number_events():
        pass


def export(at: Any = LATER) -> list[str]:
    number()
    return [version.table for version in export_levies(at=at)]


def rows(sql: str) -> list[dict[str, Any]]:
    return lake.read(sql).to_pylist()


def pay(stall: city.Stall, rupiah: int, *, at: Any = city.AT) -> Payment:
    key = uuid7()
    payment = NewPayment(
        id=key, key=f"uji:{key}", channel="tunai", amount_rupiah=rupiah, happened_at=at, surplus="advance",
        occupancy_id=stall.occupancy_id, cash_account_key="kas:juru-pungut:7", receipt_number=f"K-{key.hex[-8:]}",
        agency=city.AGENCY, collector_id="7", market=city.MARKET,
    )  # fmt: skip
    record_payment(payment=payment, by=city.SYSTEM, at=at)
    return Payment.objects.get(pk=key)


def test_a_day_of_the_market_is_in_the_lake():
    stall = city.stall("A-001")
    skrd = city.assess(stall)
    payment = pay(stall, skrd.amount_rupiah + 500)
    assert set(export()) == {"levy_payments", "levy_assessments", "levy_occupancy"}
    parts = rows(
        "SELECT purpose, amount_rupiah, paid_date, market, number, receipt FROM levy_payments ORDER BY purpose"
    )
    assert [(p["purpose"], p["amount_rupiah"]) for p in parts] == [("skrd", skrd.amount_rupiah), ("uang-muka", 500)]
    assert {(p["paid_date"], p["market"], p["number"], p["receipt"]) for p in parts} == {
        (city.DAY, city.MARKET, "A-001", payment.receipt_number)
    }
    (bill,) = rows("SELECT * FROM levy_assessments")
    assert (bill["amount_rupiah"], bill["state"], bill["place_type"]) == (skrd.amount_rupiah, "berlaku", "kios")
    assert bill["_row"] == 2026 * 100_000_000 + skrd.sequence
    (place,) = rows("SELECT * FROM levy_occupancy")
    assert (place["object_id"], place["from_date"], place["to_date"]) == (stall.object_id, city.SINCE, None)


def test_nothing_new_adds_nothing():
    stall = city.stall()
    pay(stall, 1000)
    export()
    versions = {table.name: table.version for table in lake.tables()}
    assert export() == []
    assert {table.name: table.version for table in lake.tables()} == versions
    pay(stall, 2000)
    assert export() == ["levy_payments"]
    assert [row["amount_rupiah"] for row in rows("SELECT amount_rupiah FROM levy_payments ORDER BY _row")] == [
        1000,
        2000,
    ]


def test_a_cancelled_skrd_corrects_its_row_and_a_reversed_payment_adds_a_negative_one():
    stall = city.stall()
    skrd = city.assess(stall)
    payment = pay(stall, 1000)
    export()
    reverse_payment(payment_id=payment.pk, reason="salah catat", by=city.SYSTEM, at=LATER)
    cancel_assessment(assessment_id=skrd.pk, reason="tutup", decision="SK 1", by=city.SYSTEM, at=LATER)
    export()
    assert [row["state"] for row in rows("SELECT state FROM levy_assessments")] == ["batal"]
    assert sorted(row["amount_rupiah"] for row in rows("SELECT amount_rupiah FROM levy_payments")) == [-1000, 1000]


def test_a_deposit_is_in_the_lake_with_the_age_of_its_money():
    by, to = custody.collector(), custody.treasurer()
    custody.taken(40_000, by=by, at=city.AT)
    handed = custody.handed_over(40_000, by=by, to=to, at=city.AT)
    made = custody.deposited(handed, by=to, at=city.AT + timedelta(hours=5))
    assert "levy_deposits" in export(city.AT + timedelta(hours=6))
    (row,) = rows("SELECT * FROM levy_deposits")
    assert (row["amount_rupiah"], row["handovers"], row["waited_hours"]) == (40_000, 1, 5.0)
    assert row["sts_number"] == made.number


def test_vacating_a_stall_corrects_its_row():
    stall = city.stall()
    export()
    from tidar.retribusi.actions.register import vacate

    vacate(occupancy_id=stall.occupancy_id, last_date=city.DAY, reason="pindah", by=city.SYSTEM, at=LATER)
    assert export() == ["levy_occupancy"]
    assert [row["to_date"] for row in rows("SELECT to_date FROM levy_occupancy")] == [city.DAY]


def test_the_first_export_of_a_day_writes_all_places_anew():
    city.stall("A-001")
    export()
    assert export(LATER + timedelta(days=1)) == ["levy_occupancy"]
    assert len(lake.current_version("levy_occupancy").paths) == 1  # type: ignore[union-attr]


def test_an_export_that_dies_halfway_left_nothing_and_is_done_again(monkeypatch):
    pay(city.stall(), 1000)
    number()
    calls: list[str] = []

    def fail_late(table: str, **more: Any) -> lake.VersionView:
        calls.append(table)
        if table == "levy_occupancy":
            raise RuntimeError("killed")
        return added(table, **more)

    added = lake.add_version
    monkeypatch.setattr(lake, "add_version", fail_late)
    with pytest.raises(RuntimeError), transaction.atomic():
        export_levies(at=LATER)
    assert calls[0] == "levy_payments"
    assert lake.current_version("levy_payments") is None
    assert exported_seq() == 0
    monkeypatch.undo()
    export_levies(at=LATER)
    assert len(rows("SELECT * FROM levy_payments")) == 1


def test_every_version_is_told_to_whoever_reads_the_lake():
    pay(city.stall(), 1000)
    made = export()
    number()
    told = [event.data["lake_table"] for event in Event.objects.filter(kind=EXPORTED)]
    assert sorted(told) == sorted(made)


def test_many_exports_keep_few_files_and_the_same_rows():
    stall = city.stall()
    for n in range(20):
        pay(stall, 1000 + n)
        export(LATER + timedelta(seconds=n))
    newest = lake.current_version("levy_payments")
    assert newest is not None
    assert (len(newest.paths) < 16, newest.row_count) == (True, 20)
    assert rows("SELECT sum(amount_rupiah) AS s, count(DISTINCT _row) AS n FROM levy_payments") == [
        {"s": sum(1000 + n for n in range(20)), "n": 20}
    ]
    assert lake.check() == ()


def test_a_burst_is_read_in_several_transactions(monkeypatch):
    from tidar.retribusi.actions import exporting

    monkeypatch.setattr(exporting, "PAGE", 2)
    monkeypatch.setattr(exporting, "MOST_EVENTS", 4)
    stall = city.stall()
    for _n in range(9):
        pay(stall, 1000)
    assert export().count("levy_payments") == 3
    assert rows("SELECT count(*) AS n FROM levy_payments") == [{"n": 9}]


def test_no_column_tells_who_somebody_is():
    names = {column.name for table in TABLES for column in table.columns}
    assert not {name for name in names for word in ("name", "nik", "phone", "npwrd", "payer") if word in name} - {
        "market_name"
    }
    city.stall("A-001", name="Ibu Sri Rahasia", phone="+628123456789")
    export()
    assert "Rahasia" not in str(rows("SELECT * FROM levy_occupancy"))


def test_every_column_has_words_and_money_has_its_unit():
    for column in (column for table in TABLES for column in table.columns):
        assert column.title
        assert (column.unit == "rupiah") == column.name.endswith("_rupiah")


def test_dates_are_of_the_regions_own_day():
    late = city.AT.replace(hour=18)  # 01.00 WIB of the next day
    pay(city.stall(), 1000, at=late)
    export(late + timedelta(minutes=1))
    assert [row["paid_date"] for row in rows("SELECT paid_date FROM levy_payments")] == [date(2026, 11, 26)]
