"""How far a round went is read from its track: what the phone says is kept in its item and counts nowhere."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rojak.builders import AT
from tests.rojak.items.builders import Made, moment, post, send, states
from tidar.common.ids import uuid7
from tidar.hub.models import Event
from tidar.rojak.models import PatrolItem, Round
from tidar.rojak.queries.effort import efforts
from tidar.rojak.queries.rounds import track_of
from tidar.rojak.rules.tracks import walked_metres

LON, LAT = 110_215_000, -7_485_900
STEP = 100  # millionths of a degree of longitude: 11.04 metres here


def points(first: int, count: int, *, accuracy: int = 8, after: int = 0) -> list[list[int]]:
    """So many fixes eastwards from the `first` step, one every ten seconds."""
    return [[after + n * 10, LON + (first + n) * STEP, LAT, accuracy] for n in range(count)]


def parts_of(made: Made, round_id: object) -> list:
    """Three stretches: a minute and a half of walking, the next after a break, one with fixes that tell nothing."""
    spans = [(0, points(0, 10)), (500, points(40, 10)), (600, [*points(50, 3), *points(53, 3, accuracy=90, after=30)])]
    return [
        made.phone.item("track", {"points": found}, round=round_id, at=moment(AT + timedelta(seconds=after)))
        for after, found in spans
    ]


@pytest.mark.django_db
def test_any_order_of_arrival_gives_the_same_distance() -> None:
    made = post()
    for order in permutations(range(4)):
        round_id = uuid7()
        send(made.phone, made.phone.item("round_start", id=round_id))
        end = made.phone.item("round_end", {"distance_m": 9_999}, round=round_id, at=moment(AT + timedelta(minutes=12)))
        items = [*parts_of(made, round_id), end]
        for one in order:
            assert states(send(made.phone, items[one], at=AT + timedelta(hours=1))) == ["diterima"]
        found = Round.objects.get(pk=round_id)
        # 9 steps, then 9 and the 3 that follow within the time: the break of minutes and the poor fixes are no way.
        assert found.distance_metres == 232 == track_of(found).metres, order
    said = json.loads(bytes(PatrolItem.objects.filter(kind="round_end").first().body))
    assert said["data"]["distance_m"] == 9_999


@pytest.mark.django_db
def test_effort_and_event_say_what_the_track_says_and_nothing_where_there_is_none() -> None:
    made, walked, without = post(), uuid7(), uuid7()
    for round_id in (walked, without):
        send(made.phone, made.phone.item("round_start", id=round_id))
    part = made.phone.item("track", {"points": points(0, 10)}, round=walked)
    ends = [made.phone.item("round_end", {"distance_m": 9_999}, round=one) for one in (walked, without)]
    send(made.phone, part, *ends)
    assert dict(Round.objects.values_list("pk", "distance_metres")) == {walked: 99, without: None}
    day = date(AT.year, AT.month, AT.day)
    effort = efforts([made.city.post.pk], day, day)[made.city.post.pk]
    assert (effort.metres, effort.unmeasured) == (99, 1)
    told = Event.objects.filter(kind="patrol.round_ended").values_list("data", flat=True)
    assert {one["round"]: one["distance_metres"] for one in told} == {str(walked): 99, str(without): None}


@pytest.mark.django_db
def test_a_track_that_comes_after_the_end_is_counted_and_only_poor_fixes_are_unknown() -> None:
    made, round_id = post(), uuid7()
    send(made.phone, made.phone.item("round_start", id=round_id))
    send(made.phone, made.phone.item("track", {"points": points(0, 10, accuracy=31)}, round=round_id))
    send(made.phone, made.phone.item("round_end", round=round_id))
    assert Round.objects.get().distance_metres is None
    send(made.other, made.other.item("track", {"points": points(0, 2)}, round=round_id))
    assert Round.objects.get().distance_metres == 11


FIXES = st.lists(
    st.tuples(st.integers(0, 400), st.integers(-5, 5), st.integers(-5, 5), st.sampled_from([5, 30, 31, 200])),
    min_size=1, max_size=12,
)  # fmt: skip
PARTS = st.lists(st.tuples(st.integers(0, 600), FIXES), min_size=1, max_size=5)


@given(PARTS, st.randoms(use_true_random=False))
def test_parts_in_any_order_are_one_distance(parts, luck) -> None:
    told = [
        (AT + timedelta(seconds=after), [[s, LON + x * STEP, LAT + y * STEP, accuracy] for s, x, y, accuracy in fixes])
        for after, fixes in parts
    ]
    once = walked_metres(told, worst_metres=30)
    luck.shuffle(told)
    assert walked_metres([*told, told[0]], worst_metres=30) == once


def test_a_fix_told_twice_counts_by_its_better_accuracy() -> None:
    good, poor = (AT, [[0, LON, LAT, 8], [10, LON + STEP, LAT, 8]]), (AT, [[10, LON + STEP, LAT, 80]])
    assert walked_metres([good, poor], worst_metres=30) == walked_metres([poor, good], worst_metres=30) == 11
    assert walked_metres([poor], worst_metres=30) is None
