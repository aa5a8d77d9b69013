"""Fairness by hand: each number below is worked out in the comment beside it."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.rojak.rules.fairness import Fairness, fairness, gini, max_over_median


def test_five_volunteers_by_hand():
    # hours 2, 4, 4, 6, 14: n = 5, sum = 30, mean = 6
    # differences of all pairs: |2-4|=2 twice, |2-6|=4, |2-14|=12, |4-4|=0, |4-6|=2 twice, |4-14|=10 twice, |6-14|=8
    #   = 2+2+4+12 + 0+2+10 + 2+10 + 8 = 52; each pair counts twice: 104
    # Gini = 104 / (2 × 5² × 6) = 104 / 300 = 0.34666…
    # median = 4, largest = 14: 3.5 times
    assert fairness([6, 2, 14, 4, 4]) == Fairness(5, pytest.approx(104 / 300), 3.5)


def test_four_of_which_one_does_everything_by_hand():
    # 0, 0, 0, 8: three pairs differ by 8, twice: 48; mean 2; Gini = 48 / (2 × 16 × 2) = 0.75 = (n - 1) / n
    # the middle two are 0, so the largest over the median does not exist
    assert fairness([0, 8, 0, 0]) == Fairness(4, 0.75, None)


def test_all_the_same_is_zero_and_one():
    assert fairness([3, 3, 3]) == Fairness(3, 0.0, 1.0)
    assert fairness([7]) == Fairness(1, 0.0, 1.0)


def test_two_by_hand():
    # 1 and 3: the pair differs by 2, twice: 4; mean 2; Gini = 4 / (2 × 4 × 2) = 0.25; median 2, largest 3: 1.5
    assert fairness([1, 3]) == Fairness(2, 0.25, 1.5)


def test_nothing_to_share_has_no_measure():
    assert fairness([]) == Fairness(0, None, None)
    assert fairness([0, 0]) == Fairness(2, None, None)
    with pytest.raises(ValueError, match="negative"):
        gini([1, -1])


SHARES = st.lists(st.integers(0, 500), min_size=1, max_size=30)


@given(SHARES)
def test_the_sorted_form_is_the_mean_difference_of_all_pairs(shares: list[int]):
    if not sum(shares):
        return
    n, mean = len(shares), Fraction(sum(shares), len(shares))
    pairs = sum(abs(a - b) for a, b in product(shares, shares))
    assert gini(shares) == pytest.approx(float(pairs / (2 * n * n * mean)))


@given(SHARES, st.integers(1, 9))
def test_a_unit_changes_nothing(shares: list[int], factor: int):
    assert gini([x * factor for x in shares]) == gini(shares)
    assert max_over_median([x * factor for x in shares]) == max_over_median(shares)
