"""Current numbers with narrative, freshness and history: a fixed, small number of queries however many numbers."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from tidar.hub import api as hub
from tidar.hub.api import FeedState
from tidar.indicators.models import CurrentValue, DefinitionVersion, Value
from tidar.indicators.queries.shapes import InputView, ValueView
from tidar.indicators.rules import coverage, freshness
from tidar.indicators.rules import definition as rules
from tidar.indicators.rules.coverage import Coverage
from tidar.indicators.rules.definition import Definition
from tidar.indicators.rules.narrative import Facts, Place, narrative
from tidar.places import api as places

HISTORY = 24  # earlier periods in a view
LEVEL_WORDS = {"region": "kota dan kabupaten", "kecamatan": "kecamatan", "kelurahan": "kelurahan", "desa": "desa"}
Key = tuple[str, str]  # indicator, area code
Series = dict[Key, list[tuple[str, Decimal, Coverage]]]  # period, number, of what


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What every number of one answer is shown with; fetched once."""

    definitions: Mapping[uuid.UUID, tuple[int, Definition]]
    feeds: Mapping[str, FeedState]  # by lake table
    areas: Mapping[str, places.AreaView]
    latest: Mapping[Key, CurrentValue]
    history: Series


def current_values(
    *,
    at: datetime,
    area_codes: Sequence[str] | None = None,
    indicators: Sequence[str] | None = None,
    period: str | None = None,
) -> tuple[ValueView, ...]:
    """The newest period's number (or that of `period`) of each indicator and area, ordered by indicator and area."""
    found = _of_period(indicators, period)
    wanted = [c for c in found if area_codes is None or c.area_code in set(area_codes)]
    around = _surroundings(found, wanted, at=at)
    return tuple(_view(c, around) for c in wanted)


def value(value_id: uuid.UUID, *, at: datetime) -> ValueView | None:
    """One number by its id, also a superseded one; None when there never was such a number."""
    kept = Value.objects.select_related("computation", "current__computation").filter(pk=value_id).first()
    if kept is None or kept.value is None:
        return None
    holds = hasattr(kept, "current")
    found = _of_period([kept.indicator], kept.period)
    now = CurrentValue(
        indicator=kept.indicator,
        area_code=kept.area_code,
        period=kept.period,
        value=kept,
        computation=kept.current.computation if holds else kept.computation,
    )
    view = _view(now, _surroundings(found, [now], at=at))
    return replace(view, superseded=not holds)


def periods_of(indicator: str) -> tuple[str, ...]:
    """Periods that have numbers, newest first."""
    found = CurrentValue.objects.filter(indicator=indicator, value__value__isnull=False)
    return tuple(found.order_by("-period").values_list("period", flat=True).distinct())


def _of_period(indicators: Sequence[str] | None, period: str | None) -> list[CurrentValue]:
    found = CurrentValue.objects.filter(value__value__isnull=False).select_related("value", "computation")
    if indicators is not None:
        found = found.filter(indicator__in=indicators)
    if period is not None:
        found = found.filter(period=period)
    return list(found.order_by("indicator", "area_code", "-period").distinct("indicator", "area_code"))


def _surroundings(found: Sequence[CurrentValue], wanted: Sequence[CurrentValue], *, at: datetime) -> _Surroundings:
    used = {c.computation.definition_id for c in [*found, *wanted]}
    versions = DefinitionVersion.objects.filter(pk__in=used)
    return _Surroundings(
        definitions={v.pk: (v.number, rules.definition_from(v.content)) for v in versions},
        feeds={state.lake_table: state for state in hub.feed_states(at=at).values() if state.lake_table},
        areas={area.code: area for area in places.areas()},
        latest={(c.indicator, c.area_code): c for c in found},
        history=_history(wanted),
    )


def _history(wanted: Sequence[CurrentValue]) -> Series:
    """Earlier periods as they hold now, then earlier numbers of the shown period; oldest first."""
    if not wanted:
        return {}
    shown = {(c.indicator, c.area_code): c for c in wanted}
    scope = Q(indicator__in={c.indicator for c in wanted}, area_code__in={c.area_code for c in wanted})
    series: Series = defaultdict(list)
    earlier = CurrentValue.objects.filter(scope, value__value__isnull=False).order_by("period")
    columns = ("indicator", "area_code", "period", "value__value", "value__expected", "value__missing")
    for indicator, area, period, number, expected, missing in earlier.values_list(*columns):
        if (indicator, area) in shown and period < shown[indicator, area].period:
            series[indicator, area].append((period, number or Decimal(0), Coverage(expected, tuple(missing))))
    replaced = Value.objects.filter(scope, current__isnull=True, value__isnull=False)
    for kept in replaced.filter(period__in={c.period for c in wanted}).order_by("computed_at", "id"):
        now = shown.get((kept.indicator, kept.area_code))
        if now is not None and kept.period == now.period and kept.computed_at < now.value.computed_at:
            series[kept.indicator, kept.area_code].append((kept.period, kept.value or Decimal(0), kept.coverage))
    return series


