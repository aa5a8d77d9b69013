"""Importing official boundaries: all of them or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import shapely.geometry
from django.db import transaction
from django.utils.translation import gettext as _

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.common.errors import UnableTo
from tidar.places.actions.publishing import begin_edition, one_writer
from tidar.places.models import Area
from tidar.places.queries.region import region
from tidar.places.rules import boundary_check
from tidar.places.rules.boundary_check import KnownArea, Report
from tidar.places.rules.geojson import MOST_BYTES, BadBoundaries, Boundary, read_boundaries
from tidar.places.rules.measure import area_km2

MOST_IN_AUDIT = 20


class UnableToOpenBoundaries(UnableTo):
    """The file is not there, cannot be read or is too large."""


@transaction.atomic
def import_boundaries(*, path: Path, by: Actor, at: datetime) -> Report:
    """Make the boundaries in a GeoJSON file the official ones; tells in the report what it found.

    With any error nothing changes (`report.is_taken` is false) and the audit log keeps the refusal with its reasons;
    without, every kelurahan and desa gets its boundary in one transaction. Published km² stay as published; the report
    lists how the measured ones differ. The same file again is taken again, with the same result.
    Raises `UnableToOpenBoundaries` when there is no readable file.
    """
    content = _content(path)
    source = f"{path.name[:120]} (sha256 {hashlib.sha256(content).hexdigest()[:12]})"
    one_writer()
    areas = {a.code: a for a in Area.objects.select_for_update().order_by("code")}
    report, boundaries = checked(path.name, content, [_known(a) for a in areas.values()])
    if not report.is_taken:
        _record("places.refuse_boundaries", report, source, by=by, at=at)
        return report
    for boundary in boundaries:
        area = areas[boundary.code]
        area.boundary, area.boundary_source = _geometry(boundary), source
    Area.objects.bulk_update([areas[b.code] for b in boundaries], ["boundary", "boundary_source"], batch_size=100)
    _record("places.import_boundaries", report, source, by=by, at=at)
    begin_edition(at=at)
    return report


def checked(file_name: str, content: bytes, areas: Sequence[KnownArea]) -> tuple[Report, tuple[Boundary, ...]]:
    """Read and check the file against the region's areas; the report tells all faults at once."""
    report = Report(file_name=file_name)
    if not areas:
        return replace(report, errors=(_("Wilayah belum dimuat. Jalankan: tidar areas load"),)), ()
    try:
        reading = read_boundaries(content)
    except BadBoundaries as fault:
        return replace(report, errors=(fault.sentence,)), ()
    report = replace(report, count=len(reading.boundaries))
    if axis := boundary_check.axis_fault(reading.boundaries, region().bounds):
        return replace(report, errors=(axis, *reading.errors)), ()
    known = {a.code: a for a in areas}
    if errors := (*reading.errors, *boundary_check.code_errors(reading.boundaries, known)):
        return replace(report, errors=errors), ()
    return _measured(report, reading.boundaries, known), reading.boundaries


def _measured(report: Report, boundaries: Sequence[Boundary], known: dict[str, KnownArea]) -> Report:
    total = sum(area_km2(b.geometry) for b in boundaries)
    published = next((a.km2 for a in known.values() if a.level == "region"), None)
    warnings = [
        *boundary_check.warnings(boundaries, known),
        *boundary_check.region_warning(total, published),
    ]
    return replace(
        report,
        measured_km2=total,
        published_km2=published,
        warnings=tuple(warnings),
        notes=tuple(b.note for b in boundaries if b.note),
        differences=boundary_check.differences(boundaries, known),
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnableToOpenBoundaries(_("Berkas %s terlalu besar: paling besar 64 MB.") % path.name)
        return path.read_bytes()
    except OSError as fault:
        raise UnableToOpenBoundaries(_("Berkas %s tidak ada atau tidak dapat dibaca.") % path) from fault


def _known(area: Area) -> KnownArea:
    km2 = None if area.area_km2 is None else float(area.area_km2)
    return KnownArea(area.code, area.bps_code or "", area.name, area.level, km2)


def _geometry(boundary: Boundary) -> dict[str, object]:
    return dict(shapely.geometry.mapping(boundary.geometry))


def _record(action: str, report: Report, source: str, *, by: Actor, at: datetime) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject=("region", region().code),
        after={
            "source": source,
            "count": report.count,
            "measured_km2": round(report.measured_km2, 3),
            "errors": list(report.errors[:MOST_IN_AUDIT]),
            "warnings": list(report.warnings[:MOST_IN_AUDIT]),
            "notes": list(report.notes[:MOST_IN_AUDIT]),
        },
    )
