"""The engine: one SELECT over Parquet files, through Ibis on DuckDB.

Every question gets its own empty in-memory database (10 ms): a view for each table it names, files and settings locked
before its text runs. It cannot write, load an extension, reach a file that is not one of its tables, or see another
question's data. `run_on_duckdb` is the whole seam: another engine is another
function with its signature, chosen by `TIDAR_ENGINE`.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from tidar.lake.queries import tables
from tidar.lake.rules import statements
from tidar.lake.rules.catalogue import SOURCE_COLUMNS, ColumnType, Relation, UnableToRead

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY_LIMIT = "1GB"
SECONDS = 60.0
_SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
}


def read(
    sql: str, *, versions: Mapping[str, int] | None = None, parameters: Mapping[str, Any] | None = None
) -> pa.Table:
    """Answer one SELECT over lake tables. Raises `UnableToRead` with a sentence."""
    statement = statements.parse(sql)
    relations = tables.relations(statements.tables_of(statement), versions or {})
    text = statements.filled(statement, parameters or {})
    return _engine()(text, relations)


def read_given(
    sql: str, *, rows: Mapping[str, Sequence[Mapping[str, Any]]], parameters: Mapping[str, Any] | None = None
) -> pa.Table:
    """Answer one SELECT over tables given as plain rows, on the same engine, within the same walls; no database."""
    statement = statements.parse(sql)
    text = statements.filled(statement, parameters or {})
    names = statements.tables_of(statement)
    if missing := [name for name in names if name not in rows]:
        raise UnableToRead(f"Tidak ada tabel bernama “{missing[0]}” dalam contoh.", code="table")
    with tempfile.TemporaryDirectory() as folder:
        return _engine()(text, [_given(name, rows[name], Path(folder) / f"{name}.parquet") for name in names])


def _given(name: str, rows: Sequence[Mapping[str, Any]], path: Path) -> Relation:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist([{"_delivery": "contoh", "_row": number, **row} for number, row in enumerate(rows, 2)])
    pq.write_table(table, path)
    columns: list[tuple[str, ColumnType]] = [(c, "text") for c in table.column_names if c not in SOURCE_COLUMNS]
    return Relation(name, (path,), tuple(columns), frozenset(table.column_names), ())


def run_on_duckdb(sql: str, relations: Sequence[Relation]) -> pa.Table:
    """Run `sql` with nothing but `relations` in reach, within `MEMORY_LIMIT` and `SECONDS`."""
    import duckdb
    import ibis

    spill = tables.root() / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    backend = ibis.duckdb.connect(":memory:", memory_limit=MEMORY_LIMIT, temp_directory=str(spill))
    out_of_time = threading.Event()
    timer = threading.Timer(SECONDS, _interrupt, (backend, out_of_time))
    try:
        for statement in _preparation(relations):
            backend.con.execute(statement)
        timer.start()
        return backend.sql(sql).to_pyarrow()
    except (duckdb.Error, ibis.common.exceptions.IbisError) as error:
        raise UnableToRead(_sentence(error, timed_out=out_of_time.is_set()), code="engine") from error
    finally:
        timer.cancel()
        with suppress(duckdb.Error):
            backend.disconnect()


def _engine() -> Callable[[str, Sequence[Relation]], pa.Table]:
    if settings.TIDAR_ENGINE != "duckdb":
        raise UnableToRead(f"Mesin data “{settings.TIDAR_ENGINE}” belum dipasang.", code="no_engine")
    return run_on_duckdb


def _interrupt(backend: Any, out_of_time: threading.Event) -> None:
    out_of_time.set()
    backend.con.interrupt()


def _preparation(relations: Sequence[Relation]) -> list[str]:
    paths = [str(path) for relation in relations for path in relation.paths]
    return [
        f"SET allowed_paths = {_texts(paths)}",
        "SET enable_external_access = false",
        "SET python_enable_replacements = false",
        *(view_sql(relation) for relation in relations),
        "SET lock_configuration = true",
    ]


def view_sql(relation: Relation) -> str:
    """The view of a table: its declared columns (NULL where no file has one) and where each row came from.

    With a key and several files, only the newest file's row of a key is there: a month delivered again corrects the
    month, it does not double it. A large first file is not sorted for that, only looked up in what came later.
    """
    files = _texts([str(path) for path in relation.paths])
    names = [_projected(name, kind, relation.present) for name, kind in relation.columns]
    source = f"read_parquet({files}, union_by_name=true, filename='_file')"
    select = f"SELECT {', '.join([*names, *SOURCE_COLUMNS])} FROM {source}"  # noqa: S608 - names and paths are ours
    if relation.key and len(relation.paths) > 1:
        select = _newest_sql(relation, files, select)
    return f"CREATE VIEW {_name(relation.name)} AS {select}"


def _newest_sql(relation: Relation, files: str, select: str) -> str:
    """Rows of the first file whose key came in no later one, and of the later ones the newest of each key."""
    first = _texts([str(relation.paths[0])]) + "[1]"
    key = ", ".join(_name(column) for column in relation.key)
    same = " AND ".join(f"f.{_name(column)} IS NOT DISTINCT FROM n.{_name(column)}" for column in relation.key)
    newest = f"list_position({files}, _file) DESC, _row DESC"
    with_file = select.replace(" FROM ", ", _file FROM ", 1)
    return (
        f"WITH _later AS MATERIALIZED ({with_file} WHERE _file <> {first}"  # noqa: S608 - names and paths are ours
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {newest}) = 1),"
        f" _first AS NOT MATERIALIZED ({with_file} WHERE _file = {first})"
        " SELECT * EXCLUDE (_file) FROM _later UNION ALL"
        f" SELECT * EXCLUDE (_file) FROM (SELECT f.* FROM _first AS f ANTI JOIN _later AS n ON {same}) AS _rest"
    )


def _projected(name: str, kind: ColumnType, present: frozenset[str]) -> str:
    return _name(name) if name in present else f"CAST(NULL AS {_SQL_TYPES[kind]}) AS {_name(name)}"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _texts(values: Sequence[str]) -> str:
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def _sentence(error: Exception, *, timed_out: bool) -> str:
    if timed_out:
        return f"Pertanyaan dihentikan karena berjalan lebih dari {SECONDS:.0f} detik."
    lines = str(error).strip().splitlines()
    return f"Mesin data tidak dapat menjawab: {lines[0][:200] if lines else type(error).__name__}"
