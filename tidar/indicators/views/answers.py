"""Numbers and lineage as JSON data: every number carries freshness, age, sample flag and the way down."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse

from tidar.common.formats import number_text
from tidar.indicators.api import DefinitionView, InputView, Lineage, ValueView
from tidar.indicators.queries.sources import MASK, Reader


def plain(value: Any) -> Any:
    """A decimal as a JSON number (an integer where it is one), anything else as it is."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def value_data(value: ValueView) -> dict[str, Any]:
    """One number with everything needed to show it honestly."""
    return {
        "id": str(value.id),
        "indicator": value.indicator,
        "name": value.name,
        "area": {"code": value.area_code, "name": value.area_name},
        "period": value.period,
        "value": plain(value.value),
        "text": f"{number_text(value.value, decimals=value.decimals)} {value.unit}".strip(),
        "unit": value.unit,
        "narrative": value.narrative,
        "computed_at": value.computed_at,
        "definition_version": value.definition_version,
        "superseded": value.superseded,
        "freshness": value.freshness,
        "age_seconds": value.age_seconds,
        "sample": value.sample,
        "inputs": [input_data(item) for item in value.inputs],
        "row_count": value.row_count,
        "coverage": {"covered": value.covered, "expected": value.expected, "missing": list(value.missing)},
        "lineage": {
            "page": reverse("indicators:lineage", args=[value.id]),
            "data": reverse("indicators:lineage_data", args=[value.id]),
        },
    }


def input_data(item: InputView) -> dict[str, Any]:
    """One input table at its version, with its feed's freshness."""
    feed = item.feed
    if feed is None:
        return {"table": item.table, "version": item.version, "feed": None}
    known = {
        "code": feed.code,
        "title": feed.title,
        "agency": feed.agency_code,
        "state": feed.state,
        "last_at": feed.last_at,
        "due_at": feed.due_at,
        "age_seconds": feed.age_seconds,
        "sample": feed.sample,
    }
    return {"table": item.table, "version": item.version, "feed": known}


def definition_data(definition: DefinitionView) -> dict[str, Any]:
    """What a number means and how it is made."""
    return {
        "id": definition.id,
        "name": definition.name,
        "concept": definition.concept,
        "definition": definition.definition,
        "interpretation": definition.interpretation,
        "measure": definition.measure,
        "unit": definition.unit,
        "decimals": definition.decimals,
        "agency": definition.agency_code,
        "legal_basis": list(definition.legal_basis),
        "levels": list(definition.levels),
        "direction": definition.direction,
        "formula": definition.formula,
        "formula_words": definition.formula_words,
        "rows": definition.rows,
    }


def lineage_data(down: Lineage, who: Reader) -> dict[str, Any]:
    """The way down: definition, inputs, deliveries and a page of rows."""
    masked = [who.masks(measure.columns) for measure in down.measures]
    return {
        "value": value_data(down.value),
        "definition": definition_data(down.definition) | {"version": down.definition_version},
        "parameters": dict(down.parameters),
        "inputs": [
            {"table": i.table, "title": i.title, "version": i.version, "rows": i.row_count, "created_at": i.created_at}
            for i in down.inputs
        ],
        "recomputed": {"value": plain(down.recomputed), "agrees": down.agrees},
        "deliveries": [
            {"table": d.table, "title": d.title, "delivery": d.delivery, "rows": d.row_count} for d in down.deliveries
        ],
        "measures": [{"name": m.name, "title": m.title, "unit": m.unit} for m in down.measures],
        "row_count": down.row_count,
        "page": down.page,
        "page_count": down.page_count,
        "rows": [
            {
                "area": {"code": row.area_code, "name": row.area_name},
                "measures": [MASK if hide else plain(v) for v, hide in zip(row.measures, masked, strict=True)],
                "sources": [
                    {"table": s.table, "delivery": s.delivery, "row": s.row, "columns": list(s.columns),
                     "uses": reverse("indicators:row_data", args=[s.delivery, s.row])}
                    for s in row.sources
                ],
            }
            for row in down.rows
        ],
    }  # fmt: skip
