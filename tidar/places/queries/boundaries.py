"""Outlines of areas: official where they were imported, cells around the centre points where they were not."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import shapely
import shapely.geometry

from tidar.places.models import Area
from tidar.places.queries import areas
from tidar.places.queries.edition import per_edition
from tidar.places.rules import cells
from tidar.places.rules.codes import VILLAGE_LEVELS, ancestors
from tidar.places.rules.lookup import PointIndex
from tidar.places.rules.values import AreaView

DRAWN_LEVELS = frozenset({"region", "kecamatan"}) | VILLAGE_LEVELS


@per_edition
def shapes() -> dict[str, Any]:
    """The outline of every kelurahan and desa by code, in order of code; those without any position are left out."""
    rows = Area.objects.villages().filter(boundary__isnull=False).values_list("code", "boundary")
    official = {code: shapely.geometry.shape(boundary) for code, boundary in rows}
    found = official | _approximate(official)
    return {code: found[code] for code in sorted(found)}


def _approximate(official: dict[str, Any]) -> dict[str, Any]:
    """Cells around the centre points of the villages that have no official boundary, clear of those that have one."""
    villages = [a for a in areas.villages() if a.lon is not None and a.lat is not None]
    if all(a.code in official for a in villages):
        return {}
    km2 = next((a.area_km2 for a in areas.at_level("region")), None)
    drawn = cells.voronoi_cells([(a.lon or 0.0, a.lat or 0.0) for a in villages], area=km2)
    taken = shapely.union_all(list(official.values())) if official else shapely.Polygon()
    free = {
        a.code: shapely.difference(c, taken) for a, c in zip(villages, drawn, strict=True) if a.code not in official
    }
    return {code: cell for code, cell in free.items() if not cell.is_empty}


@per_edition
def _index() -> tuple[PointIndex, Any]:
    """The point index and the code of each of its pieces; slivers between villages belong to a neighbour."""
    codes, outlines = list(shapes()), list(shapes().values())
    slivers = cells.gaps(outlines)
    names = np.array([*codes, *(codes[i] for _, i in slivers), ""], dtype=np.str_)  # the last one answers for −1
    return PointIndex([*outlines, *(sliver for sliver, _ in slivers)]), names


def areas_at(lons: Any, lats: Any) -> Any:
    """Codes of the villages that cover the points, "" where none does; see `rules.lookup` for the guarantees."""
    index, names = _index()
    return names[index.find(lons, lats)]


@per_edition
def collection(level: str) -> dict[str, Any]:
    """GeoJSON of one level, light enough to draw; see `api.boundaries`."""
    outlines = _drawn(level) if level in DRAWN_LEVELS else {}
    features = []
    for area in areas.villages() if level in VILLAGE_LEVELS else areas.at_level(level):
        if area.code in outlines:
            outline, approximate = outlines[area.code]
            features.append(_feature(area, outline, approximate=approximate))
    flag = any(f["properties"]["approximate"] for f in features)
    return {"type": "FeatureCollection", "approximate": flag, "level": level, "features": features}


@per_edition
def collection_json(level: str) -> bytes:
    """`collection` as UTF-8 JSON, so that a request costs no encoding."""
    return msgspec.json.encode(collection(level))


@per_edition
def _villages_drawn() -> dict[str, Any]:
    return dict(zip(shapes(), cells.drawn(list(shapes().values())), strict=True))


def _drawn(level: str) -> dict[str, tuple[Any, bool]]:
    """Outline and "is approximate" by code; a kecamatan and the region are the union of their villages."""
    official = {a.code for a in areas.villages() if a.has_boundary}
    members: dict[str, list[str]] = {}
    for code in _villages_drawn():
        key = {"region": ancestors(code)[-1], "kecamatan": ancestors(code)[0]}.get(level, code)
        members.setdefault(key, []).append(code)
    single = level in VILLAGE_LEVELS
    return {
        key: (
            _villages_drawn()[key] if single else cells.union([_villages_drawn()[c] for c in codes]),
            not official.issuperset(codes),
        )
        for key, codes in members.items()
    }


def _feature(area: AreaView, outline: Any, *, approximate: bool) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": area.code,
        "properties": {"code": area.code, "name": area.name, "level": area.level, "approximate": approximate},
        "geometry": shapely.geometry.mapping(outline),
    }
