"""From a number down to its rows and the cells of a file, and from a row up to the numbers that use it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidar.common.errors import UnableToFind
from tidar.indicators.models import Computation, CurrentValue, Value
from tidar.indicators.queries import computing, values
from tidar.indicators.queries.definitions import DefinitionView, view_of
from tidar.indicators.queries.shapes import ValueView
from tidar.indicators.rules import definition as rules
from tidar.indicators.rules import rollup
from tidar.indicators.rules.definition import Definition
from tidar.lake import api as lake
from tidar.places import api as places

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where a contributing row came from: a row of a delivery of a table, and which columns matter."""

    table: str
    delivery: str
    row: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContributingRow:
    """One row that the formula used: its measures in the definition's order, its sources (a joined row has more)."""

    area_code: str
    area_name: str
    measures: tuple[Any, ...]
    sources: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True)
class DeliveryShare:
    """One delivery (or export) and how many of its rows are in the number."""

    table: str
    title: str
    delivery: str
    row_count: int


@dataclass(frozen=True, slots=True)
class TableInput:
    """One input table at its version."""

    table: str
    title: str
    version: int
    row_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Lineage:
    """The whole way down from one number, one page of rows at a time."""

    value: ValueView
    definition: DefinitionView
    definition_version: int
    measures: tuple[rules.Measure, ...]
    inputs: tuple[TableInput, ...]
    parameters: Mapping[str, str]
    computed_at: datetime
    recomputed: Decimal  # the formula over exactly these rows, now
    row_count: int
    deliveries: tuple[DeliveryShare, ...]
    rows: tuple[ContributingRow, ...]
    page: int
    page_count: int

    @property
    def agrees(self) -> bool:
        """Whether the rows give the number again, exactly."""
        return self.recomputed == self.value.value


@dataclass(frozen=True, slots=True)
class _Ask:
    """One number's question to the lake: the definition, the pinned versions and the parameters."""

    definition: Definition
    versions: dict[str, int]
    parameters: dict[str, Any]

    def read(self, sql: str, **more: Any) -> list[dict[str, Any]]:
        """Rows of `sql` at the pinned versions."""
        answer = lake.read(sql, versions=self.versions, parameters={**self.parameters, **more})
        rows: list[dict[str, Any]] = answer.to_pylist()
        return rows


def lineage(value_id: uuid.UUID, *, at: datetime, page: int = 1) -> Lineage:
    """The number, its definition, its inputs, and a page of the rows behind it. Raises `UnableToFind`."""
    view = values.value(value_id, at=at)
    if view is None:
        raise UnableToFind("Angka itu tidak ada.")
    kept = Value.objects.select_related("computation__definition", "current__computation__definition").get(pk=value_id)
    computation = kept.current.computation if hasattr(kept, "current") else kept.computation
    definition = rules.definition_from(computation.definition.content)
    ask = _asking(definition, computation, of_area=kept.area_code, of_period=kept.period)
    names = {"rows": definition.rows, "scope_column": definition.scope_column}
    page_count = max(1, -(-kept.row_count // PAGE_SIZE))
    page = min(max(page, 1), page_count)
    sql = rollup.rows_sql(formula=definition.formula, order="_code, _table, _delivery, _row", **names)
    rows = ask.read(sql, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    titles = {table.name: table.title for table in lake.tables()}
    return Lineage(
        value=view,
        definition=view_of(definition),
        definition_version=computation.definition.number,
        measures=definition.measures,
        inputs=_inputs(computation, titles),
        parameters=computation.parameters,
        computed_at=computation.computed_at,
        recomputed=rows[0]["_again"] if rows else Decimal(0),
        row_count=rows[0]["_count"] if rows else 0,
        deliveries=_shares(ask.read(rollup.deliveries_sql(**names)), titles),
        rows=_contributing(rows, definition),
        page=page,
        page_count=page_count,
    )


def uses_of_row(delivery: str, row: int, *, at: datetime) -> tuple[ValueView, ...]:
    """The current numbers that one row of a delivery is in, at every level; empty when it is in none."""
    found: list[ValueView] = []
    tables = set(lake.tables_from(delivery) or lake.exported_tables())
    for computation in _computations_of_today():
        if not tables.intersection(item["table"] for item in computation.inputs):
            continue
        definition = rules.definition_from(computation.definition.content)
        ask = _asking(definition, computation, delivery=delivery, row=row)
        hits = ask.read(rollup.uses_sql(rows=definition.rows, scope_column=definition.scope_column))
        found += _values_of(definition, hits, at=at)
    return tuple(found)


def _computations_of_today() -> list[Computation]:
    """The newest computation of each indicator that has a current number."""
    pks = CurrentValue.objects.order_by("indicator", "-computation__computed_at").distinct("indicator")
    used = pks.values_list("computation_id", flat=True)
    return list(Computation.objects.filter(pk__in=used).select_related("definition").order_by("definition__indicator"))


def _values_of(definition: Definition, hits: Sequence[Mapping[str, Any]], *, at: datetime) -> list[ValueView]:
    wanted = rules.widths(definition)
    found: list[ValueView] = []
    for period in sorted({hit["period"] for hit in hits}):
        codes = {
            hit["area_code"][:width]
            for hit in hits
            for width in wanted
            if hit["period"] == period
            and (len(hit["area_code"]) == width or (len(hit["area_code"]) > width and not hit["only_itself"]))
        }
        found += values.current_values(at=at, indicators=[definition.id], area_codes=sorted(codes), period=period)
    return found


def _asking(definition: Definition, computation: Computation, **more: Any) -> _Ask:
    return _Ask(
        definition=definition,
        versions={i["table"]: i["version"] for i in computation.inputs},
        parameters={**computing.parameters_from(computation.parameters), **more},
    )


def _inputs(computation: Computation, titles: Mapping[str, str]) -> tuple[TableInput, ...]:
    found = []
    for item in computation.inputs:
        version = lake.version(item["table"], item["version"])
        title = titles.get(item["table"], item["table"])
        found.append(TableInput(item["table"], title, version.number, version.row_count, version.created_at))
    return tuple(found)


def _shares(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> tuple[DeliveryShare, ...]:
    return tuple(
        DeliveryShare(r["_table"], titles.get(r["_table"], r["_table"]), r["_delivery"], r["row_count"]) for r in rows
    )


def _contributing(rows: Sequence[Mapping[str, Any]], definition: Definition) -> tuple[ContributingRow, ...]:
    names = {area.code: area.name for area in places.areas()}
    return tuple(
        ContributingRow(
            area_code=row["_code"],
            area_name=names.get(row["_code"], row["_code"]),
            measures=tuple(row[measure.name] for measure in definition.measures),
            sources=_sources(row, definition),
        )
        for row in rows
    )


def _sources(row: Mapping[str, Any], definition: Definition) -> tuple[SourceRow, ...]:
    found = []
    for suffix in rollup.source_suffixes(definition.rows):
        table, delivery = row[f"_table{suffix}"], row[f"_delivery{suffix}"]
        if delivery is not None:
            columns = tuple(c for measure in definition.measures for c in measure.columns.get(table, ()))
            found.append(SourceRow(table, delivery, row[f"_row{suffix}"], tuple(dict.fromkeys(columns))))
    return tuple(found)
