"""What the database itself refuses, whoever writes; and races, first seen without their guard."""

from __future__ import annotations

import time
import uuid
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.hub.test_actions_deliveries import together
from tests.retribusi import builders as b
from tidar.documents import api as documents
from tidar.retribusi.actions.assessing import cancel_assessment, issue_run, preview_run
from tidar.retribusi.actions.assessing import issuing as module
from tidar.retribusi.models import Assessment, AssessmentCancellation, Run


@pytest.fixture
def skrd(db, home) -> Assessment:
    b.city()
    return b.assess(b.stall("A-001"))


def run_sql(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "change",
    [
        "amount_rupiah = 1", "days = 2", "sequence = 9", "year = 2025", "due_date = '2030-01-01'", "formula = '{}'",
        "period_to_date = '2026-11-26'", "recorded_at = now()", "id = gen_random_uuid()",
    ],
)  # fmt: skip
def test_an_skrd_never_changes(skrd: Assessment, change: str) -> None:
    with pytest.raises(IntegrityError, match="only its closing may change"):
        run_sql(f"UPDATE retribusi_assessment SET {change}")  # noqa: S608


def test_an_skrd_closes_reopens_and_once_cancelled_stays(skrd: Assessment) -> None:
    paid = "UPDATE retribusi_assessment SET closed_at = now(), closed_by = 'lunas'"
    reopened = "UPDATE retribusi_assessment SET closed_at = NULL, closed_by = ''"
    run_sql(paid)
    run_sql(reopened)
    run_sql("UPDATE retribusi_assessment SET closed_at = now(), closed_by = 'batal'")
    for sql in (paid, reopened):
        with pytest.raises(IntegrityError, match="a cancelled one never"):
            run_sql(sql)


@pytest.mark.parametrize("closing", ["closed_at = now()", "closed_by = 'lunas'", "closed_at = now(), closed_by = 'x'"])
def test_a_closing_says_when_and_why(skrd: Assessment, closing: str) -> None:
    with pytest.raises(IntegrityError, match="skrd_closed_for_a_reason"):
        run_sql(f"UPDATE retribusi_assessment SET {closing}")  # noqa: S608


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM retribusi_assessment", "TRUNCATE retribusi_assessment CASCADE", "DELETE FROM retribusi_run",
        "TRUNCATE retribusi_run CASCADE", "DELETE FROM retribusi_assessmentcancellation",
        "UPDATE retribusi_assessmentcancellation SET reason = 'x'",
        "UPDATE retribusi_run SET from_date = '2026-01-01'", "UPDATE retribusi_run SET state = 'pratinjau'",
        "UPDATE retribusi_run SET signed_at = NULL", "UPDATE retribusi_run SET market_id = NULL",
        "UPDATE retribusi_run SET issued_count = issued_count - 1",
    ],
)  # fmt: skip
def test_nothing_is_deleted_or_rewritten(skrd: Assessment, sql: str) -> None:
    cancel_assessment(assessment_id=skrd.pk, reason="Keliru", by=b.SYSTEM, at=b.AT)
    with pytest.raises(DatabaseError, match=r"refused|never change|stays"):
        run_sql(f"SET CONSTRAINTS ALL IMMEDIATE; {sql}")
    assert AssessmentCancellation.objects.count() == Assessment.objects.count() == Run.objects.count() == 1


def copied(skrd: Assessment, **more) -> Assessment:
    skrd.refresh_from_db()
    values = {f.attname: getattr(skrd, f.attname) for f in Assessment._meta.concrete_fields}
    return Assessment(**(values | {"id": module.hub.new_event_ids(1)[0], "sequence": 2} | more))


