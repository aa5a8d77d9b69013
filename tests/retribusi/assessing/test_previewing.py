"""A preview: nothing is revenue, everything is counted, and what is left out has a reason."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.retribusi import builders as b
from tidar.common.errors import UnableToAllow
from tidar.hub.models import Event
from tidar.ledger.models import Transfer
from tidar.retribusi.actions.assessing import (
    UnableToPreview,
    drop_run,
    issue_run,
    preview_run,
    preview_stall,
)
from tidar.retribusi.actions.assessing.previewing import compute_run
from tidar.retribusi.models import Assessment, Closure, Occupancy, Relief, Run, RunLine, Tariff
from tidar.retribusi.queries.assessing.runs import difference_sentences, left_out
from tidar.retribusi.rules.formula import amount_of, from_json

YESTERDAY = b.DAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _city(db, home):
    b.city()


def preview(market: str | None = b.MARKET, day: date = b.DAY, *, to_date: date | None = None, by=b.SYSTEM) -> Run:
    run_id = preview_run(levy_kind=b.KIND, market=market, from_date=day, to_date=to_date or day, by=by, at=b.AT)
    return Run.objects.get(pk=run_id)


def closure(**more) -> Closure:
    days = {"from_date": b.DAY, "to_date": b.DAY, "reason": "Perbaikan", "recorded_at": b.AT, "actor_id": "user:x"}
    return Closure.objects.create(**(days | more))


def reasons(run: Run) -> dict[str, int]:
    return run.notes["left_out"]


def test_a_preview_counts_and_writes_no_money() -> None:
    b.stalls(3)
    b.stall("L-001", place_type="los")
    run = preview()
    assert (run.state, run.line_count, run.total_rupiah) == ("pratinjau", 4, 3 * 5_000 + 3_000)
    assert run.notes["blocks"] == [[b.MARKET, "A", 3, 15_000], [b.MARKET, "L", 1, 3_000]]
    assert not (Assessment.objects.exists() or Transfer.objects.exists())
    assert not Event.objects.filter(kind="levy.assessed").exists()


def test_every_line_computes_again_to_its_amount() -> None:
    b.stalls(2)
    run = preview(day=b.MONTH[0], to_date=b.MONTH[1])
    lines = list(RunLine.objects.filter(run=run))
    assert [amount_of(from_json(line.formula)) for line in lines] == [line.amount_rupiah for line in lines]
    assert {line.amount_rupiah for line in lines} == {150_000}


def test_the_same_preview_is_one_and_is_computed_anew() -> None:
    b.stall("A-001")
    first = preview()
    b.stall("A-002")
    again = preview()
    assert (again.pk, again.line_count, RunLine.objects.count()) == (first.pk, 2, 2)
    assert compute_run(run_id=first.pk, by=b.SYSTEM, at=b.AT) == 2
    assert RunLine.objects.count() == 2


def test_the_whole_city_is_all_markets_of_the_levy() -> None:
    b.stall("A-001")
    b.stall("A-001", market=b.OTHER_MARKET)
    run = preview(market=None)
    assert (run.line_count, run.agency_code, run.total_rupiah) == (2, b.AGENCY, 5_000 + 2_000)


def test_what_is_left_out_is_counted_with_its_reason() -> None:
    b.stall("A-001")
    b.stall("X-001", place_type="")  # no tariff for an unknown type of place
    away, free = b.stall("A-002"), b.stall("A-003")
    closure(occupancy_id=away.occupancy_id)
    relief(free, "100")
    run = preview()
    assert reasons(run) == {"tanpa-tarif": 1, "izin": 1, "bebas": 1}
    told = left_out(run.notes)
    assert (told[0].reason, told[0].places, told[0].must_be_mended) == ("tanpa-tarif", ("X-001",), True)


def relief(one: b.Stall, percent: str) -> None:
    Relief.objects.create(
        occupancy_id=one.occupancy_id, levy_kind_id=b.KIND, percent=Decimal(percent), from_date=b.DAY, to_date=b.DAY,
        decision="SK 7/2026", reason="Kebakaran", recorded_at=b.AT, actor_id="user:x",
    )  # fmt: skip


def test_a_closed_market_owes_nothing() -> None:
    b.stalls(2)
    closure(market_id=b.MARKET)
    run = preview()
    assert (run.line_count, reasons(run)) == (0, {"tutup": 2})


def test_who_has_an_skrd_is_not_assessed_again_by_day_or_by_month() -> None:
    b.stalls(2)
    b.issued_run()
    assert reasons(preview()) == {"sudah": 2}
    assert reasons(preview(day=b.MONTH[0], to_date=b.MONTH[1])) == {"tumpang-tindih": 2}


def test_a_flat_levy_is_assessed_once() -> None:
    one = b.stall("P-001", market=None, levy_kind="pemakaian-aset", place_type="")
    Tariff.objects.create(
        levy_kind_id="pemakaian-aset", period="sekali", amount_rupiah=250_000, valid_from_date=date(2026, 2, 1),
        legal_basis="Perda 1/2024", recorded_at=b.AT, source="uji",
    )  # fmt: skip
    b.assess(one)
    later = preview_stall(
        occupancy_id=one.occupancy_id,
        from_date=b.DAY + timedelta(1),
        to_date=b.DAY + timedelta(1),
        by=b.SYSTEM,
        at=b.AT,
    )
    assert Run.objects.get(pk=later).notes["left_out"] == {"sekali": 1}


def test_a_levy_is_of_its_own_agency_in_whosever_market() -> None:
    waste = b.stall("S-001", levy_kind="persampahan")
    terms = {"from_date": b.DAY, "to_date": b.DAY, "at": b.AT}
    mine, other = b.person("levies.assess", agency="dlh"), b.person("levies.assess", agency=b.AGENCY)
    with pytest.raises(UnableToAllow):
        preview_stall(occupancy_id=waste.occupancy_id, by=other, **terms)
    with pytest.raises(UnableToAllow):
        preview_run(levy_kind="persampahan", market=b.MARKET, by=other, **terms)
    preview_stall(occupancy_id=waste.occupancy_id, by=mine, **terms)
    preview_run(levy_kind="persampahan", market=b.MARKET, by=mine, **terms)
    assert set(Run.objects.values_list("agency_id", flat=True)) == {"dlh"}


def test_differences_from_the_day_before_in_words() -> None:
    kept, cheaper, gone = b.stall("A-001"), b.stall("A-002"), b.stall("A-003")
    b.issued_run(day=YESTERDAY)
    b.stall("A-004")
    relief(cheaper, "50")
    Occupancy.objects.filter(pk=gone.occupancy_id).update(to_date=YESTERDAY, end_reason="Pindah")
    run = preview()
    notes = run.notes
    assert (notes["new"], notes["lower"], notes["gone"], notes["same"]) == ([1, 5_000], [1, 2_500], [1, 5_000], 1)
    assert [s.text for s in difference_sentences(notes)] == [
        "Jumlahnya Rp12.500, turun Rp2.500 dari Rp15.000 pada 24 November 2026.",
        "1 lapak baru dikenai, jumlahnya Rp5.000; pada 24 November 2026 belum.",
        "1 lapak turun, seluruhnya berkurang Rp2.500.",
        "1 lapak tidak dikenai lagi; pada 24 November 2026 jumlahnya Rp5.000.",
        "1 lapak tetap sama.",
    ]
    assert RunLine.objects.get(run=run, occupancy_id=kept.occupancy_id).last_rupiah == 5_000


@pytest.mark.parametrize(
    ("from_date", "to_date"),
    [(date(2026, 11, 1), date(2026, 11, 29)), (date(2026, 11, 2), date(2026, 11, 3)), (b.DAY, YESTERDAY)],
)
def test_a_period_is_a_day_or_a_month(from_date: date, to_date: date) -> None:
    with pytest.raises(UnableToPreview, match="satu hari atau satu bulan"):
        preview_run(levy_kind=b.KIND, market=b.MARKET, from_date=from_date, to_date=to_date, by=b.SYSTEM, at=b.AT)
    assert not Run.objects.exists()


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date(9999, 12, 31)])
def test_a_period_of_another_age_is_refused(day: date) -> None:
    with pytest.raises(UnableToPreview, match="2000"):
        preview(day=day)


def test_only_who_assesses_for_the_agency_previews() -> None:
    for by in (b.stranger(), b.signer(), b.person("levies.see")):
        with pytest.raises(UnableToAllow):
            preview(by=by)
    assert preview(by=b.officer()).made_by == "Rini"


def test_the_whole_city_is_not_for_somebody_of_one_area() -> None:
    local = b.person("levies.assess", area="33.71.03")
    assert preview(by=local).market_id == b.MARKET
    with pytest.raises(UnableToAllow, match="seluruh kota"):
        preview(market=None, by=local)


def test_a_dropped_preview_is_over_and_can_be_made_again() -> None:
    b.stall("A-001")
    run = preview()
    assert drop_run(run_id=run.pk, by=b.officer(), at=b.AT) == "dibatalkan"
    assert not RunLine.objects.exists()
    with pytest.raises(UnableToPreview):
        compute_run(run_id=run.pk, by=b.SYSTEM, at=b.AT)
    assert preview().pk != run.pk


def test_an_issued_run_cannot_be_dropped() -> None:
    b.stall("A-001")
    run = preview()
    issue_run(run_id=run.pk, by=b.SYSTEM, at=b.AT)
    with pytest.raises(UnableToPreview, match="sudah terbit"):
        drop_run(run_id=run.pk, by=b.SYSTEM, at=b.AT)
