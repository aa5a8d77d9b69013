"""Evaluating a definition: over the lake at named versions, or over a worked example's own rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from tidar.indicators.models import Computation, DefinitionVersion
from tidar.indicators.rules import rollup
from tidar.indicators.rules.coverage import WHOLE, Coverage, coverage_of
from tidar.indicators.rules.definition import Definition, Example, widths
from tidar.lake import api as lake
from tidar.places import api as places


@dataclass(frozen=True, slots=True)
class Computed:
    """One number that the engine gave; without a value: it gave none any more."""

    area_code: str
    period: str
    value: Decimal | None
    row_count: int
    coverage: Coverage = WHOLE
    leader: str = ""
    leader_value: Decimal | None = None


def inputs_of(definition: Definition) -> tuple[str, ...]:
    """The lake tables that the definition reads. Raises `lake.UnableToRead` when its SQL is not one SELECT."""
    return lake.tables_read_by(values_sql(definition))


def values_sql(definition: Definition) -> str:
    """The SQL that gives every area's number."""
    return rollup.values_sql(
        rows=definition.rows,
        formula=definition.formula,
        scope_column=definition.scope_column,
        widths=widths(definition),
    )


def parameters_from(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as SQL needs them, from a computation's JSON."""
    return {**kept, "as_of": date.fromisoformat(kept["as_of"])}


def evaluate(
    definition: Definition, *, versions: Mapping[str, int], parameters: Mapping[str, Any]
) -> tuple[Computed, ...]:
    """Every area's and period's number at exactly these versions."""
    return _computed(lake.read(values_sql(definition), versions=versions, parameters=parameters))


def with_coverage(
    computed: Sequence[Computed],
    definition: Definition,
    *,
    versions: Mapping[str, int],
    parameters: Mapping[str, Any],
) -> tuple[Computed, ...]:
    """The numbers, each with which of the region's base areas inside its area have rows in its period."""
    if not definition.coverage:
        return tuple(computed)
    width = rollup.LEVEL_WIDTHS[definition.coverage]
    sql = rollup.covered_sql(rows=definition.rows, scope_column=definition.scope_column, width=width)
    present: dict[str, set[str]] = defaultdict(set)
    for row in lake.read(sql, versions=versions, parameters=parameters).to_pylist():
        present[row["period"]].add(row["area_code"])
    base = [area.code for area in places.villages()]
    return tuple(replace(c, coverage=coverage_of(c.area_code, base=base, present=present[c.period])) for c in computed)


def with_leaders(
    computed: Sequence[Computed],
    definition: Definition,
    *,
    versions: Mapping[str, int],
    parameters: Mapping[str, Any],
) -> tuple[Computed, ...]:
    """The numbers, each with the group of its rows that has the largest number, where the definition asks for it."""
    if not definition.leader:
        return tuple(computed)
    sql = leaders_sql(definition)
    found = lake.read(sql, versions=versions, parameters=parameters).to_pylist()
    leaders = {(row["area_code"], row["period"]): (str(row["leader"]), row["value"]) for row in found}
    named = [(c, leaders.get((c.area_code, c.period), ("", None))) for c in computed]
    return tuple(replace(c, leader=leader, leader_value=value) for c, (leader, value) in named)


def leaders_sql(definition: Definition) -> str:
    """The SQL that gives every area's leading group."""
    return rollup.leaders_sql(
        rows=definition.rows,
        formula=definition.formula,
        scope_column=definition.scope_column,
        widths=widths(definition),
        leader=definition.leader,
    )


def evaluate_example(definition: Definition, example: Example, *, region: str) -> tuple[Computed, ...]:
    """What the definition gives for the example's rows."""
    parameters = {"region": region, "period": example.period, "as_of": date.fromisoformat(example.as_of)}
    return _computed(lake.read_given(values_sql(definition), rows=example.tables, parameters=parameters))


def failed_expectations(definition: Definition) -> list[str]:
    """Which worked examples do not hold, one sentence each; empty when the definition computes what it says."""
    found = []
    for example in definition.examples:
        region = example.expected[0].area[: rollup.LEVEL_WIDTHS["region"]]
        given = {(c.area_code, c.period): c.value for c in evaluate_example(definition, example, region=region)}
        for expected in example.expected:
            value = given.get((expected.area, expected.period or example.period))
            if value is None or value != Decimal(expected.value):
                found.append(
                    f"{definition.name}, contoh “{example.title}”: {expected.area} seharusnya {expected.value}, "
                    f"hasilnya {'tidak ada' if value is None else format(value.normalize(), 'f')}."
                )
    return found


def newest_computation(version: DefinitionVersion) -> Computation | None:
    """The last run of this definition version, also one that failed."""
    return Computation.objects.filter(definition=version).order_by("-computed_at", "-id").first()


def _computed(table: Any) -> tuple[Computed, ...]:
    rows: Sequence[Mapping[str, Any]] = table.to_pylist()
    return tuple(Computed(r["area_code"], r["period"], r["value"], r["row_count"]) for r in rows)
