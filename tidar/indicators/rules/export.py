"""Cells of a CSV export that a spreadsheet cannot mistake for a formula (OWASP, CSV injection). Pure."""

from __future__ import annotations

from decimal import Decimal

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """The value as text; text that a spreadsheet would run gets a leading apostrophe, numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_DANGEROUS) else text
