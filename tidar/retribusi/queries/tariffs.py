"""Tariffs as a table that people read: market by place type, what is in force, what comes, what was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from tidar.common.actor import Actor
from tidar.retribusi.models import Closure, LevyKind, LevyObject, Market, Relief, Tariff
from tidar.retribusi.queries.register import granted, kinds_for


@dataclass(frozen=True, slots=True)
class TariffCell:
    """What one place type pays at one market on a day, and what it will pay."""

    place: str  # the place type in words
    now: Tariff | None
    coming: Tariff | None


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One market (None: every market without its own tariff), one cell for each place type."""

    market: Market | None
    cells: tuple[TariffCell, ...]


@dataclass(frozen=True, slots=True)
class TariffTable:
    """One levy: place types across, markets down, with the articles that the amounts rest on."""

    kind: LevyKind
    place_types: tuple[tuple[str, str], ...]
    lines: tuple[TariffLine, ...]
    banded: tuple[Tariff, ...]  # in force, by area
    articles: tuple[str, ...]


def tables(actor: Actor, *, day: date) -> list[TariffTable]:
    """One table for each levy that the actor may see; one query for all tariffs."""
    kinds = kinds_for(actor)
    found = Tariff.objects.filter(levy_kind__in=kinds).select_related("market").order_by("valid_from_date")
    by_kind: dict[str, list[Tariff]] = {}
    for tariff in found:
        by_kind.setdefault(tariff.levy_kind_id, []).append(tariff)
    return [_table(kind, by_kind.get(kind.code, []), day) for kind in kinds]


def _in_force(tariff: Tariff, day: date) -> bool:
    return tariff.valid_from_date <= day and (tariff.valid_to_date is None or tariff.valid_to_date >= day)


def _table(kind: LevyKind, tariffs: list[Tariff], day: date) -> TariffTable:
    plain = [t for t in tariffs if t.area_from_m2 is None and t.area_below_m2 is None]
    used = {t.place_type for t in plain}
    names = {"": "Semua jenis", **{value: str(label) for value, label in LevyObject.PlaceType.choices}}
    types = tuple((value, name) for value, name in names.items() if value in used)
    markets = sorted({t.market for t in plain if t.market}, key=lambda market: market.name)
    rows: list[Market | None] = [*markets, *([None] if any(t.market_id is None for t in plain) else [])]
    lines = tuple(TariffLine(market, tuple(_cell(plain, market, place, day) for place in types)) for market in rows)
    current = [t for t in tariffs if _in_force(t, day)]
    banded = tuple(t for t in current if t not in plain)
    return TariffTable(kind, types, lines, banded, _articles(current))


def _cell(tariffs: Iterable[Tariff], market: Market | None, place: tuple[str, str], day: date) -> TariffCell:
    place_type, name = place
    code = market.code if market else None
    own = [t for t in tariffs if t.market_id == code and t.place_type == place_type]
    now = next((t for t in reversed(own) if _in_force(t, day)), None)
    return TariffCell(name, now, next((t for t in own if t.valid_from_date > day), None))


def _articles(tariffs: Iterable[Tariff]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.legal_basis for t in tariffs))


def versions(actor: Actor, kind: str, market: str) -> QuerySet[Tariff]:
    """Every version of a levy's tariffs, of one market or all, the newest first."""
    mine = [k.code for k in kinds_for(actor)]
    found = Tariff.objects.filter(levy_kind__in=mine).select_related("levy_kind", "market")
    narrowed = {name: value for name, value in (("levy_kind", kind), ("market", market)) if value}
    return found.filter(**narrowed).order_by("-valid_from_date", "levy_kind", "market", "place_type", "id")


def reliefs_for(actor: Actor) -> QuerySet[Relief]:
    """Reliefs of the actor's levies, the newest first."""
    mine = [kind.code for kind in kinds_for(actor)]
    found = Relief.objects.filter(levy_kind__in=mine)
    return found.select_related("levy_kind", "market", "occupancy__levy_object").order_by("-from_date", "-id")


def closures_for(actor: Actor) -> QuerySet[Closure]:
    """Closures of the actor's markets and leaves of the traders in them, the newest first."""
    market = granted(actor, permission="levies.see", agency="market__agency", area="market__area_code")
    stall = "occupancy__levy_object"
    leave = granted(actor, permission="levies.see", agency=f"{stall}__levy_kind__agency", area=f"{stall}__area_code")
    found = Closure.objects.filter((Q(market__isnull=False) & market) | (Q(occupancy__isnull=False) & leave))
    return found.select_related("market", "occupancy__levy_object__market").order_by("-from_date", "-id")
