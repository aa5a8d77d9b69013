"""Cancelling: only by a reversal with a reason; what was paid is kept for a person to decide."""

from __future__ import annotations

import uuid

import pytest

from tests.retribusi import builders as b
from tidar.common.errors import UnableToAllow
from tidar.common.models import AuditEntry
from tidar.documents import api as documents
from tidar.hub.models import Event
from tidar.ledger import api as ledger
from tidar.retribusi.actions.assessing import UnableToCancel, cancel_assessment
from tidar.retribusi.actions.paying import NewPayment, record_payment
from tidar.retribusi.models import Assessment, AssessmentCancellation, Case


@pytest.fixture(autouse=True)
def _city(db, home):
    b.city()


@pytest.fixture
def one(_city) -> b.Stall:
    return b.stall("A-001")


def cancel(skrd: Assessment, *, reason: str = "Salah jenis tempat", by=None) -> AssessmentCancellation:
    return cancel_assessment(assessment_id=skrd.pk, reason=reason, decision="BA 4/2026", by=by or b.signer(), at=b.AT)


def pay(one: b.Stall, rupiah: int) -> None:
    payment = NewPayment(
        id=uuid.uuid4(), key=f"uji:{uuid.uuid4()}", channel="tunai", amount_rupiah=rupiah, happened_at=b.AT,
        occupancy_id=one.occupancy_id, cash_account_key="kas:juru-pungut:user:x", receipt_number=str(uuid.uuid4()),
        market=b.MARKET, agency=b.AGENCY,
    )  # fmt: skip
    record_payment(payment=payment, by=b.SYSTEM, at=b.AT)


def balances(one: b.Stall) -> tuple[int, int, int]:
    """(receivable, revenue, titipan)."""
    keys = [f"piutang:{b.KIND}:{one.npwrd}", f"pendapatan:{b.KIND}:{b.MARKET}", f"titipan:{b.AGENCY}"]
    found = ledger.balances(keys)
    return tuple(found.get(key, 0) for key in keys)


def test_a_cancelled_skrd_owes_nothing_and_keeps_its_number(one) -> None:
    skrd = b.assess(one)
    cancellation = cancel(skrd)
    skrd.refresh_from_db()
    assert (skrd.closed_by, skrd.closed_at, skrd.sequence) == ("batal", b.AT, 1)
    assert (cancellation.reason, cancellation.decision) == ("Salah jenis tempat", "BA 4/2026")
    assert balances(one) == (0, 0, 0)
    document = documents.find("skrd", f"skrd:{skrd.pk}")
    assert document.cancelled_at == b.AT
    event = Event.objects.get(kind="levy.assessment_cancelled")
    assert (event.data["amount_rupiah"], event.source_id) == (5_000, f"skrd:{skrd.pk}")
    assert AuditEntry.objects.filter(action="assessment.cancel").count() == 1


@pytest.mark.parametrize("paid", [2_000, 5_000])
def test_what_was_paid_waits_in_titipan_with_a_case(one, paid: int) -> None:
    skrd = b.assess(one)
    pay(one, paid)
    cancel(skrd)
    assert balances(one) == (0, 0, paid)
    case = Case.objects.get(kind="skrd-batal")
    assert (case.amount_rupiah, case.subject, case.occupancy_id) == (paid, f"skrd:{skrd.pk}", one.occupancy_id)


def test_the_period_can_be_assessed_anew(one) -> None:
    cancel(b.assess(one))
    again = b.assess(one)
    assert (again.sequence, again.closed_by) == (2, "")
    assert balances(one)[0] == 5_000
    assert b.skrd_of(one) == [again]


def test_an_skrd_is_cancelled_once(one) -> None:
    skrd = b.assess(one)
    cancel(skrd)
    with pytest.raises(UnableToCancel, match="sudah dibatalkan"):
        cancel(skrd)
    assert AssessmentCancellation.objects.count() == 1
    assert balances(one) == (0, 0, 0)


def test_a_reason_is_needed(one) -> None:
    skrd = b.assess(one)
    with pytest.raises(UnableToCancel, match="alasan"):
        cancel(skrd, reason="  ")
    skrd.refresh_from_db()
    assert skrd.closed_at is None


def test_only_who_signs_cancels(one) -> None:
    skrd = b.assess(one)
    for by in (b.stranger(), b.officer(), b.person("levies.see")):
        with pytest.raises(UnableToAllow):
            cancel(skrd, by=by)
    assert not AssessmentCancellation.objects.exists()
