"""Whether the numbers can be computed: the last run of each indicator."""

from __future__ import annotations

from tidar.indicators.models import Computation


def failures() -> dict[str, str]:
    """Indicators whose newest computation failed, with the sentence; one query."""
    newest = (
        Computation.objects.select_related("definition")
        .defer("definition__content")
        .order_by("definition__indicator", "-computed_at", "-id")
        .distinct("definition__indicator")
    )
    return {c.definition.indicator: c.sentence for c in newest if c.sentence}
