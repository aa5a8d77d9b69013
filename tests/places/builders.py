"""Boundary files that tests write: right ones, and right ones with one thing wrong."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import shapely.geometry

from tidar.common.actor import system
from tidar.places import api
from tidar.places.rules.cells import voronoi_cells

BY = system("uji")
MOMENT = datetime(2026, 11, 25, 1, 0, tzinfo=timezone.utc)
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "boundaries"


def collection() -> dict[str, Any]:
    """A boundary for every village of the loaded region: cells around the centres, as large as the region."""
    villages = api.villages()
    km2 = api.areas("region")[0].area_km2
    cells = voronoi_cells([(a.lon, a.lat) for a in villages], area=km2)
    features = [
        {"type": "Feature", "properties": {"code": a.code, "name": a.name}, "geometry": shapely.geometry.mapping(c)}
        for a, c in zip(villages, cells, strict=True)
    ]
    return json.loads(json.dumps({"type": "FeatureCollection", "features": features}))


def with_first(data: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """The same collection with other properties on its first feature."""
    data = copy.deepcopy(data)
    data["features"][0]["properties"].update(properties)
    return data


def swapped(data: dict[str, Any]) -> dict[str, Any]:
    """The same collection with latitude before longitude."""
    data = copy.deepcopy(data)
    for feature in data["features"]:
        shape = shapely.transform(shapely.geometry.shape(feature["geometry"]), lambda c: c[:, ::-1])
        feature["geometry"] = shapely.geometry.mapping(shape)
    return data


def written(path: Path, data: Any) -> Path:
    """`data` as a file; bytes as they are, all else as JSON."""
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return path


def imported(tmp_path: Path, data: Any, name: str = "batas.geojson") -> api.Report:
    """The report of importing `data`."""
    return api.import_boundaries(path=written(tmp_path / name, data), by=BY, at=MOMENT)


def real(code: str) -> api.Report | None:
    """The report of importing a real file; None only when there is no folder of real files beside the project."""
    return api.import_boundaries(path=REAL / f"{code}.geojson", by=BY, at=MOMENT) if REAL.is_dir() else None
