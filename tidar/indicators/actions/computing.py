"""Computing indicators: only what has new inputs, only what changed is written, nothing is ever overwritten."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from tidar.common import audit
from tidar.common.actor import Actor
from tidar.hub.api import EventFields, SourceRef, record_event
from tidar.indicators.models import Computation, CurrentValue, DefinitionVersion, Value
from tidar.indicators.queries import computing, definitions
from tidar.indicators.queries.computing import Computed
from tidar.indicators.rules import definition as rules
from tidar.indicators.rules.definition import Definition
from tidar.lake import api as lake
from tidar.places import api as places

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one indicator: how many numbers it has and how many are new or other than before."""

    indicator: str
    value_count: int = 0
    changed_count: int = 0
    sentence: str = ""  # why it could not be computed


@dataclass(frozen=True, slots=True)
class _Plan:
    """A definition with the inputs of this moment."""

    definition: Definition
    inputs: dict[str, int]
    parameters: dict[str, str]
    watermark: datetime


@dataclass(slots=True)
class _Difference:
    """What to write: new numbers, and which of the present ones hold on."""

    new: list[Value] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)  # primary keys of CurrentValue


def compute_indicators(
    *, by: Actor, at: datetime, tables: Sequence[str] | None = None, again: bool = False
) -> tuple[Outcome, ...]:
    """Compute every indicator whose inputs, definition or day changed since its last computation.

    `tables` narrows to indicators that read one of them; `again` computes even without a change. One transaction for
    each indicator: values, audit entry and event together. One that fails keeps its earlier numbers and says why.
    """
    wanted, outcomes = _wanted(tables)
    for plan in _plans(wanted, at=at):
        outcome = _computed_once(plan, by=by, at=at, again=again)
        if outcome is not None:
            outcomes.append(outcome)
    return tuple(outcomes)


def _wanted(tables: Sequence[str] | None) -> tuple[list[tuple[Definition, tuple[str, ...]]], list[Outcome]]:
    """Definitions that read one of `tables` with all tables they read; and those whose SQL cannot be read at all."""
    wanted, unreadable = [], []
    for definition in definitions.load():
        try:
            names = computing.inputs_of(definition)
        except lake.UnableToRead as error:
            unreadable.append(Outcome(definition.id, sentence=error.sentence))
            continue
        if tables is None or set(tables) & set(names):
            wanted.append((definition, names))
    return wanted, unreadable


def _plans(wanted: Sequence[tuple[Definition, tuple[str, ...]]], *, at: datetime) -> list[_Plan]:
    current = lake.current_versions(sorted({name for _definition, names in wanted for name in names}))
    region = places.region()
    plans = []
    for definition, names in wanted:
        if not all(name in current for name in names):
            continue  # nothing was delivered yet
        watermark = max(current[name].created_at for name in names)
        parameters = {
            "region": region.code,
            "period": f"{watermark.astimezone(region.zone):%Y-%m}",
            "as_of": at.astimezone(region.zone).date().isoformat(),
        }
        plans.append(_Plan(definition, {n: current[n].number for n in names}, parameters, watermark))
    return plans


@transaction.atomic
def _computed_once(plan: _Plan, *, by: Actor, at: datetime, again: bool) -> Outcome | None:
    version = _declared(plan.definition, at=at)
    last = computing.newest_computation(version)
    if last is not None and not again and not _is_due(plan, last):
        return None
    try:
        computed = _evaluated(plan)
    except lake.UnableToRead as error:
        log.warning("indicator %s could not be computed: %s", plan.definition.id, error.sentence)
        _computation(plan, version, at=at, sentence=error.sentence)
        return Outcome(plan.definition.id, sentence=error.sentence)
    return _written(plan, _computation(plan, version, at=at), computed, by=by)


def _evaluated(plan: _Plan) -> tuple[Computed, ...]:
    parameters = computing.parameters_from(plan.parameters)
    computed = computing.evaluate(plan.definition, versions=plan.inputs, parameters=parameters)
    computed = computing.with_coverage(computed, plan.definition, versions=plan.inputs, parameters=parameters)
    return computing.with_leaders(computed, plan.definition, versions=plan.inputs, parameters=parameters)


def _declared(definition: Definition, *, at: datetime) -> DefinitionVersion:
    """The definition's version, made when its content is new; locked, so that one process computes it at a time."""
    sha256 = rules.fingerprint(definition)
    earlier = DefinitionVersion.objects.filter(indicator=definition.id)
    if not earlier.filter(sha256=sha256).exists():
        number = max(earlier.values_list("number", flat=True), default=0) + 1
        content = rules.definition_data(definition)
        DefinitionVersion.objects.bulk_create(
            [DefinitionVersion(indicator=definition.id, number=number, sha256=sha256, content=content, declared_at=at)],
            ignore_conflicts=True,
        )
    return DefinitionVersion.objects.select_for_update().get(indicator=definition.id, sha256=sha256)


