"""Issuing and cancelling: checked, numbered, signed, once, for ever."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.documents.builders import AT, BY, SIGNER, data, issued
from tidar.common.errors import UnableToAgree, UnableToFind
from tidar.common.models import AuditEntry
from tidar.documents import api as documents
from tidar.documents.models import Cancellation, Document, SigningKey
from tidar.documents.queries.verifying import is_genuine

pytestmark = pytest.mark.django_db


def row(sequence: int, **changes: Any) -> documents.NewDocument:
    return documents.NewDocument(2026, sequence, f"skrd:{sequence}", data("skrd", **changes))


def many(*rows: documents.NewDocument) -> int:
    return documents.issue_many(kind="skrd", series="SKRD", rows=rows, signed_by=SIGNER, by=BY, at=AT)


def taken(count: int) -> None:
    with transaction.atomic():
        documents.take_numbers("SKRD", 2026, count)


@pytest.mark.parametrize("kind", list(documents.KINDS))
def test_a_document_of_each_kind_is_issued_and_genuine(kind: str) -> None:
    view = issued(kind)
    assert view.number == f"{kind.upper()}/2026/0000001" and view.cancelled_at is None
    assert view.url == f"http://127.0.0.1:8000/dok/{view.token}/" == documents.verification_url(view.token)
    assert is_genuine(Document.objects.get(pk=view.id))
    assert AuditEntry.objects.get(action="documents.issue").after == {"number": view.number, "about": view.subject}


def test_a_struct_says_the_same_as_its_mapping() -> None:
    taken(1)
    sheet = documents.Skrd(**data("skrd", due_date=AT.date(), legal_basis=("UU 1/2022",), how_to_pay=()))
    many(documents.NewDocument(2026, 1, "skrd:1", sheet))
    assert Document.objects.get().data["due_date"] == "2026-11-25"


def test_the_same_again_changes_nothing() -> None:
    taken(2)
    assert many(row(1), row(2)) == 2
    before = list(Document.objects.order_by("pk").values())
    assert many(row(1), row(2)) == 0
    again = documents.issue(
        kind="skrd",
        series="SKRD",
        year=2026,
        sequence=1,
        subject="skrd:1",
        data=data("skrd"),
        signed_by=SIGNER,
        by=BY,
        at=AT,
    )
    assert again.number == "SKRD/2026/0000001"
    assert list(Document.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action__startswith="documents.issue").count() == 1


def test_an_interrupted_run_goes_on_where_it_stopped() -> None:
    taken(3)
    assert many(row(2)) == 1
    assert many(row(1), row(2), row(3)) == 2
    assert list(Document.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3]


def test_the_same_subject_with_other_content_is_refused() -> None:
    taken(2)
    many(row(1))
    with pytest.raises(UnableToAgree, match="sudah terbit dengan isi lain"):
        many(row(1, amount_rupiah=90_001))
    with pytest.raises(UnableToAgree, match="sudah terbit dengan isi lain"):
        many(documents.NewDocument(2026, 2, "skrd:1", data("skrd")))
    assert Document.objects.count() == 1


def test_a_number_belongs_to_one_document() -> None:
    taken(1)
    many(row(1))
    with pytest.raises(UnableToAgree, match="sudah dipakai"), transaction.atomic():
        many(documents.NewDocument(2026, 1, "skrd:lain", data("skrd")))
    with pytest.raises(UnableToAgree, match="sudah dipakai"):
        documents.issue(
            kind="skrd", series="SKRD", year=2026, sequence=1, subject="skrd:lain", data=data("skrd"),
            signed_by=SIGNER, by=BY, at=AT,
        )  # fmt: skip


def test_a_number_that_was_not_taken_is_refused() -> None:
    taken(1)
    with pytest.raises(documents.UnableToIssue, match="SKRD/2026/0000002 belum diambil"):
        many(row(1), row(2))
    with pytest.raises(documents.UnableToIssue, match="belum diambil"):
        many(documents.NewDocument(2027, 1, "skrd:1", data("skrd")))
    assert not Document.objects.exists()


def test_one_wrong_row_keeps_all_out() -> None:
    taken(3)
    with pytest.raises(documents.UnableToIssue, match="payer_name"), transaction.atomic():
        many(row(1), row(2, payer_name=""), row(3))
    assert not Document.objects.exists() and not AuditEntry.objects.filter(action="documents.issue_many").exists()


@pytest.mark.parametrize(("subject", "signed_by"), [("", SIGNER), ("x" * 81, SIGNER), ("a", ""), ("a", "x" * 201)])
def test_subject_and_signer_are_needed(subject: str, signed_by: str) -> None:
    taken(1)
    with pytest.raises(documents.UnableToIssue):
        documents.issue_many(
            kind="skrd", series="SKRD", rows=[documents.NewDocument(2026, 1, subject, data("skrd"))],
            signed_by=signed_by, by=BY, at=AT,
        )  # fmt: skip


def test_bulk_memory_is_flat_and_the_audit_has_one_entry() -> None:
    taken(2_500)
    assert (
        documents.issue_many(
            kind="skrd", series="SKRD", rows=(row(n) for n in range(1, 2_501)), signed_by=SIGNER, by=BY, at=AT
        )
        == 2_500
    )
    entry = AuditEntry.objects.get(action="documents.issue_many")
    assert entry.after == {"kind": "skrd", "count": 2500, "first": "SKRD/2026/0000001", "last": "SKRD/2026/0002500"}
    assert all(is_genuine(document) for document in Document.objects.filter(sequence__in=(1, 1_000, 1_001, 2_500)))
    assert SigningKey.objects.count() == 1


def test_documents_are_found_by_subject() -> None:
    first, second = issued("skrd", subject="skrd:a"), issued("skrd", subject="skrd:b")
    assert documents.find("skrd", "skrd:a") == first and documents.find("ssrd", "skrd:a") is None
    found = documents.find_many("skrd", ["skrd:a", "skrd:b", "skrd:c"])
    assert found == {"skrd:a": first, "skrd:b": second}


def test_many_are_found_in_one_query(django_assert_num_queries: Any) -> None:
    subjects = [issued("skrd").subject for _ in range(5)]
    documents.cancel(kind="skrd", subject=subjects[0], reason="salah luas", by=BY, at=AT)
    with django_assert_num_queries(1):
        assert documents.find_many("skrd", subjects)[subjects[0]].cancel_reason == "salah luas"


def test_cancelling_keeps_the_document_and_the_first_reason() -> None:
    view, later = issued("skrd"), AT + timedelta(days=1)
    cancelled = documents.cancel(kind="skrd", subject=view.subject, reason="  salah  luas ", by=BY, at=later)
    assert (cancelled.cancelled_at, cancelled.cancel_reason, cancelled.token) == (later, "salah luas", view.token)
    again = documents.cancel(kind="skrd", subject=view.subject, reason="lain", by=BY, at=later + timedelta(days=1))
    assert again == cancelled
    assert AuditEntry.objects.filter(action="documents.cancel").count() == 1


def test_cancelling_needs_a_reason_and_a_document() -> None:
    view = issued("skrd")
    with pytest.raises(documents.UnableToCancel):
        documents.cancel(kind="skrd", subject=view.subject, reason=" ", by=BY, at=AT)
    with pytest.raises(UnableToFind):
        documents.cancel(kind="ssrd", subject=view.subject, reason="x", by=BY, at=AT)
    assert not Cancellation.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_document SET data = data",
        "UPDATE documents_document SET number = 'SKRD/2026/0000009'",
        "DELETE FROM documents_document",
        "TRUNCATE documents_document CASCADE",
        "UPDATE documents_cancellation SET reason = 'lain'",
        "DELETE FROM documents_cancellation",
        "TRUNCATE documents_cancellation",
    ],
)
def test_what_was_issued_never_changes(statement: str) -> None:
    view = issued("skrd")
    documents.cancel(kind="skrd", subject=view.subject, reason="salah luas", by=BY, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE would stumble over pending foreign keys first
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_the_same_get_the_same() -> None:
    taken(1)
    start, views = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        try:
            views.append(
                documents.issue(
                    kind="skrd", series="SKRD", year=2026, sequence=1, subject="skrd:1", data=data("skrd"),
                    signed_by=SIGNER, by=BY, at=AT,
                )
            )  # fmt: skip
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(views) == 4 and len({view.token for view in views}) == 1 and Document.objects.count() == 1
