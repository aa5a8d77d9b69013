"""Numbers, durations and dates as Indonesian readers write them; words also in English. Pure functions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli",
    "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip

ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip

AGES: tuple[tuple[str, str, int], ...] = (
    ("hari", "day", 86_400),
    ("jam", "hour", 3_600),
    ("menit", "minute", 60),
    ("detik", "second", 1),
)
SIZES: tuple[tuple[str, float], ...] = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))


def number_text(value: Decimal | float | int | None, *, decimals: int | None = None) -> str:
    """`1.234.567,8`: thousands by point, decimals by comma; None is an em dash."""
    if value is None:
        return "—"
    if decimals is None:
        decimals = 0 if value == int(value) else (2 if -100 < value < 100 else 1)
    text = f"{value:,.{decimals}f}"
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def short_number_text(value: Decimal | float | int, *, language: str = "id") -> str:
    """A number as it fits beside a marker: `950`, `12 rb`, `1,2 jt`, `3,4 M` (English: k, m, bn)."""
    words = ("rb", "jt", "M") if language == "id" else ("k", "m", "bn")
    for power, word in ((9, words[2]), (6, words[1]), (3, words[0])):
        scaled = Decimal(value) / 10**power
        if abs(scaled) >= 1:
            shown = number_text(scaled, decimals=0 if abs(scaled) >= 10 else 1).removesuffix(",0")
            return f"{shown} {word}"
    return number_text(value, decimals=0)


def size_text(size_bytes: int) -> str:
    """`1,5 MB` with decimal units."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    unit, scale = next(((u, s) for u, s in SIZES if size_bytes < s * 1000), SIZES[-1])
    return f"{number_text(size_bytes / scale, decimals=1)} {unit}"


def age_text(seconds: float, *, language: str = "id") -> str:
    """`3 menit`, `2 jam`, `5 hari`: the largest whole unit; in English `3 minutes`."""
    unit, english, scale = next((found for found in AGES if seconds >= found[2]), AGES[-1])
    count = max(int(seconds // scale), 0)
    if language == "en":
        unit = english if count == 1 else f"{english}s"
    return f"{number_text(count)} {unit}"


def month_name(month: int, *, language: str = "id") -> str:
    """`Mei`; in English `May`."""
    return (ENGLISH_MONTHS if language == "en" else MONTHS)[month - 1]


def date_text(day: date | datetime, *, language: str = "id") -> str:
    """`24 November 2026`."""
    return f"{day.day} {month_name(day.month, language=language)} {day.year}"


def period_text(period: str, *, language: str = "id") -> str:
    """`2026-11-24` → `24 November 2026`, `2026-11` → `November 2026`; what is not a period stays as it is."""
    parts = period.split("-")
    if not all(p.isdecimal() for p in parts) or len(parts) > 3 or (len(parts) > 1 and not 1 <= int(parts[1]) <= 12):
        return period
    words = [str(int(parts[2]))] if len(parts) == 3 else []
    words += [month_name(int(parts[1]), language=language)] if len(parts) > 1 else []
    return " ".join([*words, parts[0]])
