"""Areas of polygons on the WGS 84 ellipsoid, in square kilometres. Pure functions over Shapely geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

SEMI_MAJOR_KM = 6378.137
FLATTENING = 1 / 298.257223563
SEMI_MINOR_KM = SEMI_MAJOR_KM * (1 - FLATTENING)
ECCENTRICITY = float(np.sqrt(FLATTENING * (2 - FLATTENING)))


def area_km2(geometry: Any) -> float:
    """Area of a Polygon or MultiPolygon in lon/lat degrees; other parts of a collection count nothing.

    Exact for the zones between parallels (authalic integral, Snyder 1987, eq. 3-12); an edge counts as straight in
    lon/q, which for edges of a few hundred metres differs by less than a millionth.
    """
    polygons = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon"]
    return sum(_ring_km2(p.exterior) - sum(_ring_km2(hole) for hole in p.interiors) for p in polygons)


def _ring_km2(ring: Any) -> float:
    lon, lat = np.radians(shapely.get_coordinates(ring)).T
    q = _zone(lat)
    return float(abs(np.sum(np.diff(lon) * (q[:-1] + q[1:])) / 2))


def _zone(lat: Any) -> Any:
    """Area per radian of longitude between the equator and the parallel, km²."""
    sine = np.sin(lat)
    e = ECCENTRICITY
    q = sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e
    return SEMI_MINOR_KM**2 / 2 * q
