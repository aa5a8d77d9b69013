"""The picture of a round for the group: the segments that were checked and those that were not, and the summary."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tidar.places import api as places
from tidar.rojak.models import Check
from tidar.rojak.queries.rounds import segments_of, summary_of
from tidar.rojak.queries.typesetting import typeset
from tidar.rojak.rules import summary as rules
from tidar.rojak.rules.drawing import fitted

WIDTH, HEIGHT = 480.0, 300.0  # of the drawing, in points of the template


def round_picture(found: Any, *, at: datetime) -> bytes:
    """A PNG of 1,080 × 1,350 pixels. It shows segments; no way that anybody walked, house or finding."""
    said = summary_of(found, at=at)
    return typeset("round", _data(found, said), at=found.started_at, output="png")


def _data(found: Any, said: rules.RoundSummary) -> dict[str, Any]:
    day = found.started_at.astimezone(places.region().zone).date()
    segments = [one for one in segments_of(found.post, day) if len(one.line) > 1]
    checked = set(Check.objects.filter(round=found).values_list("segment_id", flat=True))
    lines = fitted([one.line for one in segments], width=WIDTH, height=HEIGHT)
    segment = rules.word(said.words, "segment", "bagian rute")
    return {
        "title": f"{rules.capital(rules.word(said.words, 'round', 'ronda'))} {said.post}",
        "when": rules.when_text(said),
        "checked": said.checked_count,
        "total": said.segment_count,
        "segment": segment,
        "distance": rules.checked_text(said).partition("diperiksa")[2].strip(", "),
        "gap": rules.gap_text(said),
        "findings": rules.findings_text(said),
        "activities": list(rules.activity_lines(said)),
        "lines": [{"points": line, "checked": one.pk in checked} for one, line in zip(segments, lines, strict=True)],
        "region": places.region().name,
    }
