"""Point → area for millions of points: a grid that knows most answers, and exact geometry for the rest.

A grid of cells lies over all areas. A cell that no border touches lies wholly in one area or in none, so its answer
is one array look-up; only points in cells that a border touches are tested exactly, area by area, against prepared
geometry.

Guarantees: the answer is that of the plain loop "first area, in order, that covers the point"; a point on a shared
border belongs to the first; a coordinate that is not finite belongs to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

MOST_CELLS_A_SIDE = 1024
NOWHERE = -1
MIXED = -2
MARGIN = 1e-6  # of a cell: rounding of a coordinate into a cell is far below it


class PointIndex:
    """An immutable index over areas in order; built once per edition of the boundaries."""

    def __init__(self, geometries: Sequence[Any]) -> None:
        """Index Polygons and MultiPolygons in lon/lat; an answer is a position in this sequence."""
        self._geometries = np.array(geometries, dtype=object)
        shapely.prepare(self._geometries)
        self._side = 0
        if len(geometries):
            self._fit()
            self._mark_borders()
            self._fill()
            self._link()

    def find(self, lons: Any, lats: Any) -> Any:
        """Positions (int32) of the areas that cover the points, −1 where none does."""
        lons, lats = (np.ascontiguousarray(a, dtype=np.float64).ravel() for a in (lons, lats))
        if lons.shape != lats.shape:
            raise ValueError("as many longitudes as latitudes are needed")
        if not self._side:
            return np.full(lons.shape, NOWHERE, dtype=np.int32)
        cells = self._cells_of(lons, lats)
        answer = self._answers[cells]
        mixed = np.flatnonzero(answer == MIXED)
        if mixed.size:
            answer[mixed] = self._exact(lons[mixed], lats[mixed], cells[mixed])
        return answer

    def _fit(self) -> None:
        """Choose the grid: a ring of empty cells around the bounds, finer for more vertices."""
        west, south, east, north = shapely.total_bounds(self._geometries)
        vertices = shapely.get_num_coordinates(self._geometries).sum()
        self._side = int(np.clip(8 * np.sqrt(vertices), 64, MOST_CELLS_A_SIDE))
        inner = self._side - 2
        self._step = np.array([max(east - west, 1e-9), max(north - south, 1e-9)]) / inner
        self._origin = np.array([west, south]) - self._step
        self._answers = np.full(self._side**2, NOWHERE, dtype=np.int32)

    def _cells_of(self, lons: Any, lats: Any) -> Any:
        """Cell number of every point; what lies outside, or is not a number, goes to the empty corner cell 0."""
        x = (lons - self._origin[0]) / self._step[0]
        y = (lats - self._origin[1]) / self._step[1]
        inside = (x >= 0) & (x < self._side) & (y >= 0) & (y < self._side)
        x[~inside] = y[~inside] = 0
        return y.astype(np.int32) * np.int32(self._side) + x.astype(np.int32)

    def _mark_borders(self) -> None:
        """Mark every cell that a border touches, by clipping each edge to the rows of cells that it crosses."""
        a, b = _edges(self._geometries)
        a, b = (a - self._origin) / self._step, (b - self._origin) / self._step
        first, last = _span(a[:, 1], b[:, 1])
        edge, row = _expand(first, last)
        low, high = _between_rows(a[edge], b[edge], row)
        left, right = _span(low, high)
        part, column = _expand(left, right)
        self._answers[row[part] * self._side + column] = MIXED

    def _fill(self) -> None:
        """Give every run of unmarked cells in a row its one answer, found at the run's first cell."""
        grid = self._answers.reshape(self._side, self._side)
        free = grid != MIXED
        starts = free & ~np.pad(free, ((0, 0), (1, 0)))[:, :-1]
        rows, columns = np.nonzero(starts)
        lons = self._origin[0] + (columns + 0.5) * self._step[0]
        lats = self._origin[1] + (rows + 0.5) * self._step[1]
        position, point = _pairs(self._geometries, shapely.points(lons, lats))
        found = np.full(len(rows), NOWHERE, dtype=np.int32)
        np.minimum.at(found.view(np.uint32), point, position.astype(np.uint32))
        run = np.cumsum(starts.ravel()) - 1
        self._answers[free.ravel()] = found[run[free.ravel()]]

    def _link(self) -> None:
        """For every marked cell, the areas that may cover a point in it, as slices of one array, in order."""
        mixed = np.flatnonzero(self._answers == MIXED)
        x, y = mixed % self._side, mixed // self._side
        slack = MARGIN * self._step
        west, south = self._origin[0] + x * self._step[0] - slack[0], self._origin[1] + y * self._step[1] - slack[1]
        boxes = shapely.box(west, south, west + self._step[0] + 2 * slack[0], south + self._step[1] + 2 * slack[1])
        position, box = _pairs(self._geometries, boxes)
        order = np.lexsort((position, box))
        self._candidates = position[order].astype(np.int32)
        counts = np.bincount(box, minlength=len(mixed))
        self._first = np.zeros(self._side**2, dtype=np.int32)
        self._count = np.zeros(self._side**2, dtype=np.int32)
        self._first[mixed] = np.cumsum(counts) - counts
        self._count[mixed] = counts

    def _exact(self, lons: Any, lats: Any, cells: Any) -> Any:
        """Test every point against its cell's candidates; the lowest position wins."""
        first, count = self._first[cells], self._count[cells]
        point, slot = _expand(first, first + count - 1)
        position = self._candidates[slot]
        order = np.argsort(position, kind="stable")
        point, position = point[order], position[order]
        cuts = np.flatnonzero(np.diff(position)) + 1
        answer = np.full(lons.shape, NOWHERE, dtype=np.int32)
        for group in np.split(np.arange(len(position)), cuts)[::-1] if len(position) else ():
            points = point[group]
            p = position[group[0]]
            answer[points[shapely.intersects_xy(self._geometries[p], lons[points], lats[points])]] = p
        return answer


