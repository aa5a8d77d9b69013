"""The front door of `places`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class AreaView:
    """One area as plain values."""

    code: str
    bps_code: str
    name: str
    level: str
    parent_code: str
    postal_code: str
    area_km2: float | None
    lon: float | None
    lat: float | None
    has_boundary: bool


@dataclass(frozen=True, slots=True)
class RegionView:
    """The region of this deployment, from `regions/<code>/region.toml`."""

    code: str
    name: str
    short_name: str
    zone: ZoneInfo
    zone_name: str  # "WIB"
    lon: float
    lat: float
    bounds: tuple[float, float, float, float]  # west, south, east, north


def region() -> RegionView:
    """The region this deployment runs."""
    raise NotImplementedError


def areas(level: str | None = None) -> tuple[AreaView, ...]:
    """All areas, or those of one level, ordered by code. Cached until the next import."""
    raise NotImplementedError


def area(code: str) -> AreaView | None:
    """One area, or None."""
    raise NotImplementedError


def ancestors(code: str) -> tuple[str, ...]:
    """Codes that contain `code`, nearest first, without itself. By the code's own structure; no database."""
    raise NotImplementedError


def area_at(lon: float, lat: float) -> str:
    """Code of the kelurahan or desa that covers the point, "" when none does."""
    raise NotImplementedError


def areas_at(lons: Any, lats: Any) -> Any:
    """Codes for arrays of points (NumPy float64 in, NumPy text out, "" where none): 1,000,000 points in ≤ 3 s."""
    raise NotImplementedError


def boundaries(level: str) -> dict[str, Any]:
    """GeoJSON FeatureCollection of one level (`code`, `name`, `approximate`); top-level `approximate` says "batas perkiraan"."""
    raise NotImplementedError
