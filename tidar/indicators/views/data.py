"""`/api/indicators…` and `/api/lineage…`: numbers, areas, periods, and the way down and up, as JSON."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tidar.common import clock
from tidar.common.access import actor_of, requires
from tidar.common.errors import UnableToFind
from tidar.indicators import api
from tidar.indicators.queries import sources
from tidar.indicators.queries.definitions import loaded, view_of
from tidar.indicators.queries.values import periods_of
from tidar.indicators.views.answers import definition_data, lineage_data, value_data
from tidar.indicators.views.asking import page_number, readable_message, row_uses
from tidar.places import api as places


@requires("indicators.see")
@require_safe
def indicators_data(request: HttpRequest) -> JsonResponse:
    """`/api/indicators?area=`: every indicator with its newest number for an area (default: the whole region)."""
    area = request.GET.get("area") or places.region().code
    if places.area(area) is None:
        raise UnableToFind(_("Tidak ada wilayah dengan kode itu."))
    at = clock.now()
    values = {v.indicator: v for v in api.current_values(area_codes=[area], at=at)}
    found = [
        definition_data(d) | {"current": value_data(values[d.id]) if d.id in values else None}
        for d in api.definitions()
    ]
    return JsonResponse({"as_of": at, "area": area, "indicators": found})


@requires("indicators.see")
@require_safe
def indicator_data(request: HttpRequest, code: str) -> JsonResponse:
    """`/api/indicators/<code>?area=&period=`: the definition, its periods, and numbers by area with their history."""
    definition = view_of(loaded(code))
    areas = request.GET.getlist("area") or None
    at = clock.now()
    values = api.current_values(indicators=[code], area_codes=areas, period=request.GET.get("period") or None, at=at)
    return JsonResponse(
        {
            "as_of": at,
            "definition": definition_data(definition),
            "periods": list(periods_of(code)),
            "values": [
                value_data(v) | {"history": _pairs(v.history), "comparable_history": _pairs(v.comparable)}
                for v in values
            ],
        }
    )


def _pairs(series: Sequence[tuple[str, Decimal]]) -> list[list[str | float]]:
    return [[period, float(number)] for period, number in series]


@requires("lineage.see")
@require_safe
def value_lineage_data(request: HttpRequest, value_id: uuid.UUID) -> JsonResponse:
    """`/api/lineage/<value>?page=`: the way down from a number, a page of rows at a time."""
    at = clock.now()
    down = api.lineage(value_id, page=page_number(request), at=at)
    return JsonResponse(lineage_data(down, sources.reader(actor_of(request), at=at)))


@requires("lineage.see")
@require_safe
def row_lineage_data(request: HttpRequest, delivery: str, row: int) -> JsonResponse:
    """`/api/lineage/rows/<delivery>/<row>`: what the file said, and the numbers that use the row."""
    raw, uses = row_uses(request, delivery, row)
    return JsonResponse(
        {
            "delivery": delivery,
            "row": row,
            "sources": [
                {
                    "table": r.table,
                    "file": r.file_name,
                    "sheet": r.sheet,
                    "line": r.line,
                    "note": r.note,
                    "cells": [{"heading": p.heading, "text": p.text} for p in r.pairs],
                    "corrected": dict(r.corrected),
                }
                for r in raw
            ],
            "values": [value_data(v) for v in uses],
        }
    )


@requires("lineage.see")
@require_safe
def message_lineage_data(request: HttpRequest, message_id: uuid.UUID) -> JsonResponse:
    """`/api/lineage/messages/<message>`: a sensor's message as it came, and the observation that it became."""
    found = readable_message(request, message_id)
    return JsonResponse({"message": dataclasses.asdict(found)})
