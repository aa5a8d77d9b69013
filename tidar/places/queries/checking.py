"""What is wrong with the stored areas, one sentence each; empty when all invariants hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
import shapely.geometry
from django.conf import settings

from tidar.lake import api as lake
from tidar.places.models import Area
from tidar.places.queries import areas
from tidar.places.queries.region import region
from tidar.places.rules.codes import parse_code


def check() -> tuple[str, ...]:
    """Codes say their level and parent, boundaries are valid and in the region, the lake has every area."""
    return (*_codes(), *_boundaries(), *_lake())


def _codes() -> Iterator[str]:
    for area in areas.by_code().values():
        parsed = parse_code(area.code)
        if parsed is None or parsed.level != area.level:
            yield f"{area.code}: kodenya bukan kode {area.level}"
        elif area.level == "region" and area.code != settings.TIDAR_REGION:
            yield f"{area.code}: bukan wilayah pemasangan ini ({settings.TIDAR_REGION})"
        elif area.level != "region" and area.parent_code != parsed.parent:
            yield f"{area.code}: induknya {area.parent_code or '–'}, seharusnya {parsed.parent}"


def _boundaries() -> Iterator[str]:
    bounds = shapely.box(*region().bounds)
    for code, boundary in Area.objects.filter(boundary__isnull=False).values_list("code", "boundary"):
        outline = shapely.geometry.shape(boundary)
        if not outline.is_valid or outline.is_empty:
            yield f"{code}: batasnya rusak"
        elif not bounds.covers(outline):
            west, south, east, north = np.round(outline.bounds, 4)
            yield f"{code}: batasnya di luar wilayah ({west}, {south}, {east}, {north})"


def _lake() -> Iterator[str]:
    count, version = len(areas.by_code()), lake.current_version("wilayah")
    published = version.row_count if version else 0
    if published != count:
        yield f"tabel wilayah memuat {published} baris, seharusnya {count}"