def _is_due(plan: _Plan, last: Computation) -> bool:
    if last.inputs != _listed(plan.inputs):
        return True
    newest = Computation.objects.filter(definition__indicator=plan.definition.id).latest("computed_at", "id")
    if newest.pk != last.pk:
        return True  # another definition computed since; this one is in force again
    return plan.definition.uses_day and last.parameters["as_of"] != plan.parameters["as_of"]


def _listed(inputs: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"table": table, "version": inputs[table]} for table in sorted(inputs)]


def _computation(plan: _Plan, version: DefinitionVersion, *, at: datetime, sentence: str = "") -> Computation:
    return Computation.objects.create(
        definition=version,
        inputs=_listed(plan.inputs),
        parameters=plan.parameters,
        watermark=plan.watermark,
        computed_at=at,
        sentence=sentence,
    )


def _written(plan: _Plan, computation: Computation, computed: Sequence[Computed], *, by: Actor) -> Outcome:
    difference = _difference(plan, computation, computed)
    Value.objects.bulk_create(difference.new)
    CurrentValue.objects.filter(pk__in=difference.confirmed).update(computation=computation)
    CurrentValue.objects.bulk_create(
        [
            CurrentValue(
                indicator=v.indicator, area_code=v.area_code, period=v.period, value=v, computation=computation
            )
            for v in difference.new
        ],
        update_conflicts=True,
        unique_fields=["indicator", "area_code", "period"],
        update_fields=["value", "computation"],
    )
    computation.value_count = len(computed)
    computation.changed_count = len(difference.new)
    computation.save(update_fields=["value_count", "changed_count"])
    if difference.new:
        _tell(plan, computation, difference.new, by=by)
    return Outcome(plan.definition.id, len(computed), len(difference.new))


def _difference(plan: _Plan, computation: Computation, computed: Sequence[Computed]) -> _Difference:
    held = CurrentValue.objects.filter(indicator=plan.definition.id).select_related("value")
    if plan.definition.period == "snapshot":
        held = held.filter(period=plan.parameters["period"])  # earlier months stay as they were
    if plan.definition.window_days:
        held = held.filter(period__gte=_first_period(plan, "YYYY"))
    present = {(c.area_code, c.period): c for c in held if c.period >= _first_period(plan, c.period)}
    found = {(c.area_code, c.period): c for c in computed}
    gone = (Computed(area_code, period, None, 0) for area_code, period in present.keys() - found.keys())
    difference = _Difference()
    for number in [*computed, *gone]:
        current = present.get((number.area_code, number.period))
        if current is not None and _holds_on(current.value, number):
            difference.confirmed.append(current.pk)
        else:
            difference.new.append(_value(computation, number))
    return difference


def _first_period(plan: _Plan, like: str) -> str:
    """The first period that the rows reach, written like `like`; earlier ones stay as they were."""
    if not plan.definition.window_days:
        return ""
    first = date.fromisoformat(plan.parameters["as_of"]) - timedelta(days=plan.definition.window_days)
    return first.isoformat()[: len(like)]


def _holds_on(value: Value, number: Computed) -> bool:
    """Whether a number is still the same, from as many rows of the same areas, led by the same group."""
    found = Computed(
        number.area_code, number.period, value.value, value.row_count, value.coverage, value.leader, value.leader_value
    )
    return found == number


def _pointer(value: Value) -> CurrentValue:
    return CurrentValue(
        indicator=value.indicator,
        area_code=value.area_code,
        period=value.period,
        value=value,
        computation=value.computation,
    )


def _value(computation: Computation, number: Computed) -> Value:
    return Value(
        computation=computation,
        indicator=computation.definition.indicator,
        area_code=number.area_code,
        period=number.period,
        value=number.value,
        row_count=number.row_count,
        expected=number.coverage.expected,
        missing=list(number.coverage.missing),
        leader=number.leader[:200],
        leader_value=number.leader_value,
        computed_at=computation.computed_at,
    )


def _tell(plan: _Plan, computation: Computation, new: Sequence[Value], *, by: Actor) -> None:
    region = plan.parameters["region"]
    periods = sorted({v.period for v in new})
    data = {
        "indicator": plan.definition.id,
        "changed": len(new),
        "periods": periods[-12:],
        "areas": sorted({v.area_code for v in new})[:400],
        "inputs": computation.inputs,
    }
    audit.record(
        "indicator.compute",
        by=by,
        at=computation.computed_at,
        subject=("indicator", plan.definition.id),
        after={"computation": computation.pk, "changed": len(new), "inputs": computation.inputs},
    )
    record_event(
        kind="indicator.changed",
        happened_at=computation.watermark,
        at=computation.computed_at,
        source=SourceRef("action", str(computation.pk)),
        fields=EventFields(
            subject=f"{plan.definition.name}: {len(new)} angka berubah",  # kept: Indonesian for everybody
            area_code=region,
            data=data,
        ),
    )