def _view(current: CurrentValue, around: _Surroundings) -> ValueView:
    number, definition = around.definitions[current.computation.definition_id]
    inputs = tuple(
        InputView(table=i["table"], version=i["version"], feed=around.feeds.get(i["table"]))
        for i in current.computation.inputs
    )
    feeds = [i.feed for i in inputs if i.feed is not None]
    area = around.areas.get(current.area_code)
    gaps = current.value.coverage
    known = around.history.get((current.indicator, current.area_code), [])[-HISTORY:]
    alike = tuple((period, number) for period, number, of in known if coverage.comparable(of, gaps))
    return ValueView(
        id=current.value_id,
        indicator=current.indicator,
        name=definition.name,
        unit=definition.unit,
        decimals=definition.decimals,
        area_code=current.area_code,
        area_name=area.name if area else current.area_code,
        period=current.period,
        value=_number(current),
        narrative=narrative(definition.narrative, _facts(current, definition, around, alike)),
        computed_at=current.value.computed_at,
        definition_version=number,
        inputs=inputs,
        freshness=freshness.worst(feed.state for feed in feeds),
        age_seconds=freshness.oldest(feed.age_seconds for feed in feeds),
        sample=any(feed.sample for feed in feeds),
        history=tuple((period, number) for period, number, _of in known),
        row_count=current.value.row_count,
        covered=gaps.covered,
        expected=gaps.expected,
        missing=tuple(around.areas[code].name if code in around.areas else code for code in gaps.missing),
        comparable=alike,
    )


def _facts(
    current: CurrentValue, definition: Definition, around: _Surroundings, history: Sequence[tuple[str, Decimal]]
) -> Facts:
    area = around.areas.get(current.area_code)
    level = area.level if area else ""
    earlier = [(period, number) for period, number in history if period < current.period]
    return Facts(
        area=area.name if area else current.area_code,
        value=_number(current),
        unit=definition.unit,
        decimals=definition.decimals,
        period=current.period,
        previous=earlier[-1] if earlier else None,
        peers=() if level == "region" else _peers(current, around, level),
        parts=_places(current, around, ("kelurahan", "desa")) if level != "kelurahan" else (),
        peer_word=LEVEL_WORDS.get(level, level),
        coverage=current.value.coverage,
        base_word=_base_word(current.area_code, around),
        leader=_leader(current),
    )


def _leader(current: CurrentValue) -> Place | None:
    leader, number = current.value.leader, current.value.leader_value
    return Place(leader, number) if leader and number is not None else None


def _peers(current: CurrentValue, around: _Surroundings, level: str) -> tuple[Place, ...]:
    """The areas of its level, when all are complete: a place among halves means nothing."""
    peers = [c for c in around.latest.values() if (c.indicator, c.period) == (current.indicator, current.period)]
    alike = (c for c in [current, *peers] if c.area_code in around.areas and around.areas[c.area_code].level == level)
    return () if any(c.value.missing for c in alike) else _places(current, around, (level,))


def _base_word(area: str, around: _Surroundings) -> str:
    """What the smallest areas inside `area` are called: kelurahan, desa, or both."""
    inside = {a.level for a in around.areas.values() if a.code.startswith(f"{area}.")}
    return " dan ".join(level for level in ("kelurahan", "desa") if level in inside) or "kelurahan"


def _places(current: CurrentValue, around: _Surroundings, levels: Iterable[str]) -> tuple[Place, ...]:
    """Numbers of the same indicator and period at `levels`."""
    return tuple(
        Place(around.areas[area].name, _number(other))
        for (indicator, area), other in around.latest.items()
        if indicator == current.indicator
        and other.period == current.period
        and area in around.areas
        and around.areas[area].level in levels
    )


def _number(current: CurrentValue) -> Decimal:
    if current.value.value is None:
        raise ValueError(f"{current} was withdrawn")
    return current.value.value
