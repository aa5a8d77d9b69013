"""Ranges of serials against plain sets."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.retribusi.rules import karcis as rules

RANGES = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 8)).map(lambda p: (p[0], p[0] + p[1])), max_size=6)


def as_set(ranges) -> set[int]:
    return {n for first, last in ranges for n in range(first, last + 1)}


@given(RANGES)
def test_joined_ranges_hold_the_same_serials_and_never_touch(ranges) -> None:
    found = rules.joined(ranges)
    assert as_set(found) == as_set(ranges)
    assert all(a[1] + 1 < b[0] for a, b in itertools.pairwise(found))
    assert rules.count_of(found) == len(as_set(ranges))


@given(RANGES, RANGES)
def test_without_is_the_difference(ranges, taken) -> None:
    assert as_set(rules.without(ranges, taken)) == as_set(ranges) - as_set(taken)


@given(RANGES, st.tuples(st.integers(1, 40), st.integers(0, 8)))
def test_covers_means_every_serial(ranges, wanted) -> None:
    part = (wanted[0], wanted[0] + wanted[1])
    assert rules.covers(ranges, part) is (as_set([part]) <= as_set(ranges))
    assert (rules.range_faults(*part, within=ranges) == "") is rules.covers(ranges, part)


@pytest.mark.parametrize(
    ("text", "found"),
    [("", ()), ("101-110", ((101, 110),)), ("101 – 110; 115,116\n", ((101, 110), (115, 116))), ("0000007", ((7, 7),))],
)
def test_serials_are_read_as_people_write_them(text, found) -> None:
    assert rules.serials_in(text) == found


@pytest.mark.parametrize("text", ["a", "10-5", "1-2-3", "-5", "12345678", "1.5"])
def test_what_is_no_serial_gets_a_sentence(text) -> None:
    with pytest.raises(rules.UnableToReadSerials) as told:
        rules.serials_in(text)
    assert told.value.sentence.endswith(".")


def test_serials_are_written_with_seven_digits() -> None:
    assert rules.range_text("A", 101, 110) == "A 0000101–0000110"
    assert rules.range_text("", 7, 7) == "0000007"
    assert rules.range_faults(5, 4, within=[(1, 9)]) != ""
