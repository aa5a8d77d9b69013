"""From a number on the wall down to the single receipt, and what a reader without the permission gets."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from tests.people.builders import client_of, person
from tests.retribusi import builders as city
from tests.retribusi.test_metrics import LATER, export, number, pay
from tidar.command_center.queries import mapping, plan
from tidar.common import clock
from tidar.common.actor import PUBLIC, system
from tidar.hub import api as hub
from tidar.indicators import api as indicators
from tidar.lake import api as lake
from tidar.retribusi.actions.exporting import export_levies
from tidar.retribusi.actions.register import vacate
from tidar.retribusi.models import LakeCursor
from tidar.retribusi.tasks import exporting

pytestmark = pytest.mark.django_db
REVENUE = "penerimaan-retribusi-harian"


@pytest.fixture(autouse=True)
def _city(home, monkeypatch) -> None:
    plan._plan.cache_clear()
    monkeypatch.setattr(clock, "now", lambda: LATER)
    city.city()


@pytest.fixture
def two_payments() -> list[Any]:
    """One stall in each of two markets, billed and paid; exported and computed."""
    payments = []
    for market, rupiah in ((city.MARKET, 3000), (city.OTHER_MARKET, 1000)):
        stall = city.stall(f"{market[:1].upper()}-001", market=market)
        city.assess(stall)
        payments.append(pay(stall, rupiah))
    export()
    compute()
    return payments


def compute() -> None:
    indicators.compute_indicators(by=system("uji"), at=LATER, tables=["levy_payments", "levy_assessments"])


def revenue() -> indicators.ValueView:
    (view,) = indicators.current_values(indicators=[REVENUE], area_codes=["33.71"], at=LATER)
    return view


def test_todays_revenue_names_the_market_that_took_most(two_payments):
    view = revenue()
    assert (view.value, view.period) == (4000, "2026-11-25")
    assert view.narrative == (
        "Retribusi yang diterima di Kota Magelang pada 25 November 2026: 4.000 rupiah."
        " Terbanyak dari Pasar Rejowinangun (3.000)."
    )


def test_a_number_of_a_day_that_left_the_window_stays_as_it_was(two_payments):
    later = LATER + timedelta(days=40)
    indicators.compute_indicators(by=system("uji"), at=later, tables=["levy_payments"])
    assert revenue().value == 4000


def test_a_new_payment_changes_only_the_numbers_it_is_in(two_payments):
    before = {v.area_code: v.id for v in indicators.current_values(indicators=[REVENUE], at=LATER)}
    pay(city.stall("R-002"), 500)
    export(LATER + timedelta(seconds=5))
    compute()
    after = {v.area_code: v.id for v in indicators.current_values(indicators=[REVENUE], at=LATER)}
    assert revenue().value == 4500
    assert {code for code in before if before[code] != after[code]} == {"33.71", "33.71.03", "33.71.03.1003"}


def test_the_way_down_ends_at_the_receipt(two_payments):
    leader = client_of(person("wali", role="leader"))
    view = revenue()
    text = leader.get(f"/telusur/angka/{view.id}/").content.decode()
    assert "dihitung ulang dari barisnya: cocok" in text
    down = indicators.lineage(view.id, at=LATER)
    sources = {source.row for row in down.rows for source in row.sources}
    assert len(sources) == 2
    receipts = {p.receipt_number for p in two_payments}
    pages = [leader.get(f"/telusur/baris/retribusi:payments/{row}/").content.decode() for row in sources]
    assert all(sum(receipt in page for receipt in receipts) == 1 for page in pages)
    assert all("Penerimaan retribusi hari ini" in page for page in pages)  # and the way up again
    assert any(f"Tanda terima {two_payments[0].receipt_number}" in page for page in pages)


def test_a_reader_without_the_permission_learns_nothing_of_the_receipt(two_payments):
    (row,) = {r["_row"] for r in lake.read("SELECT _row FROM levy_payments WHERE market = 'cacaban'").to_pylist()}
    for reader in (city.stranger(), PUBLIC):
        found = lake.record_of("levy_payments", "retribusi:payments", row, reader=reader)
        assert found is not None
        assert (found.title, found.cells, found.url) == ("Tanda terima", (), "")
        assert "hanya dapat dibuka" in found.note
    ours = lake.record_of("levy_payments", "retribusi:payments", row, reader=city.officer())
    assert ours is not None
    assert any(cell.text == "Rp1.000" for cell in ours.cells)


def test_every_kind_of_row_finds_its_record_and_page(two_payments):
    auditor = client_of(person("teliti", role="auditor"))
    bills = lake.read("SELECT _delivery, _row FROM levy_assessments ORDER BY _row").to_pylist()
    places = lake.read("SELECT _delivery, _row FROM levy_occupancy ORDER BY _row").to_pylist()
    paid = lake.read("SELECT _delivery, _row FROM levy_payments ORDER BY _row").to_pylist()
    wanted = (
        ("levy_assessments", bills[0], "SKRD/2026/"),
        ("levy_occupancy", places[0], "Lapak "),
        ("levy_payments", paid[0], "Tanda terima K-"),
    )
    for table, first, title in wanted:
        found = lake.record_of(table, first["_delivery"], first["_row"], reader=city.officer())
        assert found is not None
        assert found.title.startswith(title)
        assert auditor.get(found.url).status_code == 200
        leader = lake.record_of(
            table, first["_delivery"], first["_row"], reader=city.person("levies.lead", agency=None)
        )
        assert leader is not None
        assert (leader.cells, leader.url) == (found.cells, "")


@pytest.mark.parametrize("table", ["levy_payments", "levy_assessments", "levy_deposits", "levy_occupancy"])
def test_a_row_that_is_nobodys_finds_nothing(table: str):
    number()
    for row in (0, 1, 2026 * 100_000_000 + 99_999_999, 10**15):
        assert lake.record_of(table, f"retribusi:{table.removeprefix('levy_')}", row, reader=system("uji")) is None
    assert lake.record_of(table, "region:33.71", 2, reader=system("uji")) is None


def test_the_map_shows_every_market_with_what_it_took_today(two_payments):
    found = {p.code: p for p in mapping.points() if p.layer == "pasar"}
    assert {code: (p.label, p.note) for code, p in found.items()} == {
        city.MARKET: ("3 rb", "Rp3.000 hari ini"),
        city.OTHER_MARKET: ("1 rb", "Rp1.000 hari ini"),
    }
    assert all(p.icon == "store" for p in found.values())


def test_collected_share_arrears_and_occupied_stalls(two_payments):
    late = LATER + timedelta(days=20)
    number()
    stall = city.stall("R-009")
    vacate(occupancy_id=stall.occupancy_id, last_date=city.DAY, reason="pindah", by=city.SYSTEM, at=LATER)
    export(late)
    indicators.compute_indicators(by=system("uji"), at=late)
    values = {v.indicator: v.value for v in indicators.current_values(area_codes=["33.71"], at=late)}
    owed = sum(row["amount_rupiah"] for row in lake.read("SELECT amount_rupiah FROM levy_assessments").to_pylist())
    paid = lake.read("SELECT sum(amount_rupiah) AS n FROM levy_payments WHERE purpose = 'skrd'")["n"][0].as_py()
    assert float(values["ketertagihan-retribusi"]) == pytest.approx(100 * float(paid) / owed)
    assert float(values["lapak-berpenghuni"]) == pytest.approx(200 / 3)
    assert values.get("tunggakan-retribusi", 0) == owed - paid


def test_the_spine_tells_indicators_of_a_new_version(two_payments):
    pay(city.stall("R-003"), 700)
    export(LATER + timedelta(seconds=5))
    hub.follow_spine(at=LATER)
    assert revenue().value == 4700


@pytest.mark.django_db(transaction=True)
def test_a_payment_reaches_the_wall_by_itself(monkeypatch):
    """Payment → spine → lake → number, with nothing but the consumers that every served city runs."""
    monkeypatch.setattr(exporting, "_turn", exporting._Turn())
    pay(city.stall("R-001"), 2500)
    hub.follow_spine(at=LATER)
    hub.follow_spine(at=LATER)
    assert revenue().value == 2500


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_events_is_one_export(monkeypatch):
    monkeypatch.setattr(exporting, "_turn", exporting._Turn())
    calls: list[int] = []

    def count(**more: Any) -> tuple[lake.VersionView, ...]:
        calls.append(1)
        return export_levies(**more)

    monkeypatch.setattr(exporting, "export_levies", count)
    stall = city.stall("R-001")
    for _n in range(5):
        pay(stall, 1000)
    hub.follow_spine(at=LATER)
    assert len(calls) == 1
    assert lake.read("SELECT count(*) AS n FROM levy_payments")["n"].to_pylist() == [5]


@pytest.mark.django_db(transaction=True)
def test_a_failing_export_loses_nothing(monkeypatch):
    """Its events are handled; the task of every minute brings what is missing."""
    monkeypatch.setattr(exporting, "_turn", exporting._Turn())
    monkeypatch.setattr(exporting, "export_levies", _fail)
    pay(city.stall("R-001"), 1000)
    hub.follow_spine(at=LATER)
    assert lake.current_version("levy_payments") is None
    monkeypatch.setattr(exporting, "export_levies", export_levies)
    assert "levy_payments v1" in exporting.export_waiting(timestamp=0)


def _fail(**_more: Any) -> None:
    raise OSError("disk full")


@pytest.mark.django_db(transaction=True)
def test_two_exports_at_once_write_each_record_once(two_payments):
    """While one export holds the cursor, another does nothing."""
    pay(city.stall("R-004"), 900)
    number()
    with transaction.atomic():
        LakeCursor.objects.select_for_update().get()
        done: list[object] = []
        other = threading.Thread(target=lambda: (done.append(_export_elsewhere()),))
        other.start()
        other.join()
    assert done == [()]


def _export_elsewhere() -> tuple[lake.VersionView, ...]:
    try:
        return export_levies(at=LATER)
    finally:
        connection.close()
