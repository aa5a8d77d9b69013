"""The month's recap as a PDF for the lurah: the page's own numbers, typeset."""

from __future__ import annotations

from typing import Any

from tidar.common.formats import date_text, number_text, period_text
from tidar.places import api as places
from tidar.rojak.queries.recap import Recap
from tidar.rojak.queries.typesetting import typeset
from tidar.rojak.rules import recap as rules


def recap_pdf(found: Recap) -> bytes:
    """The recap as PDF; the same numbers give the same bytes."""
    return typeset("recap", _data(found), at=found.until, output="pdf")


def _data(found: Recap) -> dict[str, Any]:
    rows = list(found.rows)
    every = [*rows, found.total] if len(rows) > 1 else rows
    until = date_text(found.until.astimezone(places.region().zone))
    return {
        "region": places.region().name,
        "title": f"Rekap ronda {found.title}",
        "subtitle": period_text(rules.month_text(found.first)) + (f", sampai {until}" if found.is_running else ""),
        "figures": [{"value": value, "label": label} for value, label in figures(found.total)],
        "sentences": rules.sentences(found.total, rows),
        "effort_title": "Upaya",
        "effort_heads": list(rules.EFFORT_HEADS),
        "effort_rows": [rules.effort_cells(row) for row in every],
        "findings_title": "Temuan dan tindak lanjut",
        "findings_heads": list(rules.FINDING_HEADS),
        "findings_rows": [rules.finding_cells(row) for row in every],
        "kinds_title": "Menurut jenis",
        "kinds": [[kind, number_text(count)] for kind, count in found.total.found],
        "notes": list(rules.NOTES),
        "footer": f"Tidar, {places.region().name}. Dihitung dari catatan ronda, tidak ada angka yang diketik.",
    }


def figures(row: rules.PostMonth) -> tuple[tuple[str, str], ...]:
    """(value, label) of the numbers that come first."""
    return (
        (number_text(row.rounds), "ronda"),
        (rules.decimal_text(row.hours), "jam ronda"),
        (rules.percent_text(row.coverage_percent), "pernah diperiksa"),
        (number_text(row.found_count), "temuan"),
        (number_text(row.fixed), "beres"),
    )
