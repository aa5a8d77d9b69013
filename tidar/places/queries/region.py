"""The files of the region of this deployment, `regions/<code>/`, read once per process."""

from __future__ import annotations

import functools
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo
from tidar.places.rules import region_file
from tidar.places.rules.calendar import Correction, OfficeHours
from tidar.places.rules.codes import parse_code
from tidar.places.rules.values import RegionView


class UnableToReadRegion(UnableTo):
    """There is no such region in `regions/`, or one of its files is wrong."""

    status = 500


def region(code: str | None = None) -> RegionView:
    """The region with `code` (default: that of this deployment). Raises `UnableToReadRegion`."""
    return _region(_folder(code))


def office_hours() -> OfficeHours:
    """When the region's offices are open."""
    return _office_hours(_folder())


def corrections() -> tuple[Correction, ...]:
    """What the region's `holidays.toml` says beside the national calendar."""
    return _corrections(_folder())


def area_rows(code: str) -> tuple[region_file.AreaRow, ...]:
    """The rows of the region's `areas.csv`, parents before children. Raises `UnableToReadRegion`."""
    text = _text(_folder(code) / "areas.csv")
    try:
        return region_file.read_areas(text)
    except ValueError as fault:
        raise UnableToReadRegion(_("Berkas areas.csv wilayah %s salah: %s") % (code, fault)) from fault


def raw_row(code: str, row: int) -> tuple[tuple[str, str], ...]:
    """Row `row` of the region's `areas.csv` as (heading, text) pairs; empty when there is none."""
    return region_file.raw_row(_text(_folder(code) / "areas.csv"), row)


def _folder(code: str | None = None) -> Path:
    code = code or settings.TIDAR_REGION
    parsed = parse_code(code)
    folder: Path = settings.REGIONS_DIR / code
    # the code becomes part of a path: only a well-formed one may
    if parsed is None or parsed.level != "region" or not folder.is_dir():
        known = ", ".join(sorted(p.name for p in settings.REGIONS_DIR.iterdir() if (p / "region.toml").exists()))
        raise UnableToReadRegion(_("Wilayah %s tidak ada di folder regions. Yang ada: %s.") % (code[:20], known))
    return folder


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise UnableToReadRegion(_("Berkas %s tidak dapat dibaca.") % path.name) from fault


@functools.cache
def _file(folder: Path) -> region_file.RegionFile:
    try:
        return region_file.read_region(_text(folder / "region.toml"))
    except ValueError as fault:
        raise UnableToReadRegion(_("Berkas region.toml di %s salah: %s") % (folder.name, fault)) from fault


@functools.cache
def _region(folder: Path) -> RegionView:
    file = _file(folder)
    if file.code != folder.name:
        raise UnableToReadRegion(_("Berkas region.toml di %s menyebut kode lain.") % folder.name)
    return RegionView(
        code=file.code,
        name=file.name,
        short_name=file.short_name,
        zone=ZoneInfo(file.zone),
        zone_name=file.zone_name,
        lon=file.map.lon,
        lat=file.map.lat,
        bounds=file.map.bounds,
        bps_code=file.bps_code,
        facts=file.facts,
        programs=file.programs,
    )


@functools.cache
def _office_hours(folder: Path) -> OfficeHours:
    try:
        return region_file.office_hours(_file(folder))
    except ValueError as fault:
        raise UnableToReadRegion(_("Berkas region.toml di %s salah: %s") % (folder.name, fault)) from fault


@functools.cache
def _corrections(folder: Path) -> tuple[Correction, ...]:
    path = folder / "holidays.toml"
    try:
        return region_file.read_corrections(_text(path)) if path.exists() else ()
    except ValueError as fault:
        raise UnableToReadRegion(_("Berkas holidays.toml di %s salah: %s") % (folder.name, fault)) from fault
