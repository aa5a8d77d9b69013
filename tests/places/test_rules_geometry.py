"""Areas, cells and the point index, against plain slow truths."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tidar.places.rules import cells
from tidar.places.rules.lookup import PointIndex
from tidar.places.rules.measure import area_km2


def slowly(geometries, lons, lats):
    """First area, in order, that covers the point."""
    found = np.full(len(lons), -1)
    for position in range(len(geometries) - 1, -1, -1):
        found[shapely.intersects_xy(geometries[position], lons, lats)] = position
    return found


def random_cells(seed: int, count: int, scale: float):
    rng = np.random.default_rng(seed)
    points = [(114 + x * scale, -3 + y * scale) for x, y in rng.random((count, 2))]
    return cells.voronoi_cells(points), rng


def probes(geometries, rng, count=400):
    """Random points around, every corner, and the middle of every edge: the hard ones lie on borders."""
    west, south, east, north = shapely.total_bounds(np.array(geometries, dtype=object))
    corners = shapely.get_coordinates(geometries)
    middles = (corners[:-1] + corners[1:]) / 2
    spread = np.column_stack([rng.uniform(west - 0.01, east + 0.01, count), rng.uniform(south, north, count)])
    return np.vstack([corners, middles, spread])


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 40), scale=st.sampled_from([1e-4, 0.03, 1.0]))
def test_the_index_answers_like_the_plain_loop(seed, count, scale):
    geometries, rng = random_cells(seed, count, scale)
    lons, lats = probes(geometries, rng).T
    assert np.array_equal(PointIndex(geometries).find(lons, lats), slowly(geometries, lons, lats))


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000))
def test_overlaps_and_holes_answer_like_the_plain_loop_too(seed):
    rng = np.random.default_rng(seed)
    circles = [
        shapely.Point(*p).buffer(r) for p, r in zip(rng.random((12, 2)), rng.uniform(0.05, 0.4, 12), strict=True)
    ]
    rings = [c.difference(c.centroid.buffer(0.03)) for c in circles]
    lons, lats = probes(rings, rng).T
    assert np.array_equal(PointIndex(rings).find(lons, lats), slowly(rings, lons, lats))


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 40))
def test_every_point_inside_the_union_belongs_to_exactly_one_area(seed, count):
    geometries, rng = random_cells(seed, count, 0.1)
    whole = shapely.union_all(geometries).buffer(-1e-9)
    lons, lats = probes(geometries, rng).T
    inside = shapely.contains_xy(whole, lons, lats)
    assert (PointIndex(geometries).find(lons[inside], lats[inside]) >= 0).all()


def test_a_point_on_a_shared_border_belongs_to_the_first():
    left, right = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    assert PointIndex([left, right]).find([1.0, 0.5, 1.5], [0.5, 0.5, 0.5]).tolist() == [0, 0, 1]
    assert PointIndex([right, left]).find([1.0], [0.5]).tolist() == [0]


def test_points_that_are_no_points_belong_to_none():
    index = PointIndex([shapely.box(0, 0, 1, 1)])
    assert index.find([np.nan, np.inf, 0.5, 1e300], [0.5, 0.5, -np.inf, 0.5]).tolist() == [-1] * 4
    assert PointIndex([]).find([0.5], [0.5]).tolist() == [-1]
    assert index.find([], []).tolist() == []
    with pytest.raises(ValueError, match="as many"):
        index.find([1.0], [])


def test_square_degrees_are_measured_on_the_ellipsoid():
    a, e2 = 6378.137, 0.00669437999014
    latitude = np.radians((np.arange(20_000) + 0.5) / 20_000)  # midpoints of one degree north of the equator
    strip = np.cos(latitude) * a * a * (1 - e2) / (1 - e2 * np.sin(latitude) ** 2) ** 2
    integral = strip.sum() * np.radians(1) / 20_000 * np.radians(1)
    assert area_km2(shapely.box(0, 0, 1, 1)) == pytest.approx(integral, rel=1e-8)
    whole = shapely.box(-180, -90, 180, 90)
    assert area_km2(whole) == pytest.approx(510_065_621.7, rel=1e-9)
    assert area_km2(shapely.Point(0, 0)) == 0


def test_holes_are_not_measured():
    plate = shapely.box(0, 0, 1, 1)
    assert area_km2(plate.difference(shapely.box(0.4, 0.4, 0.6, 0.6))) == pytest.approx(
        area_km2(plate) - area_km2(shapely.box(0.4, 0.4, 0.6, 0.6))
    )


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 60))
def test_cells_cover_their_points_and_do_not_overlap(seed, count):
    rng = np.random.default_rng(seed)
    points = [(110 + x / 20, -7 + y / 20) for x, y in rng.random((count, 2))]
    made = cells.voronoi_cells(points, area=25.0)
    assert len(made) == count
    assert all(c.buffer(1e-9).covers(shapely.Point(p)) for c, p in zip(made, points, strict=True))
    assert sum(c.area for c in made) == pytest.approx(shapely.union_all(made).area, rel=1e-6)


def test_equal_points_get_cells_of_their_own():
    made = cells.voronoi_cells([(110.2, -7.4)] * 3 + [(110.3, -7.5)])
    assert len(made) == 4
    assert all(c.area > 0 for c in made)


def test_cells_together_are_about_as_large_as_asked():
    points = [(110.2 + x / 100, -7.4 + y / 100) for x in range(4) for y in range(4)]
    assert sum(map(area_km2, cells.voronoi_cells(points, area=18.5))) == pytest.approx(18.5, rel=0.05)
    assert cells.voronoi_cells([]) == []


def test_a_sliver_belongs_to_the_neighbour_with_most_of_its_border_and_a_lake_to_nobody():
    def plates(hole):
        left = shapely.box(110, -7.1, 110.05, -7).difference(hole)
        return [left, shapely.box(110.05, -7.1, 110.1, -7).difference(hole)]

    sliver = shapely.box(110.0498, -7.05, 110.05005, -7.0499)
    found = cells.gaps(plates(sliver))
    assert [position for _, position in found] == [0]
    assert cells.gaps(plates(shapely.box(110.03, -7.08, 110.07, -7.04))) == []
    assert cells.gaps([shapely.box(0, 0, 1, 1)]) == []


def test_a_union_has_no_slivers_and_keeps_real_holes():
    plate = shapely.box(110, -7.1, 110.1, -7)
    lake, sliver = shapely.box(110.02, -7.08, 110.05, -7.05), shapely.box(110.07, -7.02, 110.0701, -7.0199)
    whole = cells.union([plate.difference(lake).difference(sliver)])
    assert len(whole.interiors) == 1
    assert cells.union([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]).geom_type == "MultiPolygon"


def test_a_light_outline_keeps_shared_borders_shared():
    wave = [(0.5 + 0.001 * np.sin(n), n / 500) for n in range(501)]
    left = shapely.Polygon([(0, 0), *wave, (0, 1)])
    right = shapely.Polygon([(1, 0), *wave, (1, 1)])
    light = cells.drawn([left, right])
    assert sum(map(shapely.get_num_coordinates, light)) < 850  # of 1006
    assert shapely.intersection(*light).area < 1e-9
    assert cells.drawn([]) == []