def _edges(geometries: Any) -> tuple[Any, Any]:
    """Both ends of every edge of every ring."""
    rings = shapely.get_rings(shapely.get_parts(geometries))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    return points[:-1][same], points[1:][same]


def _span(a: Any, b: Any) -> tuple[Any, Any]:
    """First and last cell number from the lower to the higher value, with the margin."""
    low, high = np.minimum(a, b) - MARGIN, np.maximum(a, b) + MARGIN
    return np.floor(low).astype(np.int64), np.floor(high).astype(np.int64)


def _expand(first: Any, last: Any) -> tuple[Any, Any]:
    """Every number of every range: (which range, number)."""
    lengths = last - first + 1
    which = np.repeat(np.arange(len(first)), lengths)
    offset = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return which, first[which] + offset


def _between_rows(a: Any, b: Any, row: Any) -> tuple[Any, Any]:
    """The x values at which an edge enters and leaves a row of cells (widened by the margin)."""
    dx, dy = (b - a).T
    flat = np.abs(dy) < MARGIN
    slope = np.where(flat, 0.0, dx / np.where(flat, 1.0, dy))
    bottom, top = np.minimum(a[:, 1], b[:, 1]), np.maximum(a[:, 1], b[:, 1])
    enter = np.clip(row - MARGIN, bottom, top)
    leave = np.clip(row + 1 + MARGIN, bottom, top)
    one = np.where(flat, a[:, 0], a[:, 0] + (enter - a[:, 1]) * slope)
    other = np.where(flat, b[:, 0], a[:, 0] + (leave - a[:, 1]) * slope)
    return one, other


def _pairs(geometries: Any, probes: Any) -> tuple[Any, Any]:
    """(geometry, probe) for all that intersect."""
    probe, position = shapely.STRtree(geometries).query(probes, predicate="intersects")
    return position, probe
