"""How a cell is read by the engine: plans and the SQL that follows from them. Pure: text in, text out."""

# ruff: noqa: S608
# Names are identifiers, checked by `ColumnPlan`; codes are words of this program.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BLANKS = " \t\r\n\xa0\ufeff"
_BLANKS_SQL = "' ' || chr(9) || chr(13) || chr(10) || chr(160) || chr(65279)"
_LONG = 32_767  # bytes; whether it is too long in characters is for the reading to say
_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
}
_ZONED = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
_NAIVE = ("____-__-__ __:__:__", "____-__-__T__:__:__", "____-__-__ __:__", "____-__-__T__:__")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one distinct text means. `value` None with a `fault`: unreadable; without: a way to write "nothing"."""

    text: str
    value: str | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How to read one column. Texts the `plain` expression cannot read are looked up in `readings`.

    `plain`: "words" any text; "point"/"comma" numbers with that decimal sign (and the other one grouping thousands);
    "digits" whole numbers without any sign; "moment" ISO moments, without zone taken as UTC+`offset_hours`; "" nothing.
    `limits` are inclusive; `factor` multiplies what was read.
    """

    name: str
    type: Literal["text", "integer", "number", "boolean", "date", "timestamp"]
    source: int | None
    plain: Literal["words", "point", "comma", "digits", "moment", ""] = ""
    readings: tuple[Reading, ...] = ()
    required: bool = True
    limits: tuple[float | None, float | None] = (None, None)
    factor: float = 1.0
    offset_hours: int = 0

    def __post_init__(self) -> None:
        """The name goes into SQL, so it must be an identifier."""
        if not self.name.isidentifier():
            raise ValueError(f"not an identifier: {self.name!r}")


def text_sql(source: int) -> str:
    """The cell, never NULL. Blanks around cells are removed when a grid is loaded."""
    return f"coalesce(c{source}, '')"


def edges_sql(source: int, blanks: str) -> str:
    """Whether the cell begins or ends with one of these blanks. Comparing is much faster than trimming."""
    cell = f"c{source}"
    ends = " OR ".join(f"ends_with({cell}, chr({ord(blank)}))" for blank in blanks)
    wide = " OR ".join(f"starts_with({cell}, chr({ord(blank)}))" for blank in blanks if ord(blank) > 127)
    return f"({cell} <> '' AND {cell} < '!') OR {ends}" + (f" OR ({cell} > '~' AND ({wide}))" if wide else "")


def trimmed_sql(source: int) -> str:
    """The cell without blanks around it."""
    return f"trim(c{source}, {_BLANKS_SQL}) AS c{source}"


def fast_sql(plan: ColumnPlan, text: str) -> str:
    """The plain reading of `text`, NULL where it cannot be read plainly."""
    if plan.plain == "words":
        odd = f"({text} < ' ' AND {text} <> '') OR contains({text}, chr(65533)) OR strlen({text}) > {_LONG}"
        return f"CASE WHEN {odd} THEN NULL ELSE {text} END"
    if plan.plain in ("point", "comma", "digits"):
        return _number_sql(plan.plain, text)
    if plan.plain == "moment":
        likes = " OR ".join(f"{text} LIKE '{like}'" for like in _NAIVE)
        naive = f"(try_cast({text} AS TIMESTAMP) - INTERVAL ({plan.offset_hours}) HOUR)::TIMESTAMPTZ"
        zoned = f"WHEN regexp_full_match({text}, '{_ZONED}') THEN try_cast({text} AS TIMESTAMPTZ)"
        return f"CASE WHEN {likes} THEN {naive} {zoned} END"
    return "NULL"


def _number_sql(plain: str, text: str) -> str:
    """Casting is fast and lenient, so each branch first keeps out what casting would take for a number."""
    cell = f"WHEN starts_with({text}, chr(1)) THEN try_cast(substr({text}, 2) AS DOUBLE)"
    if plain == "point":
        # Columns come here only when no cell groups thousands with a point; "1_000", "inf" and "1e5" are kept out.
        odd = " OR ".join(f"contains({text}, '{sign}')" for sign in "_eEnN")
        return f"CASE {cell} WHEN {odd} THEN NULL ELSE try_cast({text} AS DOUBLE) END"
    if plain == "digits":
        return f"CASE WHEN regexp_full_match({text}, '[-+]?[0-9]{{1,18}}') THEN try_cast({text} AS DOUBLE) {cell} END"
    pattern = "[-+]?([0-9]{1,18}|[0-9]{1,3}(\\.[0-9]{3}){1,5})(,[0-9]+)?"
    plainly = f"replace(replace({text}, '.', ''), ',', '.')"
    return f"CASE WHEN regexp_full_match({text}, '{pattern}') THEN try_cast({plainly} AS DOUBLE) {cell} END"


