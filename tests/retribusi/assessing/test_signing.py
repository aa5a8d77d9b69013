"""Signing: each SKRD becomes a document once; payable only when all are; killed in between it goes on."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.retribusi import builders as b
from tidar.common.errors import UnableToAllow
from tidar.documents.models import Document
from tidar.retribusi.actions.assessing import (
    UnableToSign,
    begin_signing,
    cancel_assessment,
    preview_run,
    sign_run,
    stop_run,
)
from tidar.retribusi.actions.assessing.ordering import take_up_runs, work_on_run
from tidar.retribusi.actions.assessing.signing import sign_chunk
from tidar.retribusi.actions.paying import NewPayment, record_payment
from tidar.retribusi.models import Assessment, Run
from tidar.retribusi.queries.assessing import papers
from tidar.retribusi.queries.assessing import skrd as queries


@pytest.fixture(autouse=True)
def _city(db, home):
    b.city()


def test_a_signed_run_has_a_document_for_each_skrd() -> None:
    b.stalls(3)
    run_id = b.issued_run()
    assert sign_run(run_id=run_id, by=b.signer(), at=b.AT) == 3
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.signed_count, run.signed_at) == ("berlaku", 3, b.AT)
    assert run.signed_by == "Bambang\nDinas Perindustrian dan Perdagangan"
    subjects = set(Document.objects.filter(kind="skrd").values_list("subject", flat=True))
    assert subjects == {f"skrd:{pk}" for pk in Assessment.objects.values_list("pk", flat=True)}


def test_the_document_says_what_the_skrd_says() -> None:
    b.stall("A-001", name="Mbok Yem")
    b.signed_run()
    skrd, document = Assessment.objects.get(), Document.objects.get(kind="skrd")
    assert (document.number, document.year, document.sequence) == ("SKRD/2026/0000001", skrd.year, skrd.sequence)
    said = document.data
    assert (said["payer_name"], said["stall"], said["amount_rupiah"]) == ("Mbok Yem", "nomor A-001", 5_000)
    assert (said["period"], said["due_date"]) == ("25 November 2026", "2026-12-10")
    assert said["formula"] == "Rp5.000 × 1 hari = Rp5.000."
    assert (said["region"], said["tariff_basis"]) == ("Pemerintah Kota Magelang", skrd.tariff.legal_basis)


def test_a_block_that_the_number_does_not_name_is_said() -> None:
    b.stall("pintu timur", block="Sayur")
    b.signed_run()
    assert Document.objects.get(kind="skrd").data["stall"] == "Blok SAYUR nomor PINTU-TIMUR"


def test_the_paper_says_how_to_pay_and_without_cash_only_where_a_bank_collects_for_the_agency(monkeypatch) -> None:
    bank = SimpleNamespace(agency="dlh")
    monkeypatch.setattr(papers, "connected_bank", lambda: bank)
    b.stall("A-001")
    b.signed_run()
    (cash,) = Document.objects.get(kind="skrd").data["how_to_pay"]
    assert cash.startswith("Tunai kepada juru pungut")
    bank.agency = b.AGENCY
    assert "QRIS" in papers.how_to_pay(b.AGENCY)[1]


def test_a_signature_names_the_person_and_the_office() -> None:
    b.stall("A-001")
    run_id = b.issued_run()
    signer = replace(b.signer("Bambang Sutejo"), roles=("collector", "levy_signer"))
    sign_run(run_id=run_id, by=signer, at=b.AT)
    said = Document.objects.get(kind="skrd").signed_by.split("\n")
    assert said == ["Bambang Sutejo", "Pejabat penetap retribusi, Dinas Perindustrian dan Perdagangan"]


def test_signing_goes_on_where_it_stood() -> None:
    b.stalls(5)
    run_id = b.issued_run()
    begin_signing(run_id=run_id, by=b.signer(), at=b.AT)
    sign_chunk(run_id=run_id, by=b.signer(), at=b.AT, chunk=2)
    assert stop_run(run_id=run_id, by=b.signer(), at=b.AT)
    assert sign_run(run_id=run_id, by=b.signer(), at=b.AT, chunk=2) == 0
    assert Run.objects.get(pk=run_id).signed_at is None
    assert begin_signing(run_id=run_id, by=b.signer(), at=b.AT) == 3
    assert sign_run(run_id=run_id, by=b.signer(), at=b.AT, chunk=2) == 3
    assert Document.objects.filter(kind="skrd").count() == 5
    assert sign_run(run_id=run_id, by=b.signer(), at=b.AT) == 0


def test_what_was_cancelled_before_is_not_signed() -> None:
    b.stalls(3)
    run_id = b.issued_run()
    gone = Assessment.objects.order_by("sequence")[1]
    cancel_assessment(assessment_id=gone.pk, reason="Keliru", by=b.signer(), at=b.AT)
    assert sign_run(run_id=run_id, by=b.signer(), at=b.AT, chunk=1) == 2
    assert not Document.objects.filter(subject=f"skrd:{gone.pk}").exists()


def test_only_who_signs_for_the_agency_signs() -> None:
    b.stall("A-001")
    run_id = b.issued_run()
    for by in (b.stranger(), b.officer(), b.person("levies.see")):
        with pytest.raises(UnableToAllow):
            sign_run(run_id=run_id, by=by, at=b.AT)
    assert not Document.objects.filter(kind="skrd").exists()


def test_what_is_not_issued_cannot_be_signed() -> None:
    b.stall("A-001")
    run_id = preview_run(levy_kind=b.KIND, market=b.MARKET, from_date=b.DAY, to_date=b.DAY, by=b.SYSTEM, at=b.AT)
    with pytest.raises(UnableToSign, match="belum terbit"):
        sign_run(run_id=run_id, by=b.signer(), at=b.AT)


def test_what_was_paid_ahead_is_used_when_the_run_is_signed() -> None:
    one = b.stall("A-001")
    b.signed_run()
    payment = NewPayment(
        id=uuid.uuid4(), key="uji:1", channel="tunai", amount_rupiah=8_000, happened_at=b.AT, surplus="advance",
        occupancy_id=one.occupancy_id, cash_account_key="kas:juru-pungut:user:x", receipt_number="uji-1",
        market=b.MARKET, agency=b.AGENCY,
    )  # fmt: skip
    record_payment(payment=payment, by=b.SYSTEM, at=b.AT)
    run_id = b.signed_run(day=b.DAY + timedelta(days=1))
    assert Run.objects.get(pk=run_id).notes["advances_rupiah"] == 3_000
    assert queries.paid_of([Assessment.objects.get(run_id=run_id).pk]) == {
        Assessment.objects.get(run_id=run_id).pk: 3_000
    }


def test_advances_of_a_killed_signing_are_used_later() -> None:
    b.stall("A-001")
    run_id = b.signed_run()
    Run.objects.filter(pk=run_id).update(notes={"people": {"levies.sign": ["user:b", "Bambang"]}}, moved_at=b.AT)
    later = b.AT + timedelta(hours=1)
    assert take_up_runs(at=later) == 1
    assert work_on_run(run_id=run_id, at=later) == "berlaku"
    assert take_up_runs(at=later) == 0
