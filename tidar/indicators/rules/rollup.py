"""From contributing rows to a number for every area: SQL text. Pure.

A Kemendagri code contains the codes of the areas above it (PP.KK.CC.VVVV), so rolling up is cutting the code. The text
is plain SQL (WITH, substr, UNION ALL, GROUP BY), the same for DuckDB and Spark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Level = Literal["region", "kecamatan", "kelurahan"]  # a desa stands at the level of a kelurahan
LEVEL_WIDTHS: dict[Level, int] = {"region": 5, "kecamatan": 8, "kelurahan": 13}
VALUE_TYPE = "DECIMAL(38, 8)"


def _placed(rows: str, scope_column: str) -> str:
    """Rows of the region, with `_code` (a row without an area speaks for the region) and `_only` (does not roll up)."""
    only = f"coalesce({scope_column}, false)" if scope_column else "false"
    return f"""_source AS ({rows}),
_placed AS (
    SELECT *, coalesce(area_code, $region) AS _code, {only} AS _only FROM _source
    WHERE period IS NOT NULL AND (area_code IS NULL OR area_code = $region OR area_code LIKE concat($region, '.%'))
)"""  # noqa: S608 - the text of a reviewed definition, run by an engine that can only read


def values_sql(*, rows: str, formula: str, scope_column: str, widths: Sequence[int]) -> str:
    """One row per area and period: area_code, period, value (exact to 8 decimals), row_count. Needs `$region`."""
    rolled = "\n    UNION ALL ".join(
        f"SELECT *, substr(_code, 1, {width}) AS _area FROM _placed"  # noqa: S608
        f" WHERE length(_code) = {width} OR (length(_code) > {width} AND NOT _only)"
        for width in widths
    )
    return f"""WITH {_placed(rows, scope_column)},
_rolled AS (
    {rolled}
)
SELECT _area AS area_code, period, CAST(({formula}) AS {VALUE_TYPE}) AS value, count(*) AS row_count
FROM _rolled GROUP BY _area, period HAVING ({formula}) IS NOT NULL ORDER BY _area, period"""  # noqa: S608


def leaders_sql(*, rows: str, formula: str, scope_column: str, widths: Sequence[int], leader: str) -> str:
    """For each area and period with several groups, the one with the largest number above zero: area_code, period,
    leader, value; of equals the first by name."""
    rolled = "\n    UNION ALL ".join(
        f"SELECT *, substr(_code, 1, {width}) AS _area FROM _placed"  # noqa: S608
        f" WHERE length(_code) = {width} OR (length(_code) > {width} AND NOT _only)"
        for width in widths
    )
    return f"""WITH {_placed(rows, scope_column)},
_rolled AS (
    {rolled}
),
_led AS (
    SELECT _area AS area_code, period, {leader} AS leader, CAST(({formula}) AS {VALUE_TYPE}) AS value
    FROM _rolled WHERE {leader} IS NOT NULL GROUP BY _area, period, {leader} HAVING ({formula}) IS NOT NULL
),
_placed_groups AS (
    SELECT *, row_number() OVER (PARTITION BY area_code, period ORDER BY value DESC, leader) AS _place,
        count(*) OVER (PARTITION BY area_code, period) AS _groups FROM _led
)
SELECT area_code, period, leader, value FROM _placed_groups WHERE _place = 1 AND _groups > 1 AND value > 0
ORDER BY area_code, period"""  # noqa: S608


def covered_sql(*, rows: str, scope_column: str, width: int) -> str:
    """Which areas of the level with codes of `width` characters have a row, theirs or a part's: period, code."""
    return f"""WITH {_placed(rows, scope_column)}
SELECT DISTINCT period, substr(_code, 1, {width}) AS area_code FROM _placed
WHERE length(_code) >= {width} AND NOT _only ORDER BY period, area_code"""  # noqa: S608


def _of_one(rows: str, scope_column: str) -> str:
    return f"""WITH {_placed(rows, scope_column)},
_contributing AS (
    SELECT * FROM _placed
    WHERE period = $of_period AND (_code = $of_area OR (_code LIKE concat($of_area, '.%') AND NOT _only))
)"""  # noqa: S608


def rows_sql(*, rows: str, formula: str, scope_column: str, order: str) -> str:
    """A page of the rows behind one number; beside each, the number again from all its rows (`_again`) and their count
    (`_count`). Needs `$of_area`, `$of_period`, `$limit`, `$offset`."""
    return f"""{_of_one(rows, scope_column)}
SELECT c.*, a._again, a._count FROM _contributing AS c CROSS JOIN (
    SELECT CAST(({formula}) AS {VALUE_TYPE}) AS _again, count(*) AS _count FROM _contributing
) AS a
ORDER BY {order} LIMIT $limit OFFSET $offset"""  # noqa: S608


def source_suffixes(rows: str) -> tuple[str, ...]:
    """Under which names the rows say where they come from: "" and, for joined rows, "_tarif" for `_table_tarif` …"""
    return tuple(sorted({match or "" for match in re.findall(r"\b_table(_[a-z0-9]+)?\b", rows)} | {""}))


def deliveries_sql(*, rows: str, scope_column: str) -> str:
    """Which deliveries brought the rows of one number, and how many different rows each."""
    parts = " UNION ALL ".join(
        f"SELECT _table{s} AS _table, _delivery{s} AS _delivery, _row{s} AS _row FROM _contributing"  # noqa: S608
        for s in source_suffixes(rows)
    )
    return f"""{_of_one(rows, scope_column)}
SELECT _table, _delivery, count(DISTINCT _row) AS row_count FROM ({parts}) AS _sources
WHERE _delivery IS NOT NULL GROUP BY _table, _delivery ORDER BY _table, _delivery"""  # noqa: S608


def uses_sql(*, rows: str, scope_column: str) -> str:
    """Areas and periods to which one row contributes, directly or joined. Needs `$delivery`, `$row`."""
    matches = " OR ".join(f"(_delivery{s} = $delivery AND _row{s} = $row)" for s in source_suffixes(rows))
    return f"""WITH {_placed(rows, scope_column)}
SELECT _code AS area_code, period, bool_or(_only) AS only_itself FROM _placed WHERE {matches}
GROUP BY _code, period ORDER BY _code, period"""  # noqa: S608
