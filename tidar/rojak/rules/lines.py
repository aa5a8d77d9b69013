"""The line of a segment: read from GeoJSON or from typed points, checked against the region, measured. Pure.

Positions are WGS 84, longitude first (RFC 7946, section 3.1.1). Typed points are one a line, "-7.4859, 110.2150":
latitude first as maps on a phone show it; a pair that can only be the other way round is turned.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from tidar.common.errors import UnableTo
from tidar.rojak.rules.findings import metres_between

MOST_POINTS = 500
MOST_METRES = 50_000
MOST_CHARACTERS = 60_000
PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)")
NUMBER = re.compile(r"\d{1,3}(?:\.\d+)?")
Point = tuple[float, float]
Bounds = tuple[float, float, float, float]


class UnableToDraw(UnableTo):
    """The text is no line, or one that cannot be in this region."""


def read_line(text: str, *, bounds: Bounds) -> list[list[float]]:
    """The line that a text means, [[lon, lat], …] with six decimals; an empty text is no line.

    Raises `UnableToDraw` with what is wrong: no line, outside of the region, too long.
    """
    text = text.strip()
    if not text:
        return []
    if len(text) > MOST_CHARACTERS:
        raise UnableToDraw(f"Garisnya terlalu panjang: paling banyak {MOST_POINTS} titik.")
    points = _from_geojson(text) if text.startswith(("{", "[")) else _typed(text, bounds)
    line = _without_repeats([(round(lon, 6), round(lat, 6)) for lon, lat in points])
    _must_fit(line, bounds)
    return [list(point) for point in line]


def read_point(text: str, *, bounds: Bounds) -> Point | None:
    """One position, "-7.4859, 110.2150"; None for an empty text. Raises `UnableToDraw`."""
    if not text.strip():
        return None
    found = _typed(text.strip(), bounds)
    if len(found) != 1:
        raise UnableToDraw("Tulis satu posisi saja, misalnya -7.4859, 110.2150.")
    lon, lat = round(found[0][0], 6), round(found[0][1], 6)
    if not is_inside(lon, lat, bounds):
        raise UnableToDraw("Posisi itu di luar wilayah daerah ini.")
    return lon, lat


def typed_accuracy(text: str) -> int:
    """How sure a typed position can be, in metres: half of the last digit that both numbers have, at least 5.

    A degree of latitude is 111,320 metres (WGS 84); -7.47 is known to half a kilometre, -7.47058 to a step.
    """
    digits = min((len(number.partition(".")[2]) for number in NUMBER.findall(text)), default=0)
    return max(5, math.ceil(111_320 * 10.0**-digits / 2))


def typed(line: Sequence[Sequence[float]]) -> str:
    """A line as people type it, one point a line, latitude first."""
    return "\n".join(f"{lat:.6f}, {lon:.6f}" for lon, lat in line)


def length_metres(line: Sequence[Sequence[float]]) -> int:
    """Length along the line by great circles, in whole metres."""
    pairs = itertools.pairwise(line)
    return round(sum(metres_between(a[0], a[1], other_lon=b[0], other_lat=b[1]) for a, b in pairs))


def is_inside(lon: float, lat: float, bounds: Bounds) -> bool:
    """Whether a position is within west, south, east, north."""
    west, south, east, north = bounds
    return west <= lon <= east and south <= lat <= north


def _must_fit(line: list[Point], bounds: Bounds) -> None:
    if len(line) < 2:
        raise UnableToDraw("Garis paling sedikit dua titik yang berbeda.")
    if len(line) > MOST_POINTS:
        raise UnableToDraw(f"Garisnya terlalu panjang: paling banyak {MOST_POINTS} titik.")
    for number, (lon, lat) in enumerate(line, start=1):
        if not is_inside(lon, lat, bounds):
            raise UnableToDraw(f"Titik ke-{number} ({lat}, {lon}) di luar wilayah daerah ini.")
    if length_metres(line) > MOST_METRES:
        raise UnableToDraw(f"Garisnya lebih panjang daripada {MOST_METRES // 1000} km.")


def _typed(text: str, bounds: Bounds) -> list[Point]:
    points = []
    for number, row in enumerate(text.splitlines(), start=1):
        if not row.strip():
            continue
        pair = PAIR.fullmatch(row.strip().strip("()"))
        if pair is None:
            raise UnableToDraw(f'Baris {number} bukan titik. Tulis seperti "-7.4859, 110.2150".')
        first, second = float(pair.group(1)), float(pair.group(2))
        turned = is_inside(first, second, bounds) and not is_inside(second, first, bounds)
        points.append((first, second) if turned else (second, first))
    return points


def _from_geojson(text: str) -> list[Point]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise UnableToDraw("Isi GeoJSON tidak dapat dibaca.") from None
    coordinates = _coordinates(found)
    try:
        points = [(float(point[0]), float(point[1])) for point in coordinates]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise UnableToDraw("GeoJSON itu memuat titik yang bukan sepasang angka.") from None
    if not all(math.isfinite(number) for point in points for number in point):
        raise UnableToDraw("GeoJSON itu memuat titik yang bukan sepasang angka.")
    return points


def _coordinates(found: Any) -> list[Any]:
    """Of a LineString, of a Feature or collection with exactly one, or a bare list of positions."""
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        features = found.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise UnableToDraw("Tempel satu garis saja; GeoJSON itu memuat lebih dari satu.")
        found = features[0]
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    if isinstance(found, dict):
        if found.get("type") != "LineString":
            raise UnableToDraw("GeoJSON itu bukan garis (LineString).")
        found = found.get("coordinates")
    if not isinstance(found, list):
        raise UnableToDraw("Isi GeoJSON tidak dapat dibaca.")
    return found


def _without_repeats(points: list[Point]) -> list[Point]:
    return [point for n, point in enumerate(points) if n == 0 or point != points[n - 1]]
