"""Point → area for up to a million points: ours, a plain loop, a spatial index, and the floor below all methods.

    .venv/bin/python bench/point_in_area.py [FOLDER WITH <code>.geojson]

Without the folder the cells around the centre points of `regions/` stand in for the boundaries, and the table says so.
DuckDB's spatial extension would be a peer, but it is not part of the `duckdb` wheel and is fetched from another host at
first use, so it is not measured here.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.geometry

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tidar.places.rules import cells  # noqa: E402 - the project is found beside this folder
from tidar.places.rules.lookup import PointIndex  # noqa: E402

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data" / "boundaries"
SIZES = (10_000, 100_000, 1_000_000)
PEER_MOST = 100_000  # the slow peers are measured on this many points and scaled


def outlines(code: str) -> tuple[list[Any], str]:
    """The region's boundaries: official when the folder has them, else cells."""
    path = FOLDER / f"{code}.geojson"
    if path.exists():
        features = json.loads(path.read_bytes())["features"]
        return [shapely.geometry.shape(f["geometry"]) for f in features], "official boundaries"
    with (ROOT / "regions" / code / "areas.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["level"] in ("kelurahan", "desa")]
    return cells.voronoi_cells([(float(r["lon"]), float(r["lat"])) for r in rows]), "cells (no official boundaries)"


def seconds(action: Callable[[], Any]) -> float:
    """The best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - began)
    return best


def loop(geometries: list[Any], lons: Any, lats: Any) -> Any:
    """The plain vectorised loop: every point against every area."""
    found = np.full(len(lons), -1)
    for position in range(len(geometries) - 1, -1, -1):
        found[shapely.intersects_xy(geometries[position], lons, lats)] = position
    return found


def tree(index: shapely.STRtree, lons: Any, lats: Any) -> Any:
    """Shapely's own index asked for all points at once."""
    found = np.full(len(lons), np.iinfo(np.int64).max)
    point, position = index.query(shapely.points(lons, lats), predicate="intersects")
    np.minimum.at(found, point, position)
    return np.where(found == np.iinfo(np.int64).max, -1, found)


def box_test(lons: Any, lats: Any, bounds: tuple[float, float, float, float]) -> Any:
    """The floor: only whether a point lies in the region's rectangle."""
    west, south, east, north = bounds
    return (lons >= west) & (lons <= east) & (lats >= south) & (lats <= north)


def measure(code: str) -> None:
    """Print the table of one region."""
    geometries, kind = outlines(code)
    geometries += [sliver for sliver, _ in cells.gaps(geometries)]
    bounds = tuple(shapely.total_bounds(np.array(geometries, dtype=object)))
    codes = np.array([f"33.71.03.{1000 + n}" for n in range(len(geometries))] + [""])  # text answers, as the API gives
    building = seconds(lambda: PointIndex(geometries))
    ours, plain = PointIndex(geometries), shapely.STRtree(geometries)
    shapely.prepare(geometries)
    corners = shapely.get_num_coordinates(geometries).sum()
    print(f"\n{code}: {len(geometries)} pieces, {corners} corners, {kind}; index built in {building * 1000:.0f} ms")
    print(
        f"{'points':>10} {'ours s':>9} {'plain loop s':>13} {'STRtree s':>10} "
        f"{'limit (box) s':>14} {'ours, points/s':>15}"
    )
    taken = {}
    for size in SIZES:
        lons, lats = np.random.default_rng(size).uniform(bounds[:2], bounds[2:], (size, 2)).T.copy()
        few, scale = min(size, PEER_MOST), max(1, size // PEER_MOST)
        assert np.array_equal(ours.find(lons[:few], lats[:few]), loop(geometries, lons[:few], lats[:few]))
        taken[size] = seconds(lambda a=lons, b=lats: codes[ours.find(a, b)])
        looped = seconds(lambda a=lons[:few], b=lats[:few]: loop(geometries, a, b)) * scale
        queried = seconds(lambda a=lons[:few], b=lats[:few]: tree(plain, a, b)) * scale
        floor = seconds(lambda a=lons, b=lats: box_test(a, b, bounds))
        mark = "*" if scale > 1 else " "
        print(f"{size:>10,} {taken[size]:>9.4f} {looped:>12.3f}{mark} {queried:>9.3f}{mark} {floor:>14.4f} "
              f"{size / taken[size]:>15,.0f}")  # fmt: skip
    growth = taken[SIZES[-1]] / taken[SIZES[0]]
    print(f"growth 10k → 1M: {growth:.0f} × the time for 100 × the points; answers equal the plain loop's")


if __name__ == "__main__":
    for region in ("33.71", "63.03"):
        measure(region)
    print(f"\n* measured on {PEER_MOST:,} points and scaled. DuckDB spatial: not available without another host.")
    print(f"target: 1,000,000 points in ≤ 3 s (issue 2); {np.__name__} {np.__version__}, shapely {shapely.__version__}")
