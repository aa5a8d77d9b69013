"""Issuing: every line once, gap-free numbers, one transfer and one event each; stopped, failed and overtaken."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta, timezone

import pytest

from tests.retribusi import builders as b
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.ledger.models import Transfer
from tidar.retribusi.actions.assessing import (
    UnableToIssue,
    begin_issue,
    drop_run,
    issue_run,
    preview_run,
    preview_stall,
    stop_run,
)
from tidar.retribusi.actions.assessing import issuing as module
from tidar.retribusi.actions.assessing.issuing import issue_chunk
from tidar.retribusi.actions.tariffs import NewTariff, add_tariff
from tidar.retribusi.models import Assessment, Run, RunLine, Tariff


@pytest.fixture(autouse=True)
def _city(db, home):
    b.city()


def previewed(day: date = b.DAY, *, market: str | None = b.MARKET) -> uuid.UUID:
    return preview_run(levy_kind=b.KIND, market=market, from_date=day, to_date=day, by=b.SYSTEM, at=b.AT)


def numbers() -> list[int]:
    return list(Assessment.objects.order_by("sequence").values_list("sequence", flat=True))


def must_agree() -> None:
    """One transfer and one event for each SKRD, of the same amount."""
    skrd = {f"skrd:{pk}": rupiah for pk, rupiah in Assessment.objects.values_list("pk", "amount_rupiah")}
    transfers = dict(Transfer.objects.filter(key__startswith="skrd:").values_list("key", "amount_rupiah"))
    events = {e.source_id: e.data["amount_rupiah"] for e in Event.objects.filter(kind="levy.assessed")}
    assert skrd == transfers == events
    assert numbers() == list(range(1, len(skrd) + 1))


def test_a_run_is_issued_whole() -> None:
    stalls = b.stalls(3)
    run_id = previewed()
    assert issue_run(run_id=run_id, by=b.officer(), at=b.AT) == 3
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.issued_count, run.issued_by, run.due_date) == ("terbit", 3, "Rini", date(2026, 12, 10))
    assert not RunLine.objects.exists()
    must_agree()
    assert ledger.balance(f"piutang:{b.KIND}:{stalls[0].npwrd}") == 5_000
    assert ledger.balance(f"pendapatan:{b.KIND}:{b.MARKET}") == 15_000


def test_what_an_event_says_names_no_person() -> None:
    one = b.stall("A-001", name="Mbok Yem")
    run_id = b.issued_run()
    event = Event.objects.get(kind="levy.assessed")
    skrd = Assessment.objects.get()
    assert (event.subject, event.source_id, event.permission) == (
        "SKRD Pasar Rejowinangun A-001", f"skrd:{skrd.pk}", "levies.see",
    )  # fmt: skip
    assert event.area_code == "33.71.03.1003"
    assert event.data == {
        "agency": b.AGENCY, "levy_kind": b.KIND, "market": b.MARKET, "number": "A-001", "amount_rupiah": 5_000,
        "assessment": str(skrd.pk), "occupancy": str(one.occupancy_id), "run": str(run_id),
        "period_from": "2026-11-25", "period_to": "2026-11-25",
    }  # fmt: skip


def test_chunks_give_the_same_run() -> None:
    b.stalls(7)
    assert issue_run(run_id=previewed(), by=b.SYSTEM, at=b.AT, chunk=3) == 7
    must_agree()
    assert Run.objects.get().issued_count == 7


def test_issuing_again_does_nothing() -> None:
    b.stalls(2)
    run_id = b.issued_run()
    assert issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT) == 0
    must_agree()
    assert AuditEntry.objects.filter(action="levy_run.issued").count() == 1


def test_a_second_run_issues_only_what_is_missing() -> None:
    b.stalls(2)
    b.issued_run()
    late = b.stall("A-009")
    run_id = b.issued_run()
    assert list(Assessment.objects.filter(run_id=run_id).values_list("occupancy_id", flat=True)) == [late.occupancy_id]
    must_agree()


def test_a_stopped_run_goes_on_where_it_stood() -> None:
    b.stalls(5)
    run_id = previewed()
    begin_issue(run_id=run_id, by=b.SYSTEM, at=b.AT)
    issue_chunk(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=2)
    assert stop_run(run_id=run_id, by=b.officer(), at=b.AT)
    assert issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=2) == 0
    assert begin_issue(run_id=run_id, by=b.officer(), at=b.AT) == 3
    assert issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=2) == 3
    must_agree()


def test_a_stopped_run_can_be_ended_and_what_is_issued_stays() -> None:
    b.stalls(5)
    run_id = previewed()
    begin_issue(run_id=run_id, by=b.SYSTEM, at=b.AT)
    issue_chunk(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=2)
    assert drop_run(run_id=run_id, by=b.SYSTEM, at=b.AT) == "terbit"
    assert b.issued_run() != run_id
    must_agree()
    assert len(numbers()) == 5


def test_a_chunk_that_fails_leaves_nothing_and_no_gap(monkeypatch) -> None:
    b.stalls(5)
    run_id = previewed()
    begin_issue(run_id=run_id, by=b.SYSTEM, at=b.AT)
    issue_chunk(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=2)
    with monkeypatch.context() as broken:
        broken.setattr(module, "SKRD_SQL", module.SKRD_SQL.replace("retribusi_staged_skrd", "no_such_table"))
        with pytest.raises(Exception, match="no_such_table"):
            issue_chunk(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=2)
    assert (numbers(), RunLine.objects.count()) == ([1, 2], 3)
    issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=2)
    must_agree()


def test_two_open_previews_never_issue_the_same_day_twice() -> None:
    b.stalls(3)
    market, city = previewed(), previewed(market=None)
    assert issue_run(run_id=city, by=b.SYSTEM, at=b.AT) == 3
    assert issue_run(run_id=market, by=b.SYSTEM, at=b.AT) == 0
    assert Run.objects.get(pk=market).state == "terbit"
    must_agree()


@pytest.mark.parametrize("change", ["tariff", "place", "closure"])
def test_what_changed_since_the_preview_must_be_seen_first(change: str) -> None:
    b.stall("A-001")
    run_id = previewed()
    _change(change)
    with pytest.raises(UnableToIssue, match="Hitung ulang"):
        issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT)
    assert not Assessment.objects.exists()
    assert Run.objects.get(pk=run_id).state == "pratinjau"
    previewed()
    issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT)
    must_agree()


def _change(change: str) -> None:
    if change == "tariff":
        new = NewTariff(b.KIND, b.MARKET, "kios", "hari", 6_000, b.DAY, "Perda 2/2026 pasal 7")
        add_tariff(new=new, by=b.officer(), at=b.AT)
    elif change == "place":
        b.stall("A-002")
    else:
        from tests.retribusi.assessing.test_previewing import closure

        closure(market_id=b.OTHER_MARKET)


def test_nothing_to_issue_is_refused_in_words() -> None:
    run_id = previewed()
    with pytest.raises(UnableToIssue, match="Tidak ada yang perlu"):
        begin_issue(run_id=run_id, by=b.SYSTEM, at=b.AT)


def test_only_who_assesses_issues() -> None:
    b.stall("A-001")
    run_id = previewed()
    for by in (b.stranger(), b.signer(), b.person("levies.see")):
        with pytest.raises(UnableToAllow):
            issue_run(run_id=run_id, by=by, at=b.AT)
    assert not Assessment.objects.exists()


def test_a_new_year_begins_at_one() -> None:
    b.stalls(2)
    b.issued_run()
    new_year = datetime(2026, 12, 31, 17, 30, tzinfo=timezone.utc)  # 00.30 WIB on 1 January
    b.issued_run(day=date(2027, 1, 1), at=new_year)
    found = Assessment.objects.order_by("year", "sequence").values_list("year", "sequence")
    assert list(found) == [(2026, 1), (2026, 2), (2027, 1), (2027, 2)]


def test_a_month_and_its_days_are_numbered_in_walking_order() -> None:
    for number in ("A-003", "A-001", "A-002"):
        b.stall(number)
    b.issued_run(day=b.MONTH[0], to_date=b.MONTH[1])
    walked = Assessment.objects.order_by("sequence").values_list("occupancy__levy_object__number", flat=True)
    assert list(walked) == ["A-001", "A-002", "A-003"]
    assert Assessment.objects.first().period_to_date == b.MONTH[1]


def test_days_one_after_another_differ() -> None:
    b.stall("A-001")
    b.issued_run()
    b.issued_run(day=b.DAY + timedelta(days=1))
    must_agree()


def test_a_flat_levy_of_two_previews_is_issued_once() -> None:
    one = b.stall("P-001", market=None, levy_kind="pemakaian-aset", place_type="")
    Tariff.objects.create(
        levy_kind_id="pemakaian-aset", period="sekali", amount_rupiah=250_000, valid_from_date=date(2026, 2, 1),
        legal_basis="Perda 1/2024", recorded_at=b.AT, source="uji",
    )  # fmt: skip
    days = [b.DAY, b.DAY + timedelta(days=1)]
    terms = {"occupancy_id": one.occupancy_id, "by": b.SYSTEM, "at": b.AT}
    for run_id in [preview_stall(from_date=day, to_date=day, **terms) for day in days]:
        issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT)
    assert [skrd.amount_rupiah for skrd in Assessment.objects.all()] == [250_000]
    must_agree()
