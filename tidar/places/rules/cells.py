"""Boundaries made from other things: cells around centre points, unions, filled slivers, light outlines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from tidar.places.rules.measure import area_km2

SLIVER_KM2 = 0.05  # a gap between neighbours smaller than five hectares is digitising, not a place
LOOSE_RATIO = 0.35  # of the concave hull: 0 follows every point, 1 is convex
DRAWN_DECIMALS = 6  # about 0.1 m
DETAIL = 2000  # a line is kept to one part in this many of the width: about a pixel on a wide wall


def voronoi_cells(points: Sequence[tuple[float, float]], *, area: float | None = None) -> list[Any]:
    """One cell per (lon, lat), in the order given: what lies nearest to it inside an outline around all points.

    The outline is the points' concave hull, widened until it covers `area` km² (without it, by half the mean distance
    of neighbours). Longitudes are shrunk to true proportion first. Equal points are parted by a few centimetres.
    """
    if not points:
        return []
    squeeze = math.cos(math.radians(float(np.mean([p[1] for p in points]))))
    flat = np.array([(lon * squeeze, lat) for lon, lat in points]) + _parting(len(points))
    cloud = shapely.MultiPoint(flat)
    outline = _outline(cloud, len(points), area)
    if len(points) == 1:
        cells = [outline]
    else:
        raw = shapely.voronoi_polygons(cloud, extend_to=outline.envelope.buffer(1.0), ordered=True)
        cells = list(shapely.intersection(shapely.get_parts(raw), outline))
    return [shapely.transform(cell, lambda c: c / (squeeze, 1.0)) for cell in cells]


def _parting(count: int) -> Any:
    """Offsets far below a metre that make equal points distinct; the same for the same order."""
    turn = np.arange(count) * 2.399963
    return np.column_stack([np.cos(turn), np.sin(turn)]) * 1e-7 * (1 + np.arange(count))[:, None] / count


def _outline(cloud: Any, count: int, area: float | None) -> Any:
    hull = shapely.concave_hull(cloud, ratio=LOOSE_RATIO)
    if not area:
        return hull.buffer(max(math.sqrt(hull.convex_hull.area / count) / 2, 0.002))
    wanted, low, high = area / 111.2**2, 0.0, max(math.sqrt(area) / 111.2, 0.001)
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if hull.buffer(middle).area < wanted else (low, middle)
    return hull.buffer(max(high, 0.002))


def union(geometries: Sequence[Any]) -> Any:
    """One outline around areas, without the slivers that digitising left between them."""
    whole = shapely.union_all(np.array(geometries, dtype=object))
    polygons = [_without_slivers(p) for p in shapely.get_parts(whole) if p.geom_type == "Polygon"]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _without_slivers(polygon: Any) -> Any:
    holes = [ring for ring in polygon.interiors if area_km2(shapely.Polygon(ring)) >= SLIVER_KM2]
    return shapely.Polygon(polygon.exterior, holes)


def gaps(geometries: Sequence[Any]) -> list[tuple[Any, int]]:
    """Slivers between areas, each with the position of the area that it shares most border with.

    So that no point inside the region is nobody's. Larger holes stay holes.
    """
    array = np.array(geometries, dtype=object)
    whole = shapely.union_all(array)
    rings = [ring for p in shapely.get_parts(whole) if p.geom_type == "Polygon" for ring in p.interiors]
    slivers = [s for s in map(shapely.Polygon, rings) if area_km2(s) < SLIVER_KM2]
    if not slivers:
        return []
    tree = shapely.STRtree(array)
    found = []
    for sliver in slivers:
        near = np.sort(tree.query(sliver, predicate="intersects"))
        shared = [shapely.length(shapely.intersection(sliver.exterior, array[i])) for i in near]
        found.append((sliver, int(near[int(np.argmax(shared))])))
    return found


def drawn(geometries: Sequence[Any]) -> list[Any]:
    """The same areas with no more points than a wide screen shows; shared borders stay shared; 6 decimals."""
    array = np.array(geometries, dtype=object)
    if not len(array):
        return []
    west, _, east, _ = shapely.total_bounds(array)
    light = shapely.coverage_simplify(array, (east - west) / DETAIL)
    light = np.where(shapely.is_valid(light) & ~shapely.is_empty(light), light, array)
    return [shapely.transform(g, lambda c: np.round(c, DRAWN_DECIMALS)) for g in light]
