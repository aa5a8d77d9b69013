"""What may be asked of the lake: exactly one SELECT, over named tables, with named parameters. Pure.

This is the courteous half of the guard, so that a refusal has a sentence; the engine itself can reach nothing else.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from tidar.lake.rules.catalogue import UnableToRead

DIALECT = "duckdb"
_WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.Copy, exp.Into)
_TABLE_FUNCTIONS = (exp.Unnest, exp.GenerateSeries)


@functools.lru_cache(maxsize=256)
def parse(sql: str) -> exp.Query:
    """The one SELECT in `sql`. Raises `UnableToRead`. Parsed once per text; do not change what is returned."""
    try:
        statements = [s for s in sqlglot.parse(sql, read=DIALECT) if s is not None]
    except sqlglot.errors.SqlglotError as error:
        raise UnableToRead(f"Pertanyaan SQL tidak dapat dibaca: {_first_line(error)}", code="syntax") from None
    if len(statements) != 1:
        raise UnableToRead("Tulis tepat satu perintah SELECT.", code="one_select")
    statement = statements[0]
    if not isinstance(statement, exp.Query) or any(statement.find_all(*_WRITES, exp.Command)):
        raise UnableToRead("Hanya perintah SELECT yang boleh dijalankan.", code="only_select")
    return statement


def tables_of(statement: exp.Query) -> tuple[str, ...]:
    """Names of the lake tables that `statement` reads, sorted. Raises `UnableToRead` for files and table functions."""
    own = {cte.alias.lower() for cte in statement.find_all(exp.CTE)}
    names = set()
    for table in statement.find_all(exp.Table):
        if isinstance(table.this, _TABLE_FUNCTIONS):
            continue
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
            sentence = "Hanya tabel danau data yang boleh dibaca, bukan berkas atau fungsi tabel."
            raise UnableToRead(sentence, code="only_tables")
        names.add(table.name.lower())
    return tuple(sorted(names - own))


def filled(statement: exp.Query, parameters: Mapping[str, Any]) -> str:
    """SQL text with every `$name` replaced by its value as a literal. Raises `UnableToRead` for a missing value."""

    def literal(node: Any) -> Any:
        if not isinstance(node, exp.Placeholder):
            return node
        if node.name not in parameters:
            raise UnableToRead(f"Nilai untuk ${node.name} belum diberikan.", code="parameter")
        return exp.convert(parameters[node.name])

    text: str = statement.transform(literal).sql(dialect=DIALECT)  # transform works on a copy
    return text


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]
