"""Template filters: Indonesian numbers, ages, permissions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django import template

from tidar.common import clock, formats, money, wording
from tidar.common.actor import Actor

register = template.Library()


@register.filter
def angka(value: Decimal | float | int | None, decimals: int | None = None) -> str:
    """`{{ value|angka }}` → `1.234.567`; `{{ value|angka:1 }}` → one decimal."""
    return formats.number_text(value, decimals=decimals)


@register.filter
def rupiah(value: int) -> str:
    """`{{ amount|rupiah }}` → `Rp1.234.567`."""
    return money.rupiah_text(value)


@register.filter
def ukuran(value: int) -> str:
    """`{{ size|ukuran }}` → `1,5 MB`."""
    return formats.size_text(value)


@register.filter
def usia(moment: datetime | float | None) -> str:
    """`{{ moment|usia }}` → `3 menit`; also takes seconds."""
    if moment is None:
        return "—"
    seconds = moment if isinstance(moment, (int, float)) else (clock.now() - moment).total_seconds()
    return wording.age(seconds)


@register.filter
def boleh(actor: Actor, permission: str) -> bool:
    """`{% if request.actor|boleh:"hub.deliver" %}`."""
    return actor.may(permission)
