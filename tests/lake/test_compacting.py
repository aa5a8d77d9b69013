"""Files of frequent exports are folded: few files, the same rows, earlier versions as they were."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lake.builders import AT, declare, publish
from tidar.lake import api
from tidar.lake.rules.compacting import MOST_FILES, tail_to_fold


def row(n: int, jiwa: int) -> dict[str, object]:
    return {"kelurahan": f"33.71.01.{1000 + n}", "jiwa": jiwa}


@pytest.mark.django_db
@pytest.mark.parametrize("key", [(), ("kelurahan",)])
def test_many_small_files_become_one_with_the_same_rows(home: Path, tmp_path: Path, key: tuple[str, ...]) -> None:
    declare(key=list(key))
    for n in range(MOST_FILES):
        publish(tmp_path, [row(n % 5, n)], source_id=f"e{n}", mode="append")
    before = api.current_version("penduduk")
    rows = api.read("SELECT kelurahan, jiwa, _delivery, _row FROM penduduk ORDER BY ALL").to_pylist()
    made = api.compact("penduduk", at=AT)
    assert made is not None
    assert before is not None
    assert (len(made.paths), made.row_count, made.source_id) == (1, before.row_count, before.source_id)
    assert api.read("SELECT kelurahan, jiwa, _delivery, _row FROM penduduk ORDER BY ALL").to_pylist() == rows
    pinned = {"penduduk": before.number}
    assert api.read("SELECT count(*) AS n FROM penduduk", versions=pinned)["n"].to_pylist() == [before.row_count]
    assert api.compact("penduduk", at=AT) is None
    assert api.check() == ()


@pytest.mark.django_db
def test_a_correction_after_folding_still_wins(home: Path, tmp_path: Path) -> None:
    declare(key=["kelurahan"])
    for n in range(MOST_FILES):
        publish(tmp_path, [row(n, n)], source_id=f"e{n}", mode="append")
    api.compact("penduduk", at=AT)
    publish(tmp_path, [row(3, 99)], source_id="later", mode="append")
    found = api.read("SELECT jiwa FROM penduduk WHERE kelurahan = '33.71.01.1003'")
    assert found["jiwa"].to_pylist() == [99]


def test_a_large_old_file_is_left_alone() -> None:
    assert tail_to_fold([1_000_000] + [20] * 15) == 0
    assert tail_to_fold([1_000_000] + [20] * 16) == 16
    assert tail_to_fold([1_000_000, 320] + [20] * 15) == 16


@given(st.integers(0, 10**6), st.integers(1, 600), st.sampled_from([1, 30, 5_000]))
def test_the_list_stays_short_and_rows_are_rewritten_few_times(seed: int, exports: int, largest: int) -> None:
    chance = random.Random(seed)
    sizes = [chance.randint(1, largest) for _ in range(exports)]
    files: list[int] = []
    written = 0
    for size in sizes:
        files.append(size)
        if count := tail_to_fold(files):
            written += sum(files[-count:])
            files[-count:] = [sum(files[-count:])]
        assert len(files) < 2 * MOST_FILES
    assert sum(files) == sum(sizes)
    assert written <= 10 * sum(sizes)
