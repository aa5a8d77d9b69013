"""Areas and the region as plain values: what crosses the front door."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tidar.places.rules.region_file import Fact


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
    bps_code: str = ""
    facts: tuple[Fact, ...] = ()
    programs: tuple[str, ...] = ()  # program packages that the region has adopted
