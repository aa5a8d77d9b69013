"""Loading the areas that a region ships in `regions/<code>/areas.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableToAgree
from tidar.places.actions.publishing import begin_edition, one_writer
from tidar.places.models import Area
from tidar.places.queries import region as files
from tidar.places.rules.region_file import AreaRow


class UnableToLoad(UnableToAgree):
    """The database belongs to another region, or an area came from elsewhere."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What `load_region` did."""

    code: str
    name: str
    added: int
    changed: int
    unchanged: int


@transaction.atomic
def load_region(*, by: Actor, at: datetime, code: str = "") -> Loaded:
    """Make the areas of the region's `areas.csv` what the file says; one audit entry, a new edition, a lake version.

    Idempotent: the same file again changes nothing and writes nothing. Areas that are not in the file (RW, RT, added
    villages) and official boundaries stay. Raises `UnableToLoad` when this deployment is another region's, and
    `UnableToReadRegion` when a file is wrong.
    """
    code = code or settings.TIDAR_REGION
    region = files.region(code)
    one_writer()
    _refuse_other_region(code)
    rows = files.area_rows(code)
    known = Area.objects.select_for_update().in_bulk([r.code for r in rows])
    added = [r for r in rows if r.code not in known]
    changed = [r for r in rows if r.code in known and _differs(known[r.code], _values(r, code))]
    if added or changed:
        _write([*added, *changed], code)
        audit.record(
            "places.load_region",
            by=by,
            at=at,
            subject=("region", code),
            before={r.code: _plain(known[r.code]) for r in changed},
            after={"added": len(added), **{r.code: _plain(Area(code=r.code, **_values(r, code))) for r in changed}},
        )
        begin_edition(at=at)
    return Loaded(code, region.name, len(added), len(changed), len(rows) - len(added) - len(changed))


def _refuse_other_region(code: str) -> None:
    if code != settings.TIDAR_REGION:
        sentence = _("Tidar ini melayani wilayah %s (TIDAR_REGION), bukan %s. Satu pemasangan melayani satu wilayah.")
        raise UnableToLoad(sentence % (settings.TIDAR_REGION, code))
    other = Area.objects.filter(level=Area.Level.REGION).exclude(code=code).first()
    if other:
        raise UnableToLoad(_("Basis data ini sudah memuat %s (%s).") % (other.name, other.code))


def _values(row: AreaRow, region: str) -> dict[str, Any]:
    return {
        "bps_code": row.bps_code or None,
        "name": row.name,
        "level": row.level,
        "parent_id": row.parent or None,
        "postal_code": row.postal_code,
        "area_km2": row.km2,
        "lon": row.lon,
        "lat": row.lat,
        "source": f"region:{region}",
        "source_row": row.row,
    }


def _write(rows: list[AreaRow], region: str) -> None:
    """Insert or update in one statement; parents and children may come together, the key is checked at commit."""
    areas = [Area(code=r.code, **_values(r, region)) for r in rows]
    Area.objects.bulk_create(
        areas, update_conflicts=True, unique_fields=["code"], update_fields=list(_values(rows[0], region))
    )


def _differs(area: Area, values: dict[str, Any]) -> bool:
    return any(getattr(area, name) != value for name, value in values.items())


def _plain(area: Area) -> dict[str, Any]:
    """The facts of an area as JSON."""
    return {
        "name": area.name,
        "bps_code": area.bps_code,
        "postal_code": area.postal_code,
        "area_km2": None if area.area_km2 is None else float(area.area_km2),
        "lon": area.lon,
        "lat": area.lat,
    }
