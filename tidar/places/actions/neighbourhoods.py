"""Adding areas that a region does not ship: RW and RT from a table, a village that was split off."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.places.actions.publishing import begin_edition, one_writer
from tidar.places.models import Area
from tidar.places.queries import areas
from tidar.places.rules.codes import BPS_CODE, parse_code
from tidar.places.rules.neighbourhoods import MOST_BYTES, Neighbourhood, read_neighbourhoods


class UnableToAddArea(UnableTo):
    """The code is wrong or taken, or its parent is not there."""


@dataclass(frozen=True, slots=True)
class NewArea:
    """The facts of an area to be added; only code and name are needed."""

    code: str
    name: str
    bps_code: str = ""
    postal_code: str = ""
    area_km2: Decimal | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """What an import of RW and RT found. With errors nothing was taken."""

    file_name: str
    rw_added: int = 0
    rt_added: int = 0
    unchanged: int = 0
    errors: tuple[str, ...] = ()

    @property
    def is_taken(self) -> bool:
        """Whether the RW and RT are now the region's."""
        return not self.errors


@transaction.atomic
def add_area(*, area: NewArea, by: Actor, at: datetime) -> str:
    """Add one area below one that is there; level and parent follow from the code. Returns the code.

    Raises `UnableToAddArea` with the reason; a region cannot be added (`load_region` does that).
    """
    one_writer()
    parsed = parse_code(area.code)
    if parsed is None or parsed.level in ("province", "region"):
        raise UnableToAddArea(_("%s bukan kode kecamatan, kelurahan, desa, RW atau RT.") % area.code[:40])
    if not area.name.strip():
        raise UnableToAddArea(_("Nama wilayah %s belum diisi.") % area.code)
    if not Area.objects.filter(code=parsed.parent).exists():
        raise UnableToAddArea(_("Wilayah induk %s tidak ada.") % parsed.parent)
    _refuse_taken(area)
    added = Area.objects.create(
        code=area.code, level=parsed.level, parent_id=parsed.parent, name=area.name.strip()[:120],
        bps_code=area.bps_code or None, postal_code=area.postal_code, area_km2=area.area_km2,
        lon=area.lon, lat=area.lat,
    )  # fmt: skip
    after = {"name": added.name, "level": added.level, "bps_code": added.bps_code}
    audit.record("places.add_area", by=by, at=at, subject=("area", area.code), after=after)
    begin_edition(at=at)
    return area.code


def _refuse_taken(area: NewArea) -> None:
    if Area.objects.filter(code=area.code).exists():
        raise UnableToAddArea(_("Kode %s sudah dipakai.") % area.code)
    if area.bps_code and not BPS_CODE.fullmatch(area.bps_code):
        raise UnableToAddArea(_("%s bukan kode BPS (4, 7 atau 10 angka).") % area.bps_code[:40])
    if area.bps_code and Area.objects.filter(bps_code=area.bps_code).exists():
        raise UnableToAddArea(_("Kode BPS %s sudah dipakai.") % area.bps_code)
    if area.postal_code and not (area.postal_code.isdecimal() and len(area.postal_code) == 5):
        raise UnableToAddArea(_("Kode pos harus lima angka."))
    if (area.lon is None) != (area.lat is None) or not _on_earth(area.lon, area.lat):
        raise UnableToAddArea(_("Bujur dan lintang titik pusat harus diisi keduanya, dalam derajat."))


def _on_earth(lon: float | None, lat: float | None) -> bool:
    return lon is None or lat is None or (-180 <= lon <= 180 and -90 <= lat <= 90)


@transaction.atomic
def import_neighbourhoods(*, path: Path, by: Actor, at: datetime) -> Neighbourhoods:
    """Add the RW and RT of a CSV (see `rules.neighbourhoods`); all or none, and those already there stay as they are.

    Raises `UnableToAddArea` when the file cannot be read.
    """
    content = _content(path)
    wanted, errors = read_neighbourhoods(_text(content), _village_codes)
    if errors or not wanted:
        return Neighbourhoods(path.name, errors=tuple(errors) or (_("Berkas tidak memuat satu pun RW atau RT."),))
    one_writer()
    there = set(Area.objects.filter(code__in=[n.code for n in wanted]).values_list("code", flat=True))
    new = [n for n in wanted if n.code not in there]
    source = f"file:{path.name[:60]}#{hashlib.sha256(content).hexdigest()[:12]}"
    for level in (Area.Level.RW, Area.Level.RT):  # parents first
        Area.objects.bulk_create([_row(n, source) for n in new if n.level == level])
    counts = {level: sum(n.level == level for n in new) for level in ("rw", "rt")}
    if new:
        audit.record(
            "places.import_neighbourhoods", by=by, at=at, subject=("file", source), after={"source": source, **counts}
        )
        begin_edition(at=at)
    return Neighbourhoods(path.name, counts["rw"], counts["rt"], len(there))


def _village_codes(text: str) -> tuple[str, ...]:
    return tuple(a.code for a in areas.matching(text, level="kelurahan"))


def _row(n: Neighbourhood, source: str) -> Area:
    return Area(code=n.code, name=n.name[:120], level=n.level, parent_id=n.parent, source=source, source_row=n.row)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnableToAddArea(_("Berkas %s terlalu besar: paling besar 16 MB.") % path.name)
        return path.read_bytes()
    except OSError as fault:
        raise UnableToAddArea(_("Berkas %s tidak ada atau tidak dapat dibaca.") % path) from fault


def _text(content: bytes) -> str:
    """UTF-8, else the Western code page of older spreadsheets."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
