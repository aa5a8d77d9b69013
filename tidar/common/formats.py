"""Numbers, durations and dates as Indonesian readers write them. Pure functions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli",
    "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip

AGES: tuple[tuple[str, int], ...] = (("hari", 86_400), ("jam", 3_600), ("menit", 60))
SIZES: tuple[tuple[str, float], ...] = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))


def number_text(value: Decimal | float | int | None, *, decimals: int | None = None) -> str:
    """`1.234.567,8`: thousands by point, decimals by comma; None is an em dash."""
    if value is None:
        return "—"
    if decimals is None:
        decimals = 0 if value == int(value) else (2 if -100 < value < 100 else 1)
    text = f"{value:,.{decimals}f}"
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def size_text(size_bytes: int) -> str:
    """`1,5 MB` with decimal units."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    unit, scale = next(((u, s) for u, s in SIZES if size_bytes < s * 1000), SIZES[-1])
    return f"{number_text(size_bytes / scale, decimals=1)} {unit}"


def age_text(seconds: float) -> str:
    """`3 menit`, `2 jam`, `5 hari`: the largest whole unit."""
    for unit, scale in AGES:
        if seconds >= scale:
            return f"{number_text(int(seconds // scale))} {unit}"
    return f"{max(int(seconds), 0)} detik"


def date_text(day: date | datetime) -> str:
    """`24 November 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
