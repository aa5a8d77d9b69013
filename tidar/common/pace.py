"""How often one address, or one person, may ask, counted in this process: a brake, not a wall."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tidar.common.errors import UnableTo


class UnableToHurry(UnableTo):
    """Too many requests from one address or person (HTTP 429)."""

    status = 429


def slow_down(request: HttpRequest, *, what: str, most: int, seconds: int, who: str = "") -> None:
    """Count this request; raises `UnableToHurry` when its sender asked more than `most` times in `seconds`.

    The sender is `who` where given, else the address: many phones may share one.
    """
    key = f"pace:{what}:{who or request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out between the two calls
        return
    if count > most:
        raise UnableToHurry(_("Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi."))
