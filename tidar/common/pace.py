"""How often one address may ask, counted in this process: a brake for public forms, not a wall."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo


class UnableToHurry(UnableTo):
    """Too many requests from one address (HTTP 429)."""

    status = 429


def slow_down(request: HttpRequest, *, what: str, most: int, seconds: int) -> None:
    """Count this request; raises `UnableToHurry` when the address asked more than `most` times in `seconds`."""
    key = f"pace:{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out between the two calls
        return
    if count > most:
        raise UnableToHurry(_("Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi."))