def cells_sql(plans: Sequence[ColumnPlan], extra: int | None) -> str:
    """SELECT that names the trimmed text of every mapped column `t_<name>` and what stands beyond the headings."""
    texts = [f'{text_sql(p.source) if p.source is not None else chr(39) * 2} AS "t_{p.name}"' for p in plans]
    beyond = text_sql(extra) if extra is not None else "''"
    return f"SELECT n, {beyond} AS beyond, {', '.join(texts)} FROM data"


def checked_sql(plans: Sequence[ColumnPlan]) -> str:
    """SELECT of `n`, every typed value `v_<name>` and `faults`, from the view `cells` and the tables `readings<i>`."""
    read, joins, values, faults = [], [], [], ["CASE WHEN beyond <> '' THEN '=kelebihan-sel' END"]
    for index, plan in enumerate(plans):
        text, raw = f'"t_{plan.name}"', f'"r_{plan.name}"'
        fast = fast_sql(plan, text)
        if plan.readings:
            joins.append(f"LEFT JOIN readings{index} d{index} ON {text} = d{index}.text")
            cast = f"try_cast(d{index}.value AS {_raw_type(plan)})"
            read.append(f"CASE WHEN d{index}.text IS NULL THEN {fast} ELSE {cast} END AS {raw}")
            read.append(f'd{index}.fault AS "f_{plan.name}"')
        else:
            read.append(f'({fast})::{_raw_type(plan)} AS {raw}, NULL::VARCHAR AS "f_{plan.name}"')
        read.append(text)
        values.append(f'{_value_sql(plan, raw)} AS "v_{plan.name}"')
        faults.append(_fault_sql(plan, text, raw))
    inner = f"SELECT n, beyond, {', '.join(read)} FROM cells {' '.join(joins)}"
    return f"SELECT n, {', '.join(values)}, concat_ws(' ', {', '.join(faults)}) AS faults FROM ({inner})"


def _raw_type(plan: ColumnPlan) -> str:
    return "DOUBLE" if plan.type == "integer" else _TYPES[plan.type]


def _value_sql(plan: ColumnPlan, raw: str) -> str:
    if plan.type == "text":
        return f"nullif({raw}, '')"
    scaled = f"{raw} * {plan.factor!r}" if plan.factor != 1.0 else raw
    if plan.type == "integer":
        return f"try_cast(round({scaled}) AS BIGINT)"
    return scaled


def _fault_sql(plan: ColumnPlan, text: str, raw: str) -> str:
    """First fault of the cell, or NULL: what the reading said, unreadable, missing, not whole, out of limits."""
    fault = f'"f_{plan.name}"'
    cases = [f"WHEN {fault} <> '' THEN '{plan.name}=' || {fault}"]
    cases.append(f"WHEN {text} <> '' AND {raw} IS NULL AND {fault} IS NULL THEN '{plan.name}=tak-terbaca'")
    if plan.required:
        empty = f"({raw} IS NULL OR {raw} = '')" if plan.type == "text" else f"{raw} IS NULL"
        cases.append(f"WHEN {empty} THEN '{plan.name}=kosong'")
    scaled = f"({raw} * {plan.factor!r})" if plan.factor != 1.0 else raw
    if plan.type in ("integer", "number"):
        cases.append(f"WHEN NOT isfinite({raw}) THEN '{plan.name}=tak-terbaca'")
        low, high = plan.limits
        cases += [f"WHEN {scaled} < {low!r} THEN '{plan.name}=di-bawah-minimum'"] if low is not None else []
        cases += [f"WHEN {scaled} > {high!r} THEN '{plan.name}=di-atas-maksimum'"] if high is not None else []
    if plan.type == "integer":
        # A factor such as 0.01 leaves dust behind; a real fraction is far from the next whole number.
        cases.append(f"WHEN abs({scaled} - round({scaled})) > 1e-6 THEN '{plan.name}=bukan-bulat'")
        cases.append(f"WHEN abs({scaled}) > 9e15 THEN '{plan.name}=tak-terbaca'")
    return f"CASE {' '.join(cases)} END"
