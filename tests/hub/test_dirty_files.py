"""Every dirty file is read exactly, or its bad cells are named; no number gets through unseen."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.hub.dirty import hostile, people, points
from tests.hub.dirty.case import Case
from tests.hub.dirty.contracts import AREAS, BOUNDS
from tidar.hub.actions.checking import check_content
from tidar.hub.rules.reading import CheckContext, CheckResult, Survey, UnableToReadFile, open_book, survey

CASES: tuple[Case, ...] = (*people.CASES, *points.CASES, *hostile.CASES)


def surveyed(case: Case, path: Path) -> Survey:
    book = open_book(path, file_name=case.file_name or path.name)
    return survey(book, case.contract, case.memory)


def checked(case: Case, path: Path, found: Survey) -> CheckResult:
    context = CheckContext(
        areas=AREAS,
        bounds=BOUNDS,
        out=path.parent / "out.parquet",
        delivery_id="d1",
        value_memory=case.values,
        previous_profile=case.before,
    )
    return check_content(
        path=path,
        file_name=case.file_name or path.name,
        contract=case.contract,
        survey=found,
        mapping=found.mapping,
        context=context,
    )


def rows_of(result: CheckResult, case: Case) -> list[tuple[object, ...]]:
    table = pq.read_table(result.parquet).to_pylist()
    return [tuple(row[column.name] for column in case.contract.columns) for row in table]


def assert_words(expected: tuple[str, ...], said: list[str], what: str) -> None:
    for words in expected:
        assert any(words in sentence for sentence in said), f"{what}: {words!r} not in {said}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_dirty_file(case: Case, tmp_path: Path) -> None:
    path = case.build(tmp_path)
    try:
        found = surveyed(case, path)
        assert_words(case.drift, list(found.drift), "drift")
        assert_words(case.questions, list(found.questions), "questions")
        result = checked(case, path, found)
    except UnableToReadFile as refusal:
        assert case.refused and case.refused in refusal.sentence, refusal.sentence
        return
    assert not case.refused, "was not refused"
    assert bool(found.questions) == bool(case.questions), found.questions
    assert rows_of(result, case) == [tuple(row) for row in case.accepted]
    assert {r.row_number: r.sentence for r in result.rejected}.keys() == case.quarantined.keys(), result.rejected
    for rejection in result.rejected:
        assert_words(case.quarantined[rejection.row_number], [rejection.sentence], f"row {rejection.row_number}")
    below = {item.row: item.reason for item in (*found.skipped, *result.skipped)}
    assert below.keys() == case.skipped.keys(), below
    assert_words(tuple(case.skipped.values()), list(below.values()), "skipped")
    assert_words(case.notes, result.notes, "notes")
    assert_words(case.differences, result.differences, "differences")
    assert (case.held in result.held) if case.held else not result.held, result.held
    assert result.accepted_count == len(case.accepted)
    assert result.rejected_count == len(case.quarantined)


SILENT = ("total row", "total row with a code name", "subtotals between", "a total with a row that cannot be read")


@pytest.mark.parametrize("case", [c for c in CASES if c.name in SILENT], ids=lambda case: case.name)
def test_a_total_that_agrees_or_cannot_be_checked_says_nothing(case: Case, tmp_path: Path) -> None:
    path = case.build(tmp_path)
    assert not [note for note in checked(case, path, surveyed(case, path)).notes if "Baris jumlah" in note]


def test_there_are_enough_of_them() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 50
