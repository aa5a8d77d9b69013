"""Ages, days and periods in the language of the request; numbers are written the Indonesian way in every language,
because narratives, files and the wall's scripts show the same ones."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import get_language

from tidar.common import formats


def language() -> str:
    """The language of the request; Indonesian outside one."""
    return "en" if get_language() == "en" else "id"


def age(seconds: float) -> str:
    """`3 menit` or `3 minutes`."""
    return formats.age_text(seconds, language=language())


def day(moment: date | datetime) -> str:
    """`5 Mei 2026` or `5 May 2026`."""
    return formats.date_text(moment, language=language())


def period(text: str) -> str:
    """`2026-05` as `Mei 2026` or `May 2026`; what is not a period stays as it is."""
    return formats.period_text(text, language=language())
