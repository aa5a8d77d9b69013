"""Areas as plain values, read once per edition."""

from __future__ import annotations

from tidar.places.models import Area
from tidar.places.queries.edition import per_edition
from tidar.places.rules.codes import VILLAGE_LEVELS, dotted, name_key, same_tier
from tidar.places.rules.values import AreaView

FIELDS = (
    "code", "bps_code", "name", "level", "parent_id", "postal_code", "area_km2", "lon", "lat", "boundary_source",
)  # fmt: skip


@per_edition
def by_code() -> dict[str, AreaView]:
    """All areas by code, in order of code; one query per edition."""
    return {row[0]: _view(row) for row in Area.objects.order_by("code").values_list(*FIELDS)}


@per_edition
def at_level(level: str) -> tuple[AreaView, ...]:
    """Areas of exactly one level, or all with ""."""
    return tuple(a for a in by_code().values() if level in ("", a.level))


@per_edition
def villages() -> tuple[AreaView, ...]:
    """Every kelurahan and desa: the areas with a boundary of their own."""
    return tuple(a for a in by_code().values() if a.level in VILLAGE_LEVELS)


@per_edition
def _by_other_name() -> dict[str, tuple[AreaView, ...]]:
    """Areas by BPS code and by name key."""
    found: dict[str, tuple[AreaView, ...]] = {}
    for area in by_code().values():
        for key in {area.bps_code, name_key(area.name)} - {""}:
            found[key] = (*found.get(key, ()), area)
    return found


def matching(text: str, *, level: str = "") -> tuple[AreaView, ...]:
    """Areas that `text` may mean: by Kemendagri code, else by BPS code, else by name however it is spelt.

    Exactly one answer is certain; several share the name; none is unknown. `level` narrows the answer.
    """
    text = text.strip()
    known = by_code().get(text)
    found = (known,) if known else _by_other_name().get(text) or _by_other_name().get(name_key(text), ())
    if not found and (known := by_code().get(dotted(text))):
        found = (known,)
    return tuple(a for a in found if not level or a.level in same_tier(level))


def _view(row: tuple[object, ...]) -> AreaView:
    code, bps_code, name, level, parent, postal_code, km2, lon, lat, boundary_source = row
    return AreaView(
        code=str(code),
        bps_code=str(bps_code or ""),
        name=str(name),
        level=str(level),
        parent_code=str(parent or ""),
        postal_code=str(postal_code),
        area_km2=None if km2 is None else float(str(km2)),
        lon=None if lon is None else float(str(lon)),
        lat=None if lat is None else float(str(lat)),
        has_boundary=bool(boundary_source),
    )
