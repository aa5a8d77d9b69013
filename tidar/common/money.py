"""Whole rupiah. Money is an `int` everywhere; there is no float and no fraction."""

from __future__ import annotations

from typing import NewType

Rupiah = NewType("Rupiah", int)


def rupiah_text(amount: int) -> str:
    """`Rp1.234.567`; negative amounts as `−Rp5.000`."""
    sign = "−" if amount < 0 else ""
    return f"{sign}Rp{abs(amount):,}".replace(",", ".")
