"""When to pull again: bounds that hold for every rhythm and every run of failures."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.hub.rules.pulling import (
    BACKOFF_LONGEST_SECONDS,
    PullState,
    backoff_seconds,
    interval_seconds,
    next_try,
    pull_state_data,
    pull_state_from,
)

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
draws = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("rhythm", "wanted"), [(None, 21_600), (1, 60), (120, 60), (3600, 1800), (86_400, 43_200), (31 * 86_400, 86_400)]
)
def test_looks_are_twice_per_rhythm_between_a_minute_and_a_day(rhythm, wanted):
    assert interval_seconds(rhythm) == wanted


@given(failures=st.integers(1, 10_000), draw=draws)
def test_backoff_is_bounded_and_jitter_takes_at_most_half(failures, draw):
    full = min(60 * 2.0 ** min(failures - 1, 30), BACKOFF_LONGEST_SECONDS)
    assert full / 2 <= backoff_seconds(failures, draw=draw) <= full


@given(failures=st.integers(1, 100), draw=draws)
def test_more_failures_never_wait_less(failures, draw):
    assert backoff_seconds(failures + 1, draw=draw) >= backoff_seconds(failures, draw=draw)


def test_retry_after_is_respected_up_to_a_day():
    assert (next_try(at=AT, failures=1, draw=0.0, least_seconds=500) - AT).total_seconds() == 500
    assert (next_try(at=AT, failures=1, draw=0.0, least_seconds=10**6) - AT).total_seconds() == 86_400


def test_the_state_survives_json_and_rubbish_is_a_fresh_start():
    state = PullState(url="http://a", etag='"1"', failures=3)
    assert pull_state_from(pull_state_data(state)) == state
    assert pull_state_from({"failures": "banyak"}) == PullState()
    assert pull_state_from(None) == PullState()
