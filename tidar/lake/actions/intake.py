"""From a text grid to accepted rows: load a file as text, look at it as a whole, check it in SQL, write Parquet.

No row is looked at by Python. What the engine can read by a plain expression it reads; every other *distinct* text of
a column is handed to the caller once (`residue`) and comes back as a `Reading`. So messy spellings cost by their
variety, not by their number, and there is one place, in pure Python, that knows how people write.
"""

# ruff: noqa: S608
# Into SQL go column numbers, counts and identifiers that `ColumnPlan` has checked; values go as parameters.

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from tidar.lake.rules.checks import (
    BLANKS,
    ColumnPlan,
    Reading,
    cells_sql,
    checked_sql,
    edges_sql,
    fast_sql,
    text_sql,
    trimmed_sql,
)

_BATCH = 20_000
_MEMORY = "800MB"
_THREADS = 2


class GridBroken(Exception):
    """The text file has no strict rectangular structure; read it more patiently."""


class Grid:
    """One file as text cells in a private in-memory engine; spills to `folder`. Use as a context manager.

    Rows carry the number that people see (`n`, the first row of a file is 1). Columns are `c0`, `c1`, ….
    """

    def __init__(self, folder: Path) -> None:
        self._engine = duckdb.connect(":memory:", config={"threads": _THREADS, "memory_limit": _MEMORY})
        self._engine.execute("SET temp_directory = ?", [str(folder / "spill")])
        self._engine.execute("SET TimeZone = 'UTC'")
        self._engine.execute("CREATE TABLE skip (n BIGINT PRIMARY KEY)")
        self._first = 1
        self._skips = False
        self.width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()

    def load_text(self, path: Path, *, delimiter: str, width: int, blanks: str = BLANKS) -> None:
        """Load a UTF-8 text file as it is; `blanks` are the signs that may stand around its cells.

        Raises `GridBroken` unless every record has exactly `width` fields.
        """
        try:
            self._engine.execute(
                "CREATE OR REPLACE TABLE grid AS SELECT * FROM read_csv(?, columns = ?, delim = ?, auto_detect = false,"
                " header = false, quote = '\"', escape = '\"', strict_mode = true, null_padding = false,"
                " max_line_size = 4000000)",
                [str(path), {f"c{i}": "VARCHAR" for i in range(width)}, delimiter],
            )
        except duckdb.Error as error:
            raise GridBroken(str(error)) from error
        self._trim(width, blanks)
        # One table filled by one ordered insert: rowid is the record's place in the file.
        self._engine.execute("CREATE OR REPLACE VIEW sheet AS SELECT rowid + 1 AS n, * FROM grid")
        self.width = width

    def _trim(self, width: int, blanks: str) -> None:
        """Remove blanks around cells, in the columns that have any."""
        edges = ", ".join(f"coalesce(bool_or({edges_sql(i, blanks)}), false)" for i in range(width))
        row = self._engine.execute(f"SELECT {edges} FROM grid").fetchone() or ()
        if any(row):
            columns = ", ".join(trimmed_sql(i) if needs else f"c{i}" for i, needs in enumerate(row))
            self._engine.execute(f"CREATE OR REPLACE TABLE grid AS SELECT {columns} FROM grid")

    def load_rows(self, rows: Iterable[tuple[int, Sequence[str]]], *, width: int) -> None:
        """Load numbered rows, each at most `width` cells wide; shorter rows end in blanks."""
        columns = ", ".join(f"c{i} VARCHAR" for i in range(width))
        self._engine.execute(f"CREATE OR REPLACE TABLE grid (n BIGINT, {columns})")
        for batch in _batches(rows, width):
            self._engine.register("batch", batch)
            self._engine.execute("INSERT INTO grid SELECT * FROM batch")
            self._engine.unregister("batch")
        self._engine.execute("CREATE OR REPLACE VIEW sheet AS SELECT * FROM grid")
        self.width = width

    def begin(self, *, first: int, skip: Iterable[int] = ()) -> None:
        """Say which rows are data: from row `first`, without the rows in `skip`."""
        numbers = sorted(set(skip))
        self._engine.execute("DELETE FROM skip")
        if numbers:
            self._engine.register("numbers", pa.table({"n": pa.array(numbers, pa.int64())}))
            self._engine.execute("INSERT INTO skip SELECT n FROM numbers")
            self._engine.unregister("numbers")
        without = " AND n NOT IN (SELECT n FROM skip)" if numbers else ""
        self._first = first
        self._engine.execute(f"CREATE OR REPLACE VIEW data AS SELECT * FROM sheet WHERE n >= {int(first)}{without}")

    def row_count(self) -> int:
        """How many rows are data."""
        return int(self._one("SELECT count(*) FROM data"))

    def last_row(self) -> int:
        """Number of the last row of the file."""
        return int(self._one("SELECT coalesce(max(n), 0) FROM sheet"))

    def suspects(self, *, first: int, pattern: str, headings: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
        """Rows that may not be data, for a person's rule to judge: few cells filled, or a first cell like `pattern`.

        A row equal to a heading in its first filled cell is a suspect too. Never misses one of these; may give more.
        """
        filled = " + ".join(f"({text_sql(i)} <> '')::INT" for i in range(self.width))
        first_cell = "coalesce(" + ", ".join(f"nullif({text_sql(i)}, '')" for i in range(min(self.width, 6))) + ", '')"
        few = max(2, self.width // 3)
        rows = self._engine.execute(
            f"SELECT * FROM sheet WHERE n >= $first AND (({filled}) <= {few}"
            f" OR regexp_matches({first_cell}, $pattern, 'i')"
            f" OR list_contains($headings, lower({first_cell}))) ORDER BY n",
            {"first": first, "pattern": pattern, "headings": [h.lower() for h in headings]},
        )
        return [(row[0], tuple(cell or "" for cell in row[1:])) for row in _fetched(rows)]

    def rows(self, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The cells of these rows, by number."""
        found = self._engine.execute("SELECT * FROM sheet WHERE list_contains($n, n)", {"n": list(numbers)})
        return {row[0]: tuple(cell or "" for cell in row[1:]) for row in _fetched(found)}

    def data_rows(self) -> dict[int, tuple[str, ...]]:
        """The cells of all rows that are data, by number; for sheets of a size that a person sums."""
        found = self._engine.execute("SELECT * FROM data")
        return {row[0]: tuple(cell or "" for cell in row[1:]) for row in _fetched(found)}

    def shapes(self, source: int, *, limit: int = 20_000) -> dict[str, int]:
        """How a column's texts look, digits as 9 (a leading 0 stays), with counts: the evidence of a style."""
        text = text_sql(source)
        plain = f"bool_and(regexp_full_match({text}, '[-+]?[0-9]+'))"
        found = self._engine.execute(f"SELECT {plain}, count(*) FROM data WHERE {text} <> ''").fetchone()
        if found and found[0]:  # by far the most common column, and much cheaper than writing every shape
            return {"9": found[1]}
        digits = f"translate({text}, '0123456789', '9999999999')"
        shape = f"CASE WHEN starts_with({text}, '0') THEN '0' || substr({digits}, 2) ELSE {digits} END"
        rows = self._engine.execute(
            f"SELECT {shape} AS shape, count(*) FROM data WHERE {text} <> '' GROUP BY 1"
            f" ORDER BY 2 DESC, 1 LIMIT {limit}"
        )
        return dict(_fetched(rows))

    def date_parts(self, source: int) -> tuple[int, int]:
        """In a column of dates written `a/b/year`: how many have a > 12, and how many b > 12."""
        parts = (
            f"regexp_extract({text_sql(source)}, '^([0-9]{{1,2}})[-/. ]([0-9]{{1,2}})[-/. ][0-9]{{2,4}}', ['a', 'b'])"
        )
        row = self._engine.execute(
            f"SELECT count(*) FILTER (try_cast(p.a AS INT) > 12), count(*) FILTER (try_cast(p.b AS INT) > 12)"
            f" FROM (SELECT {parts} AS p FROM data)"
        ).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def residue(self, plan: ColumnPlan) -> dict[str, int]:
        """Distinct texts of the column that the plan's plain expression cannot read, with counts."""
        if plan.source is None:
            return {}
        rows = self._engine.execute(
            f"SELECT t, count(*) FROM (SELECT {text_sql(plan.source)} AS t FROM data) WHERE t <> ''"
            f" AND ({fast_sql(plan, 't')}) IS NULL GROUP BY 1 ORDER BY 1"
        )
        return dict(_fetched(rows))

    def inside(
        self, lon: ColumnPlan, lat: ColumnPlan, bounds: tuple[float, float, float, float]
    ) -> tuple[int, int, int]:
        """Of rows with two readable coordinates: inside the bounds as written, inside when swapped, and all."""
        if lon.source is None or lat.source is None:
            return 0, 0, 0
        west, south, east, north = bounds
        x, y = fast_sql(lon, text_sql(lon.source)), fast_sql(lat, text_sql(lat.source))
        row = self._engine.execute(
            f"SELECT count(*) FILTER (x BETWEEN $w AND $e AND y BETWEEN $s AND $n),"
            f" count(*) FILTER (y BETWEEN $w AND $e AND x BETWEEN $s AND $n), count(*) FROM"
            f" (SELECT ({x}) AS x, ({y}) AS y FROM data) WHERE x IS NOT NULL AND y IS NOT NULL",
            {"w": west, "s": south, "e": east, "n": north},
        ).fetchone()
        return (row[0], row[1], row[2]) if row else (0, 0, 0)

    def check(self, plans: Sequence[ColumnPlan], *, extra: int | None) -> None:
        """Read every cell by its plan into the table `checked`: values, and `faults` as "column=code …" ("" is good).

        `extra` is the column that holds what stood beyond the last heading; a row with anything there is at fault.
        """
        for index, plan in enumerate(plans):
            self._register_readings(index, plan.readings)
        self._engine.execute(f"CREATE OR REPLACE VIEW cells AS {cells_sql(plans, extra)}")
        self._engine.execute(f"CREATE OR REPLACE TEMP TABLE checked AS {checked_sql(plans)}")
        for index in range(len(plans)):
            self._engine.unregister(f"readings{index}")

    def fault_points(self, lon: str, lat: str, bounds: tuple[float, float, float, float]) -> None:
        """Mark good rows whose point is outside the bounds; "tertukar" when exchanging would put it inside."""
        west, south, east, north = bounds
        x, y = f'"v_{lon}"', f'"v_{lat}"'
        self._engine.execute(
            f"UPDATE checked SET faults = CASE WHEN {y} BETWEEN $w AND $e AND {x} BETWEEN $s AND $n"
            f" THEN '{lon}=tertukar {lat}=tertukar' WHEN {x} BETWEEN $w AND $e THEN '{lat}=di-luar-wilayah'"
            f" WHEN {y} BETWEEN $s AND $n THEN '{lon}=di-luar-wilayah' "
            f" ELSE '{lon}=di-luar-wilayah {lat}=di-luar-wilayah' END"
            f" WHERE faults = '' AND {x} IS NOT NULL AND {y} IS NOT NULL"
            f" AND NOT ({x} BETWEEN $w AND $e AND {y} BETWEEN $s AND $n)",
            {"w": west, "s": south, "e": east, "n": north},
        )

    def set_faults(self, faults: Iterable[tuple[int, str]]) -> None:
        """Add faults (row, "column=code") to rows of `checked`."""
        listed = list(faults)
        if not listed:
            return
        table = pa.table({"n": [row for row, _ in listed], "fault": [fault for _, fault in listed]})
        self._engine.register("more", table)
        self._engine.execute(
            "UPDATE checked SET faults = trim(faults || ' ' || more.fault) FROM more WHERE checked.n = more.n"
        )
        self._engine.unregister("more")

    def twins(self, plans: Sequence[ColumnPlan], key: Sequence[str]) -> list[tuple[int, int, bool]]:
        """Good rows that share a key: (row, first row with that key, whether all of that key are identical)."""
        if not key:
            return []
        keys = ", ".join(f'"v_{name}"' for name in key)
        same = " AND ".join(f'c."v_{name}" IS NOT DISTINCT FROM k."v_{name}"' for name in key)
        value = ", ".join(f'"v_{plan.name}"' for plan in plans)
        rows = self._engine.execute(
            f"SELECT c.n, k.first, k.variants = 1 FROM checked c JOIN (SELECT {keys}, min(n) AS first,"
            f" count(DISTINCT row({value})) AS variants FROM checked WHERE faults = '' AND ({keys}) IN"
            f" (SELECT ({keys}) FROM checked WHERE faults = '' GROUP BY {keys} HAVING count(*) > 1)"
            f" GROUP BY {keys}) k ON {same} WHERE c.faults = '' ORDER BY c.n"
        )
        return [(row[0], row[1], row[2]) for row in _fetched(rows)]

    def accepted_count(self) -> int:
        """How many rows have no fault."""
        return int(self._one("SELECT count(*) FROM checked WHERE faults = ''"))

    def rejected(self, plans: Sequence[ColumnPlan], *, limit: int) -> tuple[int, list[tuple[int, str, dict[str, str]]]]:
        """The true count of rows at fault, and the first `limit`: (row, faults, texts by contract column)."""
        count = int(self._one("SELECT count(*) FROM checked WHERE faults <> ''"))
        if not count:
            return 0, []
        mapped = [plan for plan in plans if plan.source is not None]
        texts = ", ".join(["''"] + [f"left(s.c{plan.source}, 2000)" for plan in mapped])
        rows = self._engine.execute(
            f"SELECT c.n, c.faults, {texts} FROM"
            f" (SELECT n, faults FROM checked WHERE faults <> '' ORDER BY n LIMIT {limit}) c"
            " JOIN sheet s ON s.n = c.n ORDER BY c.n"
        )
        return count, [
            (row[0], row[1], {plan.name: cell or "" for plan, cell in zip(mapped, row[3:], strict=True)})
            for row in _fetched(rows)
        ]

    def profile(self, plans: Sequence[ColumnPlan]) -> dict[str, dict[str, Any]]:
        """Per column, over the good rows: filled, and for numbers least, middle, most and sum."""
        numeric = ("integer", "number")
        parts = []
        for plan in plans:
            name = f'"v_{plan.name}"'
            parts.append(f"count({name})")
            if plan.type in numeric:
                parts += [f"min({name})", f"approx_quantile({name}, 0.5)", f"max({name})", f"sum({name}::DOUBLE)"]
        row = self._engine.execute(f"SELECT {', '.join(parts)} FROM checked WHERE faults = ''").fetchone()
        values = iter(row or ())
        result: dict[str, dict[str, Any]] = {}
        for plan in plans:
            entry: dict[str, Any] = {"filled": next(values)}
            if plan.type in numeric:
                entry |= dict(zip(("min", "median", "max", "sum"), itertools.islice(values, 4), strict=True))
            result[plan.name] = entry
        return result

    def values_of(self, name: str, *, limit: int = 2_000) -> list[str]:
        """Distinct good values of a column as text, in order; for columns of few values such as areas and periods."""
        rows = self._engine.execute(
            f'SELECT DISTINCT "v_{name}"::VARCHAR AS v FROM checked'
            f" WHERE faults = '' AND v IS NOT NULL ORDER BY v LIMIT {limit}"
        )
        return [row[0] for row in _fetched(rows)]

    def write(
        self,
        plans: Sequence[ColumnPlan],
        *,
        out: Path,
        delivery_id: str,
        closing: frozenset[str] = frozenset(),
        close: Callable[[str], str] = str,
    ) -> None:
        """Write the good rows, in the file's order, as Parquet (zstd) with `_delivery` and `_row`.

        Texts of the columns in `closing` are written as `close` gives them; the readable text never reaches the disk.
        """
        if closing:
            self._engine.create_function("close_cell", close, ["VARCHAR"], "VARCHAR", side_effects=True)
        values = {plan.name: f'"v_{plan.name}"' for plan in plans}
        closed = {name: f"close_cell({values[name]})" for name in closing & values.keys()}
        names = ", ".join(f'{value} AS "{name}"' for name, value in (values | closed).items())
        delivery = "'" + delivery_id.replace("'", "''") + "'"
        target = "'" + str(out).replace("'", "''") + "'"
        self._engine.execute(
            f"COPY (SELECT {names}, {delivery}::VARCHAR AS _delivery, n AS _row FROM checked WHERE faults = '')"
            f" TO {target} (FORMAT parquet, COMPRESSION zstd)"
        )

    def _register_readings(self, index: int, readings: Sequence[Reading]) -> None:
        table = pa.table(
            {
                "text": pa.array([reading.text for reading in readings], pa.string()),
                "value": pa.array([reading.value for reading in readings], pa.string()),
                "fault": pa.array([reading.fault for reading in readings], pa.string()),
            }
        )
        self._engine.register(f"readings{index}", table)

    def _one(self, sql: str) -> Any:
        row = self._engine.execute(sql).fetchone()
        return row[0] if row else None


def _fetched(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(_BATCH):
        yield from rows


def _batches(rows: Iterable[tuple[int, Sequence[str]]], width: int) -> Iterator[pa.Table]:
    names = ["n", *(f"c{i}" for i in range(width))]
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, _BATCH)):
        numbers = pa.array([number for number, _ in chunk], pa.int64())
        padded = [[*(cell.strip(BLANKS) for cell in cells), *[""] * (width - len(cells))] for _, cells in chunk]
        columns = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
        yield pa.table([numbers, *columns], names=names)


__all__ = ["BLANKS", "ColumnPlan", "Grid", "GridBroken", "Reading"]
