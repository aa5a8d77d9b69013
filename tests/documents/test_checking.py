"""`tidar check`: what holds, and everything that does not, found and named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction

from tests.documents.builders import AT, BY, SIGNER, data, issued
from tests.documents.tampering import triggers_off
from tidar.documents import api as documents
from tidar.documents.queries import checking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_holders(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(checking, "_holders", {})
    yield


def taken(count: int, *, year: int = 2026) -> int:
    with transaction.atomic():
        return documents.take_numbers("SKRD", year, count)


def test_nothing_is_wrong_when_nothing_is() -> None:
    assert documents.check() == ()
    for kind in documents.KINDS:
        issued(kind)
    assert documents.check() == ()


@pytest.mark.django_db(transaction=True)
def test_the_command_holds_and_does_not_hold(capsys: pytest.CaptureFixture[str]) -> None:
    issued("skrd")
    call_command("check_documents")
    assert "no faults" in capsys.readouterr().out
    taken(1)
    with pytest.raises(SystemExit) as leave:
        call_command("check_documents")
    assert leave.value.code == 1 and "SKRD/2026/0000002" in capsys.readouterr().err


def test_it_is_part_of_tidar_check() -> None:
    from tidar.cli.commands import CHECKS

    assert "check_documents" in CHECKS


def test_taken_numbers_without_documents_are_found() -> None:
    taken(2)
    issued("skrd")  # 3
    taken(1)
    issued("skrd")  # 5
    taken(3)
    said = documents.check()
    assert [sentence.partition(" sudah")[0] for sentence in said] == [
        "Nomor SKRD/2026/0000001 sampai SKRD/2026/0000002",
        "Nomor SKRD/2026/0000004",
        "Nomor SKRD/2026/0000006 sampai SKRD/2026/0000008",
    ]


def test_a_series_without_any_document_is_found() -> None:
    taken(1, year=2027)
    assert "SKRD/2027/0000001" in documents.check()[0]


def test_a_holder_explains_exactly_what_it_holds() -> None:
    asked: list[tuple[int, int, int]] = []

    @documents.number_holder("SKRD")
    def held(year: int, first: int, last: int) -> set[int]:
        asked.append((year, first, last))
        return {1, 2, 3, 5, 99} if year == 2026 else set()

    taken(3)
    issued("skrd")  # 4
    taken(2)  # 5 is held, 6 is nobody's
    assert documents.check() == (
        "Nomor SKRD/2026/0000006 sudah diambil, tetapi tidak punya dokumen dan tidak ada yang memegangnya.",
    )
    assert asked == [(2026, 1, 3), (2026, 5, 6)]


def test_a_holder_is_asked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "AT_ONCE", 4)
    asked = []

    @documents.number_holder("SKRD")
    def held(year: int, first: int, last: int) -> range:
        asked.append((first, last))
        return range(first, last + 1)

    taken(10)
    assert documents.check() == () and asked == [(1, 4), (5, 8), (9, 10)]


def test_a_series_has_one_holder() -> None:
    documents.number_holder("SKRD")(lambda year, first, last: ())
    with pytest.raises(ValueError, match="already has a holder"):
        documents.number_holder("SKRD")(lambda year, first, last: ())


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE documents_document SET data = jsonb_set(data, '{amount_rupiah}', '90001')", "tidak sama"),
        ("UPDATE documents_document SET signature = '\\x00'", "tidak sama"),
        ("UPDATE documents_document SET data = '[]'", "tidak sama"),
        ("DELETE FROM documents_document WHERE sequence = 1", "tidak punya dokumen"),
        ("UPDATE documents_series SET last = 1", "tidak pernah diambil"),
        ("DELETE FROM documents_series", "tidak pernah diambil"),
        ("UPDATE documents_signingkey SET private_key = '\\x00'", "tidak dapat dibuka"),
        ("UPDATE documents_signingkey SET public_key = substr(public_key, 2)", "tidak sama"),
    ],
)
def test_what_was_done_past_the_triggers_is_found(statement: str, word: str) -> None:
    issued("skrd")
    issued("skrd")
    with triggers_off() as cursor:
        cursor.execute(statement)
    assert word in documents.check()[0]


def test_many_faults_are_told_in_few_lines() -> None:
    first = taken(50)
    rows = (documents.NewDocument(2026, first + n, f"skrd:{n}", data("skrd")) for n in range(50))
    documents.issue_many(kind="skrd", series="SKRD", rows=rows, signed_by=SIGNER, by=BY, at=AT)
    with triggers_off() as cursor:
        cursor.execute("UPDATE documents_document SET signed_by = 'x'")
    said = documents.check()
    assert len(said) == checking.TOLD + 1 and "30 kesalahan" in said[-1]
