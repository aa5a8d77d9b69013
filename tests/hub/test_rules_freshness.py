"""Freshness: a table of cases, and what holds for every promise."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.hub.rules.freshness import Promise, freshness, transition

AT = datetime(2026, 11, 24, 7, 0, tzinfo=timezone.utc)
HOUR = 3600
WORSE = {"fresh": 0, "late": 1, "stale": 2}


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (-50, "fresh"),
        (0, "fresh"),
        (HOUR, "fresh"),
        (HOUR + 600, "fresh"),
        (HOUR + 601, "late"),
        (2 * HOUR + 600, "late"),
        (2 * HOUR + 601, "stale"),
        (1000 * HOUR, "stale"),
    ],
)
def test_the_thresholds_are_rhythm_and_two_rhythms_each_plus_grace(age, state):
    found = freshness(Promise(HOUR, 600, AT), AT - timedelta(seconds=age), at=AT)
    assert found.state == state
    assert found.age_seconds == max(age, 0)
    assert found.due_at == AT - timedelta(seconds=age - HOUR)


def test_never_delivered_waits_and_is_due_one_rhythm_after_the_promise():
    found = freshness(Promise(HOUR, 600, AT), None, at=AT + timedelta(days=9))
    assert (found.state, found.due_at, found.age_seconds) == ("waiting", AT + timedelta(hours=1), None)


def test_without_a_rhythm_nothing_is_ever_late_but_age_is_still_told():
    found = freshness(Promise(None, 0, AT), AT - timedelta(days=900), at=AT)
    assert (found.state, found.due_at, found.age_seconds) == ("unscheduled", None, 900 * 86_400.0)


seconds = st.integers(0, 10**8)


@given(rhythm=st.integers(1, 10**7), grace=seconds, age=seconds, later=seconds)
def test_time_alone_never_makes_a_feed_fresher(rhythm, grace, age, later):
    promise, last = Promise(rhythm, grace, AT), AT - timedelta(seconds=age)
    now, then = (freshness(promise, last, at=AT + timedelta(seconds=s)) for s in (0, later))
    assert WORSE[then.state] >= WORSE[now.state]
    assert then.age_seconds >= now.age_seconds
    assert then.due_at == now.due_at


@given(rhythm=st.integers(1, 10**7), grace=seconds, more=seconds, age=seconds)
def test_patience_and_newer_data_never_make_it_worse(rhythm, grace, more, age):
    last = AT - timedelta(seconds=age)
    plain = WORSE[freshness(Promise(rhythm, grace, AT), last, at=AT).state]
    assert WORSE[freshness(Promise(rhythm, grace + more, AT), last, at=AT).state] <= plain
    assert WORSE[freshness(Promise(rhythm, grace, AT), last + timedelta(seconds=more), at=AT).state] <= plain


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        ("", "fresh", ""),
        ("", "late", "late"),
        ("waiting", "fresh", ""),
        ("fresh", "late", "late"),
        ("late", "stale", "stale"),
        ("fresh", "stale", "stale"),
        ("stale", "late", "late"),
        ("late", "fresh", "fresh"),
        ("stale", "fresh", "fresh"),
        ("stale", "stale", ""),
        ("stale", "unscheduled", ""),
        ("fresh", "waiting", ""),
    ],
)
def test_only_transitions_are_told(before, now, news):
    assert transition(before, now) == news
