"""Small charts drawn on the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from tidar.command_center.rules import Chart, chart

register = template.Library()


@register.inclusion_tag("sparkline/sparkline.html")
def sparkline(source: Chart | Sequence[float] | None, label: str = "") -> dict[str, Any]:
    """`{% sparkline tile.chart tile.chart_label %}`, or with a list of numbers; draws nothing below two points."""
    found = source if source is None or isinstance(source, Chart) else chart([float(v) for v in source])
    if found is None:
        return {}
    return {"line": found.line, "area": found.area, "end": found.end, "limits": found.limits, "label": label}