@pytest.mark.parametrize(
    ("more", "constraint"),
    [
        ({}, "skrd_once_per_period"),
        ({"sequence": 1, "period_to_date": date(2026, 11, 26)}, "skrd_number_once"),
        ({"amount_rupiah": 0, "period_to_date": date(2026, 11, 26)}, "skrd_is_positive"),
        ({"period_to_date": date(2026, 12, 26)}, "skrd_of_at_most_a_month"),
    ],
)
def test_the_database_holds_one_skrd_per_period_and_number(skrd: Assessment, more: dict, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        copied(skrd, **more).save(force_insert=True)


def test_an_skrd_arrives_open(skrd: Assessment) -> None:
    closed = copied(skrd, period_to_date=date(2026, 11, 26), closed_at=b.AT, closed_by="lunas")
    with pytest.raises(IntegrityError), transaction.atomic():
        closed.save(force_insert=True)


@pytest.mark.parametrize("pointer", ["occupancy_id", "tariff_id", "run_id"])
def test_an_skrd_points_to_what_is_there(skrd: Assessment, pointer: str) -> None:
    missing = uuid.uuid4() if pointer == "run_id" else 10**9
    lost = copied(skrd, period_to_date=date(2026, 11, 26), **{pointer: missing})
    with pytest.raises(IntegrityError, match="does not exist"), transaction.atomic():
        lost.save(force_insert=True)


def test_an_assessed_occupancy_stays(skrd: Assessment) -> None:
    with pytest.raises(IntegrityError, match="it has SKRD"):
        run_sql("DELETE FROM retribusi_occupancy")
    with pytest.raises(DatabaseError, match="refused"):
        run_sql("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE retribusi_occupancy CASCADE")


class TestTogether:
    """Two at the same moment; real transactions."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def _city(self, transactional_db, home, monkeypatch) -> None:
        b.city()
        b.stalls(4)
        take = documents.take_numbers

        def slowly(*terms) -> int:
            time.sleep(0.3)  # the chunk has looked what is there, and is not committed for a while
            return take(*terms)

        monkeypatch.setattr(documents, "take_numbers", slowly)

    def issue_both(self) -> int:
        """A month and one of its days at once; returns how many stalls owe that day twice."""
        month = preview_run(
            levy_kind=b.KIND, market=b.MARKET, from_date=b.MONTH[0], to_date=b.MONTH[1], by=b.SYSTEM, at=b.AT
        )
        day = preview_run(levy_kind=b.KIND, market=None, from_date=b.DAY, to_date=b.DAY, by=b.SYSTEM, at=b.AT)
        results = together(*(lambda run=run: issue_run(run_id=run, by=b.SYSTEM, at=b.AT) for run in (month, day)))
        assert all(isinstance(one, int) for one in results), results
        return Assessment.objects.count() - 4

    def test_without_the_lock_a_day_is_charged_twice(self, monkeypatch) -> None:
        monkeypatch.setattr(module, "LOCK_SQL", "SELECT 1 WHERE %(levy_kind)s IS NOT NULL")
        assert self.issue_both() == 4

    def test_with_the_lock_it_is_charged_once(self) -> None:
        assert self.issue_both() == 0

    def test_the_same_run_issued_twice_at_once_is_issued_once(self) -> None:
        run_id = preview_run(levy_kind=b.KIND, market=b.MARKET, from_date=b.DAY, to_date=b.DAY, by=b.SYSTEM, at=b.AT)
        results = together(*(lambda: issue_run(run_id=run_id, by=b.SYSTEM, at=b.AT, chunk=1) for _twice in "ab"))
        assert sum(results) == 4
        numbers = list(Assessment.objects.order_by("sequence").values_list("sequence", flat=True))
        assert numbers == [1, 2, 3, 4]

    def test_one_cancellation_of_two(self) -> None:
        issued = b.issued_run()
        found = Assessment.objects.filter(run_id=issued).first()
        cancel = lambda: cancel_assessment(assessment_id=found.pk, reason="Keliru", by=b.SYSTEM, at=b.AT)  # noqa: E731
        results = together(cancel, cancel)
        assert sorted(type(one).__name__ for one in results) == ["AssessmentCancellation", "UnableToCancel"]
