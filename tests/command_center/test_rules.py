"""Shapes of numbers: map classes, small charts, change, the plan."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidar.command_center.rules import by_importance, change, chart, class_of, map_classes, thinned, wall_plan

numbers = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@given(st.lists(numbers, min_size=1, max_size=60))
def test_every_value_has_exactly_one_class(values: list[float]) -> None:
    classes = map_classes(values)
    assert 1 <= len(classes) <= 5
    assert [c.number for c in classes] == list(range(1, len(classes) + 1))
    assert all(1 <= class_of(v, classes) <= len(classes) for v in values)
    assert all(a.upper == b.lower for a, b in pairwise(classes))


def test_classes_hold_about_equally_many() -> None:
    values = [float(v) for v in range(1000, 1100)]
    classes = map_classes(values)
    counts = [sum(class_of(v, classes) == c.number for v in values) for c in classes]
    assert len(classes) == 5
    assert all(15 <= count <= 25 for count in counts)


def test_class_bounds_are_round_enough_for_a_legend() -> None:
    classes = map_classes([4723.4, 5120.9, 6999.1, 7411.7, 8044.2, 9871.3, 10480.8, 12571.9])
    assert all(c.lower % 100 == 0 for c in classes[1:])


def test_one_value_everywhere_is_one_class() -> None:
    classes = map_classes([5.0, 5.0, 5.0])
    assert len(classes) == 1
    assert class_of(5.0, classes) == 1
    assert map_classes([]) == ()
    assert class_of(5.0, ()) == 0


def test_what_is_below_the_first_class_has_none() -> None:
    assert class_of(1.0, map_classes([2.0, 3.0])) == 0


@given(st.lists(numbers, min_size=2, max_size=200))
def test_charts_stay_in_their_box(values: list[float]) -> None:
    drawn = chart(values)
    assert drawn is not None
    points = [tuple(map(float, p.split())) for p in drawn.line.removeprefix("M").split("L")]
    assert all(0 <= x <= 100 and 0 <= y <= 32 for x, y in points)
    assert points[0][0] == 0
    assert points[-1][0] == 100


def test_charts_rise_with_the_value_and_need_two_points() -> None:
    drawn = chart([1.0, 2.0])
    assert drawn is not None
    assert drawn.line == "M0 29L100 3"
    assert chart([1.0]) is None


def test_only_the_next_limit_above_is_shown() -> None:
    drawn = chart([1.0, 1.2], limits=[1.5, 2.0, 2.5])
    assert drawn is not None
    assert len(drawn.limits) == 1


def test_thinning_keeps_the_peak() -> None:
    values = [0.0] * 1000
    values[417] = 9.0
    kept = thinned(values, most=96)
    assert len(kept) == 96
    assert max(kept) == 9.0


@pytest.mark.parametrize(
    ("value", "before", "direction", "percent"),
    [("110", "100", "up", "10"), ("90", "100", "down", "-10"), ("100", "100", "same", "0"), ("5", "0", "up", None)],
)
def test_change_against_the_newest_earlier_value(value: str, before: str, direction: str, percent: str | None) -> None:
    found = change(Decimal(value), [("2026-09", Decimal("1")), ("2026-10", Decimal(before))], period="2026-11")
    assert found is not None
    assert (found.direction, found.since) == (direction, "2026-10")
    assert found.percent == (None if percent is None else Decimal(percent))


def test_a_correction_of_the_same_period_has_no_since() -> None:
    found = change(Decimal(2), [("2026-11", Decimal(1))], period="2026-11")
    assert found is not None
    assert found.since == ""
    assert change(Decimal(2), [], period="2026-11") is None


def test_the_plan_orders_and_what_it_does_not_name_follows() -> None:
    assert by_importance(["c", "a", "x", "b"], ["a", "b", "c"]) == ["a", "b", "c", "x"]


def test_plans_of_several_programs_add_up_and_the_first_colours_the_map() -> None:
    layer = {"code": "atcs", "title": "ATCS", "sql": "SELECT 1", "tables": ["atcs"], "icons": {"atcs": "signal"}}
    plan = wall_plan([{"tiles": ["a"], "choropleth": "a", "layer": [layer]}, {"tiles": ["a", "b"], "choropleth": "b"}])
    assert plan.tiles == ("a", "b")
    assert plan.choropleth == "a"
    assert plan.layers[0].icons == {"atcs": "signal"}
